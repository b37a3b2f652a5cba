"""Clean squares cut from drawings and paintings, or synthetic: what artifacts and scan damage are added to.

drawing, at a random size ──►──┐
painting, mostly its own ───►──┼──►──┤square with something on it├──►── (S, S, 3)
synthetic ──────────────────►──┘
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from experiments.recipes.art_files import ArtFiles, open_on_ground, pick_file
from experiments.recipes.repaint import repaint
from experiments.recipes.shape_pictures import draw_shape_picture
from experiments.recipes.synthetic_drawings import draw_synthetic

MIN_SIDE = 96  # pixels of a painting's shorter side, after shrinking
MIN_DEVIATION = 20.0  # of 255: a square whose values deviate by less is nearly empty
CROPS_PER_PICTURE = 6
FULL_SIZE_SHARE = 0.6  # of the lossless paintings are used at their own size
WHITE_LEVEL = 250  # of 255: darker pixels are not paper
Pixels = np.ndarray
Rng = np.random.Generator


def painting_square(files: ArtFiles, side: int, rng: Rng) -> Pixels:
    """Cut a square (S, S, 3) with something on it from a random painting."""
    while True:
        crop = cut_square(_open_at_random_size(pick_file(files.paintings, rng), side, rng), side, rng)
        if crop.std() > MIN_DEVIATION:
            return crop


def drawing_square(files: ArtFiles, side: int, rng: Rng, sizes: tuple[float, float]) -> Pixels:
    """Cut a square (S, S, 3) from a random drawing, mostly where something is drawn.

    Args:
        files: The drawings.
        side: Of the square, in pixels.
        rng: The source of all randomness.
        sizes: The lowest and highest size of the drawing's longer side, as multiples of the square's.
    """
    drawing = open_on_ground(pick_file(files.drawings, rng), rng)
    scale = min(2.0, rng.uniform(*sizes) * side / max(drawing.size))
    size = [max(8, round(length * scale)) for length in drawing.size]
    resized = drawing.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", (max(side, size[0]), max(side, size[1])), drawing.getpixel((0, 0)))
    free = canvas.width - size[0], canvas.height - size[1]
    canvas.paste(resized, (int(rng.integers(0, free[0] + 1)), int(rng.integers(0, free[1] + 1))))
    return cut_square(canvas, side, rng)


def synthetic_square(side: int, rng: Rng) -> Pixels:
    """A synthetic square (S, S, 3): strokes on paper, or enlarged shapes."""
    return draw_synthetic(rng, side) if rng.random() < 0.5 else shape_square(side, rng)


def shape_square(side: int, rng: Rng) -> Pixels:
    """A square (S, S, 3) of shapes with hard edges, enlarged."""
    shapes = Image.fromarray(draw_shape_picture(int(rng.integers(2**31))))
    scale = max(rng.uniform(1, 2), side / min(shapes.size))
    enlarged = shapes.resize((round(shapes.width * scale), round(shapes.height * scale)), Image.Resampling.BICUBIC)
    return np.asarray(enlarged)[-side:, -side:]


def painterly_square(files: ArtFiles, side: int, rng: Rng) -> Pixels:
    """A square (S, S, 3) of a drawing, or a synthetic one, repainted or shaded in most cases.

    Flat colour is the rule in clip art and rare in what people paint.
    """
    crop = drawing_square(files, side, rng, (0.8, 3.6)) if rng.random() < 0.55 else synthetic_square(side, rng)
    case = rng.random()
    if case < 0.6:
        return repaint(crop, rng)
    if case < 0.75:
        crop = overlay_shade(crop, synthetic_square(side, rng), rng)
    return soften(crop, rng) if rng.random() < 0.25 else crop


def overlay_shade(first: Pixels, second: Pixels, rng: Rng) -> Pixels:
    """Add the light and shade of the second picture to the first, sometimes with its colours or only off the paper."""
    softened = Image.fromarray(second).filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))
    shade = np.asarray(softened).astype(np.float32) - 128
    shade = shade if rng.random() < 0.4 else shade.mean(2, keepdims=True)
    strength = rng.uniform(0.1, 0.6)
    mask = 1.0 if rng.random() < 0.5 else (first.min(2, keepdims=True) < WHITE_LEVEL).astype(np.float32)
    return (first + mask * strength * shade).clip(0, 255).round().astype(np.uint8)


def soften(pixels: Pixels, rng: Rng) -> Pixels:
    """Blur a picture (h, w, 3) a little."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.2))))


def cut_square(picture: Image.Image, side: int, rng: Rng) -> Pixels:
    """Cut a square (S, S, 3) from a picture at least as large, if possible where something is on it."""
    for _ in range(CROPS_PER_PICTURE):
        left, top = (int(rng.integers(0, length - side + 1)) for length in picture.size)
        crop = np.asarray(picture.crop((left, top, left + side, top + side)))
        if crop.std() > MIN_DEVIATION:
            break
    return crop


def _open_at_random_size(path: Path, side: int, rng: Rng) -> Image.Image:
    """Open a painting on a ground at least as large as a square. Lossy ones are halved, which hides artifacts."""
    picture = open_on_ground(path, rng)
    is_lossless = path.suffix.lower() == ".png"
    scale = rng.uniform(0.3, 0.5) if not is_lossless else 1.0 if rng.random() < FULL_SIZE_SHARE else rng.uniform(0.4, 1)
    scale = max(scale, min(1.0, MIN_SIDE / min(picture.size)))
    width, height = (max(8, round(length * scale)) for length in picture.size)
    resized = picture.resize((width, height), Image.Resampling.LANCZOS) if scale < 1 else picture
    canvas = Image.new("RGB", (max(side, width), max(side, height)), picture.getpixel((0, 0)))
    canvas.paste(resized, ((canvas.width - width) // 2, (canvas.height - height) // 2))
    return canvas
