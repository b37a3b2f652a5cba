"""What hands make pictures of: strokes, dots and areas with smooth edges, slow fields of tone, the tooth of a paper.

All lengths are pixels of the result. A field is (side, side) float32 from 0 to 1; a sheet (side, side, 3) float32 from
0 (black) to 1 (white).
"""

import colorsys
import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

SUPERSAMPLING = 4  # drawn at four times the size, then shrunk, which makes smooth edges

Rng = np.random.Generator
Field = NDArray[np.floating]
Sheet = NDArray[np.floating]
Path = NDArray[np.float64]  # (points, 2), x and y
Colour = NDArray[np.floating]  # (3,)
Option = TypeVar("Option")


class Canvas:
    """A plate to draw on: what is drawn last lies on top, and `coverage` shrinks it to a field."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.image = Image.new("L", (side * SUPERSAMPLING, side * SUPERSAMPLING), 0)
        self.pen = ImageDraw.Draw(self.image)

    def stroke(self, path: Path, widths: Path | float, strength: float = 1) -> None:
        """A ribbon along a path that bends gently, of one width or of a width for each point."""
        self.strokes(path[None], np.broadcast_to(np.asarray(widths, np.float64), len(path))[None], [strength])

    def strokes(self, paths: Path, widths: Path, strengths: Sequence[float]) -> None:
        """Many ribbons, (N, points, 2) with widths (N, points): quicker together."""
        along = np.gradient(paths, axis=1)
        across = along[..., ::-1] * (-1, 1) / (np.hypot(along[..., :1], along[..., 1:]) + 1e-9)
        half = across * widths[..., None] / 2
        for ribbon, strength in zip(np.concatenate([paths + half, (paths - half)[:, ::-1]], 1), strengths, strict=True):
            self.area(ribbon, strength)

    def loops(self, path: Path, widths: Path, strength: float = 1) -> None:
        """A ribbon along a path that may cross itself: piece by piece."""
        for at in range(len(path) - 1):
            self.stroke(path[at : at + 2], widths[at : at + 2], strength)
            self.dot(path[at], widths[at] / 2, strength)

    def area(self, outline: Path, strength: float = 1) -> None:
        """Whatever the outline encloses."""
        self.pen.polygon((outline * SUPERSAMPLING).ravel().tolist(), fill=round(255 * strength))

    def dot(self, middle: Path, radius: float, strength: float = 1, squeeze: float = 1) -> None:
        """A round dot, or an ellipse that is lower than wide."""
        x, y = middle.tolist()
        box = ((x - radius) * SUPERSAMPLING, (y - radius * squeeze) * SUPERSAMPLING, (x + radius) * SUPERSAMPLING, (y + radius * squeeze) * SUPERSAMPLING)
        self.pen.ellipse(box, fill=round(255 * strength))

    def coverage(self) -> Field:
        """How much of each pixel is covered."""
        return np.asarray(self.image.reduce(SUPERSAMPLING), np.float32) / 255


def pick(chance: Rng, options: Sequence[Option]) -> Option:
    """Any of them."""
    return options[int(chance.integers(len(options)))]


def log_uniform(chance: Rng, low: float, high: float) -> float:
    """Any size from low to high, each octave as likely."""
    return float(low * (high / low) ** chance.random())


def cloud_field(chance: Rng, side: int, size: float) -> Field:
    """A slow field: bumps of about that many pixels."""
    count = max(2, math.ceil(side / size) + 1)
    bumps = Image.fromarray(chance.random((count, count), np.float32))
    field = np.asarray(bumps.resize((side, side), Image.Resampling.BICUBIC))
    low, high = float(field.min()), float(field.max())
    return (field - low) / (high - low + 1e-6)


def paper_tooth(chance: Rng, side: int) -> Field:
    """The hills and valleys of a paper, about evenly spread from 0 to 1: what is rubbed on it catches the hills."""
    fine = gaussian_filter(chance.standard_normal((side, side), np.float32), chance.uniform(0.45, 1.2))
    hills: Field = fine / (fine.std() + 1e-6)
    return np.tanh(hills * 0.8) / 2 + 0.5


def rub(pressure: Field, hills: Field, softness: float = 0.9) -> Field:
    """How a dry tool covers a paper: the hills first, the valleys under pressure; hard where softness is small."""
    covered = (pressure * (1 + softness) - hills) / softness
    return np.minimum(covered, 1).clip(0) * np.minimum(1, pressure * 2)


def paint_over(sheet: Sheet, coverage: Field, colour: Colour | Sheet) -> Sheet:
    """Opaque colour over a sheet."""
    return sheet + coverage[..., None] * (colour - sheet)


def glaze(sheet: Sheet, coverage: Field, colour: Colour | Sheet) -> Sheet:
    """Transparent colour over a sheet: what is below shows through and darkens."""
    return sheet * (1 - coverage[..., None] * (1 - colour))


def gentle_curve(chance: Rng, start: Path, direction: float, length: float, bend: float) -> Path:
    """A path that turns a little, ever on: `bend` radians in all, or thereabouts."""
    return gentle_curves(chance, start[None], np.array([direction]), np.array([length]), bend)[0]


def gentle_curves(chance: Rng, starts: Path, directions: Path, lengths: Path, bend: float) -> Path:
    """Paths from starts (N, 2), in directions (N,) and of lengths (N,), that turn alike: (N, points, 2)."""
    points = int(np.clip(lengths.max() / 6, 4, 20))
    drift = np.linspace(0, chance.normal(0, bend), points)
    shaking = np.cumsum(chance.normal(0, bend * 0.12, (len(starts), points)), 1)
    angles = directions[:, None] + drift + shaking
    steps = np.stack([np.cos(angles), np.sin(angles)], -1) * (lengths / points)[:, None, None]
    paths: Path = starts[:, None] + np.cumsum(steps, 1)
    return paths


def stroke_widths(chance: Rng, points: int, width: float) -> Path:
    """The widths of a stroke that swells and ends in points, or in one, or begins at full width."""
    return widths_of_strokes(chance, 1, points, width)[0]


def widths_of_strokes(chance: Rng, count: int, points: int, width: float) -> Path:
    """The widths of strokes, (N, points)."""
    along = np.linspace(0, 1, points)
    begun, ended = chance.uniform(0, 0.7, (2, count, 1))
    ends = np.minimum(1, (along + 0.02) / (begun + 0.02)) * np.minimum(1, (1.02 - along) / (ended + 0.02))
    swell = 1 + chance.uniform(0, 0.4) * np.sin(along * chance.uniform(2, 9) + chance.uniform(0, 6, (count, 1)))
    widths: Path = np.maximum(width * ends**0.7 * swell, 0.3)
    return widths


def random_place(chance: Rng, side: int) -> Path:
    """A place on the sheet."""
    return chance.uniform(0, 1, 2) * side


def soft_outline(chance: Rng, middle: Path, size: float, ragged: float = 0.25) -> Path:
    """A closed soft shape, as a hand draws apples, leaves, clouds and faces."""
    angles = np.linspace(0, math.tau, 56, endpoint=False)
    waves = sum(
        ragged / order * chance.normal() * np.cos(order * angles + chance.uniform(0, 6)) for order in (1, 2, 3, 5)
    )
    reach, turn = size * np.maximum(0.15, 1 + waves), chance.uniform(0, math.tau)
    x, y = reach * np.cos(angles), reach * np.sin(angles) * chance.uniform(0.35, 1)
    turned: Path = np.stack([x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)], 1)
    return middle + turned


def soft_area(chance: Rng, side: int, size: float) -> Field:
    """The coverage of a soft shape somewhere on the sheet."""
    plate = Canvas(side)
    plate.area(soft_outline(chance, random_place(chance, side), size))
    return plate.coverage()


def tone_field(chance: Rng, side: int) -> Field:
    """What shading follows: a slope, slow clouds or a steep slope, over all or within a shape."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    turn = chance.uniform(0, math.tau)
    slope = np.clip((x * math.cos(turn) + y * math.sin(turn)) / 1.4 + 0.5, 0, 1)
    field = pick(chance, (slope, slope**2, cloud_field(chance, side, log_uniform(chance, 20, side))))
    if chance.random() < 0.6:
        field = field * soft_area(chance, side, side * chance.uniform(0.3, 0.9))
    return field.astype(np.float32)


def random_colour(chance: Rng, vivid: float = 1, bright: float = 1) -> Colour:
    """Any paint, up to that saturation and brightness."""
    mixed = colorsys.hsv_to_rgb(chance.random(), vivid * chance.random() ** 0.7, bright * chance.random() ** 0.5)
    return np.array(mixed, np.float32)


def random_ink(chance: Rng) -> Colour:
    """What is drawn with: mostly near black, else sepia, blue or sanguine, sometimes any colour."""
    kind = chance.random()
    if kind < 0.6:
        return np.full(3, chance.uniform(0, 0.25), np.float32)
    if kind < 0.8:
        known = ((0.25, 0.15, 0.1), (0.1, 0.15, 0.4), (0.55, 0.2, 0.12), (0.2, 0.3, 0.25))
        return np.array(pick(chance, known), np.float32)
    return random_colour(chance, bright=0.8)
