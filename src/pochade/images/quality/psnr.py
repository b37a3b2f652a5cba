"""Peak signal-to-noise ratio (PSNR): the squared error of two pictures on a logarithmic scale."""

from typing import Any

import numpy as np

from pochade.images.base.picture import Array

PEAK = 255  # the highest value of 8 bits


def psnr(original: Array, other: Array) -> float:
    """PSNR of two pictures of 8 bits, in dB.

    Equal pictures have no finite PSNR. They count as if a single value differed by one level.

    Args:
        original: (H, W, C) uint8.
        other: The same shape.
    """
    error = np.square(original.astype(np.float64) - other).mean()
    return float(decibels(max(error, 1 / original.size)))


def decibels(squared_error: Any) -> Any:
    """PSNR in dB of mean squared errors above 0, of values from 0 to 255: a number, or an array of any shape."""
    return 10 * np.log10(PEAK**2 / squared_error)
