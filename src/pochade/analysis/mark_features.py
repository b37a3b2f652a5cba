"""Measurements of small marks on a page: contrast, size, and what is drawn near them.

    picture ────────────┐
    without marks ──────┼─►┤rings around the marks├─► contrasts ─┐
    mask of marks ──────┘                                        ├─► MarkFeatures
    without marks ─►┤small picture, closing├─► ink near a mark ──┘

Nothing here says whether a mark is dust or drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pochade.analysis.plane_filters import Floats32, shrink_blocks
from pochade.analysis.regions import Regions, label_regions

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
        picture: Planes (3, H, W), 0 to 1.
        without: The picture without the marks, or with weaker marks, (3, H, W).
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
    colours, remains = (_means(planes[:, rows, columns], labels, len(lengths)) for planes in (picture, without))
    channels = np.abs(ground - colours).argmax(1)  # (M,), the one that differs most
    marks = np.arange(len(lengths))
    mean, left = ((ground - values)[marks, channels] for values in (colours, remains))
    removed = np.asarray(1 - left / np.where(mean == 0, 1, mean), np.float32)
    differences = ground[labels, channels[labels]] - picture[channels[labels], rows, columns]
    contrasts = _peaks(differences, np.sign(mean), labels)
    middles = regions.boxes[:, :2] + regions.boxes[:, 2:] / 2
    near_ink, far_ink = _ink_near(without, middles, contrasts, dots_per_mm, (ink_mm, far_mm))
    alike = _count_alike(middles, contrasts, lengths, alike_mm * dots_per_mm)
    return MarkFeatures(regions, lengths, contrasts, removed, near_ink, far_ink, alike)


def _means(values: Floats32, labels: NDArray[np.integer], count: int) -> Floats32:
    """The mean of values (3, N) for each label, (count, 3)."""
    sizes = np.bincount(labels, minlength=count).clip(min=1)
    sums = [np.bincount(labels, channel, count) for channel in values]
    return (np.stack(sums, 1) / sizes[:, None]).astype(np.float32)


def _ring_means(picture: Floats32, regions: Regions) -> Floats32:
    """The mean colour (M, 3) of a ring around each region."""
    count = len(regions.areas)
    labels = regions.labels.astype(np.float32)  # OpenCV dilates no integers of 32 bits
    side = 2 * _RING + 3
    outer = cv2.dilate(labels, np.ones((side, side), np.uint8))
    inner = cv2.dilate(labels, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((outer > 0) & (inner == 0))
    return _means(picture[:, rows, columns], outer[rows, columns].astype(np.int64) - 1, count)


def _peaks(differences: Floats32, signs: Floats32, labels: NDArray[np.integer]) -> Floats32:
    """The strongest of the differences (N,) of each label that has the label's sign, (M,)."""
    peaks = np.zeros(len(signs), np.float32)
    np.maximum.at(peaks, labels, differences * signs[labels])
    return peaks * signs


def _ink_near(
    picture: Floats32,
    middles: NDArray[np.floating],
    contrasts: Floats32,
    dots_per_mm: float,
    reaches_mm: Sequence[float],
) -> list[Floats32]:
    """The contrast of the strongest ink near each mark: darker than the ground for dark marks, else lighter.

    Args:
        picture: Planes (3, H, W), without the marks.
        middles: Of the marks, rows and columns (M, 2).
        contrasts: Of the marks (M,), above 0 for dark ones.
        dots_per_mm: The resolution.
        reaches_mm: How far from a mark ink is searched, in millimetres.

    Returns:
        The contrasts (M,) for each reach, 0 or less where there is no ink.
    """
    step = max(1, round(dots_per_mm / _INK_SCALE))
    small_dots = dots_per_mm / step
    strongest = [np.zeros(len(contrasts), np.float32) for _ in reaches_mm]
    for sign in (1, -1):
        chosen = np.sign(contrasts) == sign
        if chosen.any():
            ink = _ink_map(picture, sign, step, small_dots)
            rows, columns = np.minimum(middles[chosen].astype(np.int64) // step, np.array(ink.shape) - 1).T
            for values, reach in zip(strongest, reaches_mm, strict=True):
                values[chosen] = cv2.dilate(ink, _disc(reach * small_dots))[rows, columns]
    return strongest


def _ink_map(picture: Floats32, sign: int, step: int, small_dots: float) -> Floats32:
    """The contrast of ink in each pixel (h, w) of a picture (3, H, W) that is `step` times smaller.

    Args:
        picture: Planes (3, H, W).
        sign: 1 for ink that is darker than the ground, -1 for lighter ink.
        step: Pixels per side of a block that becomes one pixel; what is left over at the edges is cut off.
        small_dots: Pixels for a millimetre in the smaller picture.
    """
    height, width = (max(side, step) // step * step for side in picture.shape[1:])
    whole = picture[:, :height, :width]
    extreme = np.minimum if sign > 0 else np.maximum
    rows = reduce(extreme, (whole[:, row::step] for row in range(min(step, whole.shape[1]))))
    darkest = sign * reduce(extreme, (rows[..., column::step] for column in range(min(step, whole.shape[2]))))
    closing = _disc(_GROUND_MM / 2 * small_dots)
    border = cv2.BORDER_REPLICATE
    means = sign * shrink_blocks(whole, step)
    ground = [cv2.morphologyEx(plane, cv2.MORPH_CLOSE, closing, borderType=border) for plane in means]
    return np.asarray((np.stack(ground) - darkest - _GRAIN).max(0), np.float32)


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
