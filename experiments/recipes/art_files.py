"""Picture files that training pictures are cut from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

GROUND_SHARE = 0.08  # of the pictures are put on a strong colour instead of white


class ArtFiles(NamedTuple):
    """Picture files to cut from."""

    drawings: list[Path]  # of openclipart
    paintings: list[Path]  # of other hands


def open_on_ground(path: Path, rng: np.random.Generator) -> Image.Image:
    """Open a picture on white, or in one of twelve cases on a strong colour."""
    picture = Image.open(path).convert("RGBA")
    ground_colour = tuple(rng.integers(0, 200, 3).tolist()) if rng.random() < GROUND_SHARE else (255, 255, 255)
    ground = Image.new("RGBA", picture.size, (*ground_colour, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def pick_file(files: list[Path], rng: np.random.Generator) -> Path:
    """Pick a file at random."""
    return files[int(rng.integers(len(files)))]
