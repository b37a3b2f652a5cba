"""Square pictures cut into overlapping patches of 7 x 7 pixels, and put together again from other patches.

Colours are floats from 0 to 1. A stack of pictures of one size is kept as rows of pixels (S * side * side, 3), so that
a patch of any of them is one number: the row of its upper left pixel.
"""

from functools import lru_cache

import numpy as np
from scipy import sparse

from pochade.analysis.arrays import Floats, Integers

PATCH_SIDE = 7  # pixels
PATCH_PIXELS = PATCH_SIDE * PATCH_SIDE
CENTRE_DEVIATION = 1.6  # pixels, of the bell by which overlapping patches are weighted: their edges hardly count


@lru_cache(maxsize=64)
def grid_corners(side: int, stride: int) -> Integers:
    """Where patches begin along one side, so that they cover all of it: pixels from 0 to side - 7, (n,)."""
    last = side - PATCH_SIDE
    return np.unique(np.append(np.arange(0, last + 1, stride), last))


@lru_cache(maxsize=64)
def patch_offsets(side: int) -> Integers:
    """The rows of a patch's pixels, counted from the row of its upper left pixel: (49,)."""
    steps = np.arange(PATCH_SIDE)
    return (steps[:, None] * side + steps).ravel()


@lru_cache(maxsize=64)
def grid_rows(side: int, stride: int) -> Integers:
    """The row of the upper left pixel of every patch of a grid, line by line: (n * n,)."""
    corners = grid_corners(side, stride)
    return (corners[:, None] * side + corners).ravel()


def gather_patches(pixels: Floats, rows: Integers, side: int) -> Floats:
    """Cut patches out of one picture or a stack of pictures.

    Args:
        pixels: (S * side * side, 3).
        rows: The row of the upper left pixel of each patch, any shape.
        side: Of each picture of the stack, in pixels.

    Returns:
        The patches, (*rows.shape, 147).
    """
    lines = np.lib.stride_tricks.sliding_window_view(pixels.ravel(), PATCH_SIDE * 3)[::3]  # 7 pixels from each row on
    starts = rows[..., None] + np.arange(PATCH_SIDE) * side  # (*rows.shape, 7)
    return lines[starts].reshape(*rows.shape, PATCH_PIXELS * 3)


def blend_patches(patches: Floats, side: int, stride: int) -> Floats:
    """Put the patches of a grid together to one picture. Where they disagree, those centred nearby decide.

    Args:
        patches: Line by line, (n * n, 147).
        side: Of the picture, in pixels.
        stride: Of the grid.

    Returns:
        The picture, (side * side, 3).
    """
    picture: Floats = _blending_weights(side, stride) @ patches.reshape(-1, 3)
    return picture


@lru_cache(maxsize=16)  # all levels of a picture of 1,024 pixels take 93 MB, half of it the last one
def _blending_weights(side: int, stride: int) -> sparse.csr_array:
    """The weight of every pixel of every patch in the pixels of the picture, (side * side, n * n * 49)."""
    steps = np.arange(PATCH_SIDE) - PATCH_SIDE // 2
    bell = np.exp(-np.square(steps) / (2 * CENTRE_DEVIATION**2))
    rows = grid_rows(side, stride)
    weights = np.tile(np.outer(bell, bell).ravel(), len(rows))
    pixels = (rows[:, None] + patch_offsets(side)).ravel().astype(np.int32)
    shares = weights / np.bincount(pixels, weights)[pixels]
    shape = (side * side, len(pixels))
    return sparse.csr_array((shares.astype(np.float32), (pixels, np.arange(len(pixels), dtype=np.int32))), shape=shape)
