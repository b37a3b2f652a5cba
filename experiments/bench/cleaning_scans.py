"""What cleaners are measured on: drawings that nothing was trained on, real papers, and scans made of both."""

import hashlib
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experiments.bench.cleaning_rivals import Picture
from experiments.shared.openclipart import NEAR_BITS, is_held_out, read_drawing
from experiments.shared.paths import DRAWINGS, PAPERS
from experiments.shared.perceptual_hash import hash_distances
from experiments.shared.white_paper import load_on_white

DPI = 300.0
FOLDERS = ("animals", "buildings", "food", "people", "plants", "recreation", "transportation")  # no signs, no icons
LONG = 640  # pixels of the longer side of a drawing
SMALLEST, LARGEST = 400, 4000  # pixels: smaller drawings would be blurred by enlarging them, larger ones take long
DARK, ENOUGH = 200, 0.05  # of 255, and of all pixels: so much has to be drawn
NO_PAPERS = ("Cork", "DecoPaper", "mamurk_b", "SketchPaper 02")  # cork, a pattern, and two that are nearly black
BLOCK = 24  # pixels of a block in which grain is measured


class Damaged(Protocol):
    """A scan with its truth."""

    @property
    def picture(self) -> Picture:
        """The scan."""

    @property
    def clean(self) -> Picture:
        """What it should be."""

    @property
    def defects(self) -> NDArray[np.bool_]:
        """(H, W): where there are specks, hairs, folds."""


Damage = Callable[[Picture, float, np.random.Generator], Damaged]


def chosen(count: int, *, held_out: bool, folder: Path = DRAWINGS) -> list[Picture]:
    """Large drawings, no two alike: of the tenth that is held out, or for tuning of the rest."""
    paths = sorted(path for name in FOLDERS for path in (folder / name).rglob("*.png"))
    random.Random(0).shuffle(paths)
    found = []
    for path in paths:
        if is_held_out(hashlib.sha256(path.read_bytes()).hexdigest()) == held_out and large(path):
            found.append(path)
        if len(found) == 2 * count:
            break
    return [load_on_white(path) for path in unlike(found)[:count]]


def large(path: Path) -> bool:
    """Whether a file has the pixels, and something is on it."""
    with Image.open(path) as picture:
        if not SMALLEST <= max(picture.size) <= LARGEST or min(picture.size) < SMALLEST // 3:
            return False
    return bool((load_on_white(path, 128).min(2) < DARK).mean() > ENOUGH)


def unlike(paths: Sequence[Path]) -> list[Path]:
    """Of drawings whose perceptual hashes are near in any orientation, the first."""
    known = [drawing for path in paths if (drawing := read_drawing(path))]
    same = hash_distances(np.stack([drawing.squares.whole.pixels.mean(2) for drawing in known])) < NEAR_BITS
    kept: list[int] = []
    for number in range(len(known)):
        if not same[number, kept].any():
            kept.append(number)
    return [Path(known[number].path) for number in kept]


def busiest(picture: Picture, side: int) -> Picture:
    """Of the crops of that side, the one with most in it."""
    height, width = picture.shape[:2]
    corners = [(y, x) for y in range(0, max(1, height - side), 32) for x in range(0, max(1, width - side), 32)]
    crops = [picture[y : y + side, x : x + side] for y, x in corners]
    return max(crops, key=lambda crop: float(np.abs(np.diff(crop.astype(np.float32), axis=0)).mean()))


def white_noise(picture: Picture, deviation: float, chance: np.random.Generator) -> Picture:
    """With independent Gaussian noise, as bytes."""
    return (picture + chance.normal(0, deviation, picture.shape)).clip(0, 255).round().astype(np.uint8)


def papers(folder: Path = PAPERS) -> dict[str, Picture]:
    """Photographs of papers at half their size, so that a pixel is about 1/300 inch; none if not fetched."""
    if not folder.exists():
        print("no papers here: make papers", file=sys.stderr)
    found = {}
    for path in sorted(folder.rglob("*.png")):
        if not any(name in path.name for name in NO_PAPERS):
            photograph = Image.open(path).convert("RGB")
            found[path.stem] = np.asarray(photograph.reduce(2))
    return found


def spread(paper: Picture, shape: tuple[int, ...]) -> Picture:
    """A paper over that many pixels, mirrored where it ends."""
    below, beside = (max(0, wanted - own) for wanted, own in zip(shape[:2], paper.shape[:2], strict=True))
    return np.pad(paper, ((0, below), (0, beside), (0, 0)), mode="symmetric")[: shape[0], : shape[1]]


def printed(drawing: Picture, paper: Picture) -> Picture:
    """A drawing on a paper, as if with transparent ink, so that the paper is seen through it."""
    return np.round(drawing.astype(np.float32) * spread(paper, drawing.shape) / 255).astype(np.uint8)


def grain(picture: Picture) -> float:
    """The deviation of luma within blocks of bare paper, their slope taken out; the median of all blocks."""
    luma = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    rows, columns = (length // BLOCK for length in luma.shape)
    blocks = luma[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)
    y, x = np.mgrid[:BLOCK, :BLOCK]
    terms = np.stack([np.ones(BLOCK**2), x.ravel(), y.ravel()], 1)
    flat = blocks.reshape(-1, BLOCK**2).T
    left = flat - terms @ np.linalg.lstsq(terms, flat, rcond=None)[0]
    return float(np.median(left.std(0)))
