"""Operations of OpenCV on planes of numbers (h, w) and on colours (h, w, 3), with types."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.comparison.affine import Affine
from pochade.images.geometry.letterbox import Box

cv2.setNumThreads(1)  # pictures are compared in one process for each core
Plane = NDArray[np.float32]  # (h, w), or (h, w, 3) for colours
Mask = NDArray[np.bool_]  # (h, w)
FULL_COVERAGE = 0.98  # of a pixel, from which it counts as covered


def blur(values: Plane, deviation: float) -> Plane:
    """Blur with a Gaussian of this standard deviation in pixels."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), deviation), np.float32)


def blur_evenly(values: Plane, side: int) -> Plane:
    """The mean over the square of this side around each pixel."""
    return np.asarray(cv2.blur(values, (side, side)), np.float32)


def shrink(values: Plane, width: int, height: int) -> Plane:
    """Shrink by averaging."""
    return np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def slopes(values: Plane) -> Plane:
    """The size of the gradient (h, w), per pixel, of a plane or over all channels of colours."""
    across, down = (cv2.Sobel(values, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    squares = np.square(across) + np.square(down)
    if squares.ndim > 2:  # noqa: PLR2004
        squares = squares[..., 0] + squares[..., 1] + squares[..., 2]
    return np.asarray(np.sqrt(squares), np.float32)


def colour_lengths(colours: Plane) -> Plane:
    """The lengths (h, w) of vectors (h, w, 3). Adding planes is much faster than reducing an axis of three."""
    first, second, third = np.square(colours).transpose(2, 0, 1)
    return np.asarray(np.sqrt(first + second + third), np.float32)


def largest_channels(colours: Plane) -> Plane:
    """The largest absolute value (h, w) of each pixel's three channels (h, w, 3)."""
    first, second, third = np.abs(colours).transpose(2, 0, 1)
    return np.maximum(np.maximum(first, second), third)


def warp(values: Plane, matrix: Affine, width: int, height: int, *, repeats_border: bool = False) -> Plane:
    """Move values by an affine map into a plane of this size; outside are zeros, or the border is repeated."""
    border = cv2.BORDER_REPLICATE if repeats_border else cv2.BORDER_CONSTANT
    return np.asarray(cv2.warpAffine(values, matrix, (width, height), borderMode=border), np.float32)


def coverage_mask(source: Plane, matrix: Affine, width: int, height: int) -> Mask:
    """Where a plane that is moved by an affine map covers the pixels of another one."""
    inside: Mask = warp(np.ones(source.shape[:2], np.float32), matrix, width, height) > FULL_COVERAGE
    return inside


def widen(values: Plane, side: int) -> Plane:
    """The largest value in the square of this side around each pixel."""
    return np.asarray(cv2.dilate(values, np.ones((side, side), np.uint8)), np.float32)


def widen_mask(mask: Mask, side: int) -> Mask:
    """Whether the square of this side around each pixel has a pixel of the mask."""
    wide: Mask = np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8))) > 0
    return wide


def take_off_rim(mask: Mask) -> Mask:
    """A mask without the pixels at its regions' borders."""
    core: Mask = np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0
    return core


def largest_component(mask: Mask) -> tuple[int, Box | None]:
    """The pixels of the largest connected region of a mask, and the box around it; 0 and None if it is empty."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count == 1:
        return 0, None
    x, y, width, height, area = boxes[1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())].tolist()
    return area, Box(x, y, width, height)


def count_pixels(mask: Mask) -> int:
    """The number of pixels of a mask; faster than its sum."""
    return int(np.count_nonzero(mask))


def count_components(mask: Mask) -> int:
    """The number of connected regions of a mask."""
    return cv2.connectedComponents(mask.astype(np.uint8))[0] - 1


def refine_map(fixed: Plane, moving: Plane, start: Affine, steps: int, window: int) -> Affine | None:
    """Refine a map by maximising the correlation of two planes.

    Evangelidis and Psarakis, "Parametric Image Alignment Using Enhanced Correlation Coefficient Maximization", TPAMI
    2008.

    Args:
        fixed: (h, w).
        moving: (H, W).
        start: From pixels of the fixed plane to those of the moving one.
        steps: The most iterations.
        window: Side of the Gaussian by which both are blurred first, odd; 1 for none.

    Returns:
        The refined map, in the same direction; None if it doesn't converge.
    """
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, steps, 1e-4)
    everywhere = np.full(fixed.shape, 255, np.uint8)
    try:
        _, matrix = cv2.findTransformECC(
            fixed, moving, start.astype(np.float32), cv2.MOTION_AFFINE, criteria, everywhere, window
        )
    except cv2.error:
        return None
    return np.asarray(matrix, np.float64)
