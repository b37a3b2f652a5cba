"""Synthetic drawings and paintings, from which the cleaner learns what it must keep.

Pencil, charcoal, chalk, pen and hatching are in `experiments/recipes/dry_media.py`, paint in
`experiments/recipes/wet_media.py`, dots and small marks in `experiments/recipes/small_marks.py`. Most drawings lie on
white paper. The paper is even, because its grain counts as damage; the paper's tooth inside a stroke does not.

    python -m experiments.recipes.synthetic_drawings sheet.png    # a row for each kind, then mixed ones
"""

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experiments.recipes.drawing_primitives import Colour, Rng, Sheet, pick, random_colour
from experiments.recipes.dry_media import (
    chalk,
    charcoal,
    hatching,
    pen,
    pencil,
    pencil_shading,
    ruled_lines,
    smudged_graphite,
)
from experiments.recipes.small_marks import freckles, lettering, screentone, signature, splatter, starry_sky, stipple
from experiments.recipes.wet_media import airbrush, catchlights, dead_leaves, dry_brush, gouache, watercolour
from experiments.shared.contact_sheet import contact_sheet

Kind = Callable[[Rng, Sheet], Sheet]

ON_PAPER: tuple[Kind, ...] = (
    pencil,
    pencil_shading,
    smudged_graphite,
    charcoal,
    pen,
    hatching,
    stipple,
    screentone,
    watercolour,
    dry_brush,
    gouache,
    catchlights,
    lettering,
    ruled_lines,
    splatter,
    signature,
)
FULL_BLEED: tuple[Kind, ...] = (starry_sky, freckles, dead_leaves, airbrush, chalk)
ON_TOP: tuple[Kind, ...] = (pen, pencil, splatter, signature, lettering, stipple, hatching, ruled_lines)
SMALL_MARKS: tuple[Kind, ...] = (lettering, lettering, signature, stipple, splatter, starry_sky, freckles)
ALL_KINDS = ON_PAPER + FULL_BLEED


def draw_synthetic(rng: Rng, side: int) -> NDArray[np.uint8]:
    """Draw a square (side, side, 3) of one kind, often with other kinds over it, sometimes nearly empty."""
    sheet = np.broadcast_to(_random_paper(rng), (side, side, 3)).astype(np.float32)
    if rng.random() < 0.03:
        return to_pixels(sheet)
    full_bleed = (starry_sky, *FULL_BLEED)  # a cleaner takes stars for dust sooner than anything else
    kinds = [pick(rng, full_bleed if rng.random() < 0.2 else ON_PAPER)]
    while rng.random() < 0.35:
        kinds.append(pick(rng, ON_TOP))
    for kind in kinds:
        sheet = kind(rng, sheet)
    return to_pixels(sheet)


def draw_small_marks(rng: Rng, side: int) -> NDArray[np.uint8]:
    """Draw a square (side, side, 3) full of small marks that look like dust, sometimes of two kinds."""
    sheet = np.broadcast_to(_random_paper(rng), (side, side, 3)).astype(np.float32)
    for _ in range(int(rng.integers(1, 3))):
        sheet = pick(rng, SMALL_MARKS)(rng, sheet)
    return to_pixels(sheet)


def _random_paper(rng: Rng) -> Colour:
    """A paper's colour: mostly white, else pale, sometimes strong or dark."""
    kind = rng.random()
    if kind < 0.7:
        return np.ones(3, np.float32)
    if kind < 0.88:
        return 1 - rng.uniform(0, 0.12) * (1 - random_colour(rng))
    return random_colour(rng, vivid=0.7)


def to_pixels(sheet: Sheet) -> NDArray[np.uint8]:
    """Convert a sheet to bytes, (H, W, 3) uint8."""
    return np.round(np.clip(sheet, 0, 1) * 255).astype(np.uint8)


def _contact_sheet(side: int = 160, columns: int = 10) -> Image.Image:
    """Draw every kind on white, a row each, then four rows of mixed kinds."""
    rng, white = np.random.default_rng(0), np.ones((side, side, 3), np.float32)
    rows = [[to_pixels(kind(rng, white)) for _ in range(columns)] for kind in ALL_KINDS]
    rows += [[draw_synthetic(rng, side) for _ in range(columns)] for _ in range(4)]
    return contact_sheet(rows, margin=2)


if __name__ == "__main__":
    _contact_sheet().save(sys.argv[1])
