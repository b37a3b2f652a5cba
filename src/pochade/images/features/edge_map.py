"""Edge maps: small maps of where a picture has edges, by which pictures are aligned and compared.

This module does not import torch, because it runs in the workers that read pictures, and torch would double their
memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]
EDGE_MAP_SIDE = 32  # cells
BLUR_DEVIATION = 0.8  # cells; edges are blurred, because two drawings of the same line differ by about so much
WINDOW_SIDE = 9  # pixels, of the neighbourhood by whose mean the strength of edges is normalised
MIN_DIVISOR = 1e-6  # for pictures without edges
CELL_OFFSETS = np.subtract.outer(np.arange(EDGE_MAP_SIDE), np.arange(EDGE_MAP_SIDE))
_GAUSSIAN = np.exp(-0.5 * (CELL_OFFSETS / BLUR_DEVIATION) ** 2)
BLUR_WEIGHTS = np.where(np.abs(CELL_OFFSETS) <= 2, _GAUSSIAN, 0.0)  # noqa: PLR2004  5 x 5 cells
# (32, 32), blurs along one axis
BLUR_MATRIX = (BLUR_WEIGHTS / BLUR_WEIGHTS[EDGE_MAP_SIDE // 2].sum()).astype(np.float32)


def edge_map(pixels: Integers) -> Floats:
    """Measure the strength of edges in each cell of a picture, relative to their neighbourhood.

    Args:
        pixels: (96, 96, 3) uint8.

    Returns:
        (32, 32) float16 with mean 0 and mean square 1, or all zeros for a picture without edges.
    """
    planes = np.ascontiguousarray(np.moveaxis(pixels, 2, 0), np.int16)  # faster than (h, w, 3)
    strength = np.zeros(planes.shape[1:], np.int16)
    strength[:, :-1] = np.abs(np.diff(planes, axis=2)).max(0)
    np.maximum(strength[:-1], np.abs(np.diff(planes, axis=1)).max(0), out=strength[:-1])
    mean = strength.mean(dtype=np.float32)
    local = strength / np.maximum(local_mean(strength) + mean, MIN_DIVISOR)  # so faint lines count too
    cell = len(local) // EDGE_MAP_SIDE  # pixels
    blurred = BLUR_MATRIX @ local.reshape(EDGE_MAP_SIDE, cell, EDGE_MAP_SIDE, cell).mean((1, 3)) @ BLUR_MATRIX
    centred = blurred - blurred.mean()
    deviation = max(float(np.sqrt(np.square(centred).mean())), MIN_DIVISOR)
    normalised: Floats = (centred / deviation).astype(np.float16)
    return normalised


def local_mean(values: Integers) -> Floats:
    """The mean of whole numbers (S, S) over 9 x 9 windows, which are cut off at the border: (S, S) float32."""
    reach, side = WINDOW_SIDE // 2, len(values)
    sums = np.zeros((side + 1, side + 1), np.int32)
    sums[1:, 1:] = values.cumsum(0, np.int32).cumsum(1, np.int32)
    low, high = np.maximum(np.arange(side) - reach, 0), np.minimum(np.arange(side) + reach + 1, side)
    rows = sums[high] - sums[low]
    counts = (high - low).astype(np.float32)
    means: Floats = (rows[:, high] - rows[:, low]) / np.outer(counts, counts)
    return means
