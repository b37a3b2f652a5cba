"""Measurements of small marks on a page, from which a model tells dust from what is drawn.

    picture, without marks, defects ─►┤shape, tone, ground├──────────────┐
                                                                         ├─► MarkFeatures
    picture ─►┤mark_surroundings: ink, blobs and marks near a mark├──────┘

Nothing here says whether a mark is dust or drawn. Lengths are logarithms of millimetres or pixels, contrasts are shares
of white.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.mark_surroundings import SURROUNDING_FEATURES, MarkList, measure_surroundings
from pochade.analysis.plane_filters import Floats32
from pochade.analysis.regions import Regions, label_regions

BORDER = 1  # pixels by which a mark's mask is wider than the mark on each side, because marks have soft edges
_RING = 2  # pixels around a mark, whose mean is its ground
_MIN_CONTRAST = 0.01  # a share of a fainter contrast means nothing
_SURE, _POSSIBLE = 0.5, 0.1  # probabilities of a defect
_MAX_LOGIT = 8.0
_LARGEST_RATIO = 3.0  # between a change and a contrast; larger ones are limited to it

OWN_FEATURES = (
    "length_px", "length_mm", "width_px", "width_mm", "box_px", "elongation", "fill", "area_mm", "contrast",
    "is_dark", "mean_to_peak", "colour", "edge", "removed", "mean_defect", "strongest_defect", "sure_share",
    "possible_share", "ground", "ground_colour", "ring_deviation", "ring_ink", "ring_change", "ring_touch",
)  # fmt: skip
FEATURE_NAMES = (*OWN_FEATURES, *SURROUNDING_FEATURES)
FEATURES = len(FEATURE_NAMES)


@dataclass(frozen=True)
class MarkFeatures:
    """What is known of each of M marks."""

    regions: Regions
    lengths: Floats32  # (M,), millimetres: the longer side of the mark's box, without its border
    table: Floats32  # (M, F), the features in the order of `FEATURE_NAMES`


class _Pixels(NamedTuple):
    """The N pixels of all marks."""

    rows: NDArray[np.integer]
    columns: NDArray[np.integer]
    marks: NDArray[np.integer]  # the number of the mark that each belongs to
    mark_count: int

    def sums(self, values: NDArray[np.floating]) -> Floats32:
        """The sum of values (N,) in each mark, (M,)."""
        return np.bincount(self.marks, values, self.mark_count).astype(np.float32)

    def means(self, values: NDArray[np.floating]) -> Floats32:
        """The mean of values (N,) in each mark, (M,)."""
        sizes = np.bincount(self.marks, minlength=self.mark_count).clip(min=1)
        return np.asarray(self.sums(values) / sizes, np.float32)

    def largest(self, values: Floats32) -> Floats32:
        """The largest of values (N,) in each mark, 0 or more, (M,)."""
        result = np.zeros(self.mark_count, np.float32)
        np.maximum.at(result, self.marks, values)
        return result


def measure_marks(
    picture: Floats32, without: Floats32, defect: Floats32, mask: NDArray[np.bool_], dots_per_mm: float
) -> MarkFeatures:
    """Measure the marks of a picture.

    Args:
        picture: Planes (3, H, W), 0 to 1.
        without: The picture without the marks, or with weaker marks, (3, H, W).
        defect: The probability of a defect, (H, W).
        mask: Where the marks are with their border, (H, W); each connected region is one mark.
        dots_per_mm: The resolution.
    """
    regions = label_regions(mask)
    count = len(regions.areas)
    boxes = (regions.boxes[:, 2:] - 2 * BORDER).clip(min=1).astype(np.float32)
    lengths = boxes.max(1, initial=0) / np.float32(dots_per_mm)
    if not count:
        return MarkFeatures(regions, lengths, np.empty((0, FEATURES), np.float32))
    rows, columns = np.nonzero(regions.labels)
    pixels = _Pixels(rows, columns, regions.labels[rows, columns] - 1, count)
    ring = _ring_pixels(regions)
    ground = np.stack([ring.means(plane[ring.rows, ring.columns]) for plane in without], 1)  # (M, 3)
    colours = np.stack([pixels.means(plane[rows, columns]) for plane in picture], 1)
    channels = np.abs(ground - colours).argmax(1)  # (M,), the one that differs most
    signs = np.sign((ground - colours)[np.arange(count), channels])
    of_pixel = channels[pixels.marks]
    difference = (ground[pixels.marks, of_pixel] - picture[of_pixel, rows, columns]) * signs[pixels.marks]
    peaks = pixels.largest(difference).clip(min=_MIN_CONTRAST)
    shape = _shapes(pixels, difference.clip(min=0), peaks)
    size = _size_features(shape, boxes, regions.areas, dots_per_mm)
    tone = _tone_features(pixels, picture, difference, peaks, signs, ground - colours, of_pixel)
    model = _model_features(pixels, without, defect, difference, ground, signs, of_pixel)
    around = _ring_features(ring, picture, without, ground, peaks, signs, channels)
    marks = MarkList(regions.boxes, signs * peaks, lengths, model[2])
    table = np.stack([*size, *tone, *model, *around], 1)
    table = np.concatenate([table, measure_surroundings(picture, without, marks, dots_per_mm)], 1)
    return MarkFeatures(regions, lengths, table.astype(np.float32))


def _ring_pixels(regions: Regions) -> _Pixels:
    """The pixels of a ring around each mark."""
    is_short = len(regions.areas) <= np.iinfo(np.uint16).max
    labels: NDArray[Any] = regions.labels.astype(np.uint16 if is_short else np.float32)  # OpenCV knows no int32 here
    side = 2 * _RING + 3
    outer = np.asarray(cv2.dilate(labels, np.ones((side, side), np.uint8)))
    inner = np.asarray(cv2.dilate(labels, np.ones((3, 3), np.uint8)))
    rows, columns = np.nonzero((outer > 0) & (inner == 0))
    return _Pixels(rows, columns, outer[rows, columns].astype(np.int64) - 1, len(regions.areas))


def _shapes(pixels: _Pixels, weights: Floats32, peaks: Floats32) -> tuple[Floats32, Floats32, Floats32]:
    """The length and width in pixels of an even ellipse that is spread like each mark, and the mark's area, (M,)."""
    total = pixels.sums(weights).clip(min=1e-6)
    y, x = (pixels.sums(weights * places) / total for places in (pixels.rows, pixels.columns))
    dy, dx = pixels.rows - y[pixels.marks], pixels.columns - x[pixels.marks]
    yy, xx, xy = (pixels.sums(weights * product) / total for product in (dy * dy, dx * dx, dx * dy))
    half_sum, root = (yy + xx) / 2, np.sqrt(((yy - xx) / 2) ** 2 + xy**2)
    length, width = (4 * np.sqrt((half_sum + sign * root).clip(min=0.05)) for sign in (1, -1))
    return length, width, np.asarray(total / peaks, np.float32)


def _size_features(
    shape: tuple[Floats32, Floats32, Floats32], boxes: Floats32, areas: NDArray[np.integer], dots_per_mm: float
) -> list[Floats32]:
    """The first eight of `OWN_FEATURES`, (M,)."""
    length, width, area = shape
    scale = np.float32(np.log(dots_per_mm))
    long_side = np.log(boxes.max(1))
    lengths, widths = np.log(length), np.log(width)
    fill = area / boxes.prod(1)
    sizes = [lengths, lengths - scale, widths, widths - scale, long_side, lengths - widths]
    return [*sizes, fill.clip(max=2), np.log(areas) / 2 - scale]


def _tone_features(
    pixels: _Pixels,
    picture: Floats32,
    difference: Floats32,
    peaks: Floats32,
    signs: Floats32,
    contrasts: Floats32,
    of_pixel: NDArray[np.integer],
) -> list[Floats32]:
    """How dark, even, colourful and sharp each mark is, (M,)."""
    rows, columns = pixels.rows, pixels.columns
    last_row, last_column = picture.shape[1] - 1, picture.shape[2] - 1
    down = (
        picture[of_pixel, (rows + 1).clip(max=last_row), columns] - picture[of_pixel, (rows - 1).clip(min=0), columns]
    )
    right = (
        picture[of_pixel, rows, (columns + 1).clip(max=last_column)]
        - picture[of_pixel, rows, (columns - 1).clip(min=0)]
    )
    steepest = pixels.largest(np.hypot(down, right))
    spread = (contrasts.max(1) - contrasts.min(1)) / np.abs(contrasts).max(1).clip(min=_MIN_CONTRAST)
    mean = pixels.means(difference) / peaks
    return [peaks, (signs > 0).astype(np.float32), mean, spread.clip(max=2), steepest / peaks]


def _model_features(
    pixels: _Pixels,
    without: Floats32,
    defect: Floats32,
    difference: Floats32,
    ground: Floats32,
    signs: Floats32,
    of_pixel: NDArray[np.integer],
) -> list[Floats32]:
    """What the denoiser makes of each mark, (M,): the share that it removes, and its probabilities."""
    left = (ground[pixels.marks, of_pixel] - without[of_pixel, pixels.rows, pixels.columns]) * signs[pixels.marks]
    before = pixels.sums(difference.clip(min=0))
    removed = 1 - pixels.sums(left.clip(min=0)) / before.clip(min=1e-3)
    probability = defect[pixels.rows, pixels.columns]
    weighted = pixels.sums(probability * difference.clip(min=0)) / before.clip(min=1e-3)
    strongest = pixels.largest(probability).clip(1e-4, 1 - 1e-4)
    logit = np.log(strongest / (1 - strongest)).clip(-_MAX_LOGIT, _MAX_LOGIT)
    shares = [pixels.means((probability > level).astype(np.float32)) for level in (_SURE, _POSSIBLE)]
    return [removed.clip(-1, 2), weighted.clip(max=1), logit, *shares]


def _ring_features(
    ring: _Pixels,
    picture: Floats32,
    without: Floats32,
    ground: Floats32,
    peaks: Floats32,
    signs: Floats32,
    channels: NDArray[np.integer],
) -> list[Floats32]:
    """The ground around each mark, (M,): its tone, its unevenness, ink in it, and how much the denoiser changes it."""
    of_pixel = channels[ring.marks]
    values = without[of_pixel, ring.rows, ring.columns]
    means = ground[np.arange(ring.mark_count), channels]
    below = (means[ring.marks] - values) * signs[ring.marks]
    deviation = np.sqrt(ring.means(below * below))
    ink = ring.largest(below)
    change = ring.means(np.abs(picture[of_pixel, ring.rows, ring.columns] - values))
    touch = ring.means((below > peaks[ring.marks] / 2).astype(np.float32))
    colour = ground.max(1) - ground.min(1)
    limited = (ink / peaks).clip(max=_LARGEST_RATIO), (change / peaks).clip(max=_LARGEST_RATIO)
    return [ground.mean(1), colour, deviation, *limited, touch]
