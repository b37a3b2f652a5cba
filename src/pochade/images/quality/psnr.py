"""Peak signal-to-noise ratio (PSNR): the squared error of two pictures on a logarithmic scale."""

from typing import Any

import numpy as np

from pochade.images.base.picture import Array

PEAK_LEVEL = 255  # of 8 bits


def psnr(original: Array, other: Array) -> float:
    """PSNR of two pictures of 8 bits, in dB.

    Equal pictures have an infinite PSNR. They get the PSNR of pictures in which one value differs by one level.

    Args:
        original: (H, W, C) uint8.
        other: The picture to compare, of the same shape.
    """
    error = np.square(original.astype(np.float64) - other).mean()
    return float(decibels(max(error, 1 / original.size)))


def decibels(squared_error: Any) -> Any:
    """Convert mean squared errors above 0, of values from 0 to 255, to PSNR in dB: a number, or an array."""
    return 10 * np.log10(PEAK_LEVEL**2 / squared_error)
