"""Square pictures cut into overlapping patches of 7 x 7 pixels, and put together again from other patches.

Colours are floats from 0 to 1. A stack of pictures of one size is kept as rows of pixels (S * side * side, 3), so that
a patch of any of them is one number: the row of its upper left pixel.
"""

from functools import lru_cache

import torch
from torch import Tensor

PATCH_SIDE = 7  # pixels
PATCH_PIXELS = PATCH_SIDE * PATCH_SIDE
CENTRE_DEVIATION = 1.6  # pixels, of the bell by which overlapping patches are weighted: their edges hardly count


@lru_cache(maxsize=64)
def grid_corners(side: int, stride: int) -> Tensor:
    """Where patches begin along one side, so that they cover all of it: pixels from 0 to side - 7, (n,)."""
    corners = torch.arange(0, side - PATCH_SIDE + 1, stride)
    last = side - PATCH_SIDE
    return corners if corners[-1] == last else torch.cat([corners, torch.tensor([last])])


@lru_cache(maxsize=64)
def patch_offsets(side: int) -> Tensor:
    """The rows of a patch's pixels, counted from the row of its upper left pixel: (49,)."""
    steps = torch.arange(PATCH_SIDE)
    return (steps[:, None] * side + steps[None]).flatten()


@lru_cache(maxsize=64)
def grid_rows(side: int, stride: int) -> Tensor:
    """The row of the upper left pixel of every patch of a grid, line by line: (n * n,)."""
    corners = grid_corners(side, stride)
    return (corners[:, None] * side + corners[None]).flatten()


def gather_patches(pixels: Tensor, rows: Tensor, side: int) -> Tensor:
    """Cut patches out of one picture or a stack of pictures.

    Args:
        pixels: (S * side * side, 3).
        rows: The row of the upper left pixel of each patch, any shape.
        side: Of each picture of the stack, in pixels.

    Returns:
        The patches, (*rows.shape, 147).
    """
    places = rows[..., None] + patch_offsets(side)
    return pixels[places.flatten()].reshape(*rows.shape, PATCH_PIXELS * pixels.shape[1])


def blend_patches(patches: Tensor, rows: Tensor, side: int) -> Tensor:
    """Put overlapping patches together to one picture. Where they disagree, those centred nearby decide.

    Args:
        patches: (n, 147).
        rows: The row of the upper left pixel of each patch in the new picture, (n,). They must cover it.
        side: Of the new picture, in pixels.

    Returns:
        The picture, (side * side, 3).
    """
    weights = _bell()
    places = (rows[:, None] + patch_offsets(side)).flatten()
    coloured = patches.reshape(len(rows), PATCH_PIXELS, 3) * weights[None, :, None]
    total = torch.zeros(side * side, 3).index_add_(0, places, coloured.reshape(-1, 3))
    weight = torch.zeros(side * side).index_add_(0, places, weights.repeat(len(rows)))
    return total / weight[:, None]


@lru_cache(maxsize=1)
def _bell() -> Tensor:
    steps = torch.arange(PATCH_SIDE) - PATCH_SIDE // 2
    bell = torch.exp(-steps.square() / (2 * CENTRE_DEVIATION**2))
    return (bell[:, None] * bell[None]).flatten()
