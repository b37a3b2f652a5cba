"""Art that nobody made, to teach what a scan's cleaner must keep: what hands do, and what a dust remover would eat.

Pencil, charcoal, chalk, pen and hatching (`experiments/recipes/dry_media.py`), paint (`experiments/recipes/wet_media.py`), dots of every kind
(`experiments/recipes/dots.py`), mostly on white paper. The paper is even: its grain is damage. The tooth inside a stroke is not.

    python -m experiments.recipes.synthetic_drawings sheet.png    # a contact sheet: a row for each kind, then mixed ones
"""

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experiments.recipes.drawing_primitives import Rng, Colour, Sheet, random_colour, pick
from experiments.recipes.dry_media import chalk, charcoal, ruled_lines, hatching, pencil, pen, pencil_shading, smudged_graphite
from experiments.recipes.small_marks import freckles, lettering, screentone, signature, splatter, starry_sky, stipple
from experiments.recipes.wet_media import airbrush, catchlights, dry_brush, gouache, dead_leaves, watercolour

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
ALL_KINDS = ON_PAPER + FULL_BLEED


def draw_synthetic(chance: Rng, side: int) -> NDArray[np.uint8]:
    """A piece of a drawing or a painting, (side, side, 3): one kind, often with another on it; sometimes hardly any."""
    sheet = np.broadcast_to(_random_paper(chance), (side, side, 3)).astype(np.float32)
    if chance.random() < 0.03:
        return to_pixels(sheet)
    stars_twice = (starry_sky, *FULL_BLEED)  # they are what is taken for dust soonest
    kinds = [pick(chance, stars_twice if chance.random() < 0.2 else ON_PAPER)]
    while chance.random() < 0.35:
        kinds.append(pick(chance, ON_TOP))
    for kind in kinds:
        sheet = kind(chance, sheet)
    return to_pixels(sheet)


def _random_paper(chance: Rng) -> Colour:
    """White, mostly; else pale, sometimes coloured or dark."""
    kind = chance.random()
    if kind < 0.7:
        return np.ones(3, np.float32)
    if kind < 0.88:
        return 1 - chance.uniform(0, 0.12) * (1 - random_colour(chance))
    return random_colour(chance, vivid=0.7)


def to_pixels(sheet: Sheet) -> NDArray[np.uint8]:
    """A sheet as pixels."""
    return np.round(np.clip(sheet, 0, 1) * 255).astype(np.uint8)


def _contact_sheet(side: int = 160, columns: int = 10) -> Image.Image:
    """Examples of every kind on white, a row each, then four rows as they are drawn for training."""
    chance, white = np.random.default_rng(0), np.ones((side, side, 3), np.float32)
    rows = [[to_pixels(kind(chance, white)) for _ in range(columns)] for kind in ALL_KINDS]
    rows += [[draw_synthetic(chance, side) for _ in range(columns)] for _ in range(4)]
    framed_rows = [np.concatenate([np.pad(each, ((2, 2), (2, 2), (0, 0))) for each in row], 1) for row in rows]
    return Image.fromarray(np.concatenate(framed_rows))


if __name__ == "__main__":
    _contact_sheet().save(sys.argv[1])
