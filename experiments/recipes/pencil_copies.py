"""Pencil drawings made from other pictures: contours drawn more than once, and tones hatched in layers, on paper.

The packages that we measure on hold hardly any pencil drawing, so these stand in for them where techniques are judged.

    python -m experiments.recipes.pencil_copies PICTURE sheet.png    # nine copies of a picture
"""

import math
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, sobel

from experiments.recipes.drawing_primitives import (
    Canvas,
    Field,
    Rng,
    Sheet,
    cloud_field,
    gentle_curves,
    glaze,
    paper_tooth,
    pick,
    rub,
    widths_of_strokes,
)
from experiments.shared.contact_sheet import contact_sheet
from experiments.shared.paths import PAPERS
from experiments.shared.white_paper import on_white

SIDE = 384  # pixels of the sheet
MIN_FILLED, MAX_FILLED = 0.7, 0.95  # of the sheet's side, by the drawing
LEADS = ((0.12, 0.12, 0.14), (0.25, 0.25, 0.27), (0.4, 0.4, 0.42), (0.3, 0.2, 0.14))  # soft to hard graphite, sepia


def draw_pencil_copy(rng: Rng, picture: Image.Image) -> NDArray[np.uint8]:
    """Draw a picture in pencil: (384, 384, 3).

    Args:
        rng: Decides the hand, the pencil and the paper.
        picture: What is drawn.
    """
    tone = _tone(rng, on_white(picture))
    sheet, hills, lead = _paper(rng), paper_tooth(rng, SIDE), np.array(pick(rng, LEADS), np.float32)
    for _ in range(rng.integers(1, 3)):
        sheet = glaze(sheet, rub(_contours(rng, tone), hills) * rng.uniform(0.6, 1), lead)
    direction, width = rng.uniform(0, math.pi), rng.uniform(1.2, 2.6)
    for _ in range(rng.integers(0, 4)):  # none: a contour drawing
        pressure = gaussian_filter(_hatching(rng, width, direction), 0.5) * (tone > 0.1) * (0.25 + tone)
        sheet = glaze(sheet, rub(pressure * rng.uniform(0.5, 0.9), hills, 1.2) * rng.uniform(0.4, 0.8), lead)
        direction += rng.normal(0, 0.6)
    return np.round(np.clip(sheet, 0, 1) * 255).astype(np.uint8)


def _tone(rng: Rng, picture: Image.Image) -> Field:
    """How dark the picture is at each place of the sheet, in the middle of it."""
    scale = SIDE * rng.uniform(MIN_FILLED, MAX_FILLED) / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    grey = Image.new("L", (SIDE, SIDE), 255)
    corner = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    grey.paste(picture.convert("L").resize(size, Image.Resampling.LANCZOS), corner)
    return gaussian_filter(1 - np.asarray(grey, np.float32) / 255, 0.8)


def _contours(rng: Rng, tone: Field) -> Field:
    """Lines where the tone changes, each time displaced a little, pressed unevenly."""
    across, down = (gaussian_filter(cloud_field(rng, SIDE, 60) - 0.5, 4) * rng.uniform(2, 8) for _ in range(2))
    y, x = np.mgrid[:SIDE, :SIDE]
    rows, columns = (np.clip(np.rint(at), 0, SIDE - 1).astype(int) for at in (y + down, x + across))
    moved = tone[rows, columns]
    edges = np.hypot(sobel(moved, 0), sobel(moved, 1))
    return np.minimum(1, edges * rng.uniform(1, 2)) * (0.4 + 0.6 * cloud_field(rng, SIDE, 40))


def _hatching(rng: Rng, width: float, direction: float) -> Field:
    """Parallel strokes over the whole sheet, as loose as a quick hand draws them."""
    period, length = width * rng.uniform(1, 2.2), SIDE / rng.uniform(2, 6)
    rows, along = np.meshgrid(np.arange(-0.72 * SIDE, 0.72 * SIDE, period), np.arange(-SIDE, SIDE, length))
    offsets = rows.ravel() + rng.normal(0, period * 0.2, rows.size)
    begins = along.ravel() + rng.uniform(-0.3, 0.3, rows.size) * length
    axis = np.array([math.cos(direction), math.sin(direction)])
    starts = SIDE / 2 + offsets[:, None] * axis[::-1] * (-1, 1) + begins[:, None] * axis
    paths = gentle_curves(rng, starts, direction + rng.normal(0, 0.03, rows.size), np.full(rows.size, length), 0.1)
    canvas = Canvas(SIDE)
    canvas.strokes(
        paths, widths_of_strokes(rng, len(paths), paths.shape[1], width), rng.uniform(0.7, 1, len(paths)).tolist()
    )
    return canvas.coverage()


def _paper(rng: Rng) -> Sheet:
    """White paper, tinted paper with a fine grain, or a photograph of paper."""
    kind = rng.random()
    if kind < 0.35:
        return np.ones((SIDE, SIDE, 3), np.float32)
    if kind < 0.7:
        tint = 1 - rng.uniform(0, 0.15) * np.array([0.4, 0.6, 1.0])
        grain = gaussian_filter(rng.normal(0, 0.02, (SIDE, SIDE, 1)), (0.6, 0.6, 0)) * rng.uniform(0.3, 1.5)
        return (tint * (0.96 - 0.06 * cloud_field(rng, SIDE, SIDE)[..., None]) + grain).astype(np.float32)
    photograph = Image.open(pick(rng, sorted(PAPERS.rglob("*.png")))).convert("RGB").resize((SIDE, SIDE))
    return np.asarray(photograph, np.float32) / 255


def main() -> None:
    """Write a contact sheet of nine copies."""
    picture = Image.open(sys.argv[1])
    copies = [draw_pencil_copy(np.random.default_rng(seed), picture) for seed in range(9)]
    contact_sheet([copies[row : row + 3] for row in (0, 3, 6)]).save(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
