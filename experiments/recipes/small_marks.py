"""Small marks that a dust remover would eat: stipple, stars, freckles, screentone, splatter, letters, signatures."""

import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from experiments.recipes.drawing_primitives import (
    Rng,
    Colour,
    Field,
    Path,
    Canvas,
    Sheet,
    random_place,
    log_uniform,
    cloud_field,
    random_colour,
    glaze,
    random_ink,
    paint_over,
    pick,
    stroke_widths,
    tone_field,
    paper_tooth,
)
from experiments.recipes.dry_media import draw_lines

LETTERS = "aabcdeeefghiiijjklmnooprsstuvwxyz.,:;'!?…·ABDEGHJKLMRSTWQ0123456789"


def _scatter(chance: Rng, density: Field, period: float) -> Path:
    """Places in a loose grid, each kept with the chance that the field gives."""
    side = len(density)
    grid = np.stack(np.meshgrid(*[np.arange(0, side, period)] * 2), -1).reshape(-1, 2)
    places = grid + chance.normal(0, period * chance.uniform(0.15, 0.5), grid.shape)
    at = places.astype(int).clip(0, side - 1)
    kept: Path = places[chance.random(len(places)) < density[at[:, 1], at[:, 0]]]
    return kept


def stipple(chance: Rng, sheet: Sheet) -> Sheet:
    """Dots of the pen, dense where the tone is dark, single where it is light."""
    side, plate = len(sheet), Canvas(len(sheet))
    size = log_uniform(chance, 0.5, 2.2)  # radius
    places = _scatter(chance, tone_field(chance, side) ** chance.uniform(0.7, 2.5), max(3.2, size * chance.uniform(2, 5)))
    for place in places:
        plate.dot(place, size * chance.uniform(0.75, 1.25), chance.uniform(0.8, 1))
    if chance.random() < 0.4:
        sheet = paint_over(sheet, draw_lines(chance, side, int(chance.integers(1, 5)), size * 1.8), random_ink(chance))
    return paint_over(sheet, plate.coverage(), random_ink(chance))


def starry_sky(chance: Rng, sheet: Sheet) -> Sheet:
    """A night sky: points of every brightness, a few with a glow or rays; or white paint on dark paper."""
    side = len(sheet)
    dark = random_colour(chance, 1, 0.3) * chance.uniform(0, 1)
    sky = paint_over(
        np.broadcast_to(dark, sheet.shape), cloud_field(chance, side, 70) * chance.uniform(0, 0.5), random_colour(chance, 1, 0.5)
    )
    plate, bright = Canvas(side), Canvas(side)
    for _ in range(chance.integers(6, 160)):
        size = 0.35 * (1 - chance.random()) ** -0.45
        plate.dot(random_place(chance, side), min(size, 4), chance.uniform(0.3, 1))
    for _ in range(chance.integers(0, 6)):
        middle, size = random_place(chance, side), log_uniform(chance, 0.7, 3)
        bright.dot(middle, size)
        if chance.random() < 0.3:
            _draw_rays(bright, middle, size * chance.uniform(3, 8))
    points = np.maximum(gaussian_filter(plate.coverage(), chance.uniform(0, 0.7)), bright.coverage())
    glow = gaussian_filter(bright.coverage(), log_uniform(chance, 2, 7)) * chance.uniform(0, 6)
    light = np.array([chance.uniform(0.85, 1), chance.uniform(0.9, 1), 1], np.float32)[:: pick(chance, (1, -1))]
    return paint_over(paint_over(sky, np.clip(glow, 0, 0.8), light), points, light).astype(np.float32)


def _draw_rays(plate: Canvas, middle: Path, reach: float) -> None:
    """Four thin rays from a point."""
    for direction in ((1, 0), (0, 1)):
        path = middle + np.linspace(-reach, reach, 9)[:, None] * np.array(direction)
        plate.stroke(path, 1.2 - np.abs(np.linspace(-1, 1, 9)))


def freckles(chance: Rng, sheet: Sheet) -> Sheet:
    """Skin: soft light and shade of one hue, with freckles and now and then a mole."""
    side = len(sheet)
    light = np.array([0.98, chance.uniform(0.72, 0.88), chance.uniform(0.55, 0.78)], np.float32)
    light = light * chance.uniform(0.35, 1)
    shade = light * np.array([0.8, 0.6, 0.55], np.float32)
    skin = paint_over(np.broadcast_to(light, sheet.shape), cloud_field(chance, side, 90), shade)
    plate, size = Canvas(side), log_uniform(chance, 0.6, 2.5)
    for place in _scatter(chance, cloud_field(chance, side, 60) ** 2, size * chance.uniform(3, 8)):
        plate.dot(place, size * log_uniform(chance, 0.4, 1.8), chance.uniform(0.25, 0.9), chance.uniform(0.6, 1))
    spots = gaussian_filter(plate.coverage(), chance.uniform(0.2, 1)) * chance.uniform(0.4, 1)
    if chance.random() < 0.4:
        spots = spots * (0.6 + 0.4 * paper_tooth(chance, side))
    return glaze(skin, spots, np.array([0.6, 0.35, 0.2], np.float32)).astype(np.float32)


def screentone(chance: Rng, sheet: Sheet) -> Sheet:
    """Printed or rubbed-on dots in a grid of any pitch and angle, even or growing with the tone."""
    side, black = len(sheet), random_ink(chance)
    for _ in range(chance.integers(1, 3)):
        period, turn = log_uniform(chance, 3.5, 14), pick(chance, (math.pi / 4, math.pi / 4, chance.uniform(0, math.pi)))
        place = np.mgrid[:side, :side] * math.tau / period
        u = place[1] * math.cos(turn) + place[0] * math.sin(turn)
        v = place[0] * math.cos(turn) - place[1] * math.sin(turn)
        where = tone_field(chance, side)
        level = where if chance.random() < 0.5 else (where > 0.1) * chance.uniform(0.1, 0.6)
        height = (np.cos(u) + np.cos(v)) / 4 + 0.5
        dots = np.clip((height - (1 - 0.85 * level)) * period * 0.9 + 0.5, 0, 1) * (level > 0.03)
        sheet = paint_over(sheet, dots.astype(np.float32), black)
    if chance.random() < 0.5:
        sheet = paint_over(sheet, draw_lines(chance, side, int(chance.integers(1, 9)), log_uniform(chance, 1, 4)), black)
    return sheet


def splatter(chance: Rng, sheet: Sheet) -> Sheet:
    """Drops flicked from a brush: many small, few large, the fast ones drawn out along their flight."""
    side, plate, paint = len(sheet), Canvas(len(sheet)), random_colour(chance, bright=0.85)
    source, spread = random_place(chance, side), chance.uniform(0.1, 0.6) * side
    smallest = log_uniform(chance, 0.5, 1.5)
    if sheet.mean() < 0.5 or chance.random() < 0.1:
        paint = np.full(3, chance.uniform(0.8, 1), np.float32)
    for _ in range(chance.integers(8, 120)):
        place = source + chance.normal(0, spread, 2)
        radius = min(14, smallest * (1 - chance.random()) ** -0.7)
        _draw_drop(chance, plate, place, radius, source)
    return paint_over(sheet, plate.coverage() * chance.uniform(0.6, 1), paint)


def _draw_drop(chance: Rng, plate: Canvas, place: Path, radius: float, source: Path) -> None:
    """One drop, round or with a tail towards where it came from."""
    plate.dot(place, radius, 1, chance.uniform(0.8, 1))
    if chance.random() < 0.2:
        away = (place - source) / (np.hypot(*(place - source)) + 1e-6)
        tail = np.linspace(0, 1, 5)[:, None]
        plate.stroke(place + tail * away * radius * chance.uniform(1.5, 5), radius * 1.6 * (1.02 - tail[:, 0]))


@cache
def _default_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own."""
    return ImageFont.load_default(size)


def lettering(chance: Rng, sheet: Sheet) -> Sheet:
    """Words of any size, upright or crooked, with all their dots; a balloon's text, a caption, a title."""
    side = len(sheet)
    size = int(log_uniform(chance, 8, 60))
    image = Image.new("L", (side * 2, side * 2))
    pen, letters = ImageDraw.Draw(image), np.array(list(LETTERS))
    for row in range(chance.integers(1, 7)):
        words = ["".join(chance.choice(letters, chance.integers(1, 9))) for _ in range(4)]
        pen.text((chance.uniform(0.2, 0.7) * side, side * 0.6 + row * size * 1.25), " ".join(words), 255, _default_font(size))
    turn = pick(chance, (0.0, 0.0, float(chance.normal(0, 4)), float(chance.uniform(0, 360))))
    image = image.rotate(turn, Image.Resampling.BICUBIC).crop(
        (side // 2, side // 2, side // 2 + side, side // 2 + side)
    )
    return paint_over(sheet, np.asarray(image, np.float32) / 255, random_ink(chance))


def signature(chance: Rng, sheet: Sheet) -> Sheet:
    """A signature: loops that run on, a stroke below, dots above and after."""
    side, plate = len(sheet), Canvas(len(sheet))
    size, width, time = log_uniform(chance, 6, 30), log_uniform(chance, 0.8, 3), np.arange(0, chance.uniform(15, 45), 0.35)
    start, drift = random_place(chance, side) * (0.7, 1), size * chance.uniform(0.08, 0.25)
    high = 0.5 + cloud_field(chance, len(time), 12)[0]
    x = start[0] + drift * time + size * 0.4 * np.cos(time * chance.uniform(0.9, 1.1))
    y = start[1] + size * high * np.sin(time)
    path = np.stack([x, y], 1)
    plate.loops(path, stroke_widths(chance, len(path), width))
    if chance.random() < 0.6:
        below = np.linspace(0, 1, 12)[:, None] * np.array([x[-1] - x[0], -size * chance.uniform(0, 1)])
        plate.stroke(below + np.array([start[0], start[1] + size * 1.8]), stroke_widths(chance, 12, width))
    for _ in range(chance.integers(1, 5)):
        plate.dot(path[chance.integers(len(path))] - [0, size * chance.uniform(1, 2)], width * chance.uniform(0.5, 0.9))
    return paint_over(sheet, plate.coverage(), _contrasting_ink(chance, sheet))


def _contrasting_ink(chance: Rng, sheet: Sheet) -> Colour:
    """Ink that shows on that sheet."""
    return random_ink(chance) if sheet.mean() > 0.4 else np.full(3, chance.uniform(0.8, 1), np.float32)
