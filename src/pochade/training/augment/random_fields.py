"""Random fields over a sheet, and operations on images: the building blocks of synthetic scan damage.

Arrays are float32 of shape (H, W) or (H, W, C). Lengths are in pixels. All randomness comes from the generator `rng`.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from pochade.images.geometry.gaussian_blur import as_array, as_tensor, blur

Floats = NDArray[np.float32]
RandomGenerator = np.random.Generator

MIN_GRAIN_SIGMA = 0.2  # pixels; finer grain is white noise
MIN_DEVIATION = 1e-6  # of blurred noise; below it the noise is constant and can't be scaled
CLOUD_OCTAVES = 3


def smooth_noise(rng: RandomGenerator, size: tuple[int, int], length: float) -> Floats:
    """Smooth noise (H, W) with hills about `length` wide, of mean 0 and standard deviation about 1."""
    coarse = [max(2, round(side / max(length, 1)) + 2) for side in size]
    grid = torch.from_numpy(rng.standard_normal(coarse, np.float32))[None, None]
    grid_sides = [round((count - 1) * max(length, 1)) + 1 for count in coarse]
    enlarged_size = [max(grid_side, side) for grid_side, side in zip(grid_sides, size, strict=True)]
    fine = functional.interpolate(grid, size=enlarged_size, mode="bicubic")
    top, left = (
        int(rng.integers(0, available - side + 1)) for available, side in zip(fine.shape[2:], size, strict=True)
    )
    return fine[0, 0, top : top + size[0], left : left + size[1]].numpy()


def cloud_noise(rng: RandomGenerator, size: tuple[int, int], length: float) -> Floats:
    """Noise (H, W) of three octaves, each half as wide and half as strong as the one before, from 0 to 1."""
    total = sum(smooth_noise(rng, size, length / 2**octave) / 2**octave for octave in range(CLOUD_OCTAVES))
    return np.clip(0.5 + np.asarray(total, np.float32) / 3, 0, 1)


def grain_noise(rng: RandomGenerator, size: tuple[int, int], sigma: float) -> Floats:
    """White noise (H, W), blurred by `sigma` pixels and scaled to a standard deviation of 1."""
    white = rng.standard_normal(size, np.float32)
    if sigma < MIN_GRAIN_SIGMA:
        return white
    blurred = blur(white, sigma)
    deviation = float(blurred.std())  # 0 for a sheet of one pixel
    return blurred / np.float32(deviation) if deviation > MIN_DEVIATION else white


def shift_by_subpixels(x: Floats, down: float, across: float) -> Floats:
    """Shift an array by fractions of pixels; the edges are repeated."""
    height, width = x.shape[:2]
    rows = (torch.arange(height) + 0.5 - down) / height * 2 - 1
    columns = (torch.arange(width) + 0.5 - across) / width * 2 - 1
    grid = torch.stack([columns.expand(height, -1), rows.unsqueeze(1).expand(-1, width)], 2)[None].float()
    return as_array(functional.grid_sample(as_tensor(x), grid, padding_mode="border", align_corners=False), x)


def motion_blur(x: Floats, length: float, angle: float, steps: int = 12) -> Floats:
    """Smear an array along one direction: the mean of `steps` copies, shifted by up to `length` pixels."""
    height, width = x.shape[:2]
    total = np.zeros_like(x)
    for step in range(1, steps + 1):
        down, across = (round(length * step / steps * slope) for slope in (math.sin(angle), math.cos(angle)))
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - across, 0, width - 1)
        total += x[rows][:, columns]
    return total / np.float32(steps)


def log_uniform(rng: RandomGenerator, low: float, high: float) -> float:
    """A random number whose logarithm is uniformly distributed."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def ink_coverage(x: Floats) -> Floats:
    """How much darker than white each pixel of a picture (H, W, 3) is, (H, W) from 0 to 1."""
    return np.clip(1 - x.mean(2), 0, 1)
