"""What thumbnails tell, each asked in the same way: in processes where there are many. Without torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.features.edge_map import halved
from pochade.images.geometry.letterbox import letterboxed, trimmed
from pochade.images.io.read import read_preview
from pochade.index.ingest_file import THUMBNAIL
from pochade.system.worker_pool import WorkerPool

BATCH = 64  # pieces in one request: each takes a process a millisecond or three
FEW = 256  # pieces: that many are measured here before processes have started and caught up
Measure = Callable[[Path], Array | None]  # of one thumbnail; None when it can't be read; it travels by its name


@dataclass(frozen=True)
class Measuring:
    """Thumbnails to be measured."""

    start: int  # the place of the first one among all
    thumbnails: tuple[Path, ...]
    measure: Measure

    @property
    def name(self) -> str:
        """Of the first one, for a sentence."""
        return self.thumbnails[0].name

    def done(self) -> list[Array | None]:
        """What each one gives."""
        return [self.measure(thumbnail) for thumbnail in self.thumbnails]

    def given_up(self, problem: str, *, again: bool) -> list[Array | None]:  # noqa: ARG002  whoever asked looks again
        """Nothing."""
        return [None] * len(self.thumbnails)


def measured_all(thumbnails: Sequence[Path], measure: Measure) -> Iterator[list[Array | None]]:
    """What all thumbnails give, in batches, in order; None for those that can't be read."""
    starts = range(0, len(thumbnails), BATCH)
    asked = [Measuring(start, tuple(thumbnails[start : start + BATCH]), measure) for start in starts]
    if len(thumbnails) <= FEW:
        yield from (each.done() for each in asked)
        return
    early, following = dict[int, list[Array | None]](), 0
    with WorkerPool() as readers:
        for answer in readers.read(asked):
            early[answer.request.start] = answer.reading
            while following in early:
                yield early.pop(following)
                following += BATCH


def halved_from(thumbnail: Path) -> Array | None:
    """A piece's subject on a half of its square's sides (48, 48, 3) uint8; None when its thumbnail can't be read."""
    try:
        return halved(letterboxed(trimmed(read_preview(thumbnail, THUMBNAIL).pixels)).pixels)
    except PictureUnreadable:
        return None
