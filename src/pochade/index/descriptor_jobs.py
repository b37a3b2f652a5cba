"""Measure thumbnails, in worker processes if there are many. This module does not import torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares
from pochade.images.io.read import read_preview
from pochade.index.descriptor_schema import describe
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.system.worker_pool import WorkerPool

THUMBNAILS_PER_TASK = 64  # a thumbnail takes 1 to 3 ms
MAX_WITHOUT_WORKERS = 256  # thumbnails; measuring so many takes less time than starting workers
Measure = Callable[[Path], Array | None]  # a module-level function of a thumbnail; None if it can't be read


@dataclass(frozen=True)
class ThumbnailTask:
    """A batch of thumbnails to measure."""

    start: int  # the position of the first one among all thumbnails
    thumbnails: tuple[Path, ...]
    measure: Measure

    @property
    def name(self) -> str:
        """The name of the first thumbnail, for messages."""
        return self.thumbnails[0].name

    def run(self) -> list[Array | None]:
        """Measure every thumbnail."""
        return [self.measure(thumbnail) for thumbnail in self.thumbnails]

    def failure(self, problem: str, *, retry: bool) -> list[Array | None]:  # noqa: ARG002  the caller retries
        """Report that no thumbnail could be measured."""
        return [None] * len(self.thumbnails)


def measure_thumbnails(thumbnails: Sequence[Path], measure: Measure) -> Iterator[list[Array | None]]:
    """Measure all thumbnails.

    Args:
        thumbnails: The files of the thumbnails.
        measure: A module-level function, because workers receive it pickled.

    Yields:
        The measurements in batches, in the order of the thumbnails; None for a thumbnail that can't be read.
    """
    tasks = [
        ThumbnailTask(start, tuple(thumbnails[start : start + THUMBNAILS_PER_TASK]), measure)
        for start in range(0, len(thumbnails), THUMBNAILS_PER_TASK)
    ]
    if len(thumbnails) <= MAX_WITHOUT_WORKERS:
        yield from (task.run() for task in tasks)
        return
    finished_batches, next_start = dict[int, list[Array | None]](), 0
    with WorkerPool(preload=(__name__,)) as workers:
        for answer in workers.run(tasks):
            finished_batches[answer.task.start] = answer.result
            while next_start in finished_batches:
                yield finished_batches.pop(next_start)
                next_start += THUMBNAILS_PER_TASK


def describe_thumbnail(thumbnail: Path) -> Array | None:
    """Compute the stored descriptor of a picture from its thumbnail.

    It is computed from the thumbnail even where the picture is at hand, so that it is always bit-identical.

    Returns:
        Bytes (4608,) uint8, or None if the thumbnail can't be read.
    """
    try:
        return describe(make_squares(read_preview(thumbnail, THUMBNAIL_PIXELS).pixels))
    except PictureUnreadable:
        return None
