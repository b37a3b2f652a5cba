"""Filters that are the same along rows and columns, as products of matrices: one filter for each picture of a batch.

A picture of 96 pixels per side is so small that two products of matrices are ten times as fast as two convolutions.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional


def blur(x: Tensor, deviations: Tensor) -> Tensor:
    """Blur each picture with its own Gaussian and repeated edges.

    Args:
        x: Pictures (B, C, S, S).
        deviations: The standard deviation of each Gaussian, in pixels, above 0: (B,), or of any shape with B numbers.

    Returns:
        Blurred pictures (B, C, S, S).
    """
    return filter_separably(x, _gaussian_weights(deviations.view(-1, 1, 1), x.shape[-1]))


def reduce_resolution(x: Tensor, side: int) -> Tensor:
    """Shrink pictures (B, C, S, S) to `side` pixels per side, and enlarge them again."""
    size, identity = x.shape[-1], torch.eye(x.shape[-1], dtype=x.dtype, device=x.device).view(1, 1, *[x.shape[-1]] * 2)
    shrunk = functional.interpolate(identity, size=(side, size), mode="bilinear", antialias=True)
    return filter_separably(x, functional.interpolate(shrunk, size=(size, size), mode="bilinear").squeeze(1))


def filter_separably(x: Tensor, weights: Tensor) -> Tensor:
    """Filter the rows and the columns of pictures.

    Args:
        x: Pictures (B, C, S, S).
        weights: How much of each pixel goes into each pixel of the result (B, S, S), or (1, S, S) for all pictures.

    Returns:
        Filtered pictures (B, C, S, S).
    """
    rows = torch.matmul(x.flatten(1, 2), weights.mT)  # (B, C S, S)
    return torch.matmul(weights.unsqueeze(1), rows.view_as(x))


def _gaussian_weights(deviations: Tensor, side: int) -> Tensor:
    """The share of each Gaussian (B, 1, 1) that falls into each pixel (B, side, side); the outermost extend forever."""
    places = torch.arange(side, dtype=deviations.dtype, device=deviations.device)
    distances = places[1:] - 0.5 - places.unsqueeze(1)  # (side, side - 1), from each pixel to the borders of all
    below = torch.erf(distances / (deviations * math.sqrt(2))).add_(1).div_(2)
    return functional.pad(functional.pad(below, (0, 1), value=1.0), (1, 0)).diff(dim=2)
