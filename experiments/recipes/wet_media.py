"""Paint: washes, dry brush, flat colour, airbrush, shapes on shapes, and what shines; each laid on a given sheet."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from experiments.recipes.drawing_primitives import (
    SUPERSAMPLING,
    Rng,
    Field,
    Path,
    Canvas,
    Sheet,
    random_place,
    log_uniform,
    cloud_field,
    random_colour,
    gentle_curve,
    glaze,
    random_ink,
    paint_over,
    soft_outline,
    stroke_widths,
    tone_field,
    paper_tooth,
)
from experiments.recipes.dry_media import draw_lines
from experiments.recipes.shape_pictures import random_blob

BLOB_SHEET_SIDE = 256  # `random_blob` strews its shapes over a square of this many pixels


def watercolour(chance: Rng, sheet: Sheet) -> Sheet:
    """Watercolour: one to four glazes with dark edges, pigment in the valleys, slow blooms."""
    side, valleys = len(sheet), paper_tooth(chance, len(sheet))
    for _ in range(chance.integers(1, 5)):
        shape = _wet_shape(chance, side)
        edge = np.clip(shape - gaussian_filter(shape, log_uniform(chance, 1.2, 3)), 0, 1) * chance.uniform(0, 1.6)
        bloom = 0.35 + 0.65 * cloud_field(chance, side, log_uniform(chance, 15, 90))
        grain = 1 + chance.uniform(0, 0.8) * (valleys - 0.5)
        strength = chance.uniform(0.15, 0.85)
        sheet = glaze(sheet, np.clip(shape * (bloom * grain + edge) * strength, 0, 1), random_colour(chance, 0.9))
    return sheet


def _wet_shape(chance: Rng, side: int) -> Field:
    """A wet shape: its border wanders, here sharp, there run soft."""
    plate = Canvas(side)
    plate.area(soft_outline(chance, random_place(chance, side), side * chance.uniform(0.15, 0.8)))
    wander = (cloud_field(chance, side, 9) + cloud_field(chance, side, 25) - 1) * chance.uniform(0, 0.7)
    sharp = np.clip((gaussian_filter(plate.coverage(), 3) + wander * 0.5 - 0.5) * 4 + 0.5, 0, 1)
    soft = gaussian_filter(sharp, log_uniform(chance, 2, 9))
    wet = np.clip(cloud_field(chance, side, 50) * 4 - chance.uniform(1.5, 4), 0, 1)
    return sharp + wet * (soft - sharp)


def dry_brush(chance: Rng, sheet: Sheet) -> Sheet:
    """A brush that runs out of paint: each bristle leaves a broken streak."""
    side, plate = len(sheet), Canvas(len(sheet))
    for _ in range(chance.integers(1, 4)):
        breadth, length = log_uniform(chance, 10, side / 2), log_uniform(chance, side / 3, side * 1.4)
        path = gentle_curve(chance, random_place(chance, side), chance.uniform(0, math.tau), length, chance.uniform(0, 0.8))
        _draw_bristles(chance, plate, path, breadth)
    covered = plate.coverage()
    if chance.random() < 0.5:
        covered = covered * (gaussian_filter(paper_tooth(chance, side), 0.5) > chance.uniform(0.3, 0.55))
    return paint_over(sheet, gaussian_filter(covered, 0.35), random_colour(chance, bright=0.9))


def _draw_bristles(chance: Rng, plate: Canvas, path: Path, breadth: float) -> None:
    """The streaks of one brush stroke: more and more gaps towards its end."""
    along = np.gradient(path, axis=0)
    across = along[:, ::-1] * (-1, 1) / (np.hypot(along[:, :1], along[:, 1:]) + 1e-9)
    thick = log_uniform(chance, 0.8, 3)
    for offset in np.arange(-breadth / 2, breadth / 2, thick * chance.uniform(0.9, 1.5)):
        streak, at = path + across * (offset + chance.normal(0, thick * 0.3)), int(chance.integers(0, 3))
        while at < len(path) - 2:
            run = int(chance.integers(2, max(3, len(path) - at)))
            piece = streak[at : at + run + 1]
            plate.stroke(piece, stroke_widths(chance, len(piece), thick * chance.uniform(0.5, 1.4)))
            at += run + int(chance.random() < (0.3 + at / len(path))) * int(chance.integers(1, 6))


def gouache(chance: Rng, sheet: Sheet) -> Sheet:
    """Gouache: even areas, a few with a brush's faint streaks, with or without an outline beside the edge."""
    side, black = len(sheet), random_ink(chance)
    outlined, width = chance.random() < 0.6, log_uniform(chance, 0.8, 6)
    for _ in range(chance.integers(1, 8)):
        border = soft_outline(chance, random_place(chance, side), side * log_uniform(chance, 0.05, 0.7))
        plate, pen = Canvas(side), Canvas(side)
        plate.area(border)
        paint: Sheet = random_colour(chance)
        if chance.random() < 0.4:
            paint = paint * (1 + chance.uniform(0, 0.15) * (cloud_field(chance, side, 6) - 0.5))[..., None]
        sheet = paint_over(sheet, plate.coverage(), paint)
        if outlined:
            closed = np.concatenate([border, border[:2]]) + chance.normal(0, 0.5, 2)
            pen.stroke(closed, np.maximum(0.5, width * (1 + 0.3 * np.sin(np.arange(len(closed)) / 5))))
            sheet = paint_over(sheet, pen.coverage(), black)
    return sheet


def airbrush(chance: Rng, sheet: Sheet) -> Sheet:
    """Soft gradients, as a digital airbrush makes, over all or as a halo."""
    side = len(sheet)
    if chance.random() < 0.6:
        sheet = paint_over(np.broadcast_to(random_colour(chance), sheet.shape), cloud_field(chance, side, side), random_colour(chance))
    for _ in range(chance.integers(1, 5)):
        x, y = random_place(chance, side)
        reach = side * log_uniform(chance, 0.05, 0.6)
        far = (np.arange(side) - x) ** 2 / reach**2 + (np.arange(side)[:, None] - y) ** 2 / reach**2
        sheet = paint_over(sheet, (np.exp(-far) * chance.uniform(0.2, 1)).astype(np.float32), random_colour(chance))
    return sheet.astype(np.float32)


def dead_leaves(chance: Rng, sheet: Sheet) -> Sheet:
    """Dead leaves: shapes on shapes until nothing is bare, each even, grained, streaked or mottled."""
    side, plain = len(sheet), random.Random(int(chance.integers(2**32)))
    scale = side * SUPERSAMPLING / 2 / BLOB_SHEET_SIDE
    paints = [tuple((random_colour(chance) * 255).astype(int)) for _ in range(chance.integers(3, 9))]
    leaves = Image.new("RGB", (side * SUPERSAMPLING // 2,) * 2, plain.choice(paints))
    textures = Image.new("RGB", leaves.size)
    pen, texture = ImageDraw.Draw(leaves), ImageDraw.Draw(textures)
    for _ in range(chance.integers(30, 300)):
        shape = [(x * scale, y * scale) for x, y in random_blob(plain, min(128, 8 / (1 - plain.random()) ** 0.8))]
        pen.polygon(shape, fill=plain.choice(paints))
        texture.polygon(shape, fill=tuple(plain.choice((0, 0, 0, 120, 255)) for _ in range(3)))
    painted = np.asarray(leaves.reduce(SUPERSAMPLING // 2), np.float32) / 255
    much = np.asarray(textures.reduce(SUPERSAMPLING // 2), np.float32) / 255
    kinds = np.stack([paper_tooth(chance, side), _wave_texture(chance, side), cloud_field(chance, side, 8)], 2) - 0.5
    return np.clip(painted * (1 + 0.5 * (much * kinds).sum(2, keepdims=True)), 0, 1)


def _wave_texture(chance: Rng, side: int) -> Field:
    """Parallel waves of any direction and period."""
    turn, period = chance.uniform(0, math.pi), log_uniform(chance, 3, 12)
    place = np.arange(side) * math.cos(turn) + np.arange(side)[:, None] * math.sin(turn)
    waves: Field = (np.sin(place * math.tau / period + 3 * cloud_field(chance, side, 40)) / 2 + 0.5).astype(np.float32)
    return waves


def catchlights(chance: Rng, sheet: Sheet) -> Sheet:
    """Round dark bodies with small white lights: eyes, berries, beads, drops."""
    side = len(sheet)
    if chance.random() < 0.4:
        sheet = glaze(sheet, tone_field(chance, side) * 0.6, random_colour(chance))
    for _ in range(chance.integers(1, 6)):
        middle, radius = random_place(chance, side), log_uniform(chance, 4, side / 3)
        body, rim, dark, light = (Canvas(side) for _ in range(4))
        body.dot(middle, radius)
        rim.dot(middle, radius * 1.06)
        dark.dot(middle + radius * chance.normal(0, 0.05, 2), radius * chance.uniform(0.3, 0.7))
        for _ in range(chance.integers(1, 4)):
            light.dot(middle + radius * chance.uniform(-0.5, 0.5, 2), max(0.6, radius * log_uniform(chance, 0.03, 0.2)))
        sheet = paint_over(sheet, rim.coverage(), random_ink(chance))
        iris = random_colour(chance) * (0.6 + 0.4 * cloud_field(chance, side, max(2, radius / 3)))[..., None]
        sheet = paint_over(sheet, body.coverage(), iris)
        sheet = paint_over(sheet, gaussian_filter(dark.coverage(), chance.uniform(0, 2)), np.zeros(3, np.float32))
        sheet = paint_over(sheet, light.coverage(), np.ones(3, np.float32))
    if chance.random() < 0.5:
        sheet = paint_over(sheet, draw_lines(chance, side, int(chance.integers(2, 12)), log_uniform(chance, 0.8, 2)), random_ink(chance))
    return sheet
