"""Small damage with an edge: dust, hairs, lint, scratches, folds. Each gives the sheet and where it was hit.

Sizes in millimetres follow annotated dust of Ivanova et al., "Simulating analogue film damage to analyse and improve
artefact restoration on high-resolution scans" (Computer Graphics Forum 42, 2023): dust 0.08 mm, hairs 0.04 mm wide and
about 0.8 mm long; what lies on the glass of a flatbed scanner is rarer and larger, so the tails are wider.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.images.geometry.gaussian_blur import blurred
from pochade.training.augment.random_fields import Floats, Generator, cloudy, log_uniform

Reals = NDArray[Any]
MOST = 20_000  # specks on one sheet
PALE = 0.3  # as many specks are light as are dark
LARGE = 0.5  # share of the specks that are drawn as large as what is seen at arm's length
DARK = 0.7  # share of sheets whose hairs are dark
WORN, UNEVEN = 0.04, 0.005  # what counts as a crease, and as a streak


def splat(cover: Floats, down: Reals, across: Reals, radii: Reals) -> None:
    """Draw discs with soft rims into a cover (H, W), the stronger one winning; centres and radii (n,) in pixels."""
    height, width = cover.shape
    reach = math.ceil(float(radii.max(initial=0))) + 1
    steps = np.arange(-reach, reach + 1)
    rows = np.floor(down).astype(int)[:, None, None] + steps[None, :, None]
    columns = np.floor(across).astype(int)[:, None, None] + steps[None, None, :]
    distance = np.hypot(rows + 0.5 - down[:, None, None], columns + 0.5 - across[:, None, None])
    # a disc thinner than a pixel covers a part of it
    disc = np.clip(radii[:, None, None] + 0.5 - distance, 0, 1) * np.minimum(1, 2 * radii)[:, None, None]
    there = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width) & (disc > 0)
    rows, columns = np.broadcast_to(rows, there.shape)[there], np.broadcast_to(columns, there.shape)[there]
    np.maximum.at(cover, (rows, columns), disc[there].astype(np.float32))


def places(rng: Generator, size: tuple[int, int], density: float, dots: float) -> int:
    """How many things lie on a sheet, at so many a square centimetre."""
    area = size[0] * size[1] / (10 * dots) ** 2
    return min(MOST, int(rng.poisson(density * area)))


def dust(rng: Generator, size: tuple[int, int], dots: float) -> Iterator[tuple[Floats, float]]:
    """Specks: irregular clumps of discs; covers (H, W) and their tones, dark ones twice and light ones."""
    for tone, share in (rng.uniform(0.0, 0.45), 1), (rng.uniform(0.0, 0.45), 1), (rng.uniform(0.75, 1.0), PALE):
        cover = np.zeros(size, np.float32)
        for _ in range(places(rng, size, share * log_uniform(rng, 0.1, 12), dots)):
            grown = rng.random() < LARGE
            diameter = (log_uniform(rng, 0.1, 1.2) if grown else rng.lognormal(math.log(0.09), 0.55)) * dots
            parts = int(rng.integers(1, 5))
            wander = diameter * 0.35 * (parts > 1)
            down = rng.uniform(0, size[0]) + rng.normal(0, 1, parts) * wander
            across = rng.uniform(0, size[1]) + rng.normal(0, 1, parts) * wander
            one = np.zeros(1, np.float32) + diameter / 2
            splat(cover, down, across, one * rng.uniform(0.5, 1.0, parts) if parts > 1 else one)
        yield cover * rng.uniform(0.35, 1.0), tone


def thread(rng: Generator, size: tuple[int, int], length: float, bend: float) -> tuple[Reals, Reals]:
    """Points (n,) half a pixel apart along a line that wanders: down and across."""
    count = max(2, int(2 * length))
    turns = np.cumsum(rng.normal(0, bend / math.sqrt(count), count)) + rng.uniform(-bend, bend) * np.linspace(
        0, 1, count
    )
    angle = rng.uniform(0, math.tau) + turns
    down = rng.uniform(0, size[0]) + np.cumsum(np.sin(angle)) / 2
    across = rng.uniform(0, size[1]) + np.cumsum(np.cos(angle)) / 2
    return down, across


def hairs(rng: Generator, size: tuple[int, int], dots: float) -> Iterator[tuple[Floats, float]]:
    """Thin, bent, short or long."""
    cover = np.zeros(size, np.float32)
    for _ in range(places(rng, size, log_uniform(rng, 0.02, 3), dots)):
        length = min(20.0, rng.lognormal(math.log(1.0), 0.9)) * dots
        down, across = thread(rng, size, length, rng.uniform(0.2, 2.5))
        splat(cover, down, across, np.full(len(down), rng.uniform(0.03, 0.09) * dots / 2, np.float32))
    yield cover * rng.uniform(0.3, 1.0), rng.uniform(0.0, 0.4) if rng.random() < DARK else rng.uniform(0.9, 1.0)


def lint(rng: Generator, size: tuple[int, int], dots: float) -> Iterator[tuple[Floats, float]]:
    """Curled fibres, pale or coloured: what cloth leaves on the glass."""
    cover = np.zeros(size, np.float32)
    for _ in range(1 + places(rng, size, 0.05, dots)):
        down, across = thread(rng, size, rng.uniform(3, 15) * dots, rng.uniform(4, 12))
        splat(cover, down, across, np.full(len(down), rng.uniform(0.04, 0.1) * dots / 2, np.float32))
    yield cover * rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.7)


def scratches(rng: Generator, size: tuple[int, int], dots: float) -> Iterator[tuple[Floats, float]]:
    """Straight and light."""
    cover = np.zeros(size, np.float32)
    for _ in range(1 + places(rng, size, 0.1, dots)):
        down, across = thread(rng, size, log_uniform(rng, 1, 60) * dots, 0.1)
        splat(cover, down, across, np.full(len(down), rng.uniform(0.03, 0.1) * dots / 2, np.float32))
    yield cover * rng.uniform(0.2, 0.8), rng.uniform(0.92, 1.0)


def marked(rng: Generator, x: Floats, dots: float, kind: str) -> tuple[Floats, Floats]:
    """The sheet (H, W, 3) with marks of one kind, and their cover (H, W)."""
    makers = {"dust": dust, "hairs": hairs, "lint": lint, "scratches": scratches}
    total = np.zeros(x.shape[:2], np.float32)
    for cover, tone in makers[kind](rng, x.shape[:2], dots):
        colour = np.clip(tone + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)
        x = x + cover[..., None] * (colour - x)
        total = np.maximum(total, cover)
    return x, total


def folded(rng: Generator, x: Floats, dots: float) -> tuple[Floats, Floats]:
    """A crease across the sheet: a light line beside a dark one, and a soft slope on one side."""
    height, width = x.shape[:2]
    angle = rng.choice([0.0, math.pi / 2]) + rng.normal(0, 0.06)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    along = (rows - rng.uniform(0, height)) * math.cos(angle) + (columns - rng.uniform(0, width)) * math.sin(angle)
    line = rng.uniform(0.1, 0.3) * dots
    worn = cloudy(rng, (height, width), 3 * dots) * rng.uniform(0.06, 0.3)
    light, dark = (np.exp(-0.5 * ((along - side * line) / line) ** 2) * worn for side in (0.7, -0.7))
    slope = np.exp(-np.abs(along) / (rng.uniform(2, 6) * dots)) * (along < 0) * rng.uniform(0.01, 0.06)
    changed = x + (light - dark - slope)[..., None].astype(np.float32)
    return np.clip(changed, 0, 1), (np.maximum(light, dark) > WORN).astype(np.float32)


def streaked(rng: Generator, x: Floats) -> tuple[Floats, Floats]:
    """Columns that are lighter or darker all the way down: dirt before the line of sensors."""
    columns = np.ones(x.shape[1], np.float32)
    for _ in range(int(rng.integers(1, 3))):
        at, wide = int(rng.integers(0, x.shape[1])), int(rng.integers(1, 4))
        columns[at : at + wide] += rng.choice([-1, 1]) * rng.uniform(0.01, 0.08)
    hit = np.broadcast_to(np.abs(columns - 1) > UNEVEN, x.shape[:2]).astype(np.float32)
    return np.clip(x * columns[None, :, None], 0, 1), hit


def shadowed(x: Floats, cover: Floats) -> Floats:
    """What stands off the paper throws a faint shadow."""
    soft = blurred(cover, 0.8)
    below = np.concatenate([np.zeros_like(soft[:1]), soft[:-1]])
    return x * (1 - 0.12 * np.clip(below - cover, 0, 1))[..., None]
