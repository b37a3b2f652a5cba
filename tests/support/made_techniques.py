"""Pictures that are made in a technique: line art, flat colour, painted, pencil."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.support.drawings import drawing

SIDE = 256
Maker = Callable[[int], Image.Image]


def line_drawing(seed: int) -> Image.Image:
    """Thin black outlines on white."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    pen, chance = ImageDraw.Draw(picture), np.random.default_rng(seed)
    for left, top, width, height in chance.uniform((10, 10, 40, 40), (120, 120, 120, 120), (6, 4)):
        pen.ellipse((left, top, left + width, top + height), outline="black", width=3)
    return picture


def flat_shapes(seed: int) -> Image.Image:
    """Outlined shapes of even colour on white."""
    return drawing(seed, SIDE)


def painting(seed: int) -> Image.Image:
    """Blurred colours with brush strokes, up to the border."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.integers(20, 220, (5, 5, 3), dtype=np.uint8))
    picture = coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for x, y, shift in chance.integers((0, 0, -25), (SIDE, SIDE, 25), (150, 3)).tolist():
        red, green, blue = np.asarray(picture)[y, x].tolist()
        pen.line((x, y, x + 30, y + shift), fill=(red + shift, green + shift, blue + shift), width=8)
    return picture.filter(ImageFilter.GaussianBlur(2))


def pencil_sketch(seed: int) -> Image.Image:
    """Grey hatching and a soft outline on grainy, warm paper."""
    chance = np.random.default_rng(seed)
    sketch = Image.new("L", (SIDE, SIDE), 0)
    pen = ImageDraw.Draw(sketch)
    left, top, right, bottom = chance.integers((20, 20, 180, 180), (60, 60, 240, 240)).tolist()
    for x in range(left + 30, right - 20, 7):
        pen.line((x, top + 40, x - 25, bottom - 30), fill=int(chance.integers(60, 170)), width=2)
    pen.ellipse((left, top, right, bottom), outline=190, width=4)
    marks = np.asarray(sketch.filter(ImageFilter.GaussianBlur(1.2)), np.float32)
    tooth = chance.normal(0.8, 0.35, marks.shape).clip(0, 1.4)
    grey = 240 - marks * tooth + chance.normal(0, 2, marks.shape)
    tinted = grey[..., None] * np.array([1, 0.98, 0.94])
    return Image.fromarray(tinted.clip(0, 255).astype(np.uint8))


MAKERS: dict[str, Maker] = {
    "line art": line_drawing,
    "flat colour": flat_shapes,
    "painted": painting,
    "pencil": pencil_sketch,
}
