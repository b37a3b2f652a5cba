"""Paint: watercolour, dry brush, gouache, airbrush, shapes on shapes, highlights.

Each function paints on a given sheet and returns the result.
"""

import math
import random

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from experiments.recipes.drawing_primitives import (
    SUPERSAMPLING,
    Canvas,
    Field,
    Path,
    Rng,
    Sheet,
    cloud_field,
    gentle_curve,
    glaze,
    log_uniform,
    paint_over,
    paper_tooth,
    random_colour,
    random_ink,
    random_place,
    soft_outline,
    stroke_widths,
    tone_field,
)
from experiments.recipes.dry_media import draw_lines
from experiments.recipes.shape_pictures import random_blob

BLOB_SHEET_SIDE = 256  # pixels of the square over which `random_blob` scatters its shapes


def watercolour(rng: Rng, sheet: Sheet) -> Sheet:
    """One to four glazes with dark edges, pigment in the valleys of the paper, and slow blooms."""
    side, valleys = len(sheet), paper_tooth(rng, len(sheet))
    for _ in range(rng.integers(1, 5)):
        shape = _wet_shape(rng, side)
        edge = np.clip(shape - gaussian_filter(shape, log_uniform(rng, 1.2, 3)), 0, 1) * rng.uniform(0, 1.6)
        bloom = 0.35 + 0.65 * cloud_field(rng, side, log_uniform(rng, 15, 90))
        grain = 1 + rng.uniform(0, 0.8) * (valleys - 0.5)
        strength = rng.uniform(0.15, 0.85)
        sheet = glaze(sheet, np.clip(shape * (bloom * grain + edge) * strength, 0, 1), random_colour(rng, 0.9))
    return sheet


def _wet_shape(rng: Rng, side: int) -> Field:
    """A wet shape with a wandering border, sharp in some places and soft in others."""
    canvas = Canvas(side)
    canvas.area(soft_outline(rng, random_place(rng, side), side * rng.uniform(0.15, 0.8)))
    wander = (cloud_field(rng, side, 9) + cloud_field(rng, side, 25) - 1) * rng.uniform(0, 0.7)
    sharp = np.clip((gaussian_filter(canvas.coverage(), 3) + wander * 0.5 - 0.5) * 4 + 0.5, 0, 1)
    soft = gaussian_filter(sharp, log_uniform(rng, 2, 9))
    wet = np.clip(cloud_field(rng, side, 50) * 4 - rng.uniform(1.5, 4), 0, 1)
    return sharp + wet * (soft - sharp)


def dry_brush(rng: Rng, sheet: Sheet) -> Sheet:
    """A brush that runs out of paint, so that each bristle leaves a broken streak."""
    side, canvas = len(sheet), Canvas(len(sheet))
    for _ in range(rng.integers(1, 4)):
        breadth, length = log_uniform(rng, 10, side / 2), log_uniform(rng, side / 3, side * 1.4)
        path = gentle_curve(rng, random_place(rng, side), rng.uniform(0, math.tau), length, rng.uniform(0, 0.8))
        _draw_bristles(rng, canvas, path, breadth)
    covered = canvas.coverage()
    if rng.random() < 0.5:
        covered = covered * (gaussian_filter(paper_tooth(rng, side), 0.5) > rng.uniform(0.3, 0.55))
    return paint_over(sheet, gaussian_filter(covered, 0.35), random_colour(rng, bright=0.9))


def _draw_bristles(rng: Rng, canvas: Canvas, path: Path, breadth: float) -> None:
    """Draw the streaks of one brush stroke, with more and more gaps towards its end."""
    along = np.gradient(path, axis=0)
    across = along[:, ::-1] * (-1, 1) / (np.hypot(along[:, :1], along[:, 1:]) + 1e-9)
    thick = log_uniform(rng, 0.8, 3)
    for offset in np.arange(-breadth / 2, breadth / 2, thick * rng.uniform(0.9, 1.5)):
        streak, at = path + across * (offset + rng.normal(0, thick * 0.3)), int(rng.integers(0, 3))
        while at < len(path) - 2:
            run = int(rng.integers(2, max(3, len(path) - at)))
            segment = streak[at : at + run + 1]
            canvas.stroke(segment, stroke_widths(rng, len(segment), thick * rng.uniform(0.5, 1.4)))
            at += run + int(rng.random() < (0.3 + at / len(path))) * int(rng.integers(1, 6))


def gouache(rng: Rng, sheet: Sheet) -> Sheet:
    """Even areas, some with faint streaks of the brush, with or without an outline beside the edge."""
    side, black = len(sheet), random_ink(rng)
    outlined, width = rng.random() < 0.6, log_uniform(rng, 0.8, 6)
    for _ in range(rng.integers(1, 8)):
        border = soft_outline(rng, random_place(rng, side), side * log_uniform(rng, 0.05, 0.7))
        canvas, pen = Canvas(side), Canvas(side)
        canvas.area(border)
        paint: Sheet = random_colour(rng)
        if rng.random() < 0.4:
            paint = paint * (1 + rng.uniform(0, 0.15) * (cloud_field(rng, side, 6) - 0.5))[..., None]
        sheet = paint_over(sheet, canvas.coverage(), paint)
        if outlined:
            closed = np.concatenate([border, border[:2]]) + rng.normal(0, 0.5, 2)
            pen.stroke(closed, np.maximum(0.5, width * (1 + 0.3 * np.sin(np.arange(len(closed)) / 5))))
            sheet = paint_over(sheet, pen.coverage(), black)
    return sheet


def airbrush(rng: Rng, sheet: Sheet) -> Sheet:
    """Soft gradients as of a digital airbrush, everywhere or as a halo."""
    side = len(sheet)
    if rng.random() < 0.6:
        sheet = paint_over(
            np.broadcast_to(random_colour(rng), sheet.shape), cloud_field(rng, side, side), random_colour(rng)
        )
    for _ in range(rng.integers(1, 5)):
        x, y = random_place(rng, side)
        reach = side * log_uniform(rng, 0.05, 0.6)
        squared_distance = (np.arange(side) - x) ** 2 / reach**2 + (np.arange(side)[:, None] - y) ** 2 / reach**2
        sheet = paint_over(
            sheet, (np.exp(-squared_distance) * rng.uniform(0.2, 1)).astype(np.float32), random_colour(rng)
        )
    return sheet.astype(np.float32)


def dead_leaves(rng: Rng, sheet: Sheet) -> Sheet:
    """Shapes on shapes until the sheet is covered, each of them even, grained, streaked or mottled."""
    side, shape_rng = len(sheet), random.Random(int(rng.integers(2**32)))
    scale = side * SUPERSAMPLING / 2 / BLOB_SHEET_SIDE
    colours = [tuple((random_colour(rng) * 255).astype(int)) for _ in range(rng.integers(3, 9))]
    leaves = Image.new("RGB", (side * SUPERSAMPLING // 2,) * 2, shape_rng.choice(colours))
    textures = Image.new("RGB", leaves.size)
    pen, texture = ImageDraw.Draw(leaves), ImageDraw.Draw(textures)
    for _ in range(rng.integers(30, 300)):
        shape = [
            (x * scale, y * scale) for x, y in random_blob(shape_rng, min(128, 8 / (1 - shape_rng.random()) ** 0.8))
        ]
        pen.polygon(shape, fill=shape_rng.choice(colours))
        texture.polygon(shape, fill=tuple(shape_rng.choice((0, 0, 0, 120, 255)) for _ in range(3)))
    flat = np.asarray(leaves.reduce(SUPERSAMPLING // 2), np.float32) / 255
    texture_strength = np.asarray(textures.reduce(SUPERSAMPLING // 2), np.float32) / 255
    texture_fields = np.stack([paper_tooth(rng, side), _wave_texture(rng, side), cloud_field(rng, side, 8)], 2) - 0.5
    return np.clip(flat * (1 + 0.5 * (texture_strength * texture_fields).sum(2, keepdims=True)), 0, 1)


def _wave_texture(rng: Rng, side: int) -> Field:
    """Parallel waves of any direction and period."""
    turn, period = rng.uniform(0, math.pi), log_uniform(rng, 3, 12)
    place = np.arange(side) * math.cos(turn) + np.arange(side)[:, None] * math.sin(turn)
    waves: Field = (np.sin(place * math.tau / period + 3 * cloud_field(rng, side, 40)) / 2 + 0.5).astype(np.float32)
    return waves


def catchlights(rng: Rng, sheet: Sheet) -> Sheet:
    """Round dark bodies with small white highlights: eyes, berries, beads, drops."""
    side = len(sheet)
    if rng.random() < 0.4:
        sheet = glaze(sheet, tone_field(rng, side) * 0.6, random_colour(rng))
    for _ in range(rng.integers(1, 6)):
        middle, radius = random_place(rng, side), log_uniform(rng, 4, side / 3)
        body, rim, dark, light = (Canvas(side) for _ in range(4))
        body.dot(middle, radius)
        rim.dot(middle, radius * 1.06)
        dark.dot(middle + radius * rng.normal(0, 0.05, 2), radius * rng.uniform(0.3, 0.7))
        for _ in range(rng.integers(1, 4)):
            light.dot(middle + radius * rng.uniform(-0.5, 0.5, 2), max(0.6, radius * log_uniform(rng, 0.03, 0.2)))
        sheet = paint_over(sheet, rim.coverage(), random_ink(rng))
        iris = random_colour(rng) * (0.6 + 0.4 * cloud_field(rng, side, max(2, radius / 3)))[..., None]
        sheet = paint_over(sheet, body.coverage(), iris)
        sheet = paint_over(sheet, gaussian_filter(dark.coverage(), rng.uniform(0, 2)), np.zeros(3, np.float32))
        sheet = paint_over(sheet, light.coverage(), np.ones(3, np.float32))
    if rng.random() < 0.5:
        sheet = paint_over(
            sheet, draw_lines(rng, side, int(rng.integers(2, 12)), log_uniform(rng, 0.8, 2)), random_ink(rng)
        )
    return sheet
