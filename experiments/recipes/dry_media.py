"""Pencil, charcoal, chalk, pen and hatching, each laid on the sheet that it is given."""

import math

import numpy as np
from scipy.ndimage import gaussian_filter

from experiments.recipes.drawing_primitives import (
    Rng,
    Field,
    Path,
    Canvas,
    Sheet,
    random_place,
    soft_area,
    log_uniform,
    cloud_field,
    random_colour,
    gentle_curve,
    gentle_curves,
    glaze,
    random_ink,
    paint_over,
    pick,
    soft_outline,
    rub,
    stroke_widths,
    widths_of_strokes,
    tone_field,
    paper_tooth,
)


def draw_lines(chance: Rng, side: int, count: int, width: float) -> Field:
    """Long strokes in any direction, which swell and taper; some go round a shape."""
    plate = Canvas(side)
    for _ in range(count):
        if chance.random() < 0.3:
            path = soft_outline(chance, random_place(chance, side), side * chance.uniform(0.08, 0.6))
            path = np.roll(path, chance.integers(len(path)), 0)[: chance.integers(20, 56)]
        else:
            start, length = random_place(chance, side), log_uniform(chance, side / 12, side * 1.3)
            path = gentle_curve(chance, start, chance.uniform(0, math.tau), length, chance.uniform(0, 2))
        plate.stroke(path, stroke_widths(chance, len(path), width * chance.uniform(0.6, 1.3)), chance.uniform(0.6, 1))
    return plate.coverage()


def _shading(chance: Rng, side: int, width: float, period: float, direction: float) -> Field:
    """One layer of strokes side by side: nearly parallel and even, or as loose as a quick hand is."""
    loose, length = log_uniform(chance, 0.05, 1), log_uniform(chance, side / 5, side * 1.5)
    rows = np.arange(-0.72 * side, 0.72 * side, period)
    begun = np.arange(-0.8 * side - length, 0.72 * side, length * chance.uniform(1, 1.15))
    offsets, begins = (each.ravel() for each in np.meshgrid(rows, begun))
    offsets = offsets + chance.normal(0, period * 0.2 * loose, len(offsets))
    begins = begins + chance.uniform(-0.25, 0.25, len(begins)) * length
    along = np.array([math.cos(direction), math.sin(direction)])
    starts = side / 2 + offsets[:, None] * along[::-1] * (-1, 1) + begins[:, None] * along
    directions = direction + chance.normal(0, min(0.04, period / length) * loose, len(starts))
    lengths = length * chance.uniform(0.75, 1.1, len(starts))
    paths = gentle_curves(chance, starts, directions, lengths, chance.uniform(0, 0.3) * loose)
    seen = ((paths.max(1) > 0) & (paths.min(1) < side)).all(1)
    plate, paths = Canvas(side), paths[seen]
    plate.strokes(paths, widths_of_strokes(chance, len(paths), paths.shape[1], width), chance.uniform(0.7, 1, len(paths)).tolist())
    return plate.coverage()


def pencil(chance: Rng, sheet: Sheet) -> Sheet:
    """Searching contours, drawn more than once, with the paper's tooth inside the strokes."""
    side = len(sheet)
    hills, lead = paper_tooth(chance, side), random_ink(chance)
    for _ in range(chance.integers(1, 4)):
        drawn = draw_lines(chance, side, int(chance.integers(3, 16)), log_uniform(chance, 1.2, 6))
        pressure = gaussian_filter(drawn, 0.4) * (0.55 + 0.45 * cloud_field(chance, side, 30)) * chance.uniform(0.7, 1.3)
        sheet = glaze(sheet, rub(pressure, hills) * chance.uniform(0.4, 1), lead)
    return sheet


def pencil_shading(chance: Rng, sheet: Sheet) -> Sheet:
    """Pencil tones of one to four layers of strokes, within a shape or over all."""
    side = len(sheet)
    hills, lead, where = paper_tooth(chance, side), random_ink(chance), tone_field(chance, side)
    direction, width = chance.uniform(0, math.pi), log_uniform(chance, 1.2, 6)
    for _ in range(chance.integers(1, 5)):
        strokes = _shading(chance, side, width, width * chance.uniform(0.8, 1.6), direction)
        pressure = gaussian_filter(strokes, 0.5) * (where > 0.02) * (0.3 + where) * chance.uniform(0.5, 1)
        sheet = glaze(sheet, rub(pressure, hills, 1.2) * chance.uniform(0.4, 0.9), lead)
        direction += chance.normal(0, 0.6)
    return pencil(chance, sheet) if chance.random() < 0.3 else sheet


def smudged_graphite(chance: Rng, sheet: Sheet) -> Sheet:
    """Graphite spread with a finger or a stump, which belongs to the drawing; lines beside it, lights lifted out."""
    side = len(sheet)
    lead = np.full(3, chance.uniform(0.1, 0.4), np.float32)
    shape = gaussian_filter(soft_area(chance, side, side * chance.uniform(0.2, 0.7)), chance.uniform(1, 8))
    spread = shape * (0.4 + 0.6 * cloud_field(chance, side, log_uniform(chance, 12, 80)))
    grain = 1 - chance.uniform(0, 0.25) * paper_tooth(chance, side)
    sheet = glaze(sheet, spread * grain * chance.uniform(0.3, 0.9), lead)
    if chance.random() < 0.4:
        lifted = gaussian_filter(draw_lines(chance, side, 3, log_uniform(chance, 2, 6)), 0.6)
        sheet = paint_over(sheet, lifted * shape * chance.uniform(0.5, 0.9), np.ones(3, np.float32))
    return pencil(chance, sheet) if chance.random() < 0.7 else sheet


def charcoal(chance: Rng, sheet: Sheet) -> Sheet:
    """Broad strokes that skip the valleys, dust that was rubbed in, black accents."""
    side = len(sheet)
    hills, black = paper_tooth(chance, side), np.full(3, chance.uniform(0.02, 0.15), np.float32)
    dust = gaussian_filter(draw_lines(chance, side, 4, log_uniform(chance, 15, 60)), 4) * chance.uniform(0.1, 0.6)
    sheet = glaze(sheet, dust * (0.7 + 0.3 * hills), black)
    for width, strength in ((log_uniform(chance, 8, 40), chance.uniform(0.5, 1)), (log_uniform(chance, 3, 9), 1.2)):
        drawn = gaussian_filter(draw_lines(chance, side, int(chance.integers(2, 8)), width), 0.8) * strength
        pressure = drawn * (0.5 + 0.5 * cloud_field(chance, side, 25))
        sheet = glaze(sheet, rub(pressure, hills, chance.uniform(0.6, 1.5)), black)
    return sheet


def chalk(chance: Rng, sheet: Sheet) -> Sheet:
    """Dark and white chalk on a coloured paper: the darks, the lights, and the paper for all between."""
    side = len(sheet)
    paper = random_colour(chance, 0.6, 0.75) * 0.8 + 0.15
    sheet, hills = np.broadcast_to(paper, sheet.shape), paper_tooth(chance, side)
    where, dark = tone_field(chance, side), np.full(3, chance.uniform(0, 0.15), np.float32)
    light = np.array([1, chance.uniform(0.95, 1), chance.uniform(0.85, 1)], np.float32)
    turn, width = chance.uniform(0, math.pi), log_uniform(chance, 2, 6)
    for chalk, share in ((dark, where), (light, 1.1 - where)):
        strokes = _shading(chance, side, width, width * chance.uniform(1, 2), turn) * np.clip(share * 3 - 1.3, 0, 1)
        drawn = np.maximum(strokes, draw_lines(chance, side, int(chance.integers(1, 6)), width))
        sheet = paint_over(sheet, rub(gaussian_filter(drawn, 0.5) * chance.uniform(0.6, 1), hills), chalk)
    return sheet.astype(np.float32)


def pen(chance: Rng, sheet: Sheet) -> Sheet:
    """Ink lines of varying width with pointed ends, fine and bold ones together."""
    side, black = len(sheet), random_ink(chance)
    for _ in range(chance.integers(1, 4)):
        sheet = paint_over(sheet, draw_lines(chance, side, int(chance.integers(2, 22)), log_uniform(chance, 0.7, 7)), black)
    return sheet


def hatching(chance: Rng, sheet: Sheet) -> Sheet:
    """Hatching and cross-hatching, from hair-fine to coarse, that follows a tone or fills a shape."""
    side, black, where = len(sheet), random_ink(chance), tone_field(chance, len(sheet))
    direction, period = chance.uniform(0, math.pi), log_uniform(chance, 3, 14)
    width = period * chance.uniform(0.2, 0.55)
    for layer in range(chance.integers(1, 4)):
        strokes = _shading(chance, side, max(0.6, width), period, direction)
        share = np.clip((where - layer * 0.25) * 8, 0, 1)
        sheet = paint_over(sheet, strokes * share, black)
        direction += chance.uniform(0.5, 1.4)
    if chance.random() < 0.5:
        sheet = paint_over(sheet, draw_lines(chance, side, int(chance.integers(1, 6)), width * 2), black)
    return sheet


def ruled_lines(chance: Rng, sheet: Sheet) -> Sheet:
    """Ruled lines: frames, doubled frames, panels, a ground line, the lines of a grid, measured ticks."""
    side, plate, width = len(sheet), Canvas(len(sheet)), log_uniform(chance, 0.7, 5)
    turn = pick(chance, (0.0, 0.0, float(chance.normal(0, 0.02)), float(chance.uniform(0, 1.5))))
    along, across = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
    for one, other in ((along, across), (across, along)):
        places = chance.uniform(-0.5, 0.5, chance.integers(1, 4)) * side
        if chance.random() < 0.2:
            places = np.arange(-0.7, 0.7, chance.uniform(0.06, 0.3)) * side
        for place in places:
            rule = side / 2 + other * place + np.array([[-1], [1]]) * one * side
            plate.stroke(rule, width)
            if chance.random() < 0.3:
                plate.stroke(rule + other * width * chance.uniform(2, 4), width * 0.5)
            if chance.random() < 0.2:
                _draw_ticks(plate, rule, other, width)
    return paint_over(sheet, plate.coverage(), random_ink(chance))


def _draw_ticks(plate: Canvas, rule: Path, across: Path, width: float) -> None:
    """Short marks along a ruled line, as on a scale."""
    for share in np.arange(0.25, 0.75, 0.02):
        foot = rule[0] + (rule[1] - rule[0]) * share
        plate.stroke(np.stack([foot, foot + across * width * 4]), max(0.6, width * 0.4))
