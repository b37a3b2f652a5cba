"""Art that nobody made, to teach what a scan's cleaner must keep: what hands do, and what a dust remover would eat.

Pencil, charcoal, chalk, pen and hatching (`experiments/recipes/dry_media.py`), paint (`experiments/recipes/wet_media.py`), dots of every kind
(`experiments/recipes/dots.py`), mostly on white paper. The paper is even: its grain is damage. The tooth inside a stroke is not.

    python -m experiments.recipes.handmade sheet.png    # a contact sheet: a row for each kind, then mixed ones
"""

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from experiments.recipes.dots import freckled, lettered, screentoned, signed, splattered, starry, stippled
from experiments.recipes.dry_media import chalked, charcoal, framed, hatched, pencil, penned, shaded, smudged
from experiments.recipes.marks import Chance, Colour, Sheet, colour, one_of
from experiments.recipes.wet_media import airbrushed, catch_lit, dry_brushed, flat, leafy, washed

Kind = Callable[[Chance, Sheet], Sheet]

ON_PAPER: tuple[Kind, ...] = (
    pencil,
    shaded,
    smudged,
    charcoal,
    penned,
    hatched,
    stippled,
    screentoned,
    washed,
    dry_brushed,
    flat,
    catch_lit,
    lettered,
    framed,
    splattered,
    signed,
)
FULL_BLEED: tuple[Kind, ...] = (starry, freckled, leafy, airbrushed, chalked)
ON_TOP: tuple[Kind, ...] = (penned, pencil, splattered, signed, lettered, stippled, hatched, framed)
KINDS = ON_PAPER + FULL_BLEED


def drawn(chance: Chance, side: int) -> NDArray[np.uint8]:
    """A piece of a drawing or a painting, (side, side, 3): one kind, often with another on it; sometimes hardly any."""
    sheet = np.broadcast_to(paper(chance), (side, side, 3)).astype(np.float32)
    if chance.random() < 0.03:
        return finished(sheet)
    stars_twice = (starry, *FULL_BLEED)  # they are what is taken for dust soonest
    kinds = [one_of(chance, stars_twice if chance.random() < 0.2 else ON_PAPER)]
    while chance.random() < 0.35:
        kinds.append(one_of(chance, ON_TOP))
    for kind in kinds:
        sheet = kind(chance, sheet)
    return finished(sheet)


def paper(chance: Chance) -> Colour:
    """White, mostly; else pale, sometimes coloured or dark."""
    kind = chance.random()
    if kind < 0.7:
        return np.ones(3, np.float32)
    if kind < 0.88:
        return 1 - chance.uniform(0, 0.12) * (1 - colour(chance))
    return colour(chance, vivid=0.7)


def finished(sheet: Sheet) -> NDArray[np.uint8]:
    """A sheet as pixels."""
    return np.round(np.clip(sheet, 0, 1) * 255).astype(np.uint8)


def contact_sheet(side: int = 160, columns: int = 10) -> Image.Image:
    """Examples of every kind on white, a row each, then four rows as they are drawn for training."""
    chance, white = np.random.default_rng(0), np.ones((side, side, 3), np.float32)
    rows = [[finished(kind(chance, white)) for _ in range(columns)] for kind in KINDS]
    rows += [[drawn(chance, side) for _ in range(columns)] for _ in range(4)]
    framed_rows = [np.concatenate([np.pad(each, ((2, 2), (2, 2), (0, 0))) for each in row], 1) for row in rows]
    return Image.fromarray(np.concatenate(framed_rows))


if __name__ == "__main__":
    contact_sheet().save(sys.argv[1])
