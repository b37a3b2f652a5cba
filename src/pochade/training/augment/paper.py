"""Synthetic paper and light: the paper's colour, uneven light on a sheet, and grain."""

import numpy as np

from pochade.training.augment.random_fields import (
    Floats,
    RandomGenerator,
    grain_noise,
    ink_coverage,
    log_uniform,
    smooth_noise,
)

WHITE_PAPER_SHARE = 0.6  # share of the sheets that are nearly white
CREAM_PAPER_LIMIT = 0.9  # share of the sheets that are nearly white or cream; the others are toned
FLATBED_SHARE = 0.7  # share of the sheets lit by a scanner's lamp; the others are lit less evenly, as by a window
GUTTER_CHANCE = 0.12  # of the dark gutter of a book at one edge
SHADOW_CHANCE = 0.1  # of a soft shadow, like that of a hand
FULL_FALL_OFF_MM = 150.0  # longer side of a sheet with the full fall-off of light; smaller sheets are lit more evenly


def random_paper_colour(rng: RandomGenerator) -> Floats:
    """The colour (3,) of the paper, by which it multiplies white: nearly white, cream, or toned."""
    kind = rng.random()
    if kind < WHITE_PAPER_SHARE:
        return (rng.uniform(0.92, 1.0) + rng.normal(0, 0.006, 3)).clip(0.85, 1.02).astype(np.float32)
    strength = rng.uniform(0.03, 0.2) if kind < CREAM_PAPER_LIMIT else rng.uniform(0.1, 0.45)
    yellow = np.array([0.0, 0.35, 1.0]) * strength
    return (rng.uniform(0.8, 0.98) - yellow + rng.normal(0, 0.01, 3)).clip(0.3, 1).astype(np.float32)


def random_light(rng: RandomGenerator, size: tuple[int, int], dots_per_mm: float) -> Floats:
    """A random light (H, W): a lamp or a window, sometimes darkened by a book's gutter or a soft shadow."""
    light = np.ones(size, np.float32)
    millimetres = max(size) / dots_per_mm
    light = light * _lamp_light(rng, size, millimetres)
    if rng.random() < GUTTER_CHANCE:
        light = light * _gutter_light(rng, size, millimetres)
    if rng.random() < SHADOW_CHANCE:
        shade = smooth_noise(rng, size, 60 * dots_per_mm)
        light = light * (1 - rng.uniform(0.05, 0.3) / (1 + np.exp(-4 * (shade - 0.5))))
    return light.astype(np.float32)


def add_paper_grain(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Give a sheet (H, W, 3) a fine and a coarse grain, slightly coloured; ink hides it."""
    size, strength = x.shape[:2], log_uniform(rng, 0.5, 8) / 255
    fine, coarse = rng.uniform(0.3, 1.3), rng.uniform(0.06, 0.25) * dots_per_mm
    share = rng.uniform(0, 0.7)
    grain = (1 - share) * grain_noise(rng, size, fine) + share * grain_noise(rng, size, coarse)
    grain = grain / max(float(grain.std()), 1e-6)
    colour = np.stack([grain_noise(rng, size, fine) for _ in range(3)], 2) * rng.uniform(0.1, 0.4)
    bare = (1 - ink_coverage(x)) ** 0.7
    return np.asarray(x + strength * bare[..., None] * (grain[..., None] + colour), np.float32)


def _lamp_light(rng: RandomGenerator, size: tuple[int, int], millimetres: float) -> Floats:
    """A smooth quadratic change over the sheet, 1 at its brightest place; smaller sheets are lit more evenly."""
    rows, columns = np.linspace(-1, 1, size[0])[:, None], np.linspace(-1, 1, size[1])[None, :]
    slopes, curves = rng.normal(0, 1, 2), rng.normal(0, 0.6, 3)
    field = slopes[0] * rows + slopes[1] * columns
    field = field + curves[0] * rows**2 + curves[1] * columns**2 + curves[2] * rows * columns
    fall_off = rng.uniform(0, 0.15) if rng.random() < FLATBED_SHARE else rng.uniform(0.15, 0.5)
    fall_off_share = min(1, millimetres / FULL_FALL_OFF_MM)
    value_range = max(float(field.max() - field.min()), 1e-6)
    return np.exp(-fall_off * fall_off_share * (field.max() - field) / value_range).astype(np.float32)


def _gutter_light(rng: RandomGenerator, size: tuple[int, int], millimetres: float) -> Floats:
    """Light that falls off towards one edge, where the page of a book does not touch the glass."""
    rows, columns = np.linspace(0, 1, size[0])[:, None], np.linspace(0, 1, size[1])[None, :]
    distance = (rows, columns, 1 - rows, 1 - columns)[int(rng.integers(4))] * millimetres
    light = 1 - rng.uniform(0.1, 0.6) * np.exp(-distance / rng.uniform(3, 12))
    return np.broadcast_to(light, size).astype(np.float32)
