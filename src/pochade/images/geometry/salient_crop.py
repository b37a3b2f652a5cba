"""The part of a picture in which there is most to see, at its own size."""

import numpy as np

from pochade.images.base.picture import Array


def busiest(pixels: Array, side: int) -> tuple[slice, slice]:
    """Rows and columns of the square with the most edges; of the whole side where that is shorter.

    Args:
        pixels: (H, W, 3) uint8.
        side: Of the square.
    """
    height, width = pixels.shape[:2]
    high, wide = min(side, height), min(side, width)
    grey = pixels.sum(2, dtype=np.int32)
    sums = np.zeros((height + 1, width + 1), np.int64)
    sums[1:height, 1:] += np.abs(np.diff(grey, axis=0))
    sums[1:, 1:width] += np.abs(np.diff(grey, axis=1))
    sums = sums.cumsum(0).cumsum(1)  # of all above and to the left
    found = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
    top, left = np.unravel_index(found.argmax(), found.shape)
    return slice(int(top), int(top) + high), slice(int(left), int(left) + wide)
