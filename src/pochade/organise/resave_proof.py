"""Prove that two files hold one picture, saved again: their originals are compared, not their thumbnails.

Where one of them is a JPEG and its coding errors leave a doubt, the other one is coded as the JPEG was, and compared
again: two codings of one picture have the same errors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.resave_test import ResaveTest, compare_resaves, frames_agree
from pochade.errors import PictureUnreadable, PochadeError
from pochade.images.codecs.jpeg_recoding import read_jpeg_coding
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
    views = [PictureView(read_preview(path, side).pixels, side) for path in (first, second)]
    test = compare_resaves(*views)
    if test.outcome == "unclear":
        orders = ((first, second, views[1]), (second, first, views[0]))
        coded_tests = (_compare_coded(*order) for order in orders)  # the second one only if it is needed
        return next((coded for coded in coded_tests if coded.outcome == "same"), test)
    return test


def _compare_coded(original: Path, copy: Path, view: PictureView) -> ResaveTest:
    """Code an original as its copy was coded, if that is a JPEG, and compare it with the copy's view."""
    coding = read_jpeg_coding(copy)
    if coding is None:
        return UNCLEAR
    coded = coding.apply(read_preview(original, max(coding.width, coding.height)).pixels)
    return compare_resaves(PictureView(coded, max(view.width, view.height)), view)


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
