"""Filling specks smoothly from their surroundings, so that no pale ghosts remain.

Only blocks with specks in them are computed: pull and push of a whole page would take nearly as long as the model.
"""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

MAX_HALVINGS = 4  # of a picture, to fill specks up to 16 pixels deep; tiles must begin at multiples of 2^4
FILL_REACH = 2 ** (MAX_HALVINGS + 1)  # pixels: how far a pixel can influence filled pixels
BLOCK_SIDE = 128  # pixels of a block that is filled at once; a multiple of 2^4


def fill_specks(y: Tensor, specks: Tensor) -> Tensor:
    """Fill specks from their surroundings.

    Args:
        y: A picture (1, 3, h, w).
        specks: Where its specks are, (1, 1, h, w) bool.

    Returns:
        The picture without specks, (1, 3, h, w).
    """
    filled = y.clone()
    for rows, columns in _blocks(specks):
        above, left = (max(0, span.start - FILL_REACH) for span in (rows, columns))
        around = (..., slice(above, rows.stop + FILL_REACH), slice(left, columns.stop + FILL_REACH))
        part = fill_unknown(y[around], (~specks[around]).float())
        part = part[..., rows.start - above :, columns.start - left :]
        filled[..., rows, columns] = part[..., :BLOCK_SIDE, :BLOCK_SIDE]
    return filled


def _blocks(specks: Tensor) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns of each block with specks in it."""
    side = BLOCK_SIDE
    has_specks = functional.max_pool2d(specks.float(), side, ceil_mode=True)[0, 0]  # (h / 128, w / 128)
    for row, column in has_specks.nonzero().tolist():
        yield slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side)


def fill_unknown(x: Tensor, known: Tensor) -> Tensor:
    """Fill the unknown pixels of a picture smoothly from their surroundings.

    The picture is halved until all its pixels are known, at most four times. The small pictures fill the unknown pixels
    of the larger ones (pull-push: Gortler et al., "The Lumigraph", SIGGRAPH 1996).

    Args:
        x: The picture (1, 3, h, w).
        known: 1 where a pixel is known, else 0, (1, 1, h, w).

    Returns:
        The filled picture (1, 3, h, w).
    """
    return _pull_push(x, known, MAX_HALVINGS)


def _pull_push(x: Tensor, known: Tensor, halvings: int) -> Tensor:
    if halvings == 0 or bool(known.all()):
        return x
    height, width = x.shape[2:]
    padding = (0, width % 2, 0, height % 2)  # to even sides
    share = functional.avg_pool2d(functional.pad(known, padding), 2)
    mean = functional.avg_pool2d(functional.pad(x * known, padding), 2) / share.clamp(min=1e-6)
    mean = torch.where(share > 0, mean, functional.avg_pool2d(functional.pad(x, padding), 2))
    small = _pull_push(mean, (share > 0).float(), halvings - 1)
    large = functional.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.where(known > 0, x, large[:, :, :height, :width])
