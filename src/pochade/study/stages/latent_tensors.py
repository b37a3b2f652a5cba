"""Latents as tensors for a decoder: samples of the standard normal prior, and points of an array."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats


def standard_normal(count: int, latent_shape: tuple[int, ...], seed: int) -> Tensor:
    """Sample latents (count, *latent_shape) from the prior that a VAE is trained towards."""
    return torch.randn(count, *latent_shape, generator=torch.Generator().manual_seed(seed))


def as_latents(points: Floats, latent_shape: tuple[int, ...]) -> Tensor:
    """Reshape flat points (N, D) to latents (N, *latent_shape) for a decoder."""
    return torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32)).reshape(-1, *latent_shape)
