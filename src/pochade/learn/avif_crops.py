"""Crops of a person's pictures at full resolution, and their AVIF versions, to train the artifact remover on."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pochade.errors import PochadeError
from pochade.images.base.picture import Array
from pochade.images.codecs.round_trip import avif_round_trip
from pochade.images.io.read import read_picture
from pochade.system.path_text import printable
from pochade.system.worker_pool import WorkerPool

CROP_SIDE = 192  # pixels
QUALITY_RANGE = (8, 94)  # AVIF qualities; the end is excluded
MIN_DEVIATION = 4.0  # standard deviation in levels of 255; a flatter crop teaches nothing
MAX_CROP_TRIES = 4  # random crops of a picture until one is not flat


class AvifCrop(NamedTuple):
    """A crop before and after AVIF compression."""

    decoded: Array  # (S, S, 3) uint8
    clean: Array  # (S, S, 3) uint8
    quality: int


@dataclass(frozen=True)
class CropTask:
    """The task of taking random crops from a file."""

    path: Path
    count: int
    seed: int

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return printable(self.path.name)

    def run(self) -> list[AvifCrop]:
        """Take the crops; an unreadable file gives none."""
        try:
            pixels = read_picture(self.path).on_paper()
        except (PochadeError, OSError):
            return []
        rng = np.random.default_rng(self.seed)
        crops = (random_crop(pixels, rng) for _ in range(self.count))
        return [_compress_crop(crop, rng) for crop in crops if crop is not None]

    def failure(self, problem: str, *, retry: bool) -> list[AvifCrop]:  # noqa: ARG002  other files give crops
        """Return no crops."""
        return []


def cut_crops(files: Iterable[Path], count: int) -> list[AvifCrop]:
    """Take random crops from files, in workers.

    Args:
        files: The files; unreadable files and flat crops are skipped.
        count: The maximum number of crops of each file.
    """
    tasks = [CropTask(path, count, seed) for seed, path in enumerate(files)]
    with WorkerPool(preload=(__name__,)) as workers:
        crops = {answer.task.seed: answer.result for answer in workers.run(tasks)}
    return [crop for seed in sorted(crops) for crop in crops[seed]]


def random_crop(pixels: Array, rng: np.random.Generator) -> Array | None:
    """Take a random crop with some content.

    Args:
        pixels: The picture (h, w, 3) uint8; a smaller picture is padded by repeating its edges.
        rng: Chooses the place.

    Returns:
        The crop (S, S, 3) uint8, or None if all tries were flat.
    """
    padding = [(0, max(0, CROP_SIDE - side)) for side in pixels.shape[:2]]
    padded = np.pad(pixels, [*padding, (0, 0)], mode="edge")
    for _ in range(MAX_CROP_TRIES):
        y, x = (int(rng.integers(0, side - CROP_SIDE + 1)) for side in padded.shape[:2])
        crop = padded[y : y + CROP_SIDE, x : x + CROP_SIDE]
        if crop.std() > MIN_DEVIATION:
            return np.ascontiguousarray(crop)
    return None


def _compress_crop(crop: Array, rng: np.random.Generator) -> AvifCrop:
    quality = int(rng.integers(*QUALITY_RANGE))
    return AvifCrop(avif_round_trip(crop, quality), crop, quality)
