"""Synthetic damage with sharp edges: dust, hairs, lint, scratches, folds and streaks.

The sizes in millimetres follow the annotated dust of Ivanova et al., "Simulating analogue film damage to analyse and
improve artefact restoration on high-resolution scans" (Computer Graphics Forum 42, 2023): dust of 0.08 mm, hairs of
0.04 x 0.8 mm. Dust on the glass of a flatbed scanner is rarer and larger, so the tails here are wider.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.images.geometry.gaussian_blur import blur
from pochade.training.augment.random_fields import Floats, RandomGenerator, cloud_noise, log_uniform

Reals = NDArray[Any]
MAX_SPECKS = 20_000  # of one kind on one sheet
LIGHT_DUST_SHARE = 0.3  # density of light dust, relative to that of dark dust
LARGE_DUST_SHARE = 0.5  # share of the dust that is large enough to be seen at arm's length
DARK_HAIR_SHARE = 0.7  # share of the sheets with dark hairs
MIN_CREASE_DEPTH, MIN_STREAK_DEPTH = 0.04, 0.005  # weaker changes do not count as defects


def draw_discs(cover: Floats, down: Reals, across: Reals, radii: Reals) -> None:
    """Draw discs with soft edges into a cover; where discs overlap, the stronger one counts.

    Args:
        cover: (H, W), from 0 to 1; changed in place.
        down: Rows of the centres, in pixels (n,).
        across: Columns of the centres (n,).
        radii: In pixels (n,). A disc smaller than a pixel covers a part of it.
    """
    height, width = cover.shape
    reach = math.ceil(float(radii.max(initial=0))) + 1
    offsets = np.arange(-reach, reach + 1)
    rows = np.floor(down).astype(int)[:, None, None] + offsets[None, :, None]
    columns = np.floor(across).astype(int)[:, None, None] + offsets[None, None, :]
    distance = np.hypot(rows + 0.5 - down[:, None, None], columns + 0.5 - across[:, None, None])
    disc = np.clip(radii[:, None, None] + 0.5 - distance, 0, 1) * np.minimum(1, 2 * radii)[:, None, None]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width) & (disc > 0)
    rows, columns = np.broadcast_to(rows, inside.shape)[inside], np.broadcast_to(columns, inside.shape)[inside]
    np.maximum.at(cover, (rows, columns), disc[inside].astype(np.float32))


def random_thread(rng: RandomGenerator, size: tuple[int, int], length: float, bend: float) -> tuple[Reals, Reals]:
    """A bent line that starts anywhere on the sheet.

    Args:
        rng: The source of all randomness.
        size: Height and width of the sheet in pixels.
        length: Of the line, in pixels.
        bend: How much the line turns, in radians.

    Returns:
        Rows and columns of points half a pixel apart (n,).
    """
    count = max(2, int(2 * length))
    jitter = np.cumsum(rng.normal(0, bend / math.sqrt(count), count))
    turns = jitter + rng.uniform(-bend, bend) * np.linspace(0, 1, count)
    angle = rng.uniform(0, math.tau) + turns
    down = rng.uniform(0, size[0]) + np.cumsum(np.sin(angle)) / 2
    across = rng.uniform(0, size[1]) + np.cumsum(np.cos(angle)) / 2
    return down, across


def add_specks(rng: RandomGenerator, x: Floats, dots_per_mm: float, kind: str) -> tuple[Floats, Floats]:
    """Put specks of one kind on a sheet.

    Args:
        rng: The source of all randomness.
        x: The sheet (H, W, 3), from 0 to 1.
        dots_per_mm: The resolution.
        kind: "dust", "hairs", "lint" or "scratches".

    Returns:
        The sheet with specks (H, W, 3), and how much of each pixel they cover (H, W).
    """
    makers = {"dust": _dust, "hairs": _hairs, "lint": _lint, "scratches": _scratches}
    total = np.zeros(x.shape[:2], np.float32)
    for cover, tone in makers[kind](rng, x.shape[:2], dots_per_mm):
        colour = np.clip(tone + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)
        x = x + cover[..., None] * (colour - x)
        total = np.maximum(total, cover)
    return x, total


def add_speck_shadows(x: Floats, cover: Floats) -> Floats:
    """Add faint shadows below specks, because they do not lie flat on the paper; `cover` is their mask (H, W)."""
    blurred = blur(cover, 0.8)
    shadow = np.concatenate([np.zeros_like(blurred[:1]), blurred[:-1]])  # one pixel lower
    return x * (1 - 0.12 * np.clip(shadow - cover, 0, 1))[..., None]


def add_fold(rng: RandomGenerator, x: Floats, dots_per_mm: float) -> tuple[Floats, Floats]:
    """Fold a sheet (H, W, 3): a light and a dark line side by side, and a soft shade on one side of them.

    Returns:
        The folded sheet (H, W, 3), and the mask of the crease (H, W), 0 or 1.
    """
    height, width = x.shape[:2]
    angle = rng.choice([0.0, math.pi / 2]) + rng.normal(0, 0.06)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = (rows - rng.uniform(0, height)) * math.cos(angle) + (columns - rng.uniform(0, width)) * math.sin(angle)
    line = rng.uniform(0.1, 0.3) * dots_per_mm
    depth = cloud_noise(rng, (height, width), 3 * dots_per_mm) * rng.uniform(0.06, 0.3)
    light, dark = (np.exp(-0.5 * ((distance - side * line) / line) ** 2) * depth for side in (0.7, -0.7))
    shade = np.exp(-np.abs(distance) / (rng.uniform(2, 6) * dots_per_mm)) * (distance < 0) * rng.uniform(0.01, 0.06)
    changed = x + (light - dark - shade)[..., None].astype(np.float32)
    return np.clip(changed, 0, 1), (np.maximum(light, dark) > MIN_CREASE_DEPTH).astype(np.float32)


def add_streaks(rng: RandomGenerator, x: Floats) -> tuple[Floats, Floats]:
    """Make a few whole columns of a scan (H, W, 3) lighter or darker, as dirt on the sensor does.

    Returns:
        The scan with streaks (H, W, 3), and the mask of the streaks (H, W), 0 or 1.
    """
    columns = np.ones(x.shape[1], np.float32)
    for _ in range(int(rng.integers(1, 3))):
        start, width = int(rng.integers(0, x.shape[1])), int(rng.integers(1, 4))
        columns[start : start + width] += rng.choice([-1, 1]) * rng.uniform(0.01, 0.08)
    streaks = np.broadcast_to(np.abs(columns - 1) > MIN_STREAK_DEPTH, x.shape[:2]).astype(np.float32)
    return np.clip(x * columns[None, :, None], 0, 1), streaks


def _random_count(rng: RandomGenerator, size: tuple[int, int], density: float, dots_per_mm: float) -> int:
    """How many specks a sheet has; `density` is their mean number per square centimetre."""
    area = size[0] * size[1] / (10 * dots_per_mm) ** 2
    return min(MAX_SPECKS, int(rng.poisson(density * area)))


def _dust(rng: RandomGenerator, size: tuple[int, int], dots_per_mm: float) -> Iterator[tuple[Floats, float]]:
    """Irregular clumps of discs, two sets of dark and one of light ones: the cover (H, W) and the tone of each set."""
    tones = (rng.uniform(0.0, 0.45), rng.uniform(0.0, 0.45), rng.uniform(0.75, 1.0))
    for tone, share in zip(tones, (1, 1, LIGHT_DUST_SHARE), strict=True):
        cover = np.zeros(size, np.float32)
        for _ in range(_random_count(rng, size, share * log_uniform(rng, 0.1, 12), dots_per_mm)):
            large = rng.random() < LARGE_DUST_SHARE
            diameter = (log_uniform(rng, 0.1, 1.2) if large else rng.lognormal(math.log(0.09), 0.55)) * dots_per_mm
            parts = int(rng.integers(1, 5))
            scatter = diameter * 0.35 * (parts > 1)
            down = rng.uniform(0, size[0]) + rng.normal(0, 1, parts) * scatter
            across = rng.uniform(0, size[1]) + rng.normal(0, 1, parts) * scatter
            radius = np.zeros(1, np.float32) + diameter / 2
            draw_discs(cover, down, across, radius * rng.uniform(0.5, 1.0, parts) if parts > 1 else radius)
        yield cover * rng.uniform(0.35, 1.0), tone


def _hairs(rng: RandomGenerator, size: tuple[int, int], dots_per_mm: float) -> Iterator[tuple[Floats, float]]:
    """Thin bent lines, short or long."""
    cover = np.zeros(size, np.float32)
    for _ in range(_random_count(rng, size, log_uniform(rng, 0.02, 3), dots_per_mm)):
        length = min(20.0, rng.lognormal(math.log(1.0), 0.9)) * dots_per_mm
        down, across = random_thread(rng, size, length, rng.uniform(0.2, 2.5))
        radii = np.full(len(down), rng.uniform(0.03, 0.09) * dots_per_mm / 2, np.float32)
        draw_discs(cover, down, across, radii)
    strength = rng.uniform(0.3, 1.0)
    yield cover * strength, rng.uniform(0.0, 0.4) if rng.random() < DARK_HAIR_SHARE else rng.uniform(0.9, 1.0)


def _lint(rng: RandomGenerator, size: tuple[int, int], dots_per_mm: float) -> Iterator[tuple[Floats, float]]:
    """Curled fibres of cloth, pale or coloured."""
    cover = np.zeros(size, np.float32)
    for _ in range(1 + _random_count(rng, size, 0.05, dots_per_mm)):
        down, across = random_thread(rng, size, rng.uniform(3, 15) * dots_per_mm, rng.uniform(4, 12))
        radii = np.full(len(down), rng.uniform(0.04, 0.1) * dots_per_mm / 2, np.float32)
        draw_discs(cover, down, across, radii)
    yield cover * rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.7)


def _scratches(rng: RandomGenerator, size: tuple[int, int], dots_per_mm: float) -> Iterator[tuple[Floats, float]]:
    """Straight light lines."""
    cover = np.zeros(size, np.float32)
    for _ in range(1 + _random_count(rng, size, 0.1, dots_per_mm)):
        down, across = random_thread(rng, size, log_uniform(rng, 1, 60) * dots_per_mm, 0.1)
        radii = np.full(len(down), rng.uniform(0.03, 0.1) * dots_per_mm / 2, np.float32)
        draw_discs(cover, down, across, radii)
    yield cover * rng.uniform(0.2, 0.8), rng.uniform(0.92, 1.0)
