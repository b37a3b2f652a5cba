"""Synthetic pictures of random shapes: dead leaves, brush strokes, hatching, figures, plain areas.

They teach what clip art lacks. Dead leaves are shapes that fall on each other until the ground is covered; their
statistics are those of natural pictures (Lee, Mumford & Huang, "Occlusion Models for Natural Images", IJCV 2001), and
models learn from them nearly as well as from real ones (Baradad et al., "Learning to See by Looking at Noise", NeurIPS
2021).
"""

import colorsys
import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 128  # pixels a side of the result
SUPERSAMPLING = 2  # shapes are drawn at twice the size and shrunk, for smooth edges


def draw_shape_picture(seed: int) -> np.ndarray:
    """Draw the picture of a seed: (128, 128, 3) uint8, or less wide or high."""
    rng = random.Random(seed)
    draw = rng.choice((_dead_leaves, _dead_leaves, _brush_strokes, _hatching, _outlined_figure, _poster, _poster))
    picture = draw(rng, _palette(rng))
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))
    pixels = np.asarray(picture.reduce(SUPERSAMPLING), dtype=np.float32)
    if rng.random() < 0.4:
        grain = np.random.default_rng(seed).normal(0, rng.uniform(0, 12), pixels.shape[:2])
        pixels = pixels + grain[..., None].astype(np.float32)
    return pixels.clip(0, 255).astype(np.uint8)


def _palette(rng: random.Random) -> list[tuple[int, int, int]]:
    """A few colours that go together: hues near one to three centres."""
    centres = [rng.random() for _ in range(rng.randint(1, 3))]
    colours = []
    for _ in range(rng.randint(3, 9)):
        hue = (rng.choice(centres) + rng.gauss(0, 0.05)) % 1
        red, green, blue = colorsys.hsv_to_rgb(hue, rng.random() ** 0.7, rng.random() ** 0.6)
        colours.append((int(red * 255), int(green * 255), int(blue * 255)))
    return colours


def _new_sheet(colour: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A sheet of one colour, and a pen to draw on it."""
    picture = Image.new("RGB", (SIDE * SUPERSAMPLING, SIDE * SUPERSAMPLING), colour)
    return picture, ImageDraw.Draw(picture)


def _dead_leaves(rng: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Shapes on shapes, whose sizes follow a power law."""
    picture, pen = _new_sheet(rng.choice(colours))
    for _ in range(rng.randint(20, 200)):
        size = min(SIDE, 6 / (1 - rng.random()) ** 0.8)
        pen.polygon(random_blob(rng, size), fill=rng.choice(colours))
    return picture


def random_blob(rng: random.Random, size: float) -> list[tuple[float, float]]:
    """A closed outline of this size anywhere on the sheet: round, pointed or angular."""
    middle = (rng.uniform(0, SIDE * SUPERSAMPLING), rng.uniform(0, SIDE * SUPERSAMPLING))
    corners, ragged, squeeze = rng.choice((3, 4, 5, 8, 24)), rng.uniform(0, 0.4), rng.uniform(0.3, 1)
    turn = rng.uniform(0, math.tau)
    outline = []
    for corner in range(corners):
        angle, reach = math.tau * corner / corners, size * (1 + rng.gauss(0, ragged))
        x, y = reach * math.cos(angle), reach * squeeze * math.sin(angle)
        outline.append(
            (middle[0] + x * math.cos(turn) - y * math.sin(turn), middle[1] + x * math.sin(turn) + y * math.cos(turn))
        )
    return outline


def _brush_strokes(rng: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Brush strokes that follow a smooth field of directions."""
    picture, pen = _new_sheet(rng.choice(colours))
    turns, phase = rng.uniform(0.5, 3), rng.uniform(0, math.tau)
    for _ in range(rng.randint(60, 400)):
        x, y = rng.uniform(0, SIDE * SUPERSAMPLING), rng.uniform(0, SIDE * SUPERSAMPLING)
        width, path = rng.randint(2, 16), [(x, y)]
        for _ in range(rng.randint(3, 9)):
            angle = phase + turns * math.sin(x / 90) + turns * math.cos(y / 70)
            x, y = x + 8 * math.cos(angle), y + 8 * math.sin(angle)
            path.append((x, y))
        red, green, blue = (min(255, max(0, part + rng.randint(-18, 18))) for part in rng.choice(colours))
        pen.line(path, fill=(red, green, blue), width=width, joint="curve")
    return picture


def _hatching(rng: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Pen lines on pale paper: outlines, some filled with parallel strokes."""
    picture, pen = _new_sheet((rng.randint(225, 255),) * 3)
    ink = rng.choice([(20, 20, 20), (60, 40, 30), *colours])
    for _ in range(rng.randint(2, 14)):
        outline = random_blob(rng, rng.uniform(15, 110))
        pen.line([*outline, outline[0]], fill=ink, width=rng.randint(1, 5), joint="curve")
        if rng.random() < 0.5:
            (x, y), step, length = outline[0], rng.randint(4, 12), rng.uniform(20, 80)
            for line in range(rng.randint(4, 20)):
                pen.line([(x + line * step, y), (x + line * step + length / 2, y + length)], fill=ink, width=2)
    return picture


def _outlined_figure(rng: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """A few large outlined shapes in the middle of white paper, as in much clip art."""
    picture, pen = _new_sheet((255, 255, 255))
    for _ in range(rng.randint(3, 14)):
        middle = SIDE * SUPERSAMPLING / 2
        outline = [
            ((x - middle) * 0.4 + middle, (y - middle) * 0.4 + middle)
            for x, y in random_blob(rng, rng.uniform(15, 130))
        ]
        pen.polygon(outline, fill=rng.choice(colours), outline=(0, 0, 0), width=rng.randint(0, 5))
    return picture


def _poster(rng: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """An even or slowly changing ground of any shape, with a few plain areas or none."""
    sheet_side = SIDE * SUPERSAMPLING
    width, height = (sheet_side, rng.randint(sheet_side // 12, sheet_side))[:: rng.choice((1, -1))]
    picture = Image.new("RGB", (width, height), rng.choice([*colours, (255, 255, 255), (0, 0, 0)]))
    if rng.random() < 0.4:
        ramp = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize((width, height))
        picture.paste(Image.new("RGB", (width, height), rng.choice(colours)), (0, 0), ramp)
    pen = ImageDraw.Draw(picture)
    for _ in range(rng.randint(0, 5)):
        left, right = sorted(rng.uniform(0, width) for _ in range(2))
        top, bottom = sorted(rng.uniform(0, height) for _ in range(2))
        draw_form = rng.choice((pen.rectangle, pen.ellipse))
        draw_form((left, top, right, bottom), fill=rng.choice(colours))
    return picture
