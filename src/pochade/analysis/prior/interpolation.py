"""Latents of the study's models: samples of the standard normal prior, and paths from one latent to another."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats

MIN_SHELL_DIMENSIONS = 64  # with at least so many, latents lie near a shell around their mean


def standard_normal(count: int, latent_shape: tuple[int, ...], seed: int) -> Tensor:
    """Sample latents (count, *latent_shape) from the prior that a VAE is trained towards."""
    return torch.randn(count, *latent_shape, generator=torch.Generator().manual_seed(seed))


def interpolate_latents(start: Tensor, end: Tensor, steps: int, centre: Tensor | None = None) -> Tensor:
    """Interpolate between two latents along a smooth path.

    In fewer than 64 dimensions the path is a straight line. From 64 dimensions on, latents lie near a shell around
    their mean. The middle of a straight line would lie deep inside it, where no picture's latent is, so the path
    follows the shell (White, "Sampling Generative Networks", 2016).

    Args:
        start: The first latent, of any shape.
        end: The last latent, of the same shape.
        steps: The number of latents, from 2.
        centre: The mean of the latents, the centre of the shell; zero by default.

    Returns:
        Latents (steps, *latent_shape), both ends included.
    """
    shares = torch.linspace(0, 1, steps, dtype=start.dtype).reshape(-1, *[1] * start.ndim)
    line = torch.lerp(start[None], end[None], shares)
    if start.numel() < MIN_SHELL_DIMENSIONS:
        return line
    middle = torch.zeros_like(start) if centre is None else centre
    offsets, end_radii = line - middle, [(latent - middle).norm() for latent in (start, end)]
    radii = torch.lerp(end_radii[0], end_radii[1], shares)
    norms = offsets.flatten(1).norm(dim=1).reshape(shares.shape)
    return middle + offsets * (radii / norms.clamp(min=1e-12))


def as_latents(points: Floats, latent_shape: tuple[int, ...]) -> Tensor:
    """Reshape flat points (N, D) to latents (N, *latent_shape) for a decoder."""
    return torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32)).reshape(-1, *latent_shape)
