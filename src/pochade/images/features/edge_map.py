"""What is kept of a picture to lay it beside others: where its edges are, and its colours in small. Without torch.

The processes that read pictures make these, and torch would take them as much memory as all the rest.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]
SIDE = 32  # places a side on which edges are compared closely
SPREAD = 0.8  # deviation, in places, by which edges are blurred: so much may two drawings of a line differ
AROUND = 9  # pixels of 96: the neighbourhood in which a line's strength is judged
LEAST = 1e-6  # what is divided by, at least
OFFSETS = np.subtract.outer(np.arange(SIDE), np.arange(SIDE))
NEAR = np.where(np.abs(OFFSETS) <= 2, np.exp(-0.5 * (OFFSETS / SPREAD) ** 2), 0.0)  # noqa: PLR2004  5 x 5 places
BLUR = (NEAR / NEAR[SIDE // 2].sum()).astype(np.float32)  # all along one side


def edge_map(pixels: Integers) -> Floats:
    """How strong edges are about each place of a picture (96, 96, 3) uint8, evened out over it: (32, 32) float16.

    Of mean 0 and mean square 1; of a picture without edges zeros.
    """
    planes = np.ascontiguousarray(np.moveaxis(pixels, 2, 0), np.int16)  # last, 3 makes numpy slow
    strength = np.zeros(planes.shape[1:], np.int16)
    strength[:, :-1] = np.abs(np.diff(planes, axis=2)).max(0)
    np.maximum(strength[:-1], np.abs(np.diff(planes, axis=1)).max(0), out=strength[:-1])
    usual = strength.mean(dtype=np.float32)
    local = strength / np.maximum(around(strength) + usual, LEAST)  # a faint line alone counts as much as a strong one
    step = len(local) // SIDE
    soft = BLUR @ local.reshape(SIDE, step, SIDE, step).mean((1, 3)) @ BLUR
    centred = soft - soft.mean()
    even: Floats = (centred / max(float(np.sqrt(np.square(centred).mean())), LEAST)).astype(np.float16)
    return even


def around(values: Integers) -> Floats:
    """The mean of the 9 x 9 numbers about each one of whole numbers (S, S), as far as they are there, float32."""
    reach, side = AROUND // 2, len(values)
    sums = np.zeros((side + 1, side + 1), np.int32)
    sums[1:, 1:] = values.cumsum(0, np.int32).cumsum(1, np.int32)
    low, high = np.maximum(np.arange(side) - reach, 0), np.minimum(np.arange(side) + reach + 1, side)
    rows = sums[high] - sums[low]
    counts = (high - low).astype(np.float32)
    means: Floats = (rows[:, high] - rows[:, low]) / np.outer(counts, counts)
    return means


def halved(pixels: Integers) -> Integers:
    """A picture (S, S, 3) uint8 on a half of its sides."""
    small = pixels.astype(np.uint16)
    small = small[::2] + small[1::2]
    small = small[:, ::2] + small[:, 1::2]
    half: Integers = ((small + 2) // 4).astype(np.uint8)
    return half
