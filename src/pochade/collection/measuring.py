"""Traits of pieces, measured from their thumbnails: in processes where there are many. Without torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pochade.collection.readers import Readers
from pochade.collection.reading import THUMBNAIL
from pochade.errors import PictureUnreadable
from pochade.images.letterbox import Squares, squared
from pochade.images.picture import Array
from pochade.images.read import read_preview
from pochade.images.traits import LENGTH, PLAN_LENGTH, plan, traits

NUMBERS = LENGTH + PLAN_LENGTH  # 640, of a piece
BATCH = 64  # pieces in one request: each takes a process a millisecond or three
FEW = 256  # pieces: that many are measured here before processes have started and caught up


@dataclass(frozen=True)
class Measuring:
    """Thumbnails to be measured."""

    start: int  # the place of the first one among all
    thumbnails: tuple[Path, ...]

    @property
    def name(self) -> str:
        """Of the first one, for a sentence."""
        return self.thumbnails[0].name

    def done(self) -> Array:
        """Their numbers (n, 640) float32, zeros for those that can't be read."""
        return np.stack([measured_from(thumbnail) for thumbnail in self.thumbnails])

    def given_up(self, problem: str, *, again: bool) -> Array:  # noqa: ARG002  whoever asked looks at zeros again
        """Zeros."""
        return np.zeros((len(self.thumbnails), NUMBERS), np.float32)


def measured_all(thumbnails: Sequence[Path]) -> Iterator[Array]:
    """The numbers of all pieces in batches (n, 640), in order; zeros for those whose thumbnails can't be read."""
    starts = range(0, len(thumbnails), BATCH)
    asked = [Measuring(start, tuple(thumbnails[start : start + BATCH])) for start in starts]
    if len(thumbnails) <= FEW:
        yield from (each.done() for each in asked)
        return
    early, following = dict[int, Array](), 0
    with Readers() as readers:
        for answer in readers.read(asked):
            early[answer.request.start] = answer.reading
            while following in early:
                yield early.pop(following)
                following += BATCH


def measured_from(thumbnail: Path) -> Array:
    """The numbers of one piece (640,); zeros when its thumbnail can't be read."""
    try:
        return numbers_of(squared(read_preview(thumbnail, THUMBNAIL).pixels))
    except PictureUnreadable:
        return np.zeros(NUMBERS, np.float32)


def numbers_of(squares: Squares) -> Array:
    """The traits and the plan of one piece (640,): never all zeros, as the colours in it add up to one."""
    return np.concatenate([traits(squares), plan(squares)])
