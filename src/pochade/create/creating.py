"""New pictures in the manner of a collection: drawn at random, varied from one, or on the way between some."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.errors import CheckpointDamaged, UsageError
from pochade.images.base.picture import Array
from pochade.images.base.source import printable
from pochade.images.geometry.letterbox import Squares, squared
from pochade.images.io.input_arrays import on_paper
from pochade.images.io.read import read_preview
from pochade.index.ingest_file import THUMBNAIL
from pochade.index.pictures import Filter, Match, PictureFile
from pochade.organise.organising import Organising
from pochade.organise.results import Group
from pochade.system.progress import Progress, Report, ignore_progress

if TYPE_CHECKING:  # torch
    from pochade.analysis.prior.latent_prior import LatentPrior
    from pochade.create.novelty import Created, NoveltyReference
    from pochade.models.generator_protocol import Generator

LAID_OVER = 4  # nearest pieces that are laid over a picture that was drawn
STRENGTH = 0.3  # of a variation
CORNERS = 4
WHOLE = slice(None)  # of a way
BATCH = 8  # pictures drawn at once
FITTING = "fitting"  # the stage of getting ready that follows on reading


class GenerationContext(NamedTuple):
    """All that drawing for a collection takes."""

    painter: "Generator"
    prior: "LatentPrior"
    grounds: "NoveltyReference"
    codes: dict[int, NDArray[np.float32]]  # of each piece that has files, by its number


class Creating(Organising):
    """The part of a `Collection` that draws new pictures."""

    @abstractmethod
    def nearest(self, look: NDArray[np.float32], k: int, *, among: Filter | None = None) -> list[Match]:
        """The files whose looks are nearest to a look (64,), by distance alone."""

    @abstractmethod
    def laid_over(self, asked: Squares, look: NDArray[np.float32], matches: list[Match], count: int) -> list[Match]:
        """The matches that are of the same work first, the nearest `count` having been laid over."""

    def imagine(
        self,
        n: int = 16,
        seed: int = 0,
        *,
        like: Iterable[Any] = (),
        group: str | int | None = None,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Draw new pictures, as pieces of this collection might look.

        Each has a seed of its own, counted on from the one given, by which it alone can be drawn again.

        Args:
            n: How many.
            seed: Decides what they are.
            like: Pictures to which they should be alike: paths, Pillow images or arrays, in the collection or not.
            group: The name or number of a group that they should be like.
            painter: The net that draws; the collection's own when None.
            report: Called with the progress.

        Raises:
            UsageError: The collection, or the group, has fewer than 20 pieces; there is no such group; n is below 1.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file gives no picture.
        """
        examples = list(like)
        if n < 1:
            raise UsageError(f"{n} pictures can't be drawn", "give a number from 1")
        if examples and group is not None:
            raise UsageError(
                "new pictures can be like some pictures or like a group, not both", "leave one of them out"
            )
        studio = self._studio(painter, report)
        prior = studio.prior if group is None else self._prior_of(group, studio, report)
        near = self._painted(examples, studio.painter) if examples else None
        codes = [prior.sample(1, one) if near is None else prior.like(near, 1, one) for one in range(seed, seed + n)]
        return self._drawn(np.concatenate(codes), range(seed, seed + n), studio, report)

    def vary(
        self,
        image: Any,
        n: int = 8,
        strength: float = STRENGTH,
        seed: int = 0,
        *,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Draw variations of a picture; arguments and errors as for `imagine`.

        Args:
            image: A path, a Pillow image or an array, in the collection or not.
            n: How many.
            strength: 0 redraws it, 1 forgets it.
            seed: Decides how they differ.
            painter: The net that draws; the collection's own when None.
            report: Called with the progress.
        """
        if n < 1:
            raise UsageError(f"{n} pictures can't be drawn", "give a number from 1")
        studio = self._studio(painter, report)
        code = self._painted([image], studio.painter)[0]
        codes = [studio.prior.vary(code, strength, 1, one) for one in range(seed, seed + n)]
        return self._drawn(np.concatenate(codes), range(seed, seed + n), studio, report)

    def morph(
        self,
        images: Sequence[Any],
        frames: int = 60,
        *,
        loop: bool = False,
        part: slice = WHOLE,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Draw the frames of a way from picture to picture, which keeps to where pieces of this collection lie.

        Args:
            images: Two or more: paths, Pillow images or arrays, in the collection or not. Where the way comes by one of
                them, the frame shows it as the net redraws it.
            frames: How many in all.
            loop: Go on to the first picture again, so that the last frame leads over to the first.
            part: Which frames to draw, where a long way is drawn in pieces.
            painter: The net that draws; the collection's own when None.
            report: Called with the progress.

        Raises:
            UsageError: The collection has fewer than 20 pieces, images are fewer than two, frames too few, or none of
                them in that part.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file gives no picture.
        """
        if len(images) < 2:  # noqa: PLR2004
            raise UsageError("a morph leads from one picture to another", "give two or more")
        studio = self._studio(painter, report)
        codes = self._painted(images, studio.painter)
        if loop:
            way = studio.prior.path(np.concatenate([codes, codes[:1]]), frames + 1)[:-1]
        else:
            way = studio.prior.path(codes, frames)
        if not len(way[part]):
            raise UsageError(f"a way of {frames} frames has none there", f"they are counted from 0 to {frames - 1}")
        return self._drawn(way[part], [0] * len(way[part]), studio, report, laid_over=1)

    def morph_grid(
        self,
        images: Sequence[Any],
        side: int = 8,
        *,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Draw a square of side x side pictures, row by row, four given ones in its corners; errors as for `morph`.

        Args:
            images: Top left, top right, bottom left, bottom right.
            side: Pictures in a row, from 2.
            painter: The net that draws; the collection's own when None.
            report: Called with the progress.
        """
        if len(images) != CORNERS:
            raise UsageError(f"a grid lies between four pictures, not {len(images)}", "give four")
        studio = self._studio(painter, report)
        corners, path = self._painted(images, studio.painter), studio.prior.path
        left, right = path(corners[[0, 2]], side), path(corners[[1, 3]], side)
        rows = [path(np.stack(ends), side) for ends in zip(left, right, strict=True)]
        return self._drawn(np.concatenate(rows), [0] * side**2, studio, report, laid_over=1)

    def draw_at(
        self, x: float, y: float, seed: int = 0, *, painter: "Generator | None" = None, report: Report = ignore_progress
    ) -> "tuple[Created, list[PictureFile]]":
        """Draw what belongs to a place of the map: between the few pieces that lie nearest to it there.

        A map knows no way back to codes, so theirs are mixed, nearer ones more. The picture's verdict is on that code;
        the map itself can't tell what is empty.

        Args:
            x: In the map's coordinates.
            y: As well.
            seed: Decides what the code leaves open.
            painter: The net that draws; the collection's own when None.
            report: Called with the progress.

        Returns:
            The picture, and a file of each piece that it lies between, the nearest first.

        Raises:
            UsageError: The collection has fewer than 20 pieces.
            NotKnown: None of them has a place on the map yet.
        """
        from pochade.create.map_interpolation import between  # noqa: PLC0415  torch
        from pochade.index.organisation_store import places_in  # noqa: PLC0415

        studio = self._studio(painter, report)
        places = {number: place for number, place in places_in(self.index).items() if number in studio.codes}
        code, numbers = between((x, y), places, studio.codes)
        files = self._files()
        (created,) = self._drawn(code[None], [seed], studio, report)
        return created, [files[number][0] for number in numbers if number in files]

    def prepare_to_draw(self, report: Report = ignore_progress) -> None:
        """Do beforehand what drawing would do first: read every piece by the net, and learn where they lie.

        With many pieces it takes minutes. Interrupted, the next run goes on; done already, it takes a moment.

        Raises:
            UsageError: The collection has fewer than 20 pieces.
            CollectionMissing: Nothing has been learnt yet.
        """
        self._studio(None, report)

    # What all of them need -------------------------------------------------------------------------------------------

    def _studio(self, painter: "Generator | None", report: Report) -> GenerationContext:
        """The net that draws, the pieces' codes, and the prior fitted to them, made anew when the pieces changed."""
        from pochade.analysis.prior.latent_prior import FEWEST, LatentPrior  # noqa: PLC0415
        from pochade.create.novelty import NoveltyReference  # noqa: PLC0415  torch
        from pochade.create.picture_latents import codes_of, painter_in_use  # noqa: PLC0415

        files = self._files()
        if len(files) < FEWEST:
            why = f"{len(files)} pieces are too few to draw in their manner"
            raise UsageError(why, f"learn {FEWEST} at least; they may be of one theme")
        painter = painter or painter_in_use(self.in_use)
        numbers = sorted(files)
        rows = np.array([files[number][0].row for number in numbers])
        codes = codes_of(painter, self.in_use, self.index.contents(), report)[rows]
        there = np.isfinite(codes).all(1)
        rows, codes = rows[there], np.ascontiguousarray(codes[there])
        of = hashlib.sha256(f"{painter.name} {self.index.name()} {rows.tolist()}".encode()).hexdigest()
        home = self.in_use.home
        try:
            prior = LatentPrior.load(home / "prior.safetensors", of)
            grounds = NoveltyReference.load(home / "grounds.safetensors", of, codes)
        except CheckpointDamaged:
            report(Progress(FITTING, 0, 1))
            prior = LatentPrior.fit(codes)
            grounds = NoveltyReference.of(codes, self.in_use.looks(self.index.rows_used())[rows], prior, painter)
            prior.save(home / "prior.safetensors", of)
            grounds.save(home / "grounds.safetensors", of)
            report(Progress(FITTING, 1, 1))
        known = [number for number, there_ in zip(numbers, there, strict=True) if there_]
        return GenerationContext(painter, prior, grounds, dict(zip(known, codes, strict=True)))

    def _prior_of(self, group: str | int, studio: GenerationContext, report: Report) -> "LatentPrior":
        """The prior of a group's pieces, among the collection's."""
        from pochade.analysis.prior.latent_prior import FEWEST, LatentPrior  # noqa: PLC0415  torch

        found = group_called(group, self.groups_so_far(report))
        paths = set(found.paths)
        members = {piece.number for piece in self.pieces() if piece.path in paths} & set(studio.codes)
        if len(members) < FEWEST:
            why = f"the group '{printable(found.title)}' has {len(members)} pieces, too few to draw in their manner"
            raise UsageError(why, f"{FEWEST} are needed; or give some of them with --like")
        return LatentPrior.fit(np.stack([studio.codes[number] for number in sorted(members)]), among=studio.prior)

    def _painted(self, images: Sequence[Any], painter: "Generator") -> NDArray[np.float32]:
        """The codes (M, D) of pictures."""
        from pochade.create.picture_latents import painted  # noqa: PLC0415  torch

        side = max(THUMBNAIL, painter.side)
        pixels = [
            read_preview(image, side).pixels if isinstance(image, str | Path) else on_paper(image) for image in images
        ]
        return painter.encode(np.stack([painted(each, painter.side) for each in pixels]))

    def _drawn(
        self,
        codes: NDArray[np.float32],
        seeds: Sequence[int],
        studio: GenerationContext,
        report: Report,
        laid_over: int = LAID_OVER,
    ) -> list["Created"]:
        """Pictures for codes (n, D), each with what there is to say of it."""
        from pochade.create.novelty import Created  # noqa: PLC0415  torch

        painter, prior = studio.painter, studio.prior
        pictures = drawn_all(painter, codes, seeds, report)
        verdicts = studio.grounds.judged(codes, pictures, prior, painter)
        percentiles = prior.percentile(codes)
        closest = self._closest(pictures, laid_over, report)
        return [
            Created(
                picture, code, one, painter.name, float(percentile), verdict, match.path, match.distance,
                match.likelihood, match.is_same_work or match.distance < studio.grounds.almost,
            )
            for picture, code, one, percentile, verdict, match in zip(
                pictures, codes, seeds, percentiles, verdicts, closest, strict=True
            )
        ]  # fmt: skip

    def _closest(self, pictures: Array, laid_over: int, report: Report) -> list[Match]:
        """For each picture (n, S, S, 3), the file that looks most like it."""
        asked = [squared(picture) for picture in pictures]
        looks, found = self.in_use.nets.looks_of(asked), list[Match]()
        for place, (one, look) in enumerate(zip(asked, looks, strict=True)):
            found.append(self.laid_over(one, look, self.nearest(look, laid_over), laid_over)[0])
            report(Progress("comparing with the pieces", place + 1, len(asked)))
        return found


def drawn_all(painter: "Generator", codes: NDArray[np.float32], seeds: Sequence[int], report: Report) -> Array:
    """Pictures (n, S, S, 3) for codes (n, D), each by its own seed."""
    pictures = list[Array]()
    for start in range(0, len(codes), BATCH):
        pictures += list(painter.draw(codes[start : start + BATCH], seeds[start : start + BATCH]))
        report(Progress("drawing", len(pictures), len(codes)))
    return np.stack(pictures)


def group_called(called: str | int, groups: Sequence[Group]) -> Group:
    """The group of that number, name or description, the largest where several have it.

    Raises:
        UsageError: There is none.
    """
    every, waiting = list[Group](), list(groups)
    while waiting:
        every.append(waiting.pop(0))
        waiting += every[-1].groups
    wanted = str(called).strip().casefold()
    if isinstance(called, int):
        found = [group for group in every if group.number == called]
    else:
        found = [one for one in every if wanted in (str(one.number), (one.name or one.description).casefold())]
    if found:
        return max(found, key=lambda group: len(group.paths))
    raise UsageError(f"there is no group '{printable(str(called))}'", "'pochade groups' lists their numbers and names")
