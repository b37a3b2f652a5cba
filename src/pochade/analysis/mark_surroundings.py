"""What is near each small mark of a page: ink, blobs of the same size, and other marks.

picture ─►┤small pictures: ground, ink├─┬─► ink near, distance to ink, how much ink
                                        └─►┤connected dots├─► blobs like the mark
other marks ──────────────────────────────────────────────────► marks like the mark
"""

from functools import reduce
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pochade.analysis.plane_filters import Floats32, resize_bilinear, shrink_blocks

_INK_SCALE = 5.0  # pixels for a millimetre in the small picture in which ink is searched
_BLOB_SCALE = 12.0  # the same in the one in which blobs are searched
_GROUND_MM = 3.0  # strokes up to this width are ink; wider areas are ground
_GRAIN = 0.05  # share of white: contrast that is no ink
_REACHES_MM = (0.6, 1.5, 3.0, 5.0)  # how far from a mark ink is searched
_LEVELS = (0.1, 0.3)  # contrasts of ink to which distances are measured
_FAR_MM = 6.0  # larger distances count as this
_STRIP_MM = (4.0, 0.6)  # length and width of the strips in which a mark's row or column is searched for ink
_DENSITY_MM = (2.0, 5.0)  # sides of squares whose share of ink is measured
_MIN_BLOB = 0.08  # contrast from which pixels belong to a blob
_LARGEST_BLOB_MM = 2.0
_NEAR_MM, _WIDE_MM = 2.0, 5.0  # how far from a mark blobs and other marks are searched
_TONE_SCALE, _SIZE_SCALE = 0.35, 0.5  # differences of logarithms at which two marks are little alike
_MOST_NEIGHBOURS = 24  # of a mark, among blobs and among marks
_ALIKE = 0.3  # likeness from which a blob counts as like a mark
_BLOB_ROOM_MM = 0.05
_PRIOR_NEIGHBOURS = 0.3  # with a logit of 0, so that a mark without neighbours has a mean
_MAX_RATIO = 4.0  # of an ink's contrast to a mark's; larger ones are limited to it

SURROUNDING_FEATURES = (
    *(f"ink_{reach}" for reach in _REACHES_MM), *(f"ratio_{reach}" for reach in _REACHES_MM),
    *(f"distance_{level}" for level in _LEVELS), "distance_alike", "column", "row",
    *(f"density_{side}" for side in _DENSITY_MM),
    "blobs_near", "blobs_wide", "alike_blobs_near", "alike_blobs_wide", "nearest_alike_blob",
    "marks_near", "marks_wide", "alike_near", "alike_wide", "nearest_mark", "defect_alike", "defect_around",
)  # fmt: skip


class MarkList(NamedTuple):
    """M marks."""

    boxes: NDArray[np.integer]  # (M, 4): top, left, height and width in pixels
    contrasts: Floats32  # (M,), above 0 where the mark is darker than its ground
    lengths: Floats32  # (M,), millimetres
    logits: Floats32  # (M,), of the highest probability of a defect

    @property
    def middles(self) -> NDArray[np.floating]:
        """Rows and columns, (M, 2)."""
        return self.boxes[:, :2] + self.boxes[:, 2:] / 2

    def part(self, chosen: NDArray[np.bool_]) -> "MarkList":
        """The chosen ones of the marks; `chosen` is (M,)."""
        return MarkList(self.boxes[chosen], self.contrasts[chosen], self.lengths[chosen], self.logits[chosen])


def measure_surroundings(picture: Floats32, without: Floats32, marks: MarkList, dots_per_mm: float) -> Floats32:
    """Measure what is near the marks of a picture.

    Args:
        picture: Planes (3, H, W), 0 to 1.
        without: The picture without the marks, or with weaker marks, (3, H, W).
        marks: The marks, at least one.
        dots_per_mm: The resolution.

    Returns:
        The features (M, F), in the order of `SURROUNDING_FEATURES`.
    """
    table = np.zeros((len(marks.lengths), len(SURROUNDING_FEATURES)), np.float32)
    for sign in (1, -1):
        chosen = (np.sign(marks.contrasts) == sign) | ((marks.contrasts == 0) & (sign == 1))
        if chosen.any():
            alike_signs = marks.part(chosen)
            ink = _InkMap(without, sign, dots_per_mm)
            blobs = _blob_features(_find_blobs(picture, ink, dots_per_mm), alike_signs, dots_per_mm)
            others = _mark_features(marks, chosen, dots_per_mm)
            table[chosen] = np.concatenate([_ink_features(ink, alike_signs), blobs, others], 1)
    return table


class _InkMap:
    """A small picture of the ink of one sign, and the ground that it lies on.

    Args:
        picture: Planes (3, H, W), without marks.
        sign: 1 for ink that is darker than the ground, -1 for lighter ink.
        dots_per_mm: The resolution of the picture.
    """

    def __init__(self, picture: Floats32, sign: int, dots_per_mm: float) -> None:
        self.sign, self.step = sign, max(1, round(dots_per_mm / _INK_SCALE))
        self.dots_per_mm = dots_per_mm / self.step
        whole = _whole_blocks(picture, self.step)
        means = shrink_blocks(whole, self.step)
        closing, operation = _disc(_GROUND_MM / 2 * self.dots_per_mm), cv2.MORPH_CLOSE if sign > 0 else cv2.MORPH_OPEN
        border = cv2.BORDER_REPLICATE
        self.ground = np.stack([cv2.morphologyEx(plane, operation, closing, borderType=border) for plane in means])
        self.ink = np.asarray((sign * (self.ground - _extremes(whole, sign, self.step))).max(0) - _GRAIN, np.float32)

    def strongest(self, height_mm: float, width_mm: float) -> Floats32:
        """The contrast of the strongest ink within a box around each pixel, (h, w)."""
        height, width = (2 * round(side / 2 * self.dots_per_mm) + 1 for side in (height_mm, width_mm))
        return np.asarray(cv2.dilate(self.ink, np.ones((height, width), np.uint8)), np.float32)

    def share(self, side_mm: float) -> Floats32:
        """How much of a square around each pixel is ink, (h, w)."""
        side = 2 * round(side_mm / 2 * self.dots_per_mm) + 1
        is_ink = (self.ink > _LEVELS[0]).astype(np.float32)
        return np.asarray(cv2.boxFilter(is_ink, -1, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)


def _whole_blocks(picture: Floats32, step: int) -> Floats32:
    """A picture (3, H, W) without the pixels at its right and lower edges that make no whole block."""
    height, width = (max(side, step) // step * step for side in picture.shape[1:])
    return picture[:, :height, :width]


def _extremes(picture: Floats32, sign: int, step: int) -> Floats32:
    """The darkest pixel of each block of a picture (C, H, W) for sign 1, else the lightest: (C, H / step, W / step)."""
    extreme = np.minimum if sign > 0 else np.maximum
    rows = reduce(extreme, (picture[:, row::step] for row in range(min(step, picture.shape[1]))))
    return np.asarray(reduce(extreme, (rows[..., column::step] for column in range(min(step, picture.shape[2])))))


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * round(radius) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _ink_features(ink: _InkMap, marks: MarkList) -> Floats32:
    """The strongest ink within each reach, distances to ink, ink in the mark's column and row, and shares of ink."""
    rows, columns = np.minimum(marks.middles.astype(np.int64) // ink.step, np.array(ink.ink.shape) - 1).T
    contrasts = np.abs(marks.contrasts)
    strongest = [ink.strongest(2 * reach, 2 * reach)[rows, columns].clip(min=0) for reach in _REACHES_MM]
    ratios = [(values / contrasts).clip(max=_MAX_RATIO) for values in strongest]
    distances = [_distances(ink.ink > level, ink.dots_per_mm)[rows, columns] for level in _LEVELS]
    alike = _distance_to_alike(ink, contrasts, rows, columns)
    strips = [
        (ink.strongest(*sides)[rows, columns] / contrasts).clip(0, _MAX_RATIO) for sides in (_STRIP_MM, _STRIP_MM[::-1])
    ]
    shares = [ink.share(side)[rows, columns] for side in _DENSITY_MM]
    return np.stack([*strongest, *ratios, *distances, alike, *strips, *shares], 1)


def _distances(is_ink: NDArray[np.bool_], dots_per_mm: float) -> Floats32:
    """The logarithm of one plus the distance to ink in millimetres, of each pixel (h, w)."""
    if not is_ink.any():
        return np.full(is_ink.shape, np.log1p(_FAR_MM), np.float32)
    distances = cv2.distanceTransform((~is_ink).astype(np.uint8), cv2.DIST_L2, 3) / np.float32(dots_per_mm)
    return np.log1p(distances.clip(max=_FAR_MM)).astype(np.float32)


def _distance_to_alike(
    ink: _InkMap, contrasts: Floats32, rows: NDArray[np.integer], columns: NDArray[np.integer]
) -> Floats32:
    """The distance of each mark to ink of at least six tenths of its contrast, as `_distances` gives it."""
    steps = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7], np.float32)  # contrasts of ink
    chosen = np.searchsorted(steps, 0.6 * contrasts).clip(max=len(steps) - 1)
    result = np.empty(len(contrasts), np.float32)
    for number in np.unique(chosen):
        where = chosen == number
        result[where] = _distances(ink.ink > steps[number], ink.dots_per_mm)[rows[where], columns[where]]
    return result


class _Blobs(NamedTuple):
    """Small dots of a picture, marks included."""

    middles: NDArray[np.floating]  # (B, 2), rows and columns
    contrasts: Floats32  # (B,), at their strongest pixel
    lengths: Floats32  # (B,), millimetres


def _find_blobs(picture: Floats32, ink: _InkMap, dots_per_mm: float) -> _Blobs:
    """Find the small dots of a picture (3, H, W) that differ from their ground as ink of its sign does."""
    step = max(1, round(dots_per_mm / _BLOB_SCALE))
    grey = (picture[0] + picture[1] + picture[2])[None]
    extremes = _extremes(_whole_blocks(grey, step), ink.sign, step)[0]
    ground = resize_bilinear(ink.ground.sum(0)[None], (extremes.shape[0], extremes.shape[1]))[0]
    contrast = (ground - extremes) * np.float32(ink.sign / 3)
    is_blob = contrast > _MIN_BLOB
    _, labels, stats, middles = cv2.connectedComponentsWithStats(is_blob.view(np.uint8), connectivity=8)
    lengths = (stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1) * step / dots_per_mm).astype(np.float32)
    chosen = (lengths <= _LARGEST_BLOB_MM) & (np.arange(len(stats)) > 0)
    rows, columns = np.nonzero(chosen[labels])
    peaks = np.zeros(len(stats), np.float32)
    np.maximum.at(peaks, labels[rows, columns], contrast[rows, columns])
    return _Blobs((middles[chosen, ::-1] + 0.5) * step, peaks[chosen], lengths[chosen])


def _blob_features(blobs: _Blobs, marks: MarkList, dots_per_mm: float) -> Floats32:
    """How many blobs are near each mark, how many of them are like it, and how far the nearest such blob is."""
    neighbours, distances = _neighbours(blobs.middles, marks, dots_per_mm)
    if not len(blobs.middles):
        return _count(np.zeros_like(distances), distances, distances)
    is_other = distances > (marks.lengths / 2 + _BLOB_ROOM_MM)[:, None]  # a nearer blob is the mark itself
    distances = np.where(is_other, distances, np.float32(_WIDE_MM))
    likeness = _likeness(marks, blobs.contrasts[neighbours], blobs.lengths[neighbours])
    return _count(likeness, distances, np.where(likeness > _ALIKE, distances, np.float32(_WIDE_MM)))


def _mark_features(marks: MarkList, chosen: NDArray[np.bool_], dots_per_mm: float) -> Floats32:
    """What the other marks near each mark are like, and how sure the denoiser is of them."""
    part = marks.part(chosen)
    neighbours, distances = _neighbours(marks.middles, part, dots_per_mm)
    is_other = neighbours != np.flatnonzero(chosen)[:, None]
    distances = np.where(is_other, distances, np.float32(_WIDE_MM))
    is_near = distances < _WIDE_MM
    is_same_sign = marks.contrasts[neighbours] * part.contrasts[:, None] > 0
    likeness = _likeness(part, np.abs(marks.contrasts)[neighbours], marks.lengths[neighbours])
    likeness *= is_near & is_same_sign
    logits = marks.logits[neighbours]
    means = [(shares * logits).sum(1) / (shares.sum(1) + _PRIOR_NEIGHBOURS) for shares in (likeness, is_near)]
    return np.concatenate([_count(likeness, distances, distances), np.stack(means, 1)], 1)


def _neighbours(
    middles: NDArray[np.floating], marks: MarkList, dots_per_mm: float
) -> tuple[NDArray[np.integer], Floats32]:
    """The nearest places of each mark (M, K) with their distances in millimetres; those that are missing are far."""
    shape = len(marks.lengths), _MOST_NEIGHBOURS
    if not len(middles):
        return np.zeros(shape, np.int64), np.full(shape, _WIDE_MM, np.float32)
    reach = _WIDE_MM * dots_per_mm
    distances, numbers = cKDTree(middles).query(marks.middles, _MOST_NEIGHBOURS, distance_upper_bound=reach)
    is_missing = ~np.isfinite(distances)
    distances = np.where(is_missing, _WIDE_MM, distances / dots_per_mm).astype(np.float32)
    return np.where(is_missing, 0, numbers), distances


def _likeness(marks: MarkList, contrasts: Floats32, lengths: Floats32) -> Floats32:
    """How much neighbours of these contrasts and lengths (M, K) are like their marks: 1 for the same, (M, K)."""
    tone = np.log(contrasts.clip(min=0.01) / np.abs(marks.contrasts)[:, None].clip(min=0.01)) / _TONE_SCALE
    size = np.log(lengths.clip(min=0.02) / marks.lengths[:, None].clip(min=0.02)) / _SIZE_SCALE
    return np.exp(-(tone**2) - size**2).astype(np.float32)


def _count(likeness: Floats32, distances: Floats32, counted: Floats32) -> Floats32:
    """Count neighbours (M, K) within two distances, all and those alike, and say how far the nearest counted one is."""
    columns = []
    for values in (np.ones_like(likeness), likeness):
        columns += [np.log1p((values * (distances < reach)).sum(1)) for reach in (_NEAR_MM, _WIDE_MM)]
    return np.stack([*columns, np.log1p(counted.min(1))], 1).astype(np.float32)
