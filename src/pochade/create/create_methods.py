"""The methods of `Collection` that generate new pictures; each calls a function of this room."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pochade.index.library import Library
from pochade.index.picture_records import PictureFile
from pochade.system.progress import Report, ignore_progress

if TYPE_CHECKING:  # loaded by the methods that need them, so that `import pochade` stays light
    from pochade.create.novelty import Created
    from pochade.models.generator_protocol import Generator

ALL_FRAMES = slice(None)
DEFAULT_SIZE = 256  # pixels of each side of a created picture


class CreateMethods:
    """The methods that generate new pictures, variations, and paths between pictures."""

    library: Library

    def imagine(
        self,
        n: int = 16,
        seed: int = 0,
        *,
        like: Iterable[Any] = (),
        group: str | int | None = None,
        size: int = DEFAULT_SIZE,
        rough: bool = False,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Generate new pictures in the manner of this collection.

        The model plans what is where, and patches of the most similar real pictures draw it.

        Each picture has its own seed, and the same seed gives the same picture again, alone or among others.

        Args:
            n: The number of pictures.
            seed: The seed of the first picture; each further picture has the next seed.
            like: Pictures that the new ones should resemble: paths, Pillow images or arrays, in the collection or not.
            group: The name or number of a group that the new ones should resemble. Give either `like` or `group`.
            size: Of each side of a picture, 64 to 1024 pixels. If the collection's pictures are usually smaller, their
                usual size is taken instead; below 64 pixels, the model alone draws.
            rough: Return the model's plans at once, without drawing them with patches.
            painter: The generator; the collection's own if None.
            report: Called with the progress.

        Returns:
            The pictures, each with its seed, its novelty and the nearest picture of the collection.

        Raises:
            UsageError: The collection or the group has fewer than 20 pictures, there is no such group, both `like` and
                `group` are given, or n is below 1.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file can't be read as a picture.
        """
        from pochade.create.imagine import imagine  # noqa: PLC0415  slow to import

        return imagine(
            self.library, n, seed, like=like, group=group, size=size, rough=rough, generator=painter, report=report
        )

    def vary(
        self,
        image: Any,
        n: int = 8,
        strength: float = 0.3,
        seed: int = 0,
        *,
        size: int = DEFAULT_SIZE,
        rough: bool = False,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Generate variations of a picture.

        Args:
            image: A path, a Pillow image or an array, in the collection or not.
            n: The number of variations.
            strength: 0 gives the picture itself; 1 follows the model and draws with patches of other pictures too.
            seed: The seed of the first variation; each further variation has the next seed.
            size: Of each side of a picture, 64 to 1024 pixels. If the collection's pictures are usually smaller, their
                usual size is taken instead; below 64 pixels, the model alone draws.
            rough: Return the model's plans at once, without drawing them with patches.
            painter: The generator; the collection's own if None.
            report: Called with the progress.

        Returns:
            The variations, each with its seed, its novelty and the nearest picture of the collection.

        Raises:
            UsageError: The collection has fewer than 20 pictures, n is below 1, or the strength is not from 0 to 1.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: The file can't be read as a picture.
        """
        from pochade.create.imagine import vary  # noqa: PLC0415  slow to import

        return vary(self.library, image, n, strength, seed, size=size, rough=rough, generator=painter, report=report)

    def morph(
        self,
        images: Sequence[Any],
        frames: int = 60,
        *,
        loop: bool = False,
        part: slice = ALL_FRAMES,
        size: int = DEFAULT_SIZE,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> list["Created"]:
        """Generate a morph from picture to picture: shapes move, and patches of the pictures draw every frame.

        Args:
            images: Two or more pictures: paths, Pillow images or arrays, in the collection or not. The first
                and the last frame show pictures of them, unless it is a loop.
            frames: The number of frames of the whole morph.
            loop: Return to the first picture; the first frame then continues the last one.
            part: The frames to generate, if a long morph is generated in parts.
            size: Of each side of a picture, 64 to 1024 pixels. If the collection's pictures are usually smaller, their
                usual size is taken instead; below 64 pixels, the model alone draws.
            painter: The generator; the collection's own if None.
            report: Called with the progress.

        Returns:
            The frames of that part, in order.

        Raises:
            UsageError: The collection has fewer than 20 pictures, there are fewer than two images or fewer frames than
                images, or the part has no frames.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file can't be read as a picture.
        """
        from pochade.create.morphing import morph  # noqa: PLC0415  slow to import

        return morph(self.library, images, frames, loop=loop, part=part, size=size, generator=painter, report=report)

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
            images: The pictures at the top left, top right, bottom left and bottom right: paths, Pillow images or
                arrays, in the collection or not.
            side: The number of pictures in a row, from 2.
            painter: The generator; the collection's own if None.
            report: Called with the progress.

        Returns:
            side x side pictures, row by row.

        Raises:
            UsageError: The collection has fewer than 20 pictures, there are not four images, or side is below 2.
            CollectionMissing: Nothing has been learnt yet.
            PictureUnreadable: A file can't be read as a picture.
        """
        from pochade.create.morphing import morph_grid  # noqa: PLC0415  slow to import

        return morph_grid(self.library, images, side, generator=painter, report=report)

    def draw_at(
        self,
        x: float,
        y: float,
        seed: int = 0,
        *,
        size: int = DEFAULT_SIZE,
        painter: "Generator | None" = None,
        report: Report = ignore_progress,
    ) -> "tuple[Created, list[PictureFile]]":
        """Generate a picture for a place on the map, from the pictures nearest to the place.

        Args:
            x: The place on the map, as in `Spot.x`: about -1 to 1.
            y: The place on the map, as in `Spot.y`: about -1 to 1.
            seed: The random seed of details that the place does not determine.
            size: Of each side, 64 to 1024 pixels. If the collection's pictures are usually smaller, their usual size is
                taken instead; below 64 pixels, the model alone draws.
            painter: The generator; the collection's own if None.
            report: Called with the progress.

        Returns:
            The picture, and one file of each picture that it was made from, nearest first.

        Raises:
            UsageError: The collection has fewer than 20 pictures.
            CollectionMissing: Nothing has been learnt yet.
            NotKnown: There is no map yet.
        """
        from pochade.create.imagine import draw_at  # noqa: PLC0415  slow to import

        return draw_at(self.library, x, y, seed, size=size, generator=painter, report=report)

    def prepare_to_draw(self, report: Report = ignore_progress) -> None:
        """Prepare generation in advance: encode all pictures, and fit the prior.

        This takes minutes for a large collection. An interrupted run continues with the next call.

        Args:
            report: Called with the progress.

        Raises:
            UsageError: The collection has fewer than 20 pictures.
            CollectionMissing: Nothing has been learnt yet.
        """
        from pochade.create.imagine import prepare  # noqa: PLC0415  slow to import

        prepare(self.library, report)
