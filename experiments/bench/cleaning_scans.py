"""The pictures that cleaners are measured on: held-out drawings, photographed papers, and scans made of both."""

import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experiments.bench.cleaning_rivals import Picture
from experiments.shared.openclipart import NEAR_BITS, file_digest, is_held_out, read_drawing
from experiments.shared.paths import DRAWINGS, PAPERS
from experiments.shared.perceptual_hash import distinct_rows, hash_distances
from experiments.shared.white_paper import load_on_white

DPI = 300.0
FOLDERS = (
    "animals",
    "buildings",
    "food",
    "people",
    "plants",
    "recreation",
    "transportation",
)  # without signs and icons
LONGEST_SIDE = 640  # pixels of a drawing
MIN_LONGEST_SIDE, MAX_LONGEST_SIDE = 400, 4000  # pixels
INK_LEVEL = 200  # of 255: darker pixels are drawn
MIN_INK_SHARE = 0.05  # of the pixels are drawn
EXCLUDED_PAPERS = ("Cork", "DecoPaper", "mamurk_b", "SketchPaper 02")  # cork, a pattern, two that are nearly black
BLOCK_SIDE = 24  # pixels of the blocks in which grain is measured


class DamagedScan(Protocol):
    """A scan and its ground truth."""

    @property
    def picture(self) -> Picture:
        """The scan."""

    @property
    def clean(self) -> Picture:
        """The drawing without damage."""

    @property
    def defects(self) -> NDArray[np.bool_]:
        """Where there are specks, hairs or folds, (H, W)."""


Damage = Callable[[Picture, float, int], DamagedScan]  # of a drawing, its resolution, and a seed


def choose_drawings(count: int, *, held_out: bool, folder: Path = DRAWINGS) -> list[Picture]:
    """Choose large drawings, no two alike, from the held-out tenth or, for tuning, from the rest."""
    paths = sorted(path for name in FOLDERS for path in (folder / name).rglob("*.png"))
    random.Random(0).shuffle(paths)
    candidates = []
    for path in paths:
        if is_held_out(file_digest(path)) == held_out and _is_usable(path):
            candidates.append(path)
        if len(candidates) == 2 * count:
            break
    return [load_on_white(path, LONGEST_SIDE) for path in _without_near_copies(candidates)[:count]]


def _is_usable(path: Path) -> bool:
    """Whether a file has enough pixels, not too many, and something drawn on it."""
    with Image.open(path) as picture:
        if not MIN_LONGEST_SIDE <= max(picture.size) <= MAX_LONGEST_SIDE or min(picture.size) < MIN_LONGEST_SIDE // 3:
            return False
    return bool((load_on_white(path, 128).min(2) < INK_LEVEL).mean() > MIN_INK_SHARE)


def _without_near_copies(paths: Sequence[Path]) -> list[Path]:
    """Keep the first of the drawings whose perceptual hashes are near each other in any orientation."""
    drawings = [drawing for path in paths if (drawing := read_drawing(path))]
    near = hash_distances(np.stack([drawing.grey for drawing in drawings])) < NEAR_BITS
    return [Path(drawings[row].path) for row in distinct_rows(near)]


def busiest_crop(picture: Picture, side: int) -> Picture:
    """The crop of this side with the most detail."""
    height, width = picture.shape[:2]
    corners = [(y, x) for y in range(0, max(1, height - side), 32) for x in range(0, max(1, width - side), 32)]
    crops = [picture[y : y + side, x : x + side] for y, x in corners]
    return max(crops, key=lambda crop: float(np.abs(np.diff(crop.astype(np.float32), axis=0)).mean()))


def add_white_noise(picture: Picture, deviation: float, rng: np.random.Generator) -> Picture:
    """Add independent Gaussian noise and round to bytes."""
    return (picture + rng.normal(0, deviation, picture.shape)).clip(0, 255).round().astype(np.uint8)


def load_papers(folder: Path = PAPERS) -> dict[str, Picture]:
    """Photographs of papers at half their size, so that a pixel is about 1/300 inch. Empty if not fetched."""
    if not folder.exists():
        print("papers are not measured; get them with `make papers`", file=sys.stderr)
    papers = {}
    for path in sorted(folder.rglob("*.png")):
        if not any(name in path.name for name in EXCLUDED_PAPERS):
            photograph = Image.open(path).convert("RGB")
            papers[path.stem] = np.asarray(photograph.reduce(2))
    return papers


def spread_paper(paper: Picture, shape: tuple[int, ...]) -> Picture:
    """Cover a shape (H, W, ...) with a paper, mirrored where it ends."""
    below, beside = (max(0, target - available) for target, available in zip(shape[:2], paper.shape[:2], strict=True))
    return np.pad(paper, ((0, below), (0, beside), (0, 0)), mode="symmetric")[: shape[0], : shape[1]]


def print_on_paper(drawing: Picture, paper: Picture) -> Picture:
    """Multiply a drawing with a paper, as if drawn with transparent ink."""
    return np.round(drawing.astype(np.float32) * spread_paper(paper, drawing.shape) / 255).astype(np.uint8)


def measure_grain(picture: Picture) -> float:
    """The standard deviation of luma within blocks without their slope; the median of all blocks."""
    luma = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    rows, columns = (length // BLOCK_SIDE for length in luma.shape)
    blocks = (
        luma[: rows * BLOCK_SIDE, : columns * BLOCK_SIDE].reshape(rows, BLOCK_SIDE, columns, BLOCK_SIDE).swapaxes(1, 2)
    )
    y, x = np.mgrid[:BLOCK_SIDE, :BLOCK_SIDE]
    terms = np.stack([np.ones(BLOCK_SIDE**2), x.ravel(), y.ravel()], 1)
    flat = blocks.reshape(-1, BLOCK_SIDE**2).T
    residual = flat - terms @ np.linalg.lstsq(terms, flat, rcond=None)[0]
    return float(np.median(residual.std(0)))
