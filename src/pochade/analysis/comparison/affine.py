"""Affine maps from the pixels of one picture to those of another, as arrays (2, 3) of float64.

Pixel (0, 0) is centred at x = 0, y = 0, as OpenCV has it.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]
Points = NDArray[np.floating]


class Motion(NamedTuple):
    """What an affine map does."""

    mirrored: bool
    turned: bool  # by quarters
    tilt: float  # degrees away from the nearest quarter turn, 0 to 45
    scale: float  # size of the second picture relative to the first
    stretch: float  # ratio of the scales along both axes, at least 1


def apply_affine(matrix: Affine, points: Points) -> Points:
    """Map points (n, 2)."""
    mapped: Points = points @ matrix[:, :2].T + matrix[:, 2]
    return mapped


def invert_affine(matrix: Affine) -> Affine:
    """The inverse map."""
    inverse = np.linalg.inv(matrix[:, :2])
    return np.column_stack([inverse, -inverse @ matrix[:, 2]])


def compose_affine(outer: Affine, inner: Affine) -> Affine:
    """The map that applies `inner` first."""
    return np.column_stack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def resize_map(scale_x: float, scale_y: float) -> Affine:
    """The map that resizing a picture applies to its pixels: corners stay on corners."""
    return np.array([[scale_x, 0, scale_x / 2 - 0.5], [0, scale_y, scale_y / 2 - 0.5]])


def area_scale(matrix: Affine) -> float:
    """The size of what is mapped, relative to before: the root of the ratio of areas."""
    return math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))


def describe_motion(matrix: Affine) -> Motion:
    """Describe a map by mirroring, turn, scale and stretch."""
    linear = matrix[:, :2]
    mirrored = bool(np.linalg.det(linear) < 0)
    upright = linear @ np.diag([-1.0, 1.0]) if mirrored else linear
    angle = math.degrees(math.atan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    quarters = round(angle / 90)
    large, small = np.linalg.svd(linear, compute_uv=False)
    stretch = float(large / max(small, 1e-6))
    return Motion(mirrored, quarters % 4 != 0, abs(angle - 90 * quarters), area_scale(matrix), stretch)
