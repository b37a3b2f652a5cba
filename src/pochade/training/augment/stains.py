"""Wide damage without an edge: smears, fingers, eraser ghosts, the other side of the page, stains, foxing."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.images.geometry.gaussian_blur import blurred
from pochade.training.augment.random_fields import Floats, Generator, cloudy, dragged, ink_of, log_uniform, smooth_noise

BROWN = np.array([0.25, 0.55, 1.0], np.float32)  # how much of red, green and blue a stain takes


def smeared(rng: Generator, x: Floats, dots: float) -> Floats:
    """Ink or graphite drawn out by a sleeve or a hand, in one direction."""
    ink = blurred(ink_of(x), 0.2 * dots)
    drawn = dragged(ink, rng.uniform(5, 25) * dots, rng.uniform(0, math.tau))
    return darker(x, drawn * cloudy(rng, x.shape[:2], 8 * dots) * rng.uniform(0.04, 0.3))


def fingered(rng: Generator, x: Floats, dots: float) -> Floats:
    """Grey spots of fingers."""
    rows, columns = np.mgrid[0 : x.shape[0], 0 : x.shape[1]].astype(np.float32)
    spots = np.zeros(x.shape[:2], np.float32)
    for _ in range(int(rng.integers(1, 4))):
        wide, long = sorted(rng.uniform(3, 9, 2) * dots)
        angle, down, across = rng.uniform(0, math.pi), rng.uniform(0, x.shape[0]), rng.uniform(0, x.shape[1])
        one = (rows - down) * math.cos(angle) + (columns - across) * math.sin(angle)
        other = (columns - across) * math.cos(angle) - (rows - down) * math.sin(angle)
        spots += np.exp(-(((one / wide) ** 2 + (other / long) ** 2) ** 2))
    return darker(x, spots * (0.4 + 0.6 * cloudy(rng, x.shape[:2], 2 * dots)) * rng.uniform(0.02, 0.1))


def ghosted(rng: Generator, x: Floats, dots: float) -> Floats:
    """What an eraser left of another drawing: this one turned and moved, faint and soft."""
    other = turned(rng, ink_of(x))
    soft = blurred(other, rng.uniform(0.05, 0.25) * dots) * cloudy(rng, x.shape[:2], 12 * dots)
    return darker(x, soft * rng.uniform(0.03, 0.15))


def bled_through(rng: Generator, x: Floats, dots: float) -> Floats:
    """The other side of the page, mirrored and soft."""
    other = turned(rng, x)[:, ::-1]
    soft = blurred(np.ascontiguousarray(1 - other), rng.uniform(0.1, 0.5) * dots)
    return np.clip(x * (1 - soft * rng.uniform(0.02, 0.12)), 0, 1)


def stained(rng: Generator, x: Floats, dots: float) -> Floats:
    """Water and coffee: a brown area with a darker rim."""
    field = smooth_noise(rng, x.shape[:2], rng.uniform(6, 30) * dots)
    above = field - rng.uniform(0.3, 1.2)
    inside = 0.5 + 0.5 * np.tanh(above * rng.uniform(4, 15))
    rim = np.exp(-((above / 0.08) ** 2)) * rng.uniform(0, 0.8)
    return np.clip(x * (1 - (inside + rim)[..., None] * BROWN * rng.uniform(0.03, 0.2)), 0, 1).astype(np.float32)


def foxed(rng: Generator, x: Floats, dots: float) -> Floats:
    """Small brown spots of old paper."""
    spots = np.zeros(x.shape[:2], np.float32)
    rows, columns = np.arange(x.shape[0])[:, None], np.arange(x.shape[1])[None, :]
    area = x.shape[0] * x.shape[1] / (10 * dots) ** 2
    for _ in range(1 + min(400, int(rng.poisson(area * log_uniform(rng, 0.02, 0.6))))):
        radius = log_uniform(rng, 0.15, 1.5) * dots
        down, across = rng.uniform(0, x.shape[0]), rng.uniform(0, x.shape[1])
        spots += np.exp(-(((rows - down) / radius) ** 2 + ((columns - across) / radius) ** 2)).astype(np.float32)
    return np.clip(x * (1 - np.clip(spots, 0, 1)[..., None] * BROWN * rng.uniform(0.1, 0.4)), 0, 1).astype(np.float32)


def turned(rng: Generator, x: Floats) -> Floats:
    """Rolled about and flipped, so that it shows something else."""
    rolled = np.roll(x, (int(rng.integers(0, x.shape[0])), int(rng.integers(0, x.shape[1]))), (0, 1))
    return np.ascontiguousarray(rolled[::-1] if rng.random() < 0.5 else rolled)  # noqa: PLR2004


def darker(x: Floats, by: NDArray[Any]) -> Floats:
    """Less light by a share (H, W)."""
    return np.clip(x * (1 - by[..., None]), 0, 1).astype(np.float32)
