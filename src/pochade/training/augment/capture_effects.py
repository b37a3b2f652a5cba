"""Effects of scanning, photographing and publishing a picture: softness, uneven light, noise, compression."""

import torch
from torch import Tensor

from pochade.training.augment.jpeg_noise import jpeg_noise
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.separable_filter import blur, reduce_resolution

JPEG_SHARE = 0.25  # share of the pictures that were JPEGs
JPEG_QUALITIES = (8, 80)  # here blocks are many times as large as in a file of full size, so better ones are rare


def soften(x: Tensor, random: RandomNumbers) -> Tensor:
    """Blur some of the pictures (B, 3, S, S) in place, and reduce the resolution of some, at random."""
    side = random.integer(x.shape[-1] * 2 // 5, x.shape[-1])  # the same for all of them
    x = random.apply_(0.3, lambda pictures: blur(pictures, random.per_picture(len(pictures), 0.4, 1.3)), x)
    return random.apply_(0.15, lambda pictures: reduce_resolution(pictures, side), x)


def simulate_capture(x: Tensor, random: RandomNumbers) -> Tensor:
    """Give some of the pictures (B, 3, S, S) tinted paper, uneven light or noise, as scans have, in place."""
    count = len(x)
    tint = torch.where(random.mask(count, 0.25).view(-1, 1, 1, 1), random.uniform((count, 3, 1, 1), 0.75, 1.0), 1.0)
    x = x.mul_(tint).mul_(_uneven_light(count, x.shape[-1], random))
    return random.apply_(0.3, lambda pictures: _add_noise(pictures, random), x)


def recompress(x: Tensor, random: RandomNumbers) -> Tensor:
    """Give some of the pictures (B, 3, S, S) the blocks and ripples of JPEG, at random and in place."""
    return random.apply_(JPEG_SHARE, lambda pictures: _compress(pictures, random), x)


def _compress(x: Tensor, random: RandomNumbers) -> Tensor:
    return jpeg_noise(x, random.integers((len(x),), *JPEG_QUALITIES), random.mask(len(x), 0.5))


def _uneven_light(count: int, side: int, random: RandomNumbers) -> Tensor:
    """Light that falls towards one side for a quarter of the pictures, and is 1 for the others (B, 1, side, side)."""
    ramp = torch.linspace(-1, 1, side, device=random.device)
    slope_across = ramp * random.per_picture(count, -1, 1)
    slope = slope_across + ramp.view(-1, 1) * random.per_picture(count, -1, 1)
    return 1 - random.occasional(count, 0.25, 0, 0.25, 0) * slope.add_(1).clamp_(0, 2)


def _add_noise(x: Tensor, random: RandomNumbers) -> Tensor:
    """Grey noise, like the grain of paper or of a scanner."""
    return x + random.normal((len(x), 1, *x.shape[-2:])) * random.per_picture(len(x), 0.0, 0.06)
