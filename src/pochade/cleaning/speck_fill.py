"""Filling specks smoothly from their surroundings, so that no pale ghosts remain.

Only blocks with specks in them are computed: pull and push of a whole page would take nearly as long as the model.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.plane_filters import resize_bilinear, shrink_blocks

Floats = NDArray[np.float32]
MAX_HALVINGS = 4  # of a picture, to fill specks up to 16 pixels deep; tiles must begin at multiples of 2^4
FILL_REACH = 2 ** (MAX_HALVINGS + 1)  # pixels: how far a pixel can influence filled pixels
BLOCK_SIDE = 128  # pixels of a block that is filled at once; a multiple of 2^4


def fill_specks(y: Floats, specks: NDArray[np.bool_]) -> Floats:
    """Fill specks from their surroundings.

    Args:
        y: A picture (3, h, w).
        specks: Where its specks are, (h, w).

    Returns:
        The picture without specks, (3, h, w).
    """
    filled = y.copy()
    for rows, columns in _blocks(specks):
        above, left = (max(0, span.start - FILL_REACH) for span in (rows, columns))
        around = (slice(above, rows.stop + FILL_REACH), slice(left, columns.stop + FILL_REACH))
        part = fill_unknown(y[:, *around], ~specks[around])
        part = part[:, rows.start - above :, columns.start - left :]
        filled[:, rows, columns] = part[:, :BLOCK_SIDE, :BLOCK_SIDE]
    return filled


def _blocks(specks: NDArray[np.bool_]) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns of each block with specks in it."""
    side, (rows, columns) = BLOCK_SIDE, np.nonzero(specks)
    for row, column in np.unique(np.stack([rows // side, columns // side], 1), axis=0).tolist():
        yield slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side)


def fill_unknown(x: Floats, known: NDArray[np.bool_]) -> Floats:
    """Fill the unknown pixels of a picture smoothly from their surroundings.

    The picture is halved until all its pixels are known, at most four times. The small pictures fill the unknown pixels
    of the larger ones (pull-push: Gortler et al., "The Lumigraph", SIGGRAPH 1996).

    Args:
        x: The picture (3, h, w).
        known: Which pixels are known, (h, w).

    Returns:
        The filled picture (3, h, w).
    """
    return _pull_push(x, known, MAX_HALVINGS)


def _pull_push(x: Floats, known: NDArray[np.bool_], halvings: int) -> Floats:
    if halvings == 0 or known.all():
        return x
    height, width = known.shape
    share = shrink_blocks(known.astype(np.float32)[None], 2)
    has_known = share[0] > 0
    means = shrink_blocks(x * known, 2) / share.clip(min=np.float32(1e-6))
    means = np.where(has_known, means, shrink_blocks(x, 2))
    small = _pull_push(means, has_known, halvings - 1)
    large = resize_bilinear(small, (2 * small.shape[1], 2 * small.shape[2]))
    return np.where(known, x, large[:, :height, :width])
