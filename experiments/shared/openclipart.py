"""The drawings of openclipart, and which of them are trained on."""

import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.shared.perceptual_hash import hash_distances
from pochade.analysis.nearest_neighbours import connected_components
from pochade.errors import PictureUnreadable
from pochade.images.geometry.letterbox import Squares, make_squares
from pochade.images.io.read import read_preview

HELD_OUT_EVERY = 10  # one content in ten, chosen by its hash, is never trained on
NEAR_BITS = 40  # of 256: drawings whose hashes differ by less may show the same, so both go to one side of the split
SAME_BITS = 14  # drawings whose hashes differ by less do show the same, so they count as one kind
STARS_FOLDER = "shapes/stars"  # 1,378 drawings that hardly differ: one in twenty is trained on, and all are one kind


class Drawing(NamedTuple):
    """A drawing of openclipart."""

    path: str
    content: str  # SHA-256
    squares: Squares

    @property
    def held_out(self) -> bool:
        """Whether it is in the tenth that is never trained on."""
        return is_held_out(self.content)

    @property
    def grey(self) -> np.ndarray:
        """The whole drawing as a grey square, (96, 96)."""
        grey: np.ndarray = self.squares.whole.pixels.mean(2)
        return grey


def is_held_out(content: str) -> bool:
    """Whether the content with this SHA-256 is in the tenth that is never trained on."""
    return int(content[:8], 16) % HELD_OUT_EVERY == 0


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_drawing(path: Path) -> Drawing | None:
    """Read a drawing, or report an unreadable one and return None."""
    try:
        return Drawing(str(path), file_digest(path), make_squares(read_preview(path, 256).pixels))
    except PictureUnreadable as error:
        print(f"left out: {error.sentence}", file=sys.stderr)
        return None


def load_drawings(folder: Path) -> list[Drawing]:
    """Read every drawing of openclipart, sorted by path."""
    paths = sorted(folder.rglob("*.png"))
    with ProcessPoolExecutor(2) as pool:
        return [drawing for drawing in pool.map(read_drawing, paths, chunksize=16) if drawing]


def training_split(drawings: list[Drawing]) -> tuple[list[int], np.ndarray]:
    """Say which drawings may be trained on, and which show the same.

    Returns:
        The numbers of the drawings for training, and the kind of every drawing (N,): equal for drawings that show the
        same.
    """
    distances = hash_distances(np.stack([drawing.grey for drawing in drawings]))
    work, kind = (connected_components(np.argwhere(distances < bits), len(drawings)) for bits in (NEAR_BITS, SAME_BITS))
    stars = np.array([STARS_FOLDER in drawing.path for drawing in drawings])
    kind[stars] = kind.max() + 1
    held_out_works = {
        number
        for drawing, number in zip(drawings, work, strict=True)
        if drawing.held_out and STARS_FOLDER not in drawing.path
    }
    chosen = [
        number
        for number, drawing in enumerate(drawings)
        if not drawing.held_out and work[number] not in held_out_works and (not stars[number] or number % 20 == 0)
    ]
    return chosen, kind
