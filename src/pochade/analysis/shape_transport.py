"""How the shapes of one picture move to become those of another: optimal transport between coarse patches.

What is drawn in the two pictures is cut into small cells. The cells of one are assigned to those of the other so that
colours, and places within the drawing, change as little as possible; bare paper takes no part. The assignment is
smoothed to a field of displacements. Part of the way along it, both pictures are bent to the same shape.
Displacement interpolation of this kind is due to McCann, "A Convexity Principle for Interacting Gases", Advances in
Mathematics 1997.
"""

from typing import NamedTuple

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.special import softmax

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.bicubic_resize import resize_squares

CELLS = 32  # along each side
MAX_CELLS = 600  # that are assigned
CELL_SIDE = 4  # pixels of a cell while cells are compared
PLACE_COST = 1.0  # of a move by one standard deviation of the drawing, beside the squared difference of two colours
SMOOTHING = 2.0 / CELLS  # of a side: the deviation of the bell over which displacements are averaged
PAPER = 0.98  # a brighter cell is bare paper


class Transport(NamedTuple):
    """Where the small patches of one picture move."""

    starts: Floats  # (n, 2), x and y, 0 to 1
    moves: Floats  # (n, 2), x and y, as shares of a side


def assign_shapes(first: Floats, second: Floats) -> Transport:
    """Assign the cells of what is drawn in a picture (s, s, 3) to those of another one, by the Hungarian method."""
    (starts, colours), (ends, other_colours) = _drawn_cells(first), _drawn_cells(second)
    count = min(MAX_CELLS, max(len(starts), len(ends)))
    chosen, others = _spread(len(starts), count), _spread(len(ends), count)
    starts, ends = starts[chosen], ends[others]
    cost = cdist(colours[chosen], other_colours[others], "sqeuclidean") / (CELL_SIDE * CELL_SIDE)
    cost += PLACE_COST * cdist(_standardise(starts), _standardise(ends), "sqeuclidean")
    return Transport(starts, ends[linear_sum_assignment(cost)[1]] - starts)


def _drawn_cells(picture: Floats) -> tuple[Floats, Floats]:
    """The places (n, 2) and descriptions (n, d) of the cells that are not bare paper; all if there is only paper."""
    descriptions = _describe_cells(picture)
    drawn = (descriptions < PAPER).any(1)
    drawn = drawn if drawn.any() else np.ones_like(drawn)
    return cell_places()[drawn], descriptions[drawn]


def _spread(length: int, count: int) -> Integers:
    """`count` indices from 0 to `length` - 1, evenly spread; some of them twice if there are fewer."""
    return np.arange(count) * length // count


def _standardise(places: Floats) -> Floats:
    """Places (n, 2) within a drawing: its middle is 0, and its standard deviation along each side 1."""
    standardised: Floats = (places - places.mean(0)) / np.maximum(places.std(0), 1 / CELLS)
    return standardised


def cell_places() -> Floats:
    """The middles of all cells, line by line, (n, 2): x and y, 0 to 1."""
    steps = (np.arange(CELLS) + 0.5) / CELLS
    return np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)


def bend_coordinates(transport: Transport, share: float, side: int) -> tuple[Floats, Floats]:
    """Where each pixel of an intermediate picture comes from.

    Args:
        transport: From the first picture to the second one.
        share: Of the way, 0 to 1.
        side: Of the pictures, in pixels.

    Returns:
        For the first and for the second picture the x and y of each pixel's origin, (side, side, 2), from 0 to 1.
    """
    distances = cdist(cell_places(), transport.starts + share * transport.moves, "sqeuclidean")
    field = (softmax(-distances / (2 * SMOOTHING**2), 1) @ transport.moves).astype(np.float32)
    moves: Floats = cv2.resize(field.reshape(CELLS, CELLS, 2), (side, side), interpolation=cv2.INTER_CUBIC)
    pixels = (np.arange(side, dtype=np.float32) + np.float32(0.5)) / np.float32(side)
    straight = np.stack(np.meshgrid(pixels, pixels), -1)
    return straight - np.float32(share) * moves, straight + np.float32(1 - share) * moves


def bend_picture(picture: Floats, coordinates: Floats) -> Floats:
    """Bend a picture (s, s, 3): each new pixel is the one at its coordinates (side, side, 2), from 0 to 1."""
    x, y = np.moveaxis(coordinates * len(picture) - 0.5, 2, 0).astype(np.float32)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _describe_cells(picture: Floats) -> Floats:
    """The pixels of each cell and of half of its neighbours, (n, d)."""
    small = resize_squares(picture.transpose(2, 0, 1)[None], CELLS * CELL_SIDE)[0]  # (3, 128, 128)
    reach = CELL_SIDE // 2
    padded = np.pad(small, ((0, 0), (reach, reach), (reach, reach)), mode="edge")
    side = padded.shape[1] // 2
    pooled = padded.reshape(3, side, 2, side, 2).mean((2, 4))  # two of the pixels of a cell, and one on each side
    windows = np.lib.stride_tricks.sliding_window_view(pooled, (4, 4), axis=(1, 2))[
        :, :: CELL_SIDE // 2, :: CELL_SIDE // 2
    ]
    return windows.transpose(1, 2, 0, 3, 4).reshape(CELLS * CELLS, -1)
