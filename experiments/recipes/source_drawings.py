"""Drawings of openclipart that training pictures are cut from."""

from pathlib import Path

import numpy as np
from PIL import Image

from experiments.shared.openclipart import file_digest, is_held_out

MIN_LONGEST_SIDE, MAX_LONGEST_SIDE = 150, 1_600  # pixels
Image.MAX_IMAGE_PIXELS = None  # of the largest drawings, only headers are read


def training_drawings(folder: Path) -> list[Path]:
    """List the drawings that may be trained on and are neither too small nor too large."""
    chosen = []
    for path in sorted(folder.rglob("*.png")):
        with Image.open(path) as picture:
            usable = MIN_LONGEST_SIDE <= max(picture.size) <= MAX_LONGEST_SIDE
        if usable and not is_held_out(file_digest(path)):
            chosen.append(path)
    return chosen


def open_on_ground(path: Path, rng: np.random.Generator) -> Image.Image:
    """Open a picture on white, or in one of twelve cases on a strong colour."""
    picture = Image.open(path).convert("RGBA")
    ground_colour = tuple(rng.integers(0, 200, 3).tolist()) if rng.random() < 0.08 else (255, 255, 255)
    ground = Image.new("RGBA", picture.size, (*ground_colour, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")
