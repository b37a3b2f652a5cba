"""Paint: washes, dry brush, flat colour, airbrush, shapes on shapes, and what shines; each laid on a given sheet."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from experiments.recipes.dry_media import lines
from experiments.recipes.marks import (
    FINE,
    Chance,
    Field,
    Path,
    Plate,
    Sheet,
    anywhere,
    between,
    clouds,
    colour,
    curve,
    glazed,
    ink,
    laid,
    outline,
    tapered,
    tone,
    tooth,
)
from experiments.recipes.synthetic import blob

LEAF_SHEET = 256  # `blob` strews its shapes over a square of this many pixels


def washed(chance: Chance, sheet: Sheet) -> Sheet:
    """Watercolour: one to four glazes with dark edges, pigment in the valleys, slow blooms."""
    side, valleys = len(sheet), tooth(chance, len(sheet))
    for _ in range(chance.integers(1, 5)):
        shape = ragged(chance, side)
        edge = np.clip(shape - gaussian_filter(shape, between(chance, 1.2, 3)), 0, 1) * chance.uniform(0, 1.6)
        bloom = 0.35 + 0.65 * clouds(chance, side, between(chance, 15, 90))
        grain = 1 + chance.uniform(0, 0.8) * (valleys - 0.5)
        strength = chance.uniform(0.15, 0.85)
        sheet = glazed(sheet, np.clip(shape * (bloom * grain + edge) * strength, 0, 1), colour(chance, 0.9))
    return sheet


def ragged(chance: Chance, side: int) -> Field:
    """A wet shape: its border wanders, here sharp, there run soft."""
    plate = Plate(side)
    plate.area(outline(chance, anywhere(chance, side), side * chance.uniform(0.15, 0.8)))
    wander = (clouds(chance, side, 9) + clouds(chance, side, 25) - 1) * chance.uniform(0, 0.7)
    sharp = np.clip((gaussian_filter(plate.coverage(), 3) + wander * 0.5 - 0.5) * 4 + 0.5, 0, 1)
    soft = gaussian_filter(sharp, between(chance, 2, 9))
    wet = np.clip(clouds(chance, side, 50) * 4 - chance.uniform(1.5, 4), 0, 1)
    return sharp + wet * (soft - sharp)


def dry_brushed(chance: Chance, sheet: Sheet) -> Sheet:
    """A brush that runs out of paint: each bristle leaves a broken streak."""
    side, plate = len(sheet), Plate(len(sheet))
    for _ in range(chance.integers(1, 4)):
        breadth, length = between(chance, 10, side / 2), between(chance, side / 3, side * 1.4)
        path = curve(chance, anywhere(chance, side), chance.uniform(0, math.tau), length, chance.uniform(0, 0.8))
        bristles(chance, plate, path, breadth)
    covered = plate.coverage()
    if chance.random() < 0.5:
        covered = covered * (gaussian_filter(tooth(chance, side), 0.5) > chance.uniform(0.3, 0.55))
    return laid(sheet, gaussian_filter(covered, 0.35), colour(chance, bright=0.9))


def bristles(chance: Chance, plate: Plate, path: Path, breadth: float) -> None:
    """The streaks of one brush stroke: more and more gaps towards its end."""
    along = np.gradient(path, axis=0)
    across = along[:, ::-1] * (-1, 1) / (np.hypot(along[:, :1], along[:, 1:]) + 1e-9)
    thick = between(chance, 0.8, 3)
    for offset in np.arange(-breadth / 2, breadth / 2, thick * chance.uniform(0.9, 1.5)):
        streak, at = path + across * (offset + chance.normal(0, thick * 0.3)), int(chance.integers(0, 3))
        while at < len(path) - 2:
            run = int(chance.integers(2, max(3, len(path) - at)))
            piece = streak[at : at + run + 1]
            plate.stroke(piece, tapered(chance, len(piece), thick * chance.uniform(0.5, 1.4)))
            at += run + int(chance.random() < (0.3 + at / len(path))) * int(chance.integers(1, 6))


def flat(chance: Chance, sheet: Sheet) -> Sheet:
    """Gouache: even areas, a few with a brush's faint streaks, with or without an outline beside the edge."""
    side, black = len(sheet), ink(chance)
    outlined, width = chance.random() < 0.6, between(chance, 0.8, 6)
    for _ in range(chance.integers(1, 8)):
        border = outline(chance, anywhere(chance, side), side * between(chance, 0.05, 0.7))
        plate, pen = Plate(side), Plate(side)
        plate.area(border)
        paint: Sheet = colour(chance)
        if chance.random() < 0.4:
            paint = paint * (1 + chance.uniform(0, 0.15) * (clouds(chance, side, 6) - 0.5))[..., None]
        sheet = laid(sheet, plate.coverage(), paint)
        if outlined:
            closed = np.concatenate([border, border[:2]]) + chance.normal(0, 0.5, 2)
            pen.stroke(closed, np.maximum(0.5, width * (1 + 0.3 * np.sin(np.arange(len(closed)) / 5))))
            sheet = laid(sheet, pen.coverage(), black)
    return sheet


def airbrushed(chance: Chance, sheet: Sheet) -> Sheet:
    """Soft gradients, as a digital airbrush makes, over all or as a halo."""
    side = len(sheet)
    if chance.random() < 0.6:
        sheet = laid(np.broadcast_to(colour(chance), sheet.shape), clouds(chance, side, side), colour(chance))
    for _ in range(chance.integers(1, 5)):
        x, y = anywhere(chance, side)
        reach = side * between(chance, 0.05, 0.6)
        far = (np.arange(side) - x) ** 2 / reach**2 + (np.arange(side)[:, None] - y) ** 2 / reach**2
        sheet = laid(sheet, (np.exp(-far) * chance.uniform(0.2, 1)).astype(np.float32), colour(chance))
    return sheet.astype(np.float32)


def leafy(chance: Chance, sheet: Sheet) -> Sheet:
    """Dead leaves: shapes on shapes until nothing is bare, each even, grained, streaked or mottled."""
    side, plain = len(sheet), random.Random(int(chance.integers(2**32)))
    scale = side * FINE / 2 / LEAF_SHEET
    paints = [tuple((colour(chance) * 255).astype(int)) for _ in range(chance.integers(3, 9))]
    leaves = Image.new("RGB", (side * FINE // 2,) * 2, plain.choice(paints))
    textures = Image.new("RGB", leaves.size)
    pen, texture = ImageDraw.Draw(leaves), ImageDraw.Draw(textures)
    for _ in range(chance.integers(30, 300)):
        shape = [(x * scale, y * scale) for x, y in blob(plain, min(128, 8 / (1 - plain.random()) ** 0.8))]
        pen.polygon(shape, fill=plain.choice(paints))
        texture.polygon(shape, fill=tuple(plain.choice((0, 0, 0, 120, 255)) for _ in range(3)))
    painted = np.asarray(leaves.reduce(FINE // 2), np.float32) / 255
    much = np.asarray(textures.reduce(FINE // 2), np.float32) / 255
    kinds = np.stack([tooth(chance, side), streaks(chance, side), clouds(chance, side, 8)], 2) - 0.5
    return np.clip(painted * (1 + 0.5 * (much * kinds).sum(2, keepdims=True)), 0, 1)


def streaks(chance: Chance, side: int) -> Field:
    """Parallel waves of any direction and period."""
    turn, period = chance.uniform(0, math.pi), between(chance, 3, 12)
    place = np.arange(side) * math.cos(turn) + np.arange(side)[:, None] * math.sin(turn)
    waves: Field = (np.sin(place * math.tau / period + 3 * clouds(chance, side, 40)) / 2 + 0.5).astype(np.float32)
    return waves


def catch_lit(chance: Chance, sheet: Sheet) -> Sheet:
    """Round dark bodies with small white lights: eyes, berries, beads, drops."""
    side = len(sheet)
    if chance.random() < 0.4:
        sheet = glazed(sheet, tone(chance, side) * 0.6, colour(chance))
    for _ in range(chance.integers(1, 6)):
        middle, radius = anywhere(chance, side), between(chance, 4, side / 3)
        body, rim, dark, light = (Plate(side) for _ in range(4))
        body.dot(middle, radius)
        rim.dot(middle, radius * 1.06)
        dark.dot(middle + radius * chance.normal(0, 0.05, 2), radius * chance.uniform(0.3, 0.7))
        for _ in range(chance.integers(1, 4)):
            light.dot(middle + radius * chance.uniform(-0.5, 0.5, 2), max(0.6, radius * between(chance, 0.03, 0.2)))
        sheet = laid(sheet, rim.coverage(), ink(chance))
        iris = colour(chance) * (0.6 + 0.4 * clouds(chance, side, max(2, radius / 3)))[..., None]
        sheet = laid(sheet, body.coverage(), iris)
        sheet = laid(sheet, gaussian_filter(dark.coverage(), chance.uniform(0, 2)), np.zeros(3, np.float32))
        sheet = laid(sheet, light.coverage(), np.ones(3, np.float32))
    if chance.random() < 0.5:
        sheet = laid(sheet, lines(chance, side, int(chance.integers(2, 12)), between(chance, 0.8, 2)), ink(chance))
    return sheet
