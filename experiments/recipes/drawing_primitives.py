"""What synthetic drawings are made of: strokes, dots and shapes with smooth edges, random fields, the tooth of paper.

All lengths are pixels of the result. A field is (side, side) float32 from 0 to 1. A sheet is (side, side, 3) float32
from 0 (black) to 1 (white).
"""

import colorsys
import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

SUPERSAMPLING = 4  # shapes are drawn at four times the size and shrunk, for smooth edges

Rng = np.random.Generator
Field = NDArray[np.floating]
Sheet = NDArray[np.floating]
Path = NDArray[np.float64]  # (points, 2), x and y
Colour = NDArray[np.floating]  # (3,)
Option = TypeVar("Option")


class Canvas:
    """A greyscale canvas on which later shapes cover earlier ones; `coverage` shrinks it to a field."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.image = Image.new("L", (side * SUPERSAMPLING, side * SUPERSAMPLING), 0)
        self.pen = ImageDraw.Draw(self.image)

    def stroke(self, path: Path, widths: Path | float, strength: float = 1) -> None:
        """Draw a ribbon along a gently bent path, of one width or of one width per point."""
        self.strokes(path[None], np.broadcast_to(np.asarray(widths, np.float64), len(path))[None], [strength])

    def strokes(self, paths: Path, widths: Path, strengths: Sequence[float]) -> None:
        """Draw many ribbons at once, which is faster: paths (N, points, 2), widths (N, points)."""
        along = np.gradient(paths, axis=1)
        across = along[..., ::-1] * (-1, 1) / (np.hypot(along[..., :1], along[..., 1:]) + 1e-9)
        half = across * widths[..., None] / 2
        for ribbon, strength in zip(np.concatenate([paths + half, (paths - half)[:, ::-1]], 1), strengths, strict=True):
            self.area(ribbon, strength)

    def loops(self, path: Path, widths: Path, strength: float = 1) -> None:
        """Draw a ribbon along a path that may cross itself, segment by segment."""
        for at in range(len(path) - 1):
            self.stroke(path[at : at + 2], widths[at : at + 2], strength)
            self.dot(path[at], widths[at] / 2, strength)

    def area(self, outline: Path, strength: float = 1) -> None:
        """Fill an outline."""
        self.pen.polygon((outline * SUPERSAMPLING).ravel().tolist(), fill=round(255 * strength))

    def dot(self, middle: Path, radius: float, strength: float = 1, squeeze: float = 1) -> None:
        """Draw a disc, or an ellipse that is wider than high."""
        x, y = middle.tolist()
        box = (
            (x - radius) * SUPERSAMPLING,
            (y - radius * squeeze) * SUPERSAMPLING,
            (x + radius) * SUPERSAMPLING,
            (y + radius * squeeze) * SUPERSAMPLING,
        )
        self.pen.ellipse(box, fill=round(255 * strength))

    def coverage(self) -> Field:
        """How much of each pixel is covered."""
        return np.asarray(self.image.reduce(SUPERSAMPLING), np.float32) / 255


def pick(rng: Rng, options: Sequence[Option]) -> Option:
    """Pick any option, each as likely."""
    return options[int(rng.integers(len(options)))]


def log_uniform(rng: Rng, low: float, high: float) -> float:
    """Any size from low to high, each octave as likely."""
    return float(low * (high / low) ** rng.random())


def cloud_field(rng: Rng, side: int, size: float) -> Field:
    """A random field with bumps of about this many pixels."""
    count = max(2, math.ceil(side / size) + 1)
    bumps = Image.fromarray(rng.random((count, count), np.float32))
    field = np.asarray(bumps.resize((side, side), Image.Resampling.BICUBIC))
    low, high = float(field.min()), float(field.max())
    return (field - low) / (high - low + 1e-6)


def paper_tooth(rng: Rng, side: int) -> Field:
    """Hills and valleys of a paper, about evenly distributed from 0 to 1. A dry tool catches the hills."""
    fine = gaussian_filter(rng.standard_normal((side, side), np.float32), rng.uniform(0.45, 1.2))
    hills: Field = fine / (fine.std() + 1e-6)
    return np.tanh(hills * 0.8) / 2 + 0.5


def rub(pressure: Field, hills: Field, softness: float = 0.9) -> Field:
    """How a dry tool covers paper: the hills first, the valleys under pressure. Small softness makes hard edges."""
    covered = (pressure * (1 + softness) - hills) / softness
    return np.minimum(covered, 1).clip(0) * np.minimum(1, pressure * 2)


def paint_over(sheet: Sheet, coverage: Field, colour: Colour | Sheet) -> Sheet:
    """Cover a sheet with opaque colour."""
    return sheet + coverage[..., None] * (colour - sheet)


def glaze(sheet: Sheet, coverage: Field, colour: Colour | Sheet) -> Sheet:
    """Cover a sheet with transparent colour, which darkens what is below."""
    return sheet * (1 - coverage[..., None] * (1 - colour))


def gentle_curve(rng: Rng, start: Path, direction: float, length: float, bend: float) -> Path:
    """A path that turns by about `bend` radians in all."""
    return gentle_curves(rng, start[None], np.array([direction]), np.array([length]), bend)[0]


def gentle_curves(rng: Rng, starts: Path, directions: Path, lengths: Path, bend: float) -> Path:
    """Paths that turn alike, from starts (N, 2) in directions (N,) with lengths (N,): (N, points, 2)."""
    points = int(np.clip(lengths.max() / 6, 4, 20))
    drift = np.linspace(0, rng.normal(0, bend), points)
    shaking = np.cumsum(rng.normal(0, bend * 0.12, (len(starts), points)), 1)
    angles = directions[:, None] + drift + shaking
    steps = np.stack([np.cos(angles), np.sin(angles)], -1) * (lengths / points)[:, None, None]
    paths: Path = starts[:, None] + np.cumsum(steps, 1)
    return paths


def stroke_widths(rng: Rng, points: int, width: float) -> Path:
    """The widths of a stroke that swells and tapers, (points,)."""
    return widths_of_strokes(rng, 1, points, width)[0]


def widths_of_strokes(rng: Rng, count: int, points: int, width: float) -> Path:
    """The widths of many strokes that swell and taper, (N, points)."""
    along = np.linspace(0, 1, points)
    fade_in, fade_out = rng.uniform(0, 0.7, (2, count, 1))
    ends = np.minimum(1, (along + 0.02) / (fade_in + 0.02)) * np.minimum(1, (1.02 - along) / (fade_out + 0.02))
    swell = 1 + rng.uniform(0, 0.4) * np.sin(along * rng.uniform(2, 9) + rng.uniform(0, 6, (count, 1)))
    widths: Path = np.maximum(width * ends**0.7 * swell, 0.3)
    return widths


def random_place(rng: Rng, side: int) -> Path:
    """A place on the sheet, x and y."""
    return rng.uniform(0, 1, 2) * side


def soft_outline(rng: Rng, middle: Path, size: float, ragged: float = 0.25) -> Path:
    """A closed soft shape, as hands draw apples, leaves, clouds and faces."""
    angles = np.linspace(0, math.tau, 56, endpoint=False)
    waves = sum(ragged / order * rng.normal() * np.cos(order * angles + rng.uniform(0, 6)) for order in (1, 2, 3, 5))
    reach, turn = size * np.maximum(0.15, 1 + waves), rng.uniform(0, math.tau)
    x, y = reach * np.cos(angles), reach * np.sin(angles) * rng.uniform(0.35, 1)
    turned: Path = np.stack([x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)], 1)
    return middle + turned


def soft_area(rng: Rng, side: int, size: float) -> Field:
    """The coverage of a soft shape somewhere on the sheet."""
    canvas = Canvas(side)
    canvas.area(soft_outline(rng, random_place(rng, side), size))
    return canvas.coverage()


def tone_field(rng: Rng, side: int) -> Field:
    """A field for shading to follow: a slope, a steep slope or clouds, everywhere or within a shape."""
    y, x = np.mgrid[:side, :side].astype(np.float32) / side - 0.5
    turn = rng.uniform(0, math.tau)
    slope = np.clip((x * math.cos(turn) + y * math.sin(turn)) / 1.4 + 0.5, 0, 1)
    field = pick(rng, (slope, slope**2, cloud_field(rng, side, log_uniform(rng, 20, side))))
    if rng.random() < 0.6:
        field = field * soft_area(rng, side, side * rng.uniform(0.3, 0.9))
    return field.astype(np.float32)


def random_colour(rng: Rng, vivid: float = 1, bright: float = 1) -> Colour:
    """Any colour, up to this saturation and brightness."""
    mixed = colorsys.hsv_to_rgb(rng.random(), vivid * rng.random() ** 0.7, bright * rng.random() ** 0.5)
    return np.array(mixed, np.float32)


def random_ink(rng: Rng) -> Colour:
    """The colour of a drawing tool: mostly near black, else sepia, blue or sanguine, sometimes any colour."""
    kind = rng.random()
    if kind < 0.6:
        return np.full(3, rng.uniform(0, 0.25), np.float32)
    if kind < 0.8:
        inks = ((0.25, 0.15, 0.1), (0.1, 0.15, 0.4), (0.55, 0.2, 0.12), (0.2, 0.3, 0.25))
        return np.array(pick(rng, inks), np.float32)
    return random_colour(rng, bright=0.8)
