"""Pages for tests of geometry: rows of text, frames and drawings, turned, and photographed on a desk."""

import numpy as np
from PIL import Image, ImageDraw

from pochade.images.base.picture import Array

SIDES = (620, 820)  # width and height in pixels
DESK = (70, 52, 40)


def text_page(seed: int) -> Image.Image:
    """A page with rows of words: bars in place of letters, with the gaps of text."""
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", SIDES, "white")
    draw = ImageDraw.Draw(page)
    for y in range(90, 740, 26):
        x = 70
        while x < int(rng.integers(440, 540)):
            length = int(rng.integers(5, 9))
            draw.rectangle([x, y + int(rng.integers(0, 5)), x + length, y + 12], fill=(40, 40, 50))
            x += length + int(rng.choice([3, 3, 3, 12]))
    return page


def framed_page(seed: int) -> Image.Image:
    """A page with a frame of panels and a scribble in each."""
    page = Image.new("RGB", SIDES, "white")
    draw = ImageDraw.Draw(page)
    for top in (60, 300, 540):
        draw.rectangle([60, top, 560, top + 210], outline=(20, 20, 20), width=3)
        _scribble(draw, np.random.default_rng(seed + top), (100, top + 30), (400, 150))
    return page


def drawing_page(seed: int) -> Image.Image:
    """A page with a slanted, hatched drawing in the middle, and no line that is level."""
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", SIDES, "white")
    draw = ImageDraw.Draw(page)
    _scribble(draw, rng, (120, 150), (380, 500))
    slope = rng.uniform(-0.15, 0.15)
    for y in range(320, 520, int(rng.integers(5, 9))):
        left, right = rng.uniform(150, 250), rng.uniform(300, 430)
        draw.line([(left, y + slope * left), (right, y + slope * right)], fill=(60, 60, 60), width=2)
    return page


def _scribble(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, corner: tuple[int, int], size: tuple[int, int]
) -> None:
    steps = np.linspace(0, 1, 300)
    x, y = (sum(rng.normal() * np.sin(number * 7 * steps + rng.uniform(0, 6)) for number in (1, 2, 3)) for _ in "xy")
    places = [
        (corner[0] + size[0] * float(0.5 + a / 7), corner[1] + size[1] * float(0.5 + b / 7))
        for a, b in zip(np.asarray(x), np.asarray(y), strict=True)
    ]
    draw.line(places, fill=(50, 50, 60), width=3)


def turn(page: Image.Image, degrees: float) -> Array:
    """Turn a page clockwise on white, and add the noise of a scanner."""
    turned = page.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    values = np.asarray(turned, np.float32) + np.random.default_rng(0).normal(0, 2, (turned.height, turned.width, 1))
    return values.clip(0, 255).astype(np.uint8)


def on_desk(page: Image.Image, degrees: float) -> tuple[Array, np.ndarray]:
    """A page on a dark desk, turned clockwise, and its corners (4, 2) as x and y from the upper left on."""
    width, height = page.size
    desk = (width + 260, height + 220)
    angle = np.radians(degrees)
    turning = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle, target = np.array([width, height]) / 2, np.array([desk[0] / 2 + 25, desk[1] / 2])
    corners = (np.array([[0, 0], [width, 0], [width, height], [0, height]]) - middle) @ turning.T + target
    back = turning.T
    offset = middle - back @ target
    matrix = (back[0, 0], back[0, 1], offset[0], back[1, 0], back[1, 1], offset[1])
    sheet = page.transform(desk, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=DESK)
    values = np.asarray(sheet, np.float32) + np.random.default_rng(1).normal(0, 3, (desk[1], desk[0], 1))
    return values.clip(0, 255).astype(np.uint8), corners - 0.5
