"""The outline of a sheet of paper on a darker ground: a desk, or the black border of a scanner.

    page ─►┤shrink, smooth├─►┤brighter than the ground├─►┤largest region├─►┤four straight sides├─► corners

The sheet must be brighter than what is around it: a painting on white paper is no sheet, and neither is a drawn frame.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.regions import label_regions

Bytes = NDArray[np.uint8]
Floats64 = NDArray[np.float64]
WORKING_SIDE = 1000  # pixels: larger pages are shrunk
MIN_STEP = 40  # of 255: how much brighter than the ground a sheet is
MIN_SHEET_SHARE = 0.3  # of the picture
MIN_FILL = 0.97  # share of the outline that is sheet: a region that is not four-sided fills less
MAX_SIDE_ERROR = 2.0  # pixels of the shrunk page, root mean square: how straight the sides must be
SIDE_PART = (0.08, 0.92)  # of a side, without its corners
MIN_GROUND = 0.004  # share of the picture that is ground
FRAME_TOLERANCE = 0.15  # a level ground whose four widths are so alike may be a drawn frame


class Sheet(NamedTuple):
    """A sheet found in a picture."""

    corners: Floats64  # (4, 2), x and y in pixels: upper left, upper right, lower right, lower left
    is_sure: bool  # False if the ground could also be a drawn frame


def find_sheet(page: Bytes) -> Sheet | None:
    """Find the sheet in a picture; None if there is none, or if it fills the picture.

    Args:
        page: (H, W, 3) uint8.
    """
    scale = min(1.0, WORKING_SIDE / max(page.shape[:2]))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.medianBlur(small.max(2), 5)
    mask = _sheet_mask(grey)
    if mask is None:
        return None
    outline = max(cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=cv2.contourArea)
    sides = _straight_sides(outline[:, 0].astype(np.float64), grey.shape)
    if sides is None:
        return None
    corners = np.array([_crossing(sides[number], sides[(number + 1) % 4]) for number in range(4)])
    corners = corners.clip(0, np.array(grey.shape[::-1]) - 1.0)
    filled = np.asarray(cv2.fillConvexPoly(np.zeros_like(mask), np.round(corners).astype(np.int32), 1), np.uint8)
    if (filled & mask).sum() < MIN_FILL * max(filled.sum(), mask.sum()):
        return None
    return Sheet((corners + 0.5) / scale - 0.5, not _could_be_frame(corners, grey.shape))


def _sheet_mask(grey: Bytes) -> Bytes | None:
    """Where the sheet is, as 0 and 1 (h, w); None if nothing is clearly brighter than a ground around it."""
    _, bright = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    regions = label_regions(bright > 0)
    if not len(regions.areas):
        return None
    largest = (regions.labels == regions.areas.argmax() + 1).astype(np.uint8)
    contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = cv2.drawContours(np.zeros_like(largest), contours, -1, 1, cv2.FILLED)
    filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    ground = grey[filled == 0]
    if filled.mean() < MIN_SHEET_SHARE or len(ground) < MIN_GROUND * grey.size:
        return None
    step = float(np.median(grey[filled > 0])) - float(np.percentile(ground, 75))
    return np.asarray(filled, np.uint8) if step > MIN_STEP else None


def _straight_sides(outline: Floats64, shape: tuple[int, ...]) -> list[Floats64] | None:
    """Fit a line to the left, upper, right and lower side of an outline (N, 2): point and direction, (4,) each."""
    box = cv2.boxPoints(cv2.minAreaRect(outline.astype(np.float32))).astype(np.float64)
    box = box[np.argsort(np.arctan2(*(box - box.mean(0)).T[::-1]))]  # upper left, upper right, lower right, lower left
    sides = []
    for first, second in zip(np.roll(box, 1, 0), box, strict=True):
        line = _fit_side(outline, first, second, shape)
        if line is None:
            return None
        sides.append(line)
    return sides


def _fit_side(outline: Floats64, first: Floats64, second: Floats64, shape: tuple[int, ...]) -> Floats64 | None:
    """Fit a line to the points of an outline between two corners; None if they are not straight."""
    direction = second - first
    length = float(np.hypot(*direction))
    along = (outline - first) @ direction / length**2
    away = np.abs((outline - first) @ np.array([-direction[1], direction[0]])) / length
    points = outline[(along > SIDE_PART[0]) & (along < SIDE_PART[1]) & (away < 0.1 * min(shape))]
    if len(points) < 0.5 * length:
        return None
    line = cv2.fitLine(points.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01)[:, 0].astype(np.float64)
    errors = (points - line[2:]) @ np.array([-line[1], line[0]])
    return np.concatenate([line[2:], line[:2]]) if np.sqrt(np.median(errors**2)) < MAX_SIDE_ERROR else None


def _crossing(first: Floats64, second: Floats64) -> Floats64:
    """Where two lines cross, x and y."""
    steps = np.linalg.lstsq(np.stack([first[2:], -second[2:]], 1), second[:2] - first[:2], rcond=None)[0]
    return np.asarray(first[:2] + steps[0] * first[2:])


def _could_be_frame(corners: Floats64, shape: tuple[int, ...]) -> bool:
    """Whether the ground is equally wide on all four sides, as only a drawn frame is."""
    height, width = shape[:2]
    gaps = np.array(
        [
            corners[[0, 3], 0].mean(),
            corners[:2, 1].mean(),
            width - corners[1:3, 0].mean(),
            height - corners[2:, 1].mean(),
        ]
    )
    return bool(gaps.min() > 0 and gaps.max() - gaps.min() < FRAME_TOLERANCE * gaps.max())
