"""Pictures that nobody drew: dead leaves, brush strokes, hatching, plain areas. They teach what clip art lacks.

Dead leaves are shapes that fall on each other until the ground is covered; their statistics are those of natural
pictures (Lee, Mumford & Huang, "Occlusion Models for Natural Images", IJCV 2001), and nets learn from them nearly as
from real ones (Baradad et al., "Learning to See by Looking at Noise", NeurIPS 2021).
"""

import colorsys
import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 128  # pixels a side of the result
SUPERSAMPLING = 2  # drawn at twice the size, then shrunk, which makes smooth edges


def draw_shape_picture(seed: int) -> np.ndarray:
    """One picture, (128, 128, 3) uint8 or less high or wide, that depends on the seed alone."""
    chance = random.Random(seed)
    draw = chance.choice((_dead_leaves, _dead_leaves, _brush_strokes, _hatching, _outlined_figure, _poster, _poster))
    picture = draw(chance, _palette(chance))
    if chance.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0, 2)))
    pixels = np.asarray(picture.reduce(SUPERSAMPLING), dtype=np.float32)
    if chance.random() < 0.4:
        grain = np.random.default_rng(seed).normal(0, chance.uniform(0, 12), pixels.shape[:2])
        pixels = pixels + grain[..., None].astype(np.float32)
    return pixels.clip(0, 255).astype(np.uint8)


def _palette(chance: random.Random) -> list[tuple[int, int, int]]:
    """A few colours that go together: hues near one or two centres."""
    centres = [chance.random() for _ in range(chance.randint(1, 3))]
    colours = []
    for _ in range(chance.randint(3, 9)):
        hue = (chance.choice(centres) + chance.gauss(0, 0.05)) % 1
        red, green, blue = colorsys.hsv_to_rgb(hue, chance.random() ** 0.7, chance.random() ** 0.6)
        colours.append((int(red * 255), int(green * 255), int(blue * 255)))
    return colours


def _new_sheet(colour: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty sheet of that colour, and the pen."""
    picture = Image.new("RGB", (SIDE * SUPERSAMPLING, SIDE * SUPERSAMPLING), colour)
    return picture, ImageDraw.Draw(picture)


def _dead_leaves(chance: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Shapes on shapes, the sizes falling off as a power."""
    picture, pen = _new_sheet(chance.choice(colours))
    for _ in range(chance.randint(20, 200)):
        size = min(SIDE, 6 / (1 - chance.random()) ** 0.8)
        pen.polygon(random_blob(chance, size), fill=chance.choice(colours))
    return picture


def random_blob(chance: random.Random, size: float) -> list[tuple[float, float]]:
    """A closed outline of that size anywhere on the sheet: round, pointed or angular."""
    middle = (chance.uniform(0, SIDE * SUPERSAMPLING), chance.uniform(0, SIDE * SUPERSAMPLING))
    corners, ragged, squeeze = chance.choice((3, 4, 5, 8, 24)), chance.uniform(0, 0.4), chance.uniform(0.3, 1)
    turn = chance.uniform(0, math.tau)
    outline = []
    for corner in range(corners):
        angle, reach = math.tau * corner / corners, size * (1 + chance.gauss(0, ragged))
        x, y = reach * math.cos(angle), reach * squeeze * math.sin(angle)
        outline.append(
            (middle[0] + x * math.cos(turn) - y * math.sin(turn), middle[1] + x * math.sin(turn) + y * math.cos(turn))
        )
    return outline


def _brush_strokes(chance: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Brush strokes that follow a slow field of directions."""
    picture, pen = _new_sheet(chance.choice(colours))
    turns, phase = chance.uniform(0.5, 3), chance.uniform(0, math.tau)
    for _ in range(chance.randint(60, 400)):
        x, y = chance.uniform(0, SIDE * SUPERSAMPLING), chance.uniform(0, SIDE * SUPERSAMPLING)
        width, path = chance.randint(2, 16), [(x, y)]
        for _ in range(chance.randint(3, 9)):
            angle = phase + turns * math.sin(x / 90) + turns * math.cos(y / 70)
            x, y = x + 8 * math.cos(angle), y + 8 * math.sin(angle)
            path.append((x, y))
        red, green, blue = (min(255, max(0, part + chance.randint(-18, 18))) for part in chance.choice(colours))
        pen.line(path, fill=(red, green, blue), width=width, joint="curve")
    return picture


def _hatching(chance: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Pen lines on pale paper: outlines, some filled with parallel strokes."""
    picture, pen = _new_sheet((chance.randint(225, 255),) * 3)
    ink = chance.choice([(20, 20, 20), (60, 40, 30), *colours])
    for _ in range(chance.randint(2, 14)):
        outline = random_blob(chance, chance.uniform(15, 110))
        pen.line([*outline, outline[0]], fill=ink, width=chance.randint(1, 5), joint="curve")
        if chance.random() < 0.5:
            (x, y), step, length = outline[0], chance.randint(4, 12), chance.uniform(20, 80)
            for line in range(chance.randint(4, 20)):
                pen.line([(x + line * step, y), (x + line * step + length / 2, y + length)], fill=ink, width=2)
    return picture


def _outlined_figure(chance: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """A few large shapes in the middle of white paper, outlined, as much clip art is."""
    picture, pen = _new_sheet((255, 255, 255))
    for _ in range(chance.randint(3, 14)):
        middle = SIDE * SUPERSAMPLING / 2
        outline = [
            ((x - middle) * 0.4 + middle, (y - middle) * 0.4 + middle) for x, y in random_blob(chance, chance.uniform(15, 130))
        ]
        pen.polygon(outline, fill=chance.choice(colours), outline=(0, 0, 0), width=chance.randint(0, 5))
    return picture


def _poster(chance: random.Random, colours: list[tuple[int, int, int]]) -> Image.Image:
    """Hardly anything: an even or slowly changing ground of any shape, with a few plain areas or none."""
    whole = SIDE * SUPERSAMPLING
    width, height = (whole, chance.randint(whole // 12, whole))[:: chance.choice((1, -1))]
    picture = Image.new("RGB", (width, height), chance.choice([*colours, (255, 255, 255), (0, 0, 0)]))
    if chance.random() < 0.4:
        ramp = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize((width, height))
        picture.paste(Image.new("RGB", (width, height), chance.choice(colours)), (0, 0), ramp)
    pen = ImageDraw.Draw(picture)
    for _ in range(chance.randint(0, 5)):
        left, right = sorted(chance.uniform(0, width) for _ in range(2))
        top, bottom = sorted(chance.uniform(0, height) for _ in range(2))
        form = chance.choice((pen.rectangle, pen.ellipse))
        form((left, top, right, bottom), fill=chance.choice(colours))
    return picture
