"""The drawings to measure on: the tenth of openclipart that no model was trained on.

Importing this module lifts Pillow's limit on pixels, because a few drawings of openclipart have 600 megapixels.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from experiments.shared.openclipart import NEAR_BITS, STARS_FOLDER, Drawing, file_digest, is_held_out, load_drawings
from experiments.shared.paths import DRAWINGS
from experiments.shared.perceptual_hash import distinct_rows, hash_distances

Image.MAX_IMAGE_PIXELS = None
PATTERNS_FOLDER = "special/patterns"  # grids of dots that differ in nothing except their size


def held_out_drawings(folder: Path = DRAWINGS) -> list[Drawing]:
    """Read every drawing that is held out, each content once."""
    by_content: dict[str, Drawing] = {}
    for drawing in load_drawings(folder):
        if drawing.held_out:
            by_content.setdefault(drawing.content, drawing)
    return list(by_content.values())


def held_out_files(folder: Path = DRAWINGS) -> list[Path]:
    """List the files that are held out, each content once, without the stars. No file is decoded."""
    by_content: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.png")):
        content = file_digest(path)
        if is_held_out(content) and STARS_FOLDER not in str(path):
            by_content.setdefault(content, path)
    return list(by_content.values())


def without_repetitive_folders(drawings: list[Drawing]) -> list[Drawing]:
    """Leave out the stars and the patterns of dots, which nobody could tell apart."""
    return [drawing for drawing in drawings if STARS_FOLDER not in drawing.path and PATTERNS_FOLDER not in drawing.path]


def distinct_drawings(drawings: list[Drawing]) -> list[Drawing]:
    """Choose drawings that differ from each other in every orientation; no stars, no patterns of dots."""
    candidates = without_repetitive_folders(drawings)
    near = hash_distances(np.stack([drawing.grey for drawing in candidates])) < NEAR_BITS
    return [candidates[row] for row in distinct_rows(near)]
