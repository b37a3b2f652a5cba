"""TODO-DOCSTRING."""

import hashlib
from pathlib import Path

from PIL import Image

from experiments.recipes.cleaning_data import Generator
from experiments.shared.openclipart import HELD_OUT_EVERY

SMALLEST, LARGEST = 150, 1_600  # pixels of the longer side of the drawings that are taken


def training_drawings(folder: Path) -> list[Path]:
    """The drawings that may be trained on, of a fitting size."""
    chosen = []
    for path in sorted(folder.rglob("*.png")):
        with Image.open(path) as picture:
            fits = SMALLEST <= max(picture.size) <= LARGEST
        if fits and int(hashlib.sha256(path.read_bytes()).hexdigest()[:8], 16) % HELD_OUT_EVERY:
            chosen.append(path)
    return chosen


def open_on_ground(path: Path, rng: Generator) -> Image.Image:
    """A drawing on white, or now and then on a strong colour."""
    picture = Image.open(path).convert("RGBA")
    strong = tuple(rng.integers(0, 200, 3).tolist()) if rng.random() < 0.08 else (255, 255, 255)
    ground = Image.new("RGBA", picture.size, (*strong, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")
