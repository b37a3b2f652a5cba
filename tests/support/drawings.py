"""Small drawings that no two look alike, for collections of the tests' own."""

import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import make_squares


def drawing(seed: int, side: int = 200) -> Image.Image:
    """A few coloured shapes on white, decided by the seed."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(picture)
    for _ in range(7):
        corners = [
            (chance.uniform(0.1, 0.9) * side, chance.uniform(0.1, 0.9) * side) for _ in range(chance.randint(3, 6))
        ]
        colour = tuple(chance.randrange(256) for _ in range(3))
        pen.polygon(corners, fill=colour, outline="black", width=3)
    return picture


def folder_of_art(folder: Path, count: int = 12) -> Path:
    """A folder with that many drawings, half of them in a folder below."""
    (folder / "old").mkdir(parents=True)
    for seed in range(count):
        drawing(seed).save(folder / ("old" if seed % 2 else ".") / f"drawing {seed}.png")
    return folder


def subject_square(picture: Image.Image) -> Array:
    """The letterboxed subject of a picture, (96, 96, 3) uint8."""
    return make_squares(np.asarray(picture.convert("RGB"))).subject.pixels
