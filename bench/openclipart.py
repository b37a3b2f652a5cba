"""Drawings to measure on: the tenth of openclipart that no net was trained on, and only what differs."""

from pathlib import Path

import numpy as np
from PIL import Image

from bench.edits import drawing
from recipes.fingerprints import DRAWINGS, NEAR, STARS, Drawing, drawings, hashes

Image.MAX_IMAGE_PIXELS = None
PATTERNS = "special/patterns"  # grids of dots, the same but for their size


def held_out(folder: Path = DRAWINGS) -> list[Drawing]:
    """Every drawing of the tenth, each content once."""
    seen: dict[str, Drawing] = {}
    for drawn in drawings(folder):
        if drawn.held_out:
            seen.setdefault(drawn.content, drawn)
    return list(seen.values())


def distinct(known: list[Drawing]) -> list[Image.Image]:
    """Of drawings whose perceptual hashes are near in any orientation, the first; no stars, no patterns of dots."""
    known = [drawn for drawn in known if STARS not in drawn.path and PATTERNS not in drawn.path]
    grey = np.stack([drawn.squares.whole.pixels.mean(2) for drawn in known])
    upright = hashes(grey, 0, mirrored=False)
    apart = np.full((len(known), len(known)), 256.0)
    for turn in range(4):
        for mirrored in (False, True):
            apart = np.minimum(apart, (256 - upright @ hashes(grey, turn, mirrored).T) / 2)
    chosen: list[int] = []
    for number in range(len(known)):
        if all(apart[number, other] >= NEAR and apart[other, number] >= NEAR for other in chosen):
            chosen.append(number)
    return [drawing(Image.open(known[number].path)) for number in chosen]
