"""Square pictures in another size, by bicubic interpolation without aliasing.

Every new pixel is a weighted mean of the old pixels around it (Keys, "Cubic Convolution Interpolation for Digital Image
Processing", IEEE TASSP 1981). Where a picture shrinks, the kernel is as much wider, as Pillow has it.
"""

from functools import lru_cache

import numpy as np

from pochade.analysis.arrays import Floats

SHARPNESS = -0.5  # the slope of the kernel where it crosses zero
PIXELS_PER_BAND = 64  # new pixels that are computed from the few old ones that they need, by one matrix product


def resize_squares(pictures: Floats, side: int) -> Floats:
    """Resize square pictures (S, C, s, s) with colours from 0 to 1 to (S, C, side, side)."""
    old = pictures.shape[-1]
    if old == side:
        return pictures
    short = np.empty((*pictures.shape[:2], side, old), np.float32)  # of the new height
    resized = np.empty((*pictures.shape[:2], side, side), np.float32)
    for new_pixels, old_pixels, weights in _bands(old, side):
        np.matmul(weights, pictures[..., old_pixels, :], out=short[..., new_pixels, :])
    for new_pixels, old_pixels, weights in _bands(old, side):
        np.matmul(short[..., old_pixels], weights.T, out=resized[..., new_pixels])
    return resized.clip(0, 1, out=resized)


@lru_cache(maxsize=64)
def _bands(old: int, new: int) -> list[tuple[slice, slice, Floats]]:
    """For each band of new pixels: the new pixels, the old pixels that they need, and the weights of these."""
    weights = _weights(old, new)
    bands = list[tuple[slice, slice, Floats]]()
    for start in range(0, new, PIXELS_PER_BAND):
        band = weights[start : start + PIXELS_PER_BAND]
        needed = np.flatnonzero(band.any(0))
        old_pixels = slice(int(needed[0]), int(needed[-1]) + 1)
        bands.append((slice(start, start + len(band)), old_pixels, np.ascontiguousarray(band[:, old_pixels])))
    return bands


def _weights(old: int, new: int) -> Floats:
    """The weight of each old pixel in each new one along one side, (new, old)."""
    scale = old / new
    centres = (np.arange(new) + 0.5) * scale
    distances = np.abs(np.arange(old) + 0.5 - centres[:, None]) / max(scale, 1)
    weights = _cubic_kernel(distances)
    normalised: Floats = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    return normalised


def _cubic_kernel(distances: Floats) -> Floats:
    """The cubic convolution kernel at distances from its middle, which reaches to 2."""
    a, x = SHARPNESS, distances
    near = ((a + 2) * x - (a + 3)) * x**2 + 1
    far = a * (((x - 5) * x + 8) * x - 4)
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))  # noqa: PLR2004
