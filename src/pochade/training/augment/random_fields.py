"""Random fields over a sheet, and what moves and blurs one: the ground that damage is made of.

Arrays are (H, W) or (H, W, C) of float32; lengths are in pixels. Everything is drawn from the generator that is given.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from pochade.images.geometry.gaussian_blur import as_array, as_tensor, blurred

Floats = NDArray[np.float32]
Generator = np.random.Generator


def smooth_noise(rng: Generator, size: tuple[int, int], length: float) -> Floats:
    """Hills and valleys about that many pixels wide, (H, W), of mean 0 and deviation about 1."""
    coarse = [max(2, round(side / max(length, 1)) + 2) for side in size]
    grid = torch.from_numpy(rng.standard_normal(coarse, np.float32))[None, None]
    wide = [round((count - 1) * max(length, 1)) + 1 for count in coarse]
    fine = functional.interpolate(grid, size=[max(w, s) for w, s in zip(wide, size, strict=True)], mode="bicubic")
    top, left = (int(rng.integers(0, have - want + 1)) for have, want in zip(fine.shape[2:], size, strict=True))
    return fine[0, 0, top : top + size[0], left : left + size[1]].numpy()


def cloudy(rng: Generator, size: tuple[int, int], length: float) -> Floats:
    """Noise of three scales, each half as wide and half as strong as the one before, (H, W), within about 0 to 1."""
    whole = sum(smooth_noise(rng, size, length / 2**octave) / 2**octave for octave in range(3))
    return np.clip(0.5 + np.asarray(whole, np.float32) / 3, 0, 1)


def grain(rng: Generator, size: tuple[int, int], sigma: float) -> Floats:
    """Noise whose neighbours are alike: white noise blurred by so many pixels, (H, W), of deviation 1."""
    white = rng.standard_normal(size, np.float32)
    if sigma < 0.2:  # noqa: PLR2004  nothing to blur
        return white
    soft = blurred(white, sigma)
    deviation = float(soft.std())
    return soft / np.float32(deviation) if deviation > 1e-6 else white  # noqa: PLR2004  of one pixel


def moved(x: Floats, down: float, across: float) -> Floats:
    """Shifted by parts of pixels, edges repeated."""
    height, width = x.shape[:2]
    rows = (torch.arange(height) + 0.5 - down) / height * 2 - 1
    columns = (torch.arange(width) + 0.5 - across) / width * 2 - 1
    grid = torch.stack([columns.expand(height, -1), rows.unsqueeze(1).expand(-1, width)], 2)[None].float()
    return as_array(functional.grid_sample(as_tensor(x), grid, padding_mode="border", align_corners=False), x)


def dragged(x: Floats, length: float, angle: float, steps: int = 12) -> Floats:
    """Drawn out along one direction: the mean of copies moved by up to that many pixels."""
    height, width = x.shape[:2]
    total = np.zeros_like(x)
    for step in range(1, steps + 1):
        down, across = (round(length * step / steps * part) for part in (math.sin(angle), math.cos(angle)))
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - across, 0, width - 1)
        total += x[rows][:, columns]
    return total / np.float32(steps)


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """A number whose logarithm is evenly spread."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def ink_of(x: Floats) -> Floats:
    """How much darker than white each place is (H, W), 0 to 1."""
    return np.clip(1 - x.mean(2), 0, 1)
