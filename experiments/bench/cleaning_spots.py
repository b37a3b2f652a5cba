"""Small spots on which cleaners are measured: dust that must go, stipple and stars that must stay.

They are drawn differently from what Pochade's cleaner learnt from.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from experiments.bench.cleaning_rivals import Picture

MILLIMETRES_PER_INCH = 25.4
MIN_SPECK_MILLIMETRES, MAX_SPECK_MILLIMETRES = 0.1, 1.0
MAX_REMAINING_ERROR = 0.3  # of a speck's error; with less it counts as removed
MIN_REMAINING_CONTRAST = 0.5  # of a dot's contrast; with less it counts as lost
MIN_VISIBLE = 10  # of 255: fainter specks and dots are not counted
SUPERSAMPLING = 8  # spots are drawn at eight times the size and shrunk
PALE_GROUND = 140  # of 255: dark specks lie on paler ground, light specks on darker ground
MIN_COVERAGE = 0.3  # of a pixel that belongs to a speck


class Spot(NamedTuple):
    """A spot: its middle and its radius, in pixels."""

    x: float
    y: float
    radius: float


def _coverage(
    spots: list[Spot], shape: tuple[int, int], ragged: np.random.Generator | None = None
) -> NDArray[np.floating]:
    """How much of each pixel the spots cover, (H, W). With `ragged`, spots have uneven borders."""
    covered = np.zeros(shape, np.float32)
    for x, y, radius in spots:
        reach = int(radius * 1.6) + 2
        top, left = max(0, int(y) - reach), max(0, int(x) - reach)
        bottom, right = min(shape[0], int(y) + reach + 1), min(shape[1], int(x) + reach + 1)
        angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        far = radius * (1 if ragged is None else np.clip(1 + ragged.normal(0, 0.25, 20), 0.4, 1.6))
        corners = np.stack([x - left + 0.5 + far * np.cos(angles), y - top + 0.5 + far * np.sin(angles)], 1)
        patch = np.zeros(((bottom - top) * SUPERSAMPLING, (right - left) * SUPERSAMPLING), np.uint8)
        cv2.fillPoly(patch, [np.round(corners * SUPERSAMPLING).astype(np.int32)], 255)
        small = cv2.resize(patch, (right - left, bottom - top), interpolation=cv2.INTER_AREA) / 255
        covered[top:bottom, left:right] = np.maximum(covered[top:bottom, left:right], small)
    return covered


def _scatter_spots(
    rng: np.random.Generator, shape: tuple[int, int], radii: NDArray[np.floating], gap: float
) -> list[Spot]:
    """Place spots of these radii at random, none within `gap` pixels of another."""
    chosen: list[Spot] = []
    for radius in radii:
        for _ in range(20):
            spot = Spot(rng.uniform(4, shape[1] - 4), rng.uniform(4, shape[0] - 4), float(radius))
            if all(np.hypot(spot.x - x, spot.y - y) > spot.radius + other + gap for x, y, other in chosen):
                chosen.append(spot)
                break
    return chosen


def _add_grain(picture: NDArray[np.floating], rng: np.random.Generator, deviation: float) -> Picture:
    """Add correlated grain to a picture from 0 to 255, and round to bytes."""
    grain = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]), (0, 0), 0.8)
    return (picture + deviation * (grain / grain.std())[..., None]).clip(0, 255).round().astype(np.uint8)


class DustyScan(NamedTuple):
    """A drawing, its scan with dust, and the specks of dust."""

    clean: Picture
    scan: Picture
    specks: list[Spot]


def add_dust(clean: Picture, dpi: float, rng: np.random.Generator, count: int = 40) -> DustyScan:
    """Put dark and light specks of 0.1 to 1 mm on a drawing, small ones more often."""
    diameters = MIN_SPECK_MILLIMETRES * (MAX_SPECK_MILLIMETRES / MIN_SPECK_MILLIMETRES) ** (rng.random(count) ** 1.5)
    specks = _scatter_spots(rng, clean.shape[:2], diameters / MILLIMETRES_PER_INCH * dpi / 2, gap=8)
    picture = clean.astype(np.float32)
    for speck in specks:
        covered = _coverage([speck], clean.shape[:2], rng) * rng.uniform(0.4, 0.95)
        around = picture[int(speck.y), int(speck.x)].mean()
        tone = rng.uniform(20, 110) if around > PALE_GROUND else rng.uniform(190, 255)
        picture += covered[..., None] * (tone * rng.uniform(0.9, 1, 3) - picture)
    return DustyScan(clean, _add_grain(picture, rng, 2), specks)


def removed_specks(dust: DustyScan, cleaned: Picture) -> list[bool]:
    """For each visible speck: whether at most three tenths of its error remain."""
    before = np.abs(dust.scan.astype(np.float32) - dust.clean).mean(2)
    after = np.abs(cleaned.astype(np.float32) - dust.clean).mean(2)
    gone = []
    for speck in dust.specks:
        where = _coverage([speck], before.shape) > MIN_COVERAGE
        if where.any() and before[where].mean() > MIN_VISIBLE:
            gone.append(bool(after[where].mean() <= MAX_REMAINING_ERROR * before[where].mean()))
    return gone


def draw_stipple(rng: np.random.Generator, side: int = 384) -> tuple[Picture, list[Spot]]:
    """A lit ball shaded with dots of 1 to 4 pixels, which lie closer where it is dark."""
    middle, size = rng.uniform(0.4, 0.6, 2) * side, side * rng.uniform(0.3, 0.45)
    radius, ink = rng.uniform(0.5, 2), rng.uniform(0, 70, 3)
    places = np.empty((0, 2))
    for dart in rng.uniform(4, side - 4, (4000, 2)):
        x, y = (dart - middle) / size
        inside = 1 - x * x - y * y
        if inside > 0:
            light = np.clip(0.55 * np.sqrt(inside) - 0.6 * x - 0.55 * y, 0, 1)
            if (np.hypot(*(places - dart).T) > radius * 2 + 1.5 + 14 * light).all():
                places = np.vstack([places, dart])
    spots = [Spot(float(x), float(y), float(radius * rng.uniform(0.8, 1.25))) for x, y in places]
    paper = np.full((side, side, 3), 255.0)
    return _add_grain(paper + _coverage(spots, (side, side))[..., None] * (ink - paper), rng, 1.5), spots


def draw_sky(rng: np.random.Generator, side: int = 384) -> tuple[Picture, list[Spot]]:
    """A dark painted sky above a ridge, with a few bright stars among many small ones."""
    y = np.linspace(0, 1, side)[:, None, None]
    night = rng.uniform(5, 40, 3) * (1 - y) + rng.uniform(20, 80, 3) * y + np.zeros((side, side, 1))
    spots = _scatter_spots(rng, (side * 3 // 4, side), 0.5 + rng.pareto(3, 90).clip(0, 2), gap=5)
    covered = _coverage(spots, (side, side))
    glow = cv2.GaussianBlur(covered, (0, 0), 2.5)
    light = np.clip(covered * rng.uniform(0.7, 1) + 0.5 * glow, 0, 1)[..., None]
    picture = night + light * (np.array([250, 248, 235]) - night)
    ridge = side * (0.85 + 0.05 * np.sin(np.arange(side) / rng.uniform(15, 60)))
    picture[np.arange(side)[:, None] > ridge] = rng.uniform(0, 20, 3)
    return _add_grain(picture, rng, 1.5), spots


def _contrasts(picture: Picture, spots: list[Spot]) -> NDArray[np.floating]:
    """How far each spot stands out from its surroundings, without the pixels of other spots."""
    grey, taken = picture.astype(np.float32).mean(2), _coverage(spots, picture.shape[:2]) > 0
    values = []
    for spot in spots:
        reach = int(spot.radius) + 6
        rows, columns = (slice(max(0, int(place) - reach), int(place) + reach + 1) for place in (spot.y, spot.x))
        window = grey[rows, columns]
        spot_coverage = _coverage([Spot(spot.x - columns.start, spot.y - rows.start, spot.radius)], window.shape)
        surroundings = binary_dilation(spot_coverage > 0, iterations=3) & ~taken[rows, columns]
        ground = np.median(window[surroundings]) if surroundings.any() else np.median(grey)
        values.append(float((window * spot_coverage).sum() / max(spot_coverage.sum(), 1e-6) - ground))
    return np.array(values)


def lost_spots(picture: Picture, cleaned: Picture, spots: list[Spot]) -> list[bool]:
    """For each visible dot or star: whether less than half of its contrast remains."""
    before, after = _contrasts(picture, spots), _contrasts(cleaned, spots)
    visible = np.abs(before) > MIN_VISIBLE
    return [bool(share < MIN_REMAINING_CONTRAST) for share in after[visible] / before[visible]]
