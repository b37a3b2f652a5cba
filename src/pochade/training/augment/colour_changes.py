"""Random changes of colour: hue, saturation, grey, gamma and contrast."""

import math

import torch
from torch import Tensor

from pochade.training.augment.random_batch import random_apply, random_uniform

LUMA_WEIGHTS = (0.299, 0.587, 0.114)  # Rec. 601, which JPEG uses too


def luma(x: Tensor) -> Tensor:
    """The brightness (B, 1, S, S) of colour pictures (B, 3, S, S)."""
    return (x * torch.tensor(LUMA_WEIGHTS).view(1, 3, 1, 1)).sum(1, keepdim=True)


def change_colours(x: Tensor) -> Tensor:
    """Change hue, channel order, saturation, gamma or contrast of some of the pictures (B, 3, S, S), at random."""
    x = random_apply(0.3, rotate_hue, x)
    x = random_apply(0.15, permute_channels, x)
    x = random_apply(0.2, lambda batch: luma(batch).expand_as(batch), x)
    x = random_apply(0.4, lambda batch: batch.clamp(1e-3, 1) ** torch.exp(random_uniform(len(batch), -0.7, 0.7)), x)
    return random_apply(
        0.3,
        lambda batch: batch * random_uniform(len(batch), 0.6, 1.0) + random_uniform(len(batch), -0.05, 0.25),
        x,
    )


def rotate_hue(x: Tensor) -> Tensor:
    """Rotate the colours of pictures (B, 3, S, S) about the grey axis by any angle, and change their saturation."""
    return torch.einsum("bij,bjhw->bihw", _random_hue_rotations(len(x)), x).clamp(0, 1)


def permute_channels(x: Tensor) -> Tensor:
    """Permute the channels of all pictures (B, 3, S, S) in the same random order."""
    return x[:, torch.randperm(3)]


def _random_hue_rotations(count: int) -> Tensor:
    """Random rotations about the grey axis, scaled by a random saturation, (B, 3, 3)."""
    angle, saturation = torch.rand(count) * 2 * math.pi, torch.empty(count).uniform_(0.4, 1.3)
    third = 1 / 3
    cosine, sine = angle.cos() * saturation, angle.sin() * saturation * math.sqrt(third)
    a, b, c = third + 2 * third * cosine, third - third * cosine - sine, third - third * cosine + sine
    return torch.stack([torch.stack(row, 1) for row in ((a, b, c), (c, a, b), (b, c, a))], 1)
