"""Filters and changes of size of planes, with OpenCV.

Planes are arrays (C, H, W) as models take them, so that a mask (H, W) is applied to all channels at once.
"""

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Size = tuple[int, int]  # height, width
REACH_IN_SIGMAS = 2.5  # distance from the centre at which a Gaussian is cut off
MAX_FULL_SIZE_SIGMA = 2.0  # pixels; `wide_blur` computes wider blurs on smaller planes


def gaussian_blur(x: Floats32, sigma: float) -> Floats32:
    """Blur planes (C, H, W) with a Gaussian and repeated edges.

    Args:
        x: (C, H, W).
        sigma: Standard deviation in pixels.
    """
    reach = max(1, math.ceil(REACH_IN_SIGMAS * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1, dtype=np.float32) / sigma) ** 2)
    weights /= weights.sum()
    border = cv2.BORDER_REPLICATE
    return _map_planes(x, lambda plane: cv2.sepFilter2D(plane, cv2.CV_32F, weights, weights, borderType=border))


def wide_blur(x: Floats32, sigma: float) -> Floats32:
    """Blur planes (C, H, W) with a Gaussian and repeated edges; a wide blur is computed on smaller planes.

    Args:
        x: (C, H, W).
        sigma: Standard deviation in pixels.
    """
    height, width = x.shape[1:]
    factor = min(max(1, int(sigma / MAX_FULL_SIZE_SIGMA)), height, width)
    small = shrink_by_area(x, (-(-height // factor), -(-width // factor))) if factor > 1 else x
    return resize_bilinear(gaussian_blur(small, sigma / factor), (height, width))


def shrink_blocks(x: Floats32, step: int) -> Floats32:
    """The means of blocks of `step` x `step` pixels; blocks at the right and lower edges may be cut off.

    Args:
        x: (C, H, W).
        step: Pixels per side of a block.

    Returns:
        (C, ceil(H / step), ceil(W / step)).
    """
    height, width = x.shape[1:]
    below, right = -height % step, -width % step
    whole = np.pad(x, ((0, 0), (0, below), (0, right))) if below or right else x
    means = _resize(whole, (whole.shape[1] // step, whole.shape[2] // step), cv2.INTER_AREA)
    means[:, -1] *= step / (step - below)
    means[..., -1] *= step / (step - right)
    return means


def shrink_by_area(x: Floats32, size: Size) -> Floats32:
    """Shrink planes (C, H, W) to a size (C, h, w); each pixel is the mean of all the pixels that it overlaps."""
    rows, columns = (_area_weights(*lengths) for lengths in zip(x.shape[1:], size, strict=True))
    return np.asarray(rows @ x @ columns.T, np.float32)


def _area_weights(length: int, new_length: int) -> Floats32:
    """The weight of each of `length` pixels in each of `new_length` pixels, (new_length, length)."""
    edges = np.arange(new_length + 1) * length
    starts, ends = edges[:-1] // new_length, -(-edges[1:] // new_length)
    positions = np.arange(length)
    is_inside = (positions >= starts[:, None]) & (positions < ends[:, None])
    return (is_inside / (ends - starts)[:, None]).astype(np.float32)


def resize_bilinear(x: Floats32, size: Size) -> Floats32:
    """Resize planes (C, H, W) to a size (C, h, w) bilinearly; meant for enlarging."""
    return _resize(x, size, cv2.INTER_LINEAR)


def resize_bicubic(x: Floats32, size: Size) -> Floats32:
    """Resize planes (C, H, W) to a size (C, h, w) bicubically; meant for enlarging."""
    return _resize(x, size, cv2.INTER_CUBIC)


def widen_regions(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Whether a mask (H, W) is true anywhere within `reach` rows and columns of each pixel, (H, W)."""
    side = 2 * reach + 1
    return np.asarray(cv2.dilate(mask.view(np.uint8), np.ones((side, side), np.uint8))).view(np.bool_)


def _resize(x: Floats32, size: Size, interpolation: int) -> Floats32:
    if x.shape[1:] == size:
        return x.copy()  # the caller may change the result
    return _map_planes(x, lambda plane: cv2.resize(plane, size[::-1], interpolation=interpolation))


def _map_planes(x: Floats32, change: Callable[[Floats32], Any]) -> Floats32:
    """Apply a function to each plane (H, W)."""
    return np.stack([change(plane) for plane in x])
