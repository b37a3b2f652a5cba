"""Gaussian blur and bilinear resizing of arrays and tensors, with torch."""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Floats = NDArray[np.float32]
REACH = 2.5  # standard deviations of a Gaussian that are computed
COARSEST = 2.0  # pixels: a Gaussian that is wider is computed on fewer pixels


def as_tensor(x: NDArray[Any]) -> Tensor:
    """(H, W) or (H, W, C) as (1, C, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(x.reshape(*x.shape[:2], -1), np.float32)).permute(2, 0, 1)[None]


def as_array(x: Tensor, like: NDArray[Any]) -> Floats:
    """(1, C, H, W) as (H, W, C), or (H, W) where the other has no channels."""
    array: Floats = x[0].permute(1, 2, 0).contiguous().numpy()
    return array.reshape(array.shape[:2]) if like.ndim == 2 else array  # noqa: PLR2004


def blurred(x: Floats, sigma: float) -> Floats:
    """A Gaussian blur with that deviation in pixels, edges repeated; a wide one is made on fewer pixels."""
    shrink = max(1, int(sigma / COARSEST))
    shrink = min(shrink, *x.shape[:2])
    small = as_tensor(x)
    if shrink > 1:
        small = functional.interpolate(small, size=[-(-side // shrink) for side in x.shape[:2]], mode="area")
    return as_array(enlarged(gaussian(small, sigma / shrink), x.shape[:2]), x)


def gaussian(x: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur of (B, C, H, W) with that deviation in pixels, edges repeated; same shape."""
    reach = max(1, math.ceil(REACH * sigma))
    weights = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma).square())
    weights = weights / weights.sum()
    each = functional.pad(x.flatten(0, 1).unsqueeze(1), (reach, reach, reach, reach), mode="replicate")
    rows = functional.conv2d(each, weights.view(1, 1, 1, -1))
    return functional.conv2d(rows, weights.view(1, 1, -1, 1)).view_as(x)


def enlarged(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """To another height and width, smoothly."""
    return x if x.shape[2:] == size else functional.interpolate(x, size=list(size), mode="bilinear")
