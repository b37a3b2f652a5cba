"""Gaussian blur of arrays and tensors, with torch."""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Floats = NDArray[np.float32]
_REACH_IN_SIGMAS = 2.5  # distance from the centre at which the kernel is cut off
_MAX_FULL_SIZE_SIGMA = 2.0  # pixels; wider blurs are computed on a smaller picture


def as_tensor(x: NDArray[Any]) -> Tensor:
    """Convert an array (H, W) or (H, W, C) to a tensor (1, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(x.reshape(*x.shape[:2], -1), np.float32)).permute(2, 0, 1)[None]


def as_array(x: Tensor, like: NDArray[Any]) -> Floats:
    """Convert a tensor (1, C, H, W) to an array (H, W, C), or (H, W) if `like` has two dimensions."""
    array: Floats = x[0].permute(1, 2, 0).contiguous().numpy()
    return array.reshape(array.shape[:2]) if like.ndim == 2 else array  # noqa: PLR2004


def blur(x: Floats, sigma: float) -> Floats:
    """Blur an array with a Gaussian and repeated edges; a wide blur is computed on a smaller picture.

    Args:
        x: (H, W) or (H, W, C).
        sigma: Standard deviation in pixels.

    Returns:
        The shape of `x`.
    """
    factor = max(1, int(sigma / _MAX_FULL_SIZE_SIGMA))
    factor = min(factor, *x.shape[:2])
    small = as_tensor(x)
    if factor > 1:
        small = functional.interpolate(small, size=[-(-side // factor) for side in x.shape[:2]], mode="area")
    return as_array(_resize_bilinear(gaussian_blur(small, sigma / factor), x.shape[:2]), x)


def gaussian_blur(x: Tensor, sigma: float) -> Tensor:
    """Blur a tensor with a Gaussian and repeated edges.

    Args:
        x: (B, C, H, W).
        sigma: Standard deviation in pixels.

    Returns:
        The shape of `x`.
    """
    reach = max(1, math.ceil(_REACH_IN_SIGMAS * sigma))
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma).square())
    weights = weights / weights.sum()
    planes = functional.pad(x.flatten(0, 1).unsqueeze(1), (reach, reach, reach, reach), mode="replicate")
    rows = functional.conv2d(planes, weights.view(1, 1, 1, -1))
    return functional.conv2d(rows, weights.view(1, 1, -1, 1)).view_as(x)


def _resize_bilinear(x: Tensor, size: tuple[int, ...]) -> Tensor:
    return x if x.shape[2:] == size else functional.interpolate(x, size=list(size), mode="bilinear")
