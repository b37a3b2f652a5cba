"""Latents to new pictures: sample a prior, walk from one latent to another."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats

SHELL_FROM = 64  # dimensions from which a straight path leaves the shell in which high-dimensional codes lie


def standard_normal(count: int, latent_shape: tuple[int, ...], seed: int) -> Tensor:
    """Latents (count, *latent_shape) from the prior that a VAE is trained towards."""
    return torch.randn(count, *latent_shape, generator=torch.Generator().manual_seed(seed))


def morph(start: Tensor, end: Tensor, steps: int, centre: Tensor | None = None) -> Tensor:
    """A smooth path (steps, *latent_shape) between two latents, both ends included.

    A straight line in few dimensions. From 64 on codes lie near a shell round their mean, and the middle of a straight
    line lies deep inside it, where no picture's code is; the path then follows the shell (White, "Sampling Generative
    Networks", 2016).

    Args:
        start: The first latent, of any shape.
        end: The last latent, of the same shape.
        steps: How many latents, from 2.
        centre: The mean of the codes, round which the shell lies; zero when not given.
    """
    shares = torch.linspace(0, 1, steps, dtype=start.dtype).reshape(-1, *[1] * start.ndim)
    straight = torch.lerp(start[None], end[None], shares)
    if start.numel() < SHELL_FROM:
        return straight
    middle = torch.zeros_like(start) if centre is None else centre
    away, radii = straight - middle, [(point - middle).norm() for point in (start, end)]
    radius = torch.lerp(radii[0], radii[1], shares)
    norms = away.flatten(1).norm(dim=1).reshape(shares.shape)
    return middle + away * (radius / norms.clamp(min=1e-12))


def as_latents(points: Floats, latent_shape: tuple[int, ...]) -> Tensor:
    """Flat points (N, D) as latents (N, *latent_shape) for a decoder."""
    return torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32)).reshape(-1, *latent_shape)
