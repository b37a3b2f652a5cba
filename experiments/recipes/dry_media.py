"""Pencil, charcoal, chalk, pen and hatching. Each function draws on a given sheet and returns the result."""

import math

import numpy as np
from scipy.ndimage import gaussian_filter

from experiments.recipes.drawing_primitives import (
    Canvas,
    Field,
    Path,
    Rng,
    Sheet,
    cloud_field,
    gentle_curve,
    gentle_curves,
    glaze,
    log_uniform,
    paint_over,
    paper_tooth,
    pick,
    random_colour,
    random_ink,
    random_place,
    rub,
    soft_area,
    soft_outline,
    stroke_widths,
    tone_field,
    widths_of_strokes,
)


def draw_lines(rng: Rng, side: int, count: int, width: float) -> Field:
    """Long strokes in any direction that swell and taper; some follow a shape."""
    canvas = Canvas(side)
    for _ in range(count):
        if rng.random() < 0.3:
            path = soft_outline(rng, random_place(rng, side), side * rng.uniform(0.08, 0.6))
            path = np.roll(path, rng.integers(len(path)), 0)[: rng.integers(20, 56)]
        else:
            start, length = random_place(rng, side), log_uniform(rng, side / 12, side * 1.3)
            path = gentle_curve(rng, start, rng.uniform(0, math.tau), length, rng.uniform(0, 2))
        canvas.stroke(path, stroke_widths(rng, len(path), width * rng.uniform(0.6, 1.3)), rng.uniform(0.6, 1))
    return canvas.coverage()


def _shading(rng: Rng, side: int, width: float, period: float, direction: float) -> Field:
    """One layer of parallel strokes, from even to as loose as a quick hand draws them."""
    loose, length = log_uniform(rng, 0.05, 1), log_uniform(rng, side / 5, side * 1.5)
    rows = np.arange(-0.72 * side, 0.72 * side, period)
    row_starts = np.arange(-0.8 * side - length, 0.72 * side, length * rng.uniform(1, 1.15))
    offsets, begins = (grid.ravel() for grid in np.meshgrid(rows, row_starts))
    offsets = offsets + rng.normal(0, period * 0.2 * loose, len(offsets))
    begins = begins + rng.uniform(-0.25, 0.25, len(begins)) * length
    along = np.array([math.cos(direction), math.sin(direction)])
    starts = side / 2 + offsets[:, None] * along[::-1] * (-1, 1) + begins[:, None] * along
    directions = direction + rng.normal(0, min(0.04, period / length) * loose, len(starts))
    lengths = length * rng.uniform(0.75, 1.1, len(starts))
    paths = gentle_curves(rng, starts, directions, lengths, rng.uniform(0, 0.3) * loose)
    seen = ((paths.max(1) > 0) & (paths.min(1) < side)).all(1)
    canvas, paths = Canvas(side), paths[seen]
    canvas.strokes(
        paths, widths_of_strokes(rng, len(paths), paths.shape[1], width), rng.uniform(0.7, 1, len(paths)).tolist()
    )
    return canvas.coverage()


def pencil(rng: Rng, sheet: Sheet) -> Sheet:
    """Searching contours, drawn more than once, with the paper's tooth inside the strokes."""
    side = len(sheet)
    hills, lead = paper_tooth(rng, side), random_ink(rng)
    for _ in range(rng.integers(1, 4)):
        strokes = draw_lines(rng, side, int(rng.integers(3, 16)), log_uniform(rng, 1.2, 6))
        pressure = gaussian_filter(strokes, 0.4) * (0.55 + 0.45 * cloud_field(rng, side, 30)) * rng.uniform(0.7, 1.3)
        sheet = glaze(sheet, rub(pressure, hills) * rng.uniform(0.4, 1), lead)
    return sheet


def pencil_shading(rng: Rng, sheet: Sheet) -> Sheet:
    """Pencil tones of one to four layers of strokes, within a shape or everywhere."""
    side = len(sheet)
    hills, lead, where = paper_tooth(rng, side), random_ink(rng), tone_field(rng, side)
    direction, width = rng.uniform(0, math.pi), log_uniform(rng, 1.2, 6)
    for _ in range(rng.integers(1, 5)):
        strokes = _shading(rng, side, width, width * rng.uniform(0.8, 1.6), direction)
        pressure = gaussian_filter(strokes, 0.5) * (where > 0.02) * (0.3 + where) * rng.uniform(0.5, 1)
        sheet = glaze(sheet, rub(pressure, hills, 1.2) * rng.uniform(0.4, 0.9), lead)
        direction += rng.normal(0, 0.6)
    return pencil(rng, sheet) if rng.random() < 0.3 else sheet


def smudged_graphite(rng: Rng, sheet: Sheet) -> Sheet:
    """Graphite spread with a finger or a stump on purpose, with lines beside it and lights lifted out."""
    side = len(sheet)
    lead = np.full(3, rng.uniform(0.1, 0.4), np.float32)
    shape = gaussian_filter(soft_area(rng, side, side * rng.uniform(0.2, 0.7)), rng.uniform(1, 8))
    spread = shape * (0.4 + 0.6 * cloud_field(rng, side, log_uniform(rng, 12, 80)))
    grain = 1 - rng.uniform(0, 0.25) * paper_tooth(rng, side)
    sheet = glaze(sheet, spread * grain * rng.uniform(0.3, 0.9), lead)
    if rng.random() < 0.4:
        lifted = gaussian_filter(draw_lines(rng, side, 3, log_uniform(rng, 2, 6)), 0.6)
        sheet = paint_over(sheet, lifted * shape * rng.uniform(0.5, 0.9), np.ones(3, np.float32))
    return pencil(rng, sheet) if rng.random() < 0.7 else sheet


def charcoal(rng: Rng, sheet: Sheet) -> Sheet:
    """Broad strokes that skip the valleys of the paper, dust that was rubbed in, black accents."""
    side = len(sheet)
    hills, black = paper_tooth(rng, side), np.full(3, rng.uniform(0.02, 0.15), np.float32)
    dust = gaussian_filter(draw_lines(rng, side, 4, log_uniform(rng, 15, 60)), 4) * rng.uniform(0.1, 0.6)
    sheet = glaze(sheet, dust * (0.7 + 0.3 * hills), black)
    for width, strength in ((log_uniform(rng, 8, 40), rng.uniform(0.5, 1)), (log_uniform(rng, 3, 9), 1.2)):
        strokes = gaussian_filter(draw_lines(rng, side, int(rng.integers(2, 8)), width), 0.8) * strength
        pressure = strokes * (0.5 + 0.5 * cloud_field(rng, side, 25))
        sheet = glaze(sheet, rub(pressure, hills, rng.uniform(0.6, 1.5)), black)
    return sheet


def chalk(rng: Rng, sheet: Sheet) -> Sheet:
    """Dark and white chalk on coloured paper, which serves as the middle tone."""
    side = len(sheet)
    paper = random_colour(rng, 0.6, 0.75) * 0.8 + 0.15
    sheet, hills = np.broadcast_to(paper, sheet.shape), paper_tooth(rng, side)
    where, dark = tone_field(rng, side), np.full(3, rng.uniform(0, 0.15), np.float32)
    light = np.array([1, rng.uniform(0.95, 1), rng.uniform(0.85, 1)], np.float32)
    turn, width = rng.uniform(0, math.pi), log_uniform(rng, 2, 6)
    for chalk, share in ((dark, where), (light, 1.1 - where)):
        strokes = _shading(rng, side, width, width * rng.uniform(1, 2), turn) * np.clip(share * 3 - 1.3, 0, 1)
        covered = np.maximum(strokes, draw_lines(rng, side, int(rng.integers(1, 6)), width))
        sheet = paint_over(sheet, rub(gaussian_filter(covered, 0.5) * rng.uniform(0.6, 1), hills), chalk)
    return sheet.astype(np.float32)


def pen(rng: Rng, sheet: Sheet) -> Sheet:
    """Ink lines of varying width with pointed ends, fine and bold ones together."""
    side, black = len(sheet), random_ink(rng)
    for _ in range(rng.integers(1, 4)):
        sheet = paint_over(sheet, draw_lines(rng, side, int(rng.integers(2, 22)), log_uniform(rng, 0.7, 7)), black)
    return sheet


def hatching(rng: Rng, sheet: Sheet) -> Sheet:
    """Hatching and cross-hatching, from hair-fine to coarse, that follows a tone or fills a shape."""
    side, black, where = len(sheet), random_ink(rng), tone_field(rng, len(sheet))
    direction, period = rng.uniform(0, math.pi), log_uniform(rng, 3, 14)
    width = period * rng.uniform(0.2, 0.55)
    for layer in range(rng.integers(1, 4)):
        strokes = _shading(rng, side, max(0.6, width), period, direction)
        share = np.clip((where - layer * 0.25) * 8, 0, 1)
        sheet = paint_over(sheet, strokes * share, black)
        direction += rng.uniform(0.5, 1.4)
    if rng.random() < 0.5:
        sheet = paint_over(sheet, draw_lines(rng, side, int(rng.integers(1, 6)), width * 2), black)
    return sheet


def ruled_lines(rng: Rng, sheet: Sheet) -> Sheet:
    """Ruled lines: frames, doubled frames, panels, a ground line, a grid, the ticks of a scale."""
    side, canvas, width = len(sheet), Canvas(len(sheet)), log_uniform(rng, 0.7, 5)
    turn = pick(rng, (0.0, 0.0, float(rng.normal(0, 0.02)), float(rng.uniform(0, 1.5))))
    along, across = np.array([math.cos(turn), math.sin(turn)]), np.array([-math.sin(turn), math.cos(turn)])
    for direction, normal in ((along, across), (across, along)):
        places = rng.uniform(-0.5, 0.5, rng.integers(1, 4)) * side
        if rng.random() < 0.2:
            places = np.arange(-0.7, 0.7, rng.uniform(0.06, 0.3)) * side
        for place in places:
            rule = side / 2 + normal * place + np.array([[-1], [1]]) * direction * side
            canvas.stroke(rule, width)
            if rng.random() < 0.3:
                canvas.stroke(rule + normal * width * rng.uniform(2, 4), width * 0.5)
            if rng.random() < 0.2:
                _draw_ticks(canvas, rule, normal, width)
    return paint_over(sheet, canvas.coverage(), random_ink(rng))


def _draw_ticks(canvas: Canvas, rule: Path, across: Path, width: float) -> None:
    """Draw short marks along a ruled line, as on a scale."""
    for share in np.arange(0.25, 0.75, 0.02):
        foot = rule[0] + (rule[1] - rule[0]) * share
        canvas.stroke(np.stack([foot, foot + across * width * 4]), max(0.6, width * 0.4))
