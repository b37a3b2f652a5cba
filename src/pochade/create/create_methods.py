"""The methods of `Collection` that generate new pictures; each calls a function of this room."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pochade.index.library import Library
from pochade.index.pictures import PictureFile
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:  # loaded by the methods that need them, so that `import pochade` stays light
    from pochade.create.novelty import Created
    from pochade.models.generator_protocol import Generator

ALL_FRAMES = slice(None)


class CreateMethods:
    """New pictures, variations, and paths between pictures."""

    library: Library

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
        """Generate new pictures in the manner of this collection.

        Each picture has a seed of its own, counted on from the given one, from which it alone can be generated again.

        Args:
            n: The number of pictures.
            seed: The seed of the first picture.
            like: Pictures that the new ones should resemble: paths, Pillow images or arrays, in the collection or not.
            group: The name or number of a group that the new ones should resemble.
            painter: The generator; the collection's own when None.
            report: Called with the progress.

        Raises:
            UsageError: The collection or the group has fewer than 20 pictures, there is no such group, or n is below 1.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file gives no picture.
        """
        from pochade.create.imagine import imagine  # noqa: PLC0415  torch

        return imagine(self.library, n, seed, like=like, group=group, generator=painter, report=report)

    def vary(
        self,
        image: Any,
        n: int = 8,
        strength: float = 0.3,
        seed: int = 0,
        *,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Generate variations of a picture.

        Args:
            image: A path, a Pillow image or an array, in the collection or not.
            n: The number of variations.
            strength: 0 reconstructs the picture, 1 ignores it.
            seed: The seed of the first variation; the others count on from it.
            painter: The generator; the collection's own when None.
            report: Called with the progress.

        Raises:
            UsageError: The collection has fewer than 20 pictures, or n is below 1.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: The file gives no picture.
        """
        from pochade.create.imagine import vary  # noqa: PLC0415  torch

        return vary(self.library, image, n, strength, seed, generator=painter, report=report)

    def morph(
        self,
        images: Sequence[Any],
        frames: int = 60,
        *,
        loop: bool = False,
        part: slice = ALL_FRAMES,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Generate the frames of a path from picture to picture, along which this collection's pictures are dense.

        Args:
            images: Two or more pictures: paths, Pillow images or arrays, in the collection or not. The path passes
                through each of them, and shows it as the generator reconstructs it.
            frames: The number of frames of the whole path.
            loop: Return to the first picture, so that the last frame leads over to the first.
            part: The frames to generate, where a long path is generated in parts.
            painter: The generator; the collection's own when None.
            report: Called with the progress.

        Raises:
            UsageError: The collection has fewer than 20 pictures, there are fewer than two images, too few frames, or
                none in that part.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file gives no picture.
        """
        from pochade.create.imagine import morph  # noqa: PLC0415  torch

        return morph(self.library, images, frames, loop=loop, part=part, generator=painter, report=report)

    def morph_grid(
        self,
        images: Sequence[Any],
        side: int = 8,
        *,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Interpolate between four pictures in the corners of a square grid.

        Args:
            images: Top left, top right, bottom left, bottom right.
            side: The number of pictures in a row, from 2.
            painter: The generator; the collection's own when None.
            report: Called with the progress.

        Returns:
            side x side pictures, row by row.

        Raises:
            UsageError: The collection has fewer than 20 pictures, or there are not four images.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file gives no picture.
        """
        from pochade.create.imagine import morph_grid  # noqa: PLC0415  torch

        return morph_grid(self.library, images, side, generator=painter, report=report)

    def draw_at(
        self, x: float, y: float, seed: int = 0, *, painter: "Generator | None" = None, report: Report = ignore_progress
    ) -> "tuple[Created, list[PictureFile]]":
        """Generate the picture that belongs to a place on the map, between the pictures nearest to it.

        Args:
            x: The place, in the coordinates of the map.
            y: The place, in the coordinates of the map.
            seed: Decides what the place leaves open.
            painter: The generator; the collection's own when None.
            report: Called with the progress.

        Returns:
            The picture, and one file of each picture that it lies between, nearest first.

        Raises:
            UsageError: The collection has fewer than 20 pictures.
            NotKnown: No picture has a place on the map yet.
        """
        from pochade.create.imagine import draw_at  # noqa: PLC0415  torch

        return draw_at(self.library, x, y, seed, generator=painter, report=report)

    def prepare_to_draw(self, report: Report = ignore_progress) -> None:
        """Prepare generation in advance: encode all pictures, and fit the prior.

        With many pictures it takes minutes. An interrupted run continues with the next call.

        Args:
            report: Called with the progress.

        Raises:
            UsageError: The collection has fewer than 20 pictures.
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.create.imagine import prepare  # noqa: PLC0415  torch

        prepare(self.library, report)
