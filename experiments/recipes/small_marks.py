"""Small marks that look like dust to a cleaner.

They are stipple, stars, freckles, screentone, splatter, letters and signatures.
"""

import math
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

from experiments.recipes.drawing_primitives import (
    Canvas,
    Colour,
    Field,
    Path,
    Rng,
    Sheet,
    cloud_field,
    glaze,
    log_uniform,
    paint_over,
    paper_tooth,
    pick,
    random_colour,
    random_ink,
    random_place,
    stroke_widths,
    tone_field,
)
from experiments.recipes.dry_media import draw_lines

LETTERS = "aabcdeeefghiiijjklmnooprsstuvwxyz.,:;'!?…·ABDEGHJKLMRSTWQ0123456789"


def _scatter(rng: Rng, density: Field, period: float) -> Path:
    """Places in a loose grid, each used with the probability that the field gives."""
    side = len(density)
    grid = np.stack(np.meshgrid(*[np.arange(0, side, period)] * 2), -1).reshape(-1, 2)
    places = grid + rng.normal(0, period * rng.uniform(0.15, 0.5), grid.shape)
    pixels = places.astype(int).clip(0, side - 1)
    chosen: Path = places[rng.random(len(places)) < density[pixels[:, 1], pixels[:, 0]]]
    return chosen


def stipple(rng: Rng, sheet: Sheet) -> Sheet:
    """Dots of a pen, dense where the tone is dark and single where it is light."""
    side, canvas = len(sheet), Canvas(len(sheet))
    size = log_uniform(rng, 0.5, 2.2)  # radius
    places = _scatter(rng, tone_field(rng, side) ** rng.uniform(0.7, 2.5), max(3.2, size * rng.uniform(2, 5)))
    for place in places:
        canvas.dot(place, size * rng.uniform(0.75, 1.25), rng.uniform(0.8, 1))
    if rng.random() < 0.4:
        sheet = paint_over(sheet, draw_lines(rng, side, int(rng.integers(1, 5)), size * 1.8), random_ink(rng))
    return paint_over(sheet, canvas.coverage(), random_ink(rng))


def starry_sky(rng: Rng, sheet: Sheet) -> Sheet:
    """A night sky with points of every brightness, a few with a glow or rays; or white paint on dark paper."""
    side = len(sheet)
    dark = random_colour(rng, 1, 0.3) * rng.uniform(0, 1)
    sky = paint_over(
        np.broadcast_to(dark, sheet.shape), cloud_field(rng, side, 70) * rng.uniform(0, 0.5), random_colour(rng, 1, 0.5)
    )
    canvas, bright = Canvas(side), Canvas(side)
    for _ in range(rng.integers(6, 160)):
        size = 0.35 * (1 - rng.random()) ** -0.45
        canvas.dot(random_place(rng, side), min(size, 4), rng.uniform(0.3, 1))
    for _ in range(rng.integers(0, 6)):
        middle, size = random_place(rng, side), log_uniform(rng, 0.7, 3)
        bright.dot(middle, size)
        if rng.random() < 0.3:
            _draw_rays(bright, middle, size * rng.uniform(3, 8))
    points = np.maximum(gaussian_filter(canvas.coverage(), rng.uniform(0, 0.7)), bright.coverage())
    glow = gaussian_filter(bright.coverage(), log_uniform(rng, 2, 7)) * rng.uniform(0, 6)
    light = np.array([rng.uniform(0.85, 1), rng.uniform(0.9, 1), 1], np.float32)[:: pick(rng, (1, -1))]
    return paint_over(paint_over(sky, np.clip(glow, 0, 0.8), light), points, light).astype(np.float32)


def _draw_rays(canvas: Canvas, middle: Path, reach: float) -> None:
    """Draw four thin rays from a point."""
    for direction in ((1, 0), (0, 1)):
        path = middle + np.linspace(-reach, reach, 9)[:, None] * np.array(direction)
        canvas.stroke(path, 1.2 - np.abs(np.linspace(-1, 1, 9)))


def freckles(rng: Rng, sheet: Sheet) -> Sheet:
    """Skin: soft light and shade of one hue, with freckles and now and then a mole."""
    side = len(sheet)
    light = np.array([0.98, rng.uniform(0.72, 0.88), rng.uniform(0.55, 0.78)], np.float32)
    light = light * rng.uniform(0.35, 1)
    shade = light * np.array([0.8, 0.6, 0.55], np.float32)
    skin = paint_over(np.broadcast_to(light, sheet.shape), cloud_field(rng, side, 90), shade)
    canvas, size = Canvas(side), log_uniform(rng, 0.6, 2.5)
    for place in _scatter(rng, cloud_field(rng, side, 60) ** 2, size * rng.uniform(3, 8)):
        canvas.dot(place, size * log_uniform(rng, 0.4, 1.8), rng.uniform(0.25, 0.9), rng.uniform(0.6, 1))
    spots = gaussian_filter(canvas.coverage(), rng.uniform(0.2, 1)) * rng.uniform(0.4, 1)
    if rng.random() < 0.4:
        spots = spots * (0.6 + 0.4 * paper_tooth(rng, side))
    return glaze(skin, spots, np.array([0.6, 0.35, 0.2], np.float32)).astype(np.float32)


def screentone(rng: Rng, sheet: Sheet) -> Sheet:
    """Printed or rubbed-on dots in a grid of any pitch and angle, even or growing with the tone."""
    side, black = len(sheet), random_ink(rng)
    for _ in range(rng.integers(1, 3)):
        period, turn = log_uniform(rng, 3.5, 14), pick(rng, (math.pi / 4, math.pi / 4, rng.uniform(0, math.pi)))
        phase = np.mgrid[:side, :side] * math.tau / period
        u = phase[1] * math.cos(turn) + phase[0] * math.sin(turn)
        v = phase[0] * math.cos(turn) - phase[1] * math.sin(turn)
        tone = tone_field(rng, side)
        level = tone if rng.random() < 0.5 else (tone > 0.1) * rng.uniform(0.1, 0.6)
        height = (np.cos(u) + np.cos(v)) / 4 + 0.5
        dots = np.clip((height - (1 - 0.85 * level)) * period * 0.9 + 0.5, 0, 1) * (level > 0.03)
        sheet = paint_over(sheet, dots.astype(np.float32), black)
    if rng.random() < 0.5:
        sheet = paint_over(sheet, draw_lines(rng, side, int(rng.integers(1, 9)), log_uniform(rng, 1, 4)), black)
    return sheet


def splatter(rng: Rng, sheet: Sheet) -> Sheet:
    """Drops flicked from a brush: many small, few large, the fast ones stretched along their flight."""
    side, canvas, paint = len(sheet), Canvas(len(sheet)), random_colour(rng, bright=0.85)
    source, spread = random_place(rng, side), rng.uniform(0.1, 0.6) * side
    smallest = log_uniform(rng, 0.5, 1.5)
    if sheet.mean() < 0.5 or rng.random() < 0.1:
        paint = np.full(3, rng.uniform(0.8, 1), np.float32)
    for _ in range(rng.integers(8, 120)):
        place = source + rng.normal(0, spread, 2)
        radius = min(14, smallest * (1 - rng.random()) ** -0.7)
        _draw_drop(rng, canvas, place, radius, source)
    return paint_over(sheet, canvas.coverage() * rng.uniform(0.6, 1), paint)


def _draw_drop(rng: Rng, canvas: Canvas, place: Path, radius: float, source: Path) -> None:
    """Draw one drop, round or with a tail away from its source."""
    canvas.dot(place, radius, 1, rng.uniform(0.8, 1))
    if rng.random() < 0.2:
        away = (place - source) / (np.hypot(*(place - source)) + 1e-6)
        tail = np.linspace(0, 1, 5)[:, None]
        canvas.stroke(place + tail * away * radius * rng.uniform(1.5, 5), radius * 1.6 * (1.02 - tail[:, 0]))


@cache
def _default_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def lettering(rng: Rng, sheet: Sheet) -> Sheet:
    """Words of any size, upright or rotated: the text of a balloon, a caption, a title."""
    side = len(sheet)
    size = int(log_uniform(rng, 8, 60))
    image = Image.new("L", (side * 2, side * 2))
    pen, letters = ImageDraw.Draw(image), np.array(list(LETTERS))
    for row in range(rng.integers(1, 7)):
        words = ["".join(rng.choice(letters, rng.integers(1, 9))) for _ in range(4)]
        pen.text(
            (rng.uniform(0.2, 0.7) * side, side * 0.6 + row * size * 1.25), " ".join(words), 255, _default_font(size)
        )
    turn = pick(rng, (0.0, 0.0, float(rng.normal(0, 4)), float(rng.uniform(0, 360))))
    image = image.rotate(turn, Image.Resampling.BICUBIC).crop(
        (side // 2, side // 2, side // 2 + side, side // 2 + side)
    )
    return paint_over(sheet, np.asarray(image, np.float32) / 255, random_ink(rng))


def signature(rng: Rng, sheet: Sheet) -> Sheet:
    """A signature: connected loops, a stroke below, dots above and after."""
    side, canvas = len(sheet), Canvas(len(sheet))
    size, width, time = log_uniform(rng, 6, 30), log_uniform(rng, 0.8, 3), np.arange(0, rng.uniform(15, 45), 0.35)
    start, drift = random_place(rng, side) * (0.7, 1), size * rng.uniform(0.08, 0.25)
    high = 0.5 + cloud_field(rng, len(time), 12)[0]
    x = start[0] + drift * time + size * 0.4 * np.cos(time * rng.uniform(0.9, 1.1))
    y = start[1] + size * high * np.sin(time)
    path = np.stack([x, y], 1)
    canvas.loops(path, stroke_widths(rng, len(path), width))
    if rng.random() < 0.6:
        below = np.linspace(0, 1, 12)[:, None] * np.array([x[-1] - x[0], -size * rng.uniform(0, 1)])
        canvas.stroke(below + np.array([start[0], start[1] + size * 1.8]), stroke_widths(rng, 12, width))
    for _ in range(rng.integers(1, 5)):
        canvas.dot(path[rng.integers(len(path))] - [0, size * rng.uniform(1, 2)], width * rng.uniform(0.5, 0.9))
    return paint_over(sheet, canvas.coverage(), _contrasting_ink(rng, sheet))


def _contrasting_ink(rng: Rng, sheet: Sheet) -> Colour:
    """An ink that shows on this sheet."""
    return random_ink(rng) if sheet.mean() > 0.4 else np.full(3, rng.uniform(0.8, 1), np.float32)
