"""Turning, cropping and unwarping pages: the matrices, and their application to pixels."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats64 = NDArray[np.float64]
Pixels = NDArray[Any]
MAX_SIDE = 32_766  # pixels: OpenCV moves no larger pictures
_EXACT = 1e-9  # a matrix that is so near to a shift by whole pixels is one


def rotation_matrix(degrees: float, size: tuple[int, int]) -> tuple[Floats64, tuple[int, int]]:
    """The matrix (3, 3) that turns a page anticlockwise, and the height and width that hold all of the turned page.

    Args:
        degrees: The angle.
        size: Height and width of the page in pixels.
    """
    height, width = size
    cosine, sine = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    new_height, new_width = (
        int(np.ceil(side - 1e-6)) for side in (height * cosine + width * sine, width * cosine + height * sine)
    )
    matrix = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1), np.float64)
    matrix[:, 2] += np.array([new_width - width, new_height - height]) / 2
    return np.vstack([matrix, [0, 0, 1]]).astype(np.float64), (new_height, new_width)


def box_matrix(corners: Floats64, size: tuple[int, int]) -> tuple[Floats64, tuple[int, int]]:
    """The matrix (3, 3) that crops a page to the upright box around some corners, and the box's height and width.

    Args:
        corners: (N, 2), x and y in pixels.
        size: Height and width of the page.
    """
    left, top = np.floor(corners.min(0)).clip(0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, size[::-1])
    return np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]]), (int(bottom - top), int(right - left))


def sheet_matrix(corners: Floats64) -> tuple[Floats64, tuple[int, int]]:
    """The matrix (3, 3) that maps the corners of a sheet to those of an upright rectangle, and its height and width.

    Args:
        corners: (4, 2), x and y: upper left, upper right, lower right, lower left.
    """
    sides = np.hypot(*(np.roll(corners, -1, 0) - corners).T)
    width, height = (max(1, round(float(sides[[first, first + 2]].mean()))) for first in (0, 1))
    target = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    return np.asarray(matrix, np.float64), (height, width)


def move_pixels(pixels: Pixels, matrix: Floats64, size: tuple[int, int]) -> Pixels:
    """Apply a matrix to a page; the edge of the page is repeated outside of it. A shift by whole pixels is exact.

    Args:
        pixels: (H, W) or (H, W, C), uint8 or uint16.
        matrix: (3, 3), from pixels of the page to pixels of the result.
        size: Height and width of the result.

    Returns:
        (h, w) or (h, w, C), of the same type.
    """
    height, width = size
    if shift := _whole_shift(matrix, pixels.shape, size):
        top, left = shift
        return pixels[top : top + height, left : left + width]
    moved = cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return moved.reshape(height, width, *pixels.shape[2:])


def _whole_shift(matrix: Floats64, shape: tuple[int, ...], size: tuple[int, int]) -> tuple[int, int] | None:
    """The row and column at which the result begins, if it is a part of the page."""
    left, top = -matrix[0, 2], -matrix[1, 2]
    expected = np.array([[1, 0, -round(left)], [0, 1, -round(top)], [0, 0, 1]])
    inside = 0 <= round(top) <= shape[0] - size[0] and 0 <= round(left) <= shape[1] - size[1]
    return (round(top), round(left)) if inside and np.abs(matrix - expected).max() < _EXACT else None
