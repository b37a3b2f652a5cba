"""Effects of scanning, photographing and publishing a picture: softness, uneven light, noise, a watermark."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from pochade.images.geometry.gaussian_blur import gaussian_blur
from pochade.training.augment.random_batch import random_apply, random_mask, random_uniform

WATERMARK_CELLS = (5, 40)  # rows and columns of cells that make up a row of letters


def soften(x: Tensor) -> Tensor:
    """Blur some of the pictures (B, 3, S, S), and reduce the resolution of some, at random."""
    x = random_apply(0.3, lambda pictures: gaussian_blur(pictures, float(torch.empty(1).uniform_(0.4, 1.3))), x)
    return random_apply(0.15, _reduce_resolution, x)


def simulate_capture(x: Tensor) -> Tensor:
    """Give some of the pictures (B, 3, S, S) tinted paper, uneven light or noise, as scans have, at random."""
    x = random_apply(0.25, lambda pictures: pictures * torch.empty(len(pictures), 3, 1, 1).uniform_(0.75, 1.0), x)
    x = random_apply(0.25, _light_unevenly, x)
    return random_apply(0.3, _add_noise, x)


def add_watermark(x: Tensor) -> Tensor:
    """Print a row of letters across pictures (B, 3, S, S), more or less transparent."""
    colour = torch.rand(len(x), 3, 1, 1).round() * random_uniform(len(x), 0.6, 1)
    cover = _random_letters(len(x), x.shape[-1]) * random_uniform(len(x), 0.2, 0.8)
    return x * (1 - cover) + colour * cover


def _reduce_resolution(x: Tensor) -> Tensor:
    side = int(torch.randint(x.shape[-1] * 2 // 5, x.shape[-1], (1,)))
    small = functional.interpolate(x, size=side, mode="bilinear", antialias=True)
    return functional.interpolate(small, size=x.shape[-2:], mode="bilinear")


def _light_unevenly(x: Tensor) -> Tensor:
    """Darken pictures towards one side."""
    ramp = torch.linspace(-1, 1, x.shape[-1])
    slope_across = ramp.view(1, 1, 1, -1) * random_uniform(len(x), -1, 1)
    slope = slope_across + ramp.view(1, 1, -1, 1) * random_uniform(len(x), -1, 1)
    return x * (1 - random_uniform(len(x), 0, 0.25) * (slope + 1).clamp(0, 2))


def _add_noise(x: Tensor) -> Tensor:
    """Grey noise, like the grain of paper or of a scanner."""
    return x + torch.randn(len(x), 1, *x.shape[-2:]) * random_uniform(len(x), 0.0, 0.06)


def _random_letters(count: int, side: int) -> Tensor:
    """Masks (B, 1, side, side) of 0 and 1, each with a row of blocky letters at a random place."""
    letters = random_mask(count * math.prod(WATERMARK_CELLS), 0.5).float().view(count, 1, *WATERMARK_CELLS)
    positions = torch.linspace(0, 1, side).view(1, -1)
    rows = (positions - random_uniform(count, 0.0, 0.85).view(-1, 1)) / random_uniform(count, 0.06, 0.25).view(-1, 1)
    columns = (positions - random_uniform(count, 0.0, 0.4).view(-1, 1)) / random_uniform(count, 0.4, 1.0).view(-1, 1)
    grid = torch.stack(torch.broadcast_tensors(columns.unsqueeze(1), rows.unsqueeze(2)), 3)  # (B, side, side, 2)
    return functional.grid_sample(letters, grid * 2 - 1, mode="nearest", align_corners=False)
