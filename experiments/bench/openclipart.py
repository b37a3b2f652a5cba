"""Drawings to measure on: the tenth of openclipart that no net was trained on, and only what differs."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.bench.edits import drawing
from experiments.recipes.fingerprints import DRAWINGS, HELD_OUT, NEAR, STARS, Drawing, apart, drawings

Image.MAX_IMAGE_PIXELS = None
PATTERNS = "special/patterns"  # grids of dots, the same but for their size


def held_out(folder: Path = DRAWINGS) -> list[Drawing]:
    """Every drawing of the tenth, each content once."""
    seen: dict[str, Drawing] = {}
    for drawn in drawings(folder):
        if drawn.held_out:
            seen.setdefault(drawn.content, drawn)
    return list(seen.values())


def held_out_files(folder: Path = DRAWINGS) -> list[Path]:
    """Files of the tenth, each content once, without the stars; none is decoded."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.png")):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        if int(content[:8], 16) % HELD_OUT == 0 and STARS not in str(path):
            found.setdefault(content, path)
    return list(found.values())


def distinct(known: list[Drawing]) -> list[Image.Image]:
    """Of drawings whose perceptual hashes are near in any orientation, the first; no stars, no patterns of dots."""
    known = [drawn for drawn in known if STARS not in drawn.path and PATTERNS not in drawn.path]
    same = apart(np.stack([drawn.squares.whole.pixels.mean(2) for drawn in known])) < NEAR
    chosen: list[int] = []
    for number in range(len(known)):
        if not same[number, chosen].any():
            chosen.append(number)
    return [drawing(Image.open(known[number].path)) for number in chosen]
