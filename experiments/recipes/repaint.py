"""Repaints drawings with brush strokes from broad to fine, which take their colours from the picture below.

    python -m experiments.recipes.repaint sheet.png    # a contact sheet

Clip art is flat and sharp; paintings are neither. The strokes follow Hertzmann, "Painterly Rendering with Curved Brush
Strokes of Multiple Sizes", SIGGRAPH 1998, but lie at random places along a smooth field of directions. Light, shade and
grain come last.
"""

import math
import sys

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from experiments.recipes.drawing_primitives import Rng
from experiments.recipes.synthetic_drawings import draw_synthetic
from experiments.shared.contact_sheet import contact_sheet

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
SUPERSAMPLING = 2  # strokes are painted at twice the size and shrunk, for smooth edges
BROADEST, FINEST = 28.0, 1.0  # pixels of a stroke's width
SCALES = 6


def repaint(below: Bytes, rng: Rng) -> Bytes:
    """Repaint a picture (S, S, 3) in strokes that roughly keep what it shows."""
    side = below.shape[0]
    colours = _add_light_and_shade(below.astype(np.float32), rng)
    angles = _smooth_field(side, rng) * rng.uniform(1, 5)
    canvas = Image.fromarray(_to_bytes(colours)).filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))
    canvas = canvas.resize((side * SUPERSAMPLING, side * SUPERSAMPLING), Image.Resampling.BICUBIC)
    pen, jitter, cover = ImageDraw.Draw(canvas, "RGBA"), rng.uniform(3, 22), rng.uniform(0.35, 1.1)
    for width in np.geomspace(BROADEST, FINEST, SCALES) * rng.uniform(0.6, 1.3):
        for _ in range(int(cover * side * side / (width * width * 14 + 60))):
            _paint_stroke(pen, colours, angles, float(width), jitter, rng)
    smooth = canvas.reduce(SUPERSAMPLING).filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.9)))
    grain = rng.standard_normal((side, side, 1), np.float32) * rng.uniform(0, 3)
    return _to_bytes(np.asarray(smooth).astype(np.float32) + grain)


def _paint_stroke(
    pen: ImageDraw.ImageDraw, colours: Floats, angles: Floats, width: float, jitter: float, rng: Rng
) -> None:
    """Paint one stroke in the colour of the picture where it begins, a few widths along the directions."""
    side = colours.shape[0]
    x, y = rng.uniform(0, side, 2)
    place = min(side - 1, int(y)), min(side - 1, int(x))
    colour = colours[place] + rng.normal(0, jitter) + rng.normal(0, jitter / 3, 3)
    points = [(x, y)]
    for _ in range(int(rng.integers(2, 6))):
        angle = angles[min(side - 1, max(0, int(y))), min(side - 1, max(0, int(x)))] + rng.normal(0, 0.25)
        x, y = x + 1.2 * width * math.cos(angle), y + 1.2 * width * math.sin(angle)
        points.append((x, y))
    fill = (*(int(channel) for channel in np.clip(colour, 0, 255)), int(rng.integers(60, 256)))
    pen.line(
        [(SUPERSAMPLING * column, SUPERSAMPLING * row) for column, row in points],
        fill,
        max(1, round(SUPERSAMPLING * width)),
        "curve",
    )


def _add_light_and_shade(colours: Floats, rng: Rng) -> Floats:
    """Add light, shade and drifting hues to colours (S, S, 3)."""
    side = colours.shape[0]
    light = 1 + rng.uniform(0, 0.5) * _smooth_field(side, rng)[..., None]
    hues = np.stack([_smooth_field(side, rng) for _ in range(3)], 2) * rng.uniform(0, 40)
    return colours * light + hues * np.float32(rng.random() < 0.7)


def _smooth_field(side: int, rng: Rng) -> Floats:
    """A random field (S, S), about -1 to 1, without fine detail."""
    coarse = rng.uniform(-1, 1, (int(rng.integers(2, 9)),) * 2).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


def _to_bytes(values: Floats) -> Bytes:
    return values.clip(0, 255).round().astype(np.uint8)


def _contact_sheet(columns: int = 8, rows: int = 4) -> Image.Image:
    rng = np.random.default_rng(0)
    return contact_sheet([[repaint(draw_synthetic(rng, 192), rng) for _ in range(columns)] for _ in range(rows)])


if __name__ == "__main__":
    _contact_sheet().save(sys.argv[1])
