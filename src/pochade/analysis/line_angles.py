"""How far the lines of a page are from level: ruled lines, frames and rows of text.

    page ─►┤dark strokes├─┬─►┤long straight segments├─► angle of frames and rules ─┐
                          └─►┤rows of ink at every angle├─► angle of text ─────────┴─► Skew, if the evidence is strong

A drawing's own slant is no evidence: segments count only if long ones agree in both directions of the page, and rows
only if several of them consist of many parts, with white between the rows.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats64 = NDArray[np.float64]
MAX_ANGLE = 12.0  # degrees; pages that are further from level are left alone
WORKING_SIDE = 1600  # pixels: larger pages are shrunk
MIN_SEGMENT_SHARE = 0.06  # of the page's shorter side: shorter segments are strokes of a drawing
AGREEMENT = 0.25  # degrees between segments of one frame
MIN_LINE_SHARE = 0.5  # of a side of the page that agreeing segments must cover, in both directions
MIN_ROWS = 5  # of text
COARSE_STEP, FINE_STEP = 0.25, 0.02  # degrees
MAX_POINTS = 200_000  # of ink that are projected
COARSE_SHARE = 4  # every fourth of them is enough for the first search
MIN_PARTS, MIN_PART_GAP = 5, 2  # of the ink in a row of text, and the pixels between two parts; hatching has one or two
MIN_BAND = 3  # pixels: lower bands of ink are lines
GAP_LEVEL, MIN_GAP_SHARE = 0.12, 0.2  # of the ink of a full row: rows with less are white; share of rows that must be
TURN_BESIDE = 3.0  # degrees from the text's angle, where rows overlap
GAP_LOSS = 0.5  # share of the white rows that may be left there


class Skew(NamedTuple):
    """How far a page must be turned to be level."""

    degrees: float  # anticlockwise; the page leans to the right if it is positive
    evidence: str  # "lines" or "text"
    is_sure: bool  # False if only some long lines agree, which may be a drawing's own


def find_skew(page: Bytes) -> Skew | None:
    """Find how far a page is from level; None if there is no evidence.

    Args:
        page: (H, W, 3) uint8.
    """
    grey = _shrink(np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8))
    lines = _find_line_skew(grey)
    if lines and lines.is_sure:
        return lines
    angle = _text_angle(grey)
    return lines if angle is None else Skew(angle, "text", is_sure=True)


def _shrink(grey: Bytes) -> Bytes:
    scale = WORKING_SIDE / max(grey.shape)
    if scale >= 1:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _find_line_skew(grey: Bytes) -> Skew | None:
    """The angle on which long segments agree; it is sure if they do so in both directions of the page."""
    segments = cv2.createLineSegmentDetector(cv2.LSD_REFINE_ADV).detect(grey)[0]
    if segments is None:
        return None
    x0, y0, x1, y1 = segments.reshape(-1, 4).T.astype(np.float64)
    lengths = np.hypot(x1 - x0, y1 - y0)
    angles = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    off_axis = (angles + 45) % 90 - 45
    is_level = np.abs((angles + 90) % 180 - 90) < 45  # noqa: PLR2004
    chosen = (lengths > MIN_SEGMENT_SHARE * min(grey.shape)) & (np.abs(off_axis) < MAX_ANGLE)
    if not chosen.any():
        return None
    peak = _densest(off_axis[chosen], lengths[chosen])
    agreeing = chosen & (np.abs(off_axis - peak) < AGREEMENT)
    enough = [
        lengths[agreeing & (is_level == level)].sum() >= MIN_LINE_SHARE * side
        for level, side in ((True, grey.shape[1]), (False, grey.shape[0]))
    ]
    angle = float(np.average(off_axis[agreeing], weights=lengths[agreeing] ** 3))
    return Skew(angle, "lines", is_sure=all(enough)) if any(enough) else None


def _densest(angles: Floats64, weights: Floats64) -> float:
    """The angle with the most weight within the agreement around it."""
    near = np.abs(angles[:, None] - angles) < AGREEMENT
    best = near[(near * weights).sum(1).argmax()]
    return float(np.average(angles[best], weights=weights[best]))


def _text_angle(grey: Bytes) -> float | None:
    """The angle at which the ink of a page lies in rows with white between them."""
    points, weights = _ink_points(grey)
    if len(points) < MIN_ROWS * 100:
        return None
    coarse = np.arange(-MAX_ANGLE, MAX_ANGLE + COARSE_STEP / 2, COARSE_STEP)
    some = slice(None, None, COARSE_SHARE)
    best = coarse[np.argmax([_sharpness(points[some], weights[some], angle) for angle in coarse])]
    fine = np.arange(best - COARSE_STEP, best + COARSE_STEP + FINE_STEP / 2, FINE_STEP)
    scores = np.array([_sharpness(points, weights, angle) for angle in fine])
    angle = float(np.average(fine, weights=(scores - scores.min()) ** 4 + 1e-12))
    bands, gap_share = _bands(_row_ink(points, weights, angle))
    beside = max(_bands(_row_ink(points, weights, angle + turn))[1] for turn in (-TURN_BESIDE, TURN_BESIDE))
    is_level = gap_share > MIN_GAP_SHARE and beside < GAP_LOSS * gap_share
    return angle if is_level and _rows_of_text(points, bands, angle) >= MIN_ROWS else None


def _ink_points(grey: Bytes) -> tuple[Floats64, Floats64]:
    """Places (N, 2) as x and y of ink, and its darkness (N,)."""
    ground = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    ink = cv2.subtract(ground, grey)
    rows, columns = np.nonzero(ink > 40)  # noqa: PLR2004  of 255
    step = -(-len(rows) // MAX_POINTS) or 1
    rows, columns = rows[::step], columns[::step]
    return np.stack([columns, rows], 1).astype(np.float64), ink[rows, columns].astype(np.float64)


def _level_coordinates(points: Floats64, degrees: float) -> tuple[Floats64, Floats64]:
    """How far along the rows and from the first row points (N, 2) are, if the page is turned level."""
    angle = np.radians(degrees)
    x, y = points.T
    places = y * np.cos(angle) - x * np.sin(angle)
    return x * np.cos(angle) + y * np.sin(angle), places - places.min()


def _row_ink(points: Floats64, weights: Floats64, degrees: float) -> Floats64:
    """The ink in each row of the page, if the page is turned level."""
    places = _level_coordinates(points, degrees)[1]
    below = places.astype(np.int64)
    share = places - below
    size = int(below.max()) + 2
    rows = np.bincount(below, weights * (1 - share), size) + np.bincount(below + 1, weights * share, size)
    return np.asarray(rows, np.float64)


def _sharpness(points: Floats64, weights: Floats64, degrees: float) -> float:
    return float(np.square(np.diff(_row_ink(points, weights, degrees))).sum())


def _bands(ink: Floats64) -> tuple[NDArray[np.int64], float]:
    """The first and the last row + 1 of each band of ink (B, 2), and the share of white rows between them."""
    is_inked = np.concatenate([[False], ink > GAP_LEVEL * np.percentile(ink, 90), [False]])
    changes = np.flatnonzero(np.diff(is_inked.astype(np.int8)))
    bands = changes.reshape(-1, 2)
    height = bands[-1, 1] - bands[0, 0] if len(bands) else 1
    return bands, 1 - float(np.diff(bands, axis=1).sum()) / height


def _rows_of_text(points: Floats64, bands: NDArray[np.int64], degrees: float) -> int:
    """How many bands of ink consist of many parts side by side, as letters and words do."""
    along, places = _level_coordinates(points, degrees)
    count = 0
    for first, last in bands[np.diff(bands, axis=1)[:, 0] >= MIN_BAND]:
        columns = np.unique(along[(places >= first) & (places < last)].astype(np.int64))
        count += int((np.diff(columns) > MIN_PART_GAP).sum()) + 1 >= MIN_PARTS
    return count
