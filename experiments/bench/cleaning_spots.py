"""Small spots: dust that must go, and stipple and stars that must stay. Drawn otherwise than what a cleaner learnt."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from experiments.bench.cleaning_rivals import Picture

INCH = 25.4  # millimetres
SMALLEST, LARGEST = 0.1, 1.0  # millimetres: dust that can be seen
GONE = 0.3  # of its error: a speck with less left is removed
LOST = 0.5  # of its contrast: a dot with less left is lost
VISIBLE = 10  # of 255: fainter specks are not counted
FINE = 8  # times finer than a pixel
PALE = 140  # of 255: paler ground gets dark specks, darker ground light ones
INSIDE = 0.3  # of a pixel: one that is covered so far belongs to a speck


class Spot(NamedTuple):
    """Where a spot is: its middle and radius in pixels."""

    x: float
    y: float
    radius: float


def coverage(
    spots: list[Spot], shape: tuple[int, int], ragged: np.random.Generator | None = None
) -> NDArray[np.floating]:
    """How much of each pixel the spots cover; ragged ones are no circles."""
    covered = np.zeros(shape, np.float32)
    for x, y, radius in spots:
        reach = int(radius * 1.6) + 2
        top, left = max(0, int(y) - reach), max(0, int(x) - reach)
        bottom, right = min(shape[0], int(y) + reach + 1), min(shape[1], int(x) + reach + 1)
        angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        far = radius * (1 if ragged is None else np.clip(1 + ragged.normal(0, 0.25, 20), 0.4, 1.6))
        corners = np.stack([x - left + 0.5 + far * np.cos(angles), y - top + 0.5 + far * np.sin(angles)], 1)
        patch = np.zeros(((bottom - top) * FINE, (right - left) * FINE), np.uint8)
        cv2.fillPoly(patch, [np.round(corners * FINE).astype(np.int32)], 255)
        small = cv2.resize(patch, (right - left, bottom - top), interpolation=cv2.INTER_AREA) / 255
        covered[top:bottom, left:right] = np.maximum(covered[top:bottom, left:right], small)
    return covered


def apart(chance: np.random.Generator, shape: tuple[int, int], radii: NDArray[np.floating], gap: float) -> list[Spot]:
    """Places for spots of these radii, at random, none within `gap` pixels of another."""
    chosen: list[Spot] = []
    for radius in radii:
        for _ in range(20):
            spot = Spot(chance.uniform(4, shape[1] - 4), chance.uniform(4, shape[0] - 4), float(radius))
            if all(np.hypot(spot.x - x, spot.y - y) > spot.radius + other + gap for x, y, other in chosen):
                chosen.append(spot)
                break
    return chosen


def grainy(picture: NDArray[np.floating], chance: np.random.Generator, deviation: float) -> Picture:
    """A scan with correlated grain, from a picture of 0 to 255."""
    grain = cv2.GaussianBlur(chance.normal(0, 1, picture.shape[:2]), (0, 0), 0.8)
    return (picture + deviation * (grain / grain.std())[..., None]).clip(0, 255).round().astype(np.uint8)


class Dusty(NamedTuple):
    """A drawing, its scan with dust on it, and each speck."""

    clean: Picture
    scan: Picture
    specks: list[Spot]


def dusty(clean: Picture, dpi: float, chance: np.random.Generator, count: int = 40) -> Dusty:
    """Dark and light specks of 0.1 to 1 mm on a drawing, on paper or paint, small ones more often."""
    diameters = SMALLEST * (LARGEST / SMALLEST) ** (chance.random(count) ** 1.5)
    specks = apart(chance, clean.shape[:2], diameters / INCH * dpi / 2, gap=8)
    picture = clean.astype(np.float32)
    for speck in specks:
        covered = coverage([speck], clean.shape[:2], chance) * chance.uniform(0.4, 0.95)
        around = picture[int(speck.y), int(speck.x)].mean()
        tone = chance.uniform(20, 110) if around > PALE else chance.uniform(190, 255)
        picture += covered[..., None] * (tone * chance.uniform(0.9, 1, 3) - picture)
    return Dusty(clean, grainy(picture, chance, 2), specks)


def removed(dust: Dusty, cleaned: Picture) -> list[bool]:
    """Of each speck that can be seen: whether at most three tenths of its error are left."""
    before = np.abs(dust.scan.astype(np.float32) - dust.clean).mean(2)
    after = np.abs(cleaned.astype(np.float32) - dust.clean).mean(2)
    gone = []
    for speck in dust.specks:
        where = coverage([speck], before.shape) > INSIDE
        if where.any() and before[where].mean() > VISIBLE:
            gone.append(bool(after[where].mean() <= GONE * before[where].mean()))
    return gone


def stipple(chance: np.random.Generator, side: int = 384) -> tuple[Picture, list[Spot]]:
    """A ball in the light, shaded with dots of 1 to 4 pixels: darts thrown, nearer to each other where it is dark."""
    middle, size = chance.uniform(0.4, 0.6, 2) * side, side * chance.uniform(0.3, 0.45)
    radius, ink = chance.uniform(0.5, 2), chance.uniform(0, 70, 3)
    places = np.empty((0, 2))
    for dart in chance.uniform(4, side - 4, (4000, 2)):
        x, y = (dart - middle) / size
        inside = 1 - x * x - y * y
        if inside > 0:
            light = np.clip(0.55 * np.sqrt(inside) - 0.6 * x - 0.55 * y, 0, 1)
            if (np.hypot(*(places - dart).T) > radius * 2 + 1.5 + 14 * light).all():
                places = np.vstack([places, dart])
    spots = [Spot(float(x), float(y), float(radius * chance.uniform(0.8, 1.25))) for x, y in places]
    paper = np.full((side, side, 3), 255.0)
    return grainy(paper + coverage(spots, (side, side))[..., None] * (ink - paper), chance, 1.5), spots


def sky(chance: np.random.Generator, side: int = 384) -> tuple[Picture, list[Spot]]:
    """A dark painted sky above a ridge, its stars few and bright among many small ones."""
    y = np.linspace(0, 1, side)[:, None, None]
    night = chance.uniform(5, 40, 3) * (1 - y) + chance.uniform(20, 80, 3) * y + np.zeros((side, side, 1))
    spots = apart(chance, (side * 3 // 4, side), 0.5 + chance.pareto(3, 90).clip(0, 2), gap=5)
    covered = coverage(spots, (side, side))
    glow = cv2.GaussianBlur(covered, (0, 0), 2.5)
    light = np.clip(covered * chance.uniform(0.7, 1) + 0.5 * glow, 0, 1)[..., None]
    painted = night + light * (np.array([250, 248, 235]) - night)
    ridge = side * (0.85 + 0.05 * np.sin(np.arange(side) / chance.uniform(15, 60)))
    painted[np.arange(side)[:, None] > ridge] = chance.uniform(0, 20, 3)
    return grainy(painted, chance, 1.5), spots


def contrasts(picture: Picture, spots: list[Spot]) -> NDArray[np.floating]:
    """How far each spot stands out from what is about it, of no other spot's."""
    grey, taken = picture.astype(np.float32).mean(2), coverage(spots, picture.shape[:2]) > 0
    found = []
    for spot in spots:
        reach = int(spot.radius) + 6
        rows, columns = (slice(max(0, int(place) - reach), int(place) + reach + 1) for place in (spot.y, spot.x))
        here = grey[rows, columns]
        own = coverage([Spot(spot.x - columns.start, spot.y - rows.start, spot.radius)], here.shape)
        about = binary_dilation(own > 0, iterations=3) & ~taken[rows, columns]
        ground = np.median(here[about]) if about.any() else np.median(grey)
        found.append(float((here * own).sum() / max(own.sum(), 1e-6) - ground))
    return np.array(found)


def lost(picture: Picture, cleaned: Picture, spots: list[Spot]) -> list[bool]:
    """Of each dot or star that stood out: whether less than half of its contrast is left."""
    before, after = contrasts(picture, spots), contrasts(cleaned, spots)
    seen = np.abs(before) > VISIBLE
    return [bool(share < LOST) for share in after[seen] / before[seen]]
