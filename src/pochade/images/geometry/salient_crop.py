"""Choose the part of a picture that shows the most detail."""

import numpy as np

from pochade.images.base.picture import Array


def busiest_square(pixels: Array, side: int) -> tuple[slice, slice]:
    """Find the square with the most edges.

    Args:
        pixels: (H, W, 3) uint8.
        side: The side of the square in pixels. If the picture is smaller, the result is as wide or high as the picture.

    Returns:
        Its rows and columns.
    """
    height, width = pixels.shape[:2]
    rows, columns = min(side, height), min(side, width)
    grey = pixels.sum(2, dtype=np.int32)
    sums = np.zeros((height + 1, width + 1), np.int64)
    sums[1:height, 1:] += np.abs(np.diff(grey, axis=0))
    sums[1:, 1:width] += np.abs(np.diff(grey, axis=1))
    sums = sums.cumsum(0).cumsum(1)  # integral image of the edges
    edges = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    y, x = np.unravel_index(edges.argmax(), edges.shape)
    return slice(int(y), int(y) + rows), slice(int(x), int(x) + columns)
