"""Synthetic damage with soft edges: smears, finger marks, eraser ghosts, bleed-through, stains and foxing.

Each function takes a sheet (H, W, 3) from 0 to 1 and the resolution, and returns a damaged copy.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.images.geometry.gaussian_blur import blur
from pochade.training.augment.random_fields import (
    Floats,
    RandomGenerator,
    cloud_noise,
    ink_coverage,
    log_uniform,
    motion_blur,
    smooth_noise,
)

BROWN_ABSORPTION = np.array([0.25, 0.55, 1.0], np.float32)  # of red, green and blue by a stain, relative to blue
MAX_FOXING_SPOTS = 400


def add_smear(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Smear ink or graphite in one direction, as a sleeve or a hand does."""
    ink = blur(ink_coverage(x), 0.2 * dots_per_mm)
    smear = motion_blur(ink, rng.uniform(5, 25) * dots_per_mm, rng.uniform(0, math.tau))
    return _darken(x, smear * cloud_noise(rng, x.shape[:2], 8 * dots_per_mm) * rng.uniform(0.04, 0.3))


def add_finger_marks(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Add grey marks of fingers."""
    rows, columns = np.mgrid[0 : x.shape[0], 0 : x.shape[1]].astype(np.float32)
    marks = np.zeros(x.shape[:2], np.float32)
    for _ in range(int(rng.integers(1, 4))):
        width, length = sorted(rng.uniform(3, 9, 2) * dots_per_mm)
        angle, down, across = rng.uniform(0, math.pi), rng.uniform(0, x.shape[0]), rng.uniform(0, x.shape[1])
        u = (rows - down) * math.cos(angle) + (columns - across) * math.sin(angle)
        v = (columns - across) * math.cos(angle) - (rows - down) * math.sin(angle)
        marks += np.exp(-(((u / width) ** 2 + (v / length) ** 2) ** 2))
    return _darken(x, marks * (0.4 + 0.6 * cloud_noise(rng, x.shape[:2], 2 * dots_per_mm)) * rng.uniform(0.02, 0.1))


def add_eraser_ghost(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Add the faint, blurred remains of an erased drawing: the drawing itself, shifted and sometimes flipped."""
    ghost = _roll_and_flip(rng, ink_coverage(x))
    blurred = blur(ghost, rng.uniform(0.05, 0.25) * dots_per_mm) * cloud_noise(rng, x.shape[:2], 12 * dots_per_mm)
    return _darken(x, blurred * rng.uniform(0.03, 0.15))


def add_bleed_through(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Let the other side of the page show through, mirrored and blurred."""
    other_side = _roll_and_flip(rng, x)[:, ::-1]
    blurred = blur(np.ascontiguousarray(1 - other_side), rng.uniform(0.1, 0.5) * dots_per_mm)
    return np.clip(x * (1 - blurred * rng.uniform(0.02, 0.12)), 0, 1)


def add_stain(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Spill water or coffee: a brown area with a darker rim."""
    field = smooth_noise(rng, x.shape[:2], rng.uniform(6, 30) * dots_per_mm)
    height = field - rng.uniform(0.3, 1.2)
    inside = 0.5 + 0.5 * np.tanh(height * rng.uniform(4, 15))
    rim = np.exp(-((height / 0.08) ** 2)) * rng.uniform(0, 0.8)
    absorption = (inside + rim)[..., None] * BROWN_ABSORPTION * rng.uniform(0.03, 0.2)
    return np.clip(x * (1 - absorption), 0, 1).astype(np.float32)


def add_foxing(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> Floats:
    """Add the small brown spots of old paper."""
    spots = np.zeros(x.shape[:2], np.float32)
    rows, columns = np.arange(x.shape[0])[:, None], np.arange(x.shape[1])[None, :]
    area = x.shape[0] * x.shape[1] / (10 * dots_per_mm) ** 2  # square centimetres
    for _ in range(1 + min(MAX_FOXING_SPOTS, int(rng.poisson(area * log_uniform(rng, 0.02, 0.6))))):
        radius = log_uniform(rng, 0.15, 1.5) * dots_per_mm
        down, across = rng.uniform(0, x.shape[0]), rng.uniform(0, x.shape[1])
        spots += np.exp(-(((rows - down) / radius) ** 2 + ((columns - across) / radius) ** 2)).astype(np.float32)
    absorption = np.clip(spots, 0, 1)[..., None] * BROWN_ABSORPTION * rng.uniform(0.1, 0.4)
    return np.clip(x * (1 - absorption), 0, 1).astype(np.float32)


def _roll_and_flip(rng: RandomGenerator, x: Floats) -> Floats:
    """Shift a picture with wrap-around, and flip it half of the time, so that it looks like another drawing."""
    rolled = np.roll(x, (int(rng.integers(0, x.shape[0])), int(rng.integers(0, x.shape[1]))), (0, 1))
    return np.ascontiguousarray(rolled[::-1] if rng.random() < 0.5 else rolled)  # noqa: PLR2004


def _darken(x: Floats, share: NDArray[Any]) -> Floats:
    """Remove a share (H, W) of the light from a sheet (H, W, 3)."""
    return np.clip(x * (1 - share[..., None]), 0, 1).astype(np.float32)
