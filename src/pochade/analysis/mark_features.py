"""Measurements of small marks on a page: contrast, size, and what is drawn near them.

    picture ────────────┐
    without marks ──────┼─►┤rings around the marks├─► contrasts ─┐
    mask of marks ──────┘                                        ├─► MarkFeatures
    without marks ─►┤small picture, closing├─► ink near a mark ──┘

Nothing here says whether a mark is dust or drawn.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pochade.analysis.regions import Regions, label_regions

Floats32 = NDArray[np.float32]
_RING = 2  # pixels around a mark, whose mean is its ground
_INK_SCALE = 5.0  # pixels for a millimetre in the small picture in which ink is searched
_GROUND_MM = 3.0  # strokes up to this width are ink; wider areas are ground
_GRAIN = 0.05  # share of white: contrast that is no ink
_SIMILAR_CONTRAST, _SIMILAR_SIZE = 1.4, 1.7  # largest ratio between marks that are alike


@dataclass(frozen=True)
class MarkFeatures:
    """What is known of each of M marks; contrasts are shares of white, positive where the mark is darker."""

    regions: Regions
    lengths: Floats32  # (M,), millimetres: the longer side of the mark's box
    contrasts: Floats32  # (M,), at the strongest pixel, of the channel that differs most
    removed: Floats32  # (M,), share of its contrast that is gone in the picture without marks
    near_ink: Floats32  # (M,), contrast of the strongest ink of the same sign near the mark, without the mark
    far_ink: Floats32  # (M,), the same within a longer reach
    alike: NDArray[np.int64]  # (M,), how many other marks near it are like it


def measure_marks(
    picture: Floats32,
    without: Floats32,
    mask: NDArray[np.bool_],
    dots_per_mm: float,
    *,
    ink_mm: float,
    far_mm: float,
    alike_mm: float,
) -> MarkFeatures:
    """Measure the marks of a picture.

    Args:
        picture: (H, W, 3), 0 to 1.
        without: The picture without the marks, or with weaker marks, (H, W, 3).
        mask: Where the marks are, (H, W); each connected region is one mark.
        dots_per_mm: The resolution.
        ink_mm: How far from a mark ink is searched, in millimetres.
        far_mm: How far from a mark more distant ink is searched, in millimetres.
        alike_mm: How far from a mark others like it are searched, in millimetres.
    """
    regions = label_regions(mask)
    lengths = (regions.boxes[:, 2:].max(1) / dots_per_mm).astype(np.float32)
    rows, columns = np.nonzero(regions.labels)
    labels = regions.labels[rows, columns] - 1
    ground = _ring_means(without, regions)
    colours, remains = (_means(values[rows, columns], labels, len(lengths)) for values in (picture, without))
    channels = np.abs(ground - colours).argmax(1)  # (M,), the one that differs most
    marks = np.arange(len(lengths))
    mean, left = ((ground - values)[marks, channels] for values in (colours, remains))
    removed = np.asarray(1 - left / np.where(mean == 0, 1, mean), np.float32)
    differences = ground[labels, channels[labels]] - picture[rows, columns, channels[labels]]
    contrasts = _peaks(differences, np.sign(mean), labels)
    middles = regions.boxes[:, :2] + regions.boxes[:, 2:] / 2
    near_ink, far_ink = (_ink_near(without, middles, contrasts, dots_per_mm, reach) for reach in (ink_mm, far_mm))
    alike = _count_alike(middles, contrasts, lengths, alike_mm * dots_per_mm)
    return MarkFeatures(regions, lengths, contrasts, removed, near_ink, far_ink, alike)


def _means(values: Floats32, labels: NDArray[np.integer], count: int) -> Floats32:
    """The mean of values (N, 3) for each label, (count, 3)."""
    sizes = np.bincount(labels, minlength=count).clip(min=1)
    sums = [np.bincount(labels, values[:, channel], count) for channel in range(3)]
    return (np.stack(sums, 1) / sizes[:, None]).astype(np.float32)


def _ring_means(picture: Floats32, regions: Regions) -> Floats32:
    """The mean colour (M, 3) of a ring around each region."""
    count = len(regions.areas)
    labels = regions.labels.astype(np.float32)  # OpenCV dilates no integers of 32 bits
    side = 2 * _RING + 3
    outer = cv2.dilate(labels, np.ones((side, side), np.uint8))
    inner = cv2.dilate(labels, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((outer > 0) & (inner == 0))
    return _means(picture[rows, columns], outer[rows, columns].astype(np.int64) - 1, count)


def _peaks(differences: Floats32, signs: Floats32, labels: NDArray[np.integer]) -> Floats32:
    """The strongest of the differences (N,) of each label that has the label's sign, (M,)."""
    peaks = np.zeros(len(signs), np.float32)
    np.maximum.at(peaks, labels, differences * signs[labels])
    return peaks * signs


def _ink_near(
    picture: Floats32, middles: NDArray[np.floating], contrasts: Floats32, dots_per_mm: float, reach_mm: float
) -> Floats32:
    """The contrast (M,) of the strongest ink near each mark: darker than the ground for dark marks, else lighter."""
    step = max(1, round(dots_per_mm / _INK_SCALE))
    near_ink = np.zeros(len(contrasts), np.float32)
    rows, columns = (middles.astype(np.int64) // step).T
    for sign in (1, -1):
        chosen = np.sign(contrasts) == sign
        if chosen.any():
            near = _ink_map(sign * picture, step, dots_per_mm, reach_mm)
            rows_in, columns_in = rows[chosen].clip(max=near.shape[0] - 1), columns[chosen].clip(max=near.shape[1] - 1)
            near_ink[chosen] = near[rows_in, columns_in]
    return near_ink


def _ink_map(picture: Floats32, step: int, dots_per_mm: float, reach_mm: float) -> Floats32:
    """The contrast of the strongest ink within reach of each pixel of a picture that is `step` times smaller."""
    height, width = (max(1, side // step) for side in picture.shape[:2])
    blocks = picture[: height * step, : width * step].reshape(height, min(step, picture.shape[0]), width, -1, 3)
    darkest, mean = blocks.min((1, 3)), blocks.mean((1, 3))
    small_dots = dots_per_mm / step
    ground = cv2.morphologyEx(
        mean, cv2.MORPH_CLOSE, _disc(_GROUND_MM / 2 * small_dots), borderType=cv2.BORDER_REPLICATE
    )
    ink = (ground - darkest - _GRAIN).max(2)
    return np.asarray(cv2.dilate(ink, _disc(reach_mm * small_dots)), np.float32)


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * round(radius) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _count_alike(
    middles: NDArray[np.floating], contrasts: Floats32, lengths: Floats32, reach: float
) -> NDArray[np.int64]:
    """How many other marks within reach have about the same contrast and size, (M,)."""
    if not len(middles):
        return np.zeros(0, np.int64)
    pairs = cKDTree(middles).query_pairs(reach, output_type="ndarray")
    first, second = contrasts[pairs[:, 0]], contrasts[pairs[:, 1]]
    is_alike = (first * second > 0) & _within(np.abs(first), np.abs(second), _SIMILAR_CONTRAST)
    is_alike &= _within(lengths[pairs[:, 0]], lengths[pairs[:, 1]], _SIMILAR_SIZE)
    return np.bincount(pairs[is_alike].ravel(), minlength=len(middles))


def _within(first: Floats32, second: Floats32, ratio: float) -> NDArray[np.bool_]:
    return np.asarray((first < ratio * second) & (second < ratio * first))
