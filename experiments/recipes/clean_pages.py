"""Clean squares and pages, to be damaged as scanners and time damage them."""

from pathlib import Path

import numpy as np
from PIL import Image

from experiments.recipes.art_files import ArtFiles, pick_file
from experiments.recipes.clean_squares import drawing_square, painting_square, shape_square, soften
from experiments.recipes.synthetic_drawings import draw_small_marks, draw_synthetic

PATCH_SIDE, PAGE_SIDE = 256, 320  # pixels; a smaller patch would cut hairs, rings and words
Pixels = np.ndarray
Rng = np.random.Generator


def make_patch(files: ArtFiles, rng: Rng) -> Pixels:
    """A clean square (256, 256, 3), in one of five cases a little soft."""
    patch = _sharp_patch(files, rng)
    return soften(patch, rng) if rng.random() < 0.2 else patch


def _sharp_patch(files: ArtFiles, rng: Rng) -> Pixels:
    """A clean square (256, 256, 3): of a drawing or a painting, synthetic, often with small marks, or bare paper."""
    case = rng.random()
    if case < 0.4:
        return drawing_square(files, PATCH_SIDE, rng, (1.0, 4.0))
    if case < 0.54 and files.paintings:
        return painting_square(files, PATCH_SIDE, rng)
    if case < 0.7:
        return draw_small_marks(rng, PATCH_SIDE)
    if case < 0.92:
        return draw_synthetic(rng, PATCH_SIDE)
    return shape_square(PATCH_SIDE, rng) if case < 0.96 else _bare_patch(rng)


def _bare_patch(rng: Rng) -> Pixels:
    """A square (256, 256, 3) of a single colour: mostly white, sometimes black or any other."""
    colour = rng.choice(256, 3) if rng.random() < 0.4 else np.full(3, 255 * (rng.random() < 0.85))
    return np.broadcast_to(colour.astype(np.uint8), (PATCH_SIDE, PATCH_SIDE, 3)).copy()


def make_page(files: ArtFiles, rng: Rng) -> Pixels:
    """A clean page (h, w, 3), its longer side 320 pixels: drawings on white, or synthetic art to its edges."""
    short = int(PAGE_SIDE * rng.uniform(0.6, 1))
    width, height = (PAGE_SIDE, short) if rng.random() < 0.5 else (short, PAGE_SIDE)
    if rng.random() < 0.25:
        return draw_synthetic(rng, PAGE_SIDE)[:height, :width]
    page = Image.new("RGB", (width, height), (255, 255, 255))
    if rng.random() < 0.06:
        return np.asarray(page)
    for _ in range(int(rng.integers(1, 4))):
        _paste_drawing(page, pick_file(files.drawings, rng), rng)
    return np.asarray(page)


def _paste_drawing(page: Image.Image, path: Path, rng: Rng) -> None:
    """Paste a drawing onto a page at a random size and place."""
    picture = Image.open(path).convert("RGBA")
    picture.thumbnail((int(page.width * rng.uniform(0.35, 1.05)), int(page.height * rng.uniform(0.35, 1.05))))
    free = page.width - picture.width, page.height - picture.height
    place = [int(rng.integers(min(0, length), max(0, length) + 1)) for length in free]
    page.paste(picture, (place[0], place[1]), picture)
