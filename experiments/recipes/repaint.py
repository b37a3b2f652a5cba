"""Drawings painted over as a painter would: strokes from broad to fine take their colours from what lies below.

    python -m experiments.recipes.repaint sheet.png    # a contact sheet

Clip art is flat and sharp; paintings are neither. Strokes after Hertzmann, "Painterly Rendering with Curved Brush
Strokes of Multiple Sizes", SIGGRAPH 1998, but placed at random along a smooth field of directions, over drawings,
dead leaves or mere colour fields; then light and shade, and grain.
"""

import math
import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from experiments.recipes.drawing_primitives import Rng
from experiments.recipes.synthetic_drawings import draw_synthetic

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
SUPERSAMPLING = 2  # painted at twice the size, then shrunk, which makes smooth edges
BROADEST, FINEST = 28.0, 1.0  # pixels of a stroke's width
SCALES = 6


def repaint(below: Bytes, chance: Rng) -> Bytes:
    """A picture (S, S, 3) in strokes, which keep about what it shows."""
    side = below.shape[0]
    colours = _add_light_and_shade(below.astype(np.float32), chance)
    angles = _smooth_field(side, chance) * chance.uniform(1, 5)
    canvas = Image.fromarray(_to_bytes(colours)).filter(ImageFilter.GaussianBlur(chance.uniform(0, 3)))
    canvas = canvas.resize((side * SUPERSAMPLING, side * SUPERSAMPLING), Image.Resampling.BICUBIC)
    pen, jitter, cover = ImageDraw.Draw(canvas, "RGBA"), chance.uniform(3, 22), chance.uniform(0.35, 1.1)
    for width in np.geomspace(BROADEST, FINEST, SCALES) * chance.uniform(0.6, 1.3):
        for _ in range(int(cover * side * side / (width * width * 14 + 60))):
            _paint_stroke(pen, colours, angles, float(width), jitter, chance)
    smooth = canvas.reduce(SUPERSAMPLING).filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.9)))
    grain = chance.standard_normal((side, side, 1), np.float32) * chance.uniform(0, 3)
    return _to_bytes(np.asarray(smooth).astype(np.float32) + grain)


def _paint_stroke(
    pen: ImageDraw.ImageDraw, colours: Floats, angles: Floats, width: float, jitter: float, chance: Rng
) -> None:
    """One stroke that follows the field for a few of its widths, of the colour where it begins."""
    side = colours.shape[0]
    x, y = chance.uniform(0, side, 2)
    place = min(side - 1, int(y)), min(side - 1, int(x))
    colour = colours[place] + chance.normal(0, jitter) + chance.normal(0, jitter / 3, 3)
    points = [(x, y)]
    for _ in range(int(chance.integers(2, 6))):
        angle = angles[min(side - 1, max(0, int(y))), min(side - 1, max(0, int(x)))] + chance.normal(0, 0.25)
        x, y = x + 1.2 * width * math.cos(angle), y + 1.2 * width * math.sin(angle)
        points.append((x, y))
    fill = (*(int(one) for one in np.clip(colour, 0, 255)), int(chance.integers(60, 256)))
    pen.line([(SUPERSAMPLING * a, SUPERSAMPLING * b) for a, b in points], fill, max(1, round(SUPERSAMPLING * width)), "curve")


def _add_light_and_shade(colours: Floats, chance: Rng) -> Floats:
    """Colours (S, S, 3) with light and shade over them, and hues that drift."""
    side = colours.shape[0]
    light = 1 + chance.uniform(0, 0.5) * _smooth_field(side, chance)[..., None]
    hues = np.stack([_smooth_field(side, chance) for _ in range(3)], 2) * chance.uniform(0, 40)
    return colours * light + hues * np.float32(chance.random() < 0.7)


def _smooth_field(side: int, chance: Rng) -> Floats:
    """A smooth field (S, S), about -1 to 1."""
    coarse = chance.uniform(-1, 1, (int(chance.integers(2, 9)),) * 2).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


def _to_bytes(values: Floats) -> Bytes:
    """Values of 255 as pixels."""
    return values.clip(0, 255).round().astype(np.uint8)


def _contact_sheet(columns: int = 8, rows: int = 4) -> Image.Image:
    """Examples over what nobody drew."""
    chance = np.random.default_rng(0)
    pictures = [[repaint(draw_synthetic(chance, 192), chance) for _ in range(columns)] for _ in range(rows)]
    return Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in pictures]))


if __name__ == "__main__":
    _contact_sheet().save(sys.argv[1])
