"""Compare the thumbnails of pairs of pictures, in worker processes if there are many. torch is not imported here."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.comparison.alignment import guess_from_squares
from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.relation_features import DifferingRegion, relate
from pochade.errors import PictureUnreadable
from pochade.images.base.picture import Array
from pochade.images.io.read import read_preview
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.system.worker_pool import WorkerPool

logger = logging.getLogger(__name__)
PAIRS_PER_TASK = 128  # a pair takes 20 to 40 ms
VIEWS_IN_MEMORY = 128  # 2 MB each
MAX_WITHOUT_WORKERS = 64  # pairs; comparing so many takes less time than starting workers


@dataclass(frozen=True)
class ThumbnailPair:
    """Two thumbnails to compare."""

    number: int  # of the pair
    first: Path
    second: Path
    cosine: float  # of the embeddings
    transform: NDArray[np.float64]  # (2, 3), an alignment of the subjects' squares


@dataclass(frozen=True)
class ComparedPair:
    """What was measured on a pair."""

    number: int  # of the pair
    features: NDArray[np.float32]  # (66,)
    region: DifferingRegion | None  # the largest region that differs, in pixels of the views


@dataclass(frozen=True)
class ComparisonTask:
    """A batch of pairs to compare."""

    pairs: tuple[ThumbnailPair, ...]

    @property
    def name(self) -> str:
        """The name of the first thumbnail, for messages."""
        return self.pairs[0].first.name

    @property
    def numbers(self) -> list[int]:
        """The numbers of the pairs."""
        return [pair.number for pair in self.pairs]

    def run(self) -> list[ComparedPair]:
        """Compare all pairs."""
        return list(compare_pairs(self.pairs))

    def failure(self, problem: str, *, retry: bool) -> list[ComparedPair] | None:  # noqa: ARG002
        """Return None: the batch ended its worker, so nothing is known about its pairs."""
        logger.warning("%s, so the pairs of its batch are compared one at a time", problem)
        return None


def compare_pairs(pairs: Sequence[ThumbnailPair]) -> Iterator[ComparedPair]:
    """Compare pairs in this process; pairs that have nothing in common, or can't be read, are left out."""
    for pair in pairs:
        first = _view(pair.first)
        if first is not None and (compared := _compare(first, pair)):
            yield compared


def compare_with_thumbnails(
    pixels: Array, thumbnails: Sequence[Path], cosines: Sequence[float], transforms: NDArray[np.float64]
) -> list[ComparedPair]:
    """Compare one picture with several thumbnails, in this process.

    Args:
        pixels: The picture (h, w, 3) uint8.
        thumbnails: The files of the thumbnails.
        cosines: Of the embeddings of the picture and of each thumbnail's picture.
        transforms: Alignments of the subjects' squares (n, 2, 3).

    Returns:
        What was measured, without the thumbnails that have nothing in common with the picture or can't be read.
    """
    first = PictureView(pixels)
    pairs = [
        ThumbnailPair(number, path, path, cosine, transform)
        for number, (path, cosine, transform) in enumerate(zip(thumbnails, cosines, transforms, strict=True))
    ]
    return [compared for pair in pairs if (compared := _compare(first, pair))]


def _compare(first: PictureView, pair: ThumbnailPair) -> ComparedPair | None:
    second = _view(pair.second)
    if second is None:
        return None
    guess = guess_from_squares(first, second, pair.transform)
    relation = relate(first, second, pair.cosine, guess)
    return None if relation is None else ComparedPair(pair.number, relation.features, relation.region)


def compare_in_workers(pairs: Iterable[ThumbnailPair], count: int) -> Iterator[tuple[list[int], list[ComparedPair]]]:
    """Compare pairs.

    A batch that ends its worker, or takes too long, is compared again pair by pair. A pair that ends a worker by itself
    counts as one with nothing in common.

    Args:
        pairs: The pairs; those that share a thumbnail should be near each other.
        count: How many there are.

    Yields:
        The numbers of the pairs of a batch, and what was measured on those that have something in common.
    """
    tasks = _comparison_tasks(iter(pairs))
    if count <= MAX_WITHOUT_WORKERS:
        yield from ((task.numbers, task.run()) for task in tasks)
        return
    with WorkerPool(preload=(__name__,)) as workers:
        interrupted = list[ThumbnailPair]()
        for answer in workers.run(tasks):
            if answer.result is None:
                interrupted += answer.task.pairs
            else:
                yield answer.task.numbers, answer.result
        for answer in workers.run(ComparisonTask((pair,)) for pair in interrupted):
            yield answer.task.numbers, answer.result or []


def _comparison_tasks(pairs: Iterator[ThumbnailPair]) -> Iterator[ComparisonTask]:
    while batch := tuple(islice(pairs, PAIRS_PER_TASK)):
        yield ComparisonTask(batch)


@lru_cache(VIEWS_IN_MEMORY)
def _view(thumbnail: Path) -> PictureView | None:
    try:
        return PictureView(read_preview(thumbnail, THUMBNAIL_PIXELS).pixels)
    except PictureUnreadable:
        return None
