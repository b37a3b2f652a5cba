"""Prove that two files hold one picture, saved again: their originals are compared, not their thumbnails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.resave_test import ResaveTest, compare_resaves, frames_agree
from pochade.errors import PictureUnreadable, PochadeError
from pochade.images.io.read import read_preview
from pochade.images.io.reading_worker import read_in_worker
from pochade.index.picture_records import PictureFile
from pochade.system.worker_pool import WorkerPool

PROOF_SIDE = 1_024  # pixels of the longer side; smaller pictures are compared at the smaller one's size
PROOF_SECONDS = 60.0
MAX_WITHOUT_POOL = 4  # pairs; comparing so many takes less time than starting workers
UNCLEAR = ResaveTest("unclear")


@dataclass(frozen=True)
class ProofTask:
    """Two files to compare."""

    number: int  # of the pair
    first: Path
    second: Path
    side: int  # pixels of the longer side

    @property
    def name(self) -> str:
        """The first file, for messages."""
        return str(self.first)

    def run(self) -> ResaveTest:
        """Compare the two; a file that can't be read proves nothing."""
        try:
            return compare_files(self.first, self.second, self.side)
        except (OSError, PictureUnreadable):
            return UNCLEAR

    def failure(self, problem: str, *, retry: bool) -> ResaveTest:  # noqa: ARG002  the caller retries
        """A file that stops its worker proves nothing."""
        return UNCLEAR


def compare_files(first: Path, second: Path, side: int) -> ResaveTest:
    """Compare the pictures in two files at this many pixels of the longer side.

    Raises:
        PictureUnreadable: One of the files can't be read as a picture.
    """
    return compare_resaves(*(PictureView(read_preview(path, side).pixels, side) for path in (first, second)))


def proof_side(first: PictureFile, second: PictureFile) -> int | None:
    """Pixels of the longer side at which two pictures are compared; None if their proportions differ."""
    sizes = (first.width, first.height), (second.width, second.height)
    side = min(PROOF_SIDE, *map(max, sizes))
    return side if frames_agree(*sizes, side) else None


def _prove_in_reader(task: ProofTask) -> ResaveTest:
    """Run a task in the worker that reads single files for this process."""
    try:
        result: ResaveTest = read_in_worker(partial(compare_files, task.first, side=task.side), task.second)
    except PochadeError:
        return UNCLEAR
    return result


class ProvedPair(NamedTuple):
    """What comparing the originals of a pair found."""

    number: int  # of the pair
    test: ResaveTest
    side: int  # pixels of the longer side at which they were compared


def prove_resaves(pairs: Sequence[tuple[PictureFile, PictureFile]]) -> Iterator[ProvedPair]:
    """Compare pairs of files in worker processes.

    Yields:
        What was found, in the order in which the pairs finish. Where the proportions differ, one of the two was cropped
        or padded, which is unclear.
    """
    tasks: list[ProofTask] = []
    for number, (first, second) in enumerate(pairs):
        side = proof_side(first, second)
        if side is None:
            yield ProvedPair(number, UNCLEAR, PROOF_SIDE)
        else:
            tasks.append(ProofTask(number, first.path, second.path, side))
    if len(tasks) <= MAX_WITHOUT_POOL:
        yield from (ProvedPair(task.number, _prove_in_reader(task), task.side) for task in tasks)
    else:
        with WorkerPool(seconds=PROOF_SECONDS, preload=(__name__,)) as workers:
            for answer in workers.run(tasks):
                yield ProvedPair(answer.task.number, answer.result, answer.task.side)
