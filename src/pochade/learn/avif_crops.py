"""Parts of the person's pictures at their own size, coded as AVIF: what the restorer of AVIFs is trained on further."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pochade.errors import PochadeError
from pochade.images.base.picture import Array
from pochade.images.base.source import printable
from pochade.images.codecs.coding_noise import through_avif
from pochade.images.io.read import read_picture
from pochade.system.worker_pool import WorkerPool

SIDE = 192  # pixels
QUALITIES = (8, 94)  # of AVIF: from, and up to
FLAT = 4.0  # levels of 255: a part that varies less teaches nothing
TRIES = 4  # to find a part in which something is
Cut = tuple[Array, Array, int]  # coded and clean (S, S, 3) uint8, and the quality


@dataclass(frozen=True)
class CutJob:
    """A file, of which some parts are wanted."""

    path: Path
    count: int
    seed: int

    @property
    def name(self) -> str:
        """The file's, for a sentence."""
        return printable(self.path.name)

    def done(self) -> list[Cut]:
        """The parts; none of a file that gives no picture."""
        try:
            pixels = read_picture(self.path).on_paper()
        except (PochadeError, OSError):
            return []
        rng = np.random.default_rng(self.seed)
        return [coded(part, rng) for part in (part_of(pixels, rng) for _ in range(self.count)) if part is not None]

    def given_up(self, problem: str, *, again: bool) -> list[Cut]:  # noqa: ARG002  there are others
        """None."""
        return []


def part_of(pixels: Array, rng: np.random.Generator) -> Array | None:
    """A part (S, S, 3) in which something is; a smaller picture is repeated from its edges. None where all is flat."""
    room = [(0, max(0, SIDE - side)) for side in pixels.shape[:2]]
    whole = np.pad(pixels, [*room, (0, 0)], mode="edge")
    for _ in range(TRIES):
        top, left = (int(rng.integers(0, side - SIDE + 1)) for side in whole.shape[:2])
        part = whole[top : top + SIDE, left : left + SIDE]
        if part.std() > FLAT:
            return np.ascontiguousarray(part)
    return None


def coded(part: Array, rng: np.random.Generator) -> Cut:
    """A part as it comes back, beside what it was."""
    quality = int(rng.integers(*QUALITIES))
    return through_avif(part, quality), part, quality


def cuts_of(files: Iterable[Path], count: int) -> list[Cut]:
    """So many parts of each file, read by processes of their own: what a stranger made can't stop a run."""
    jobs = [CutJob(path, count, seed) for seed, path in enumerate(files)]
    with WorkerPool() as readers:
        answers = {answer.request.seed: answer.reading for answer in readers.read(jobs)}
    return [cut for seed in sorted(answers) for cut in answers[seed]]
