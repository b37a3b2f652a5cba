"""PSNR as the benchmarks of AVIF and previews average it."""

import numpy as np

from pochade.images.quality.psnr import psnr

MAX_DECIBELS = 60.0  # identical pictures have an infinite PSNR, which would spoil a mean


def capped_psnr(first: np.ndarray, second: np.ndarray) -> float:
    """Return the PSNR of two pictures in decibels, at most 60."""
    return min(MAX_DECIBELS, psnr(first, second))
