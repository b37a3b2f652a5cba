"""How the shapes of one picture move to become those of another: optimal transport between coarse patches.

What is drawn in the two pictures is cut into small cells. The cells of one are assigned to those of the other so that
colours, and places within the drawing, change as little as possible; bare paper takes no part. The assignment is
smoothed to a field of displacements. Part of the way along it, both pictures are bent to the same shape.
Displacement interpolation of this kind is due to McCann, "A Convexity Principle for Interacting Gases", Advances in
Mathematics 1997.
"""

from typing import NamedTuple

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional

from pochade.analysis.patch_levels import resize_squares

CELLS = 32  # along each side
MAX_CELLS = 600  # that are assigned
CELL_SIDE = 4  # pixels of a cell while cells are compared
PLACE_COST = 1.0  # of a move by one standard deviation of the drawing, beside the squared difference of two colours
SMOOTHING = 2.0 / CELLS  # of a side: the deviation of the bell over which displacements are averaged
PAPER = 0.98  # a brighter cell is bare paper


class Transport(NamedTuple):
    """Where the small patches of one picture move."""

    starts: Tensor  # (n, 2), x and y, 0 to 1
    moves: Tensor  # (n, 2), x and y, as shares of a side


def assign_shapes(first: Tensor, second: Tensor) -> Transport:
    """Assign the cells of what is drawn in a picture (3, s, s) to those of another one, by the Hungarian method."""
    (starts, colours), (ends, other_colours) = _drawn_cells(first), _drawn_cells(second)
    count = min(MAX_CELLS, max(len(starts), len(ends)))
    chosen, others = _spread(len(starts), count), _spread(len(ends), count)
    starts, ends = starts[chosen], ends[others]
    cost = torch.cdist(colours[chosen], other_colours[others]).square() / (CELL_SIDE * CELL_SIDE)
    cost += PLACE_COST * torch.cdist(_standardise(starts), _standardise(ends)).square()
    assigned = torch.from_numpy(linear_sum_assignment(cost.numpy())[1])
    return Transport(starts, ends[assigned] - starts)


def _drawn_cells(picture: Tensor) -> tuple[Tensor, Tensor]:
    """The places (n, 2) and descriptions (n, d) of the cells that are not bare paper; all if there is only paper."""
    descriptions = _describe_cells(picture)
    drawn = (descriptions < PAPER).any(1)
    drawn = drawn if drawn.any() else torch.ones_like(drawn)
    return cell_places()[drawn], descriptions[drawn]


def _spread(length: int, count: int) -> Tensor:
    """`count` indices from 0 to `length` - 1, evenly spread; some of them twice if there are fewer."""
    return torch.arange(count) * length // count


def _standardise(places: Tensor) -> Tensor:
    """Places (n, 2) within a drawing: its middle is 0, and its standard deviation along each side 1."""
    centred = places - places.mean(0)
    return centred / centred.square().mean(0).sqrt().clamp(min=1 / CELLS)


def cell_places() -> Tensor:
    """The middles of all cells, line by line, (n, 2): x and y, 0 to 1."""
    steps = (torch.arange(CELLS) + 0.5) / CELLS
    return torch.stack(torch.meshgrid(steps, steps, indexing="xy"), -1).reshape(-1, 2)


def bend_coordinates(transport: Transport, share: float, side: int) -> tuple[Tensor, Tensor]:
    """Where each pixel of an intermediate picture comes from.

    Args:
        transport: From the first picture to the second one.
        share: Of the way, 0 to 1.
        side: Of the pictures, in pixels.

    Returns:
        For the first and for the second picture the x and y of each pixel's origin, (side, side, 2), from 0 to 1.
    """
    distances = torch.cdist(cell_places(), transport.starts + share * transport.moves).square()
    weights = torch.softmax(-distances / (2 * SMOOTHING**2), 1)
    field = (weights @ transport.moves).T.reshape(1, 2, CELLS, CELLS)
    moves = functional.interpolate(field, (side, side), mode="bicubic")[0].permute(1, 2, 0)
    pixels = (torch.arange(side) + 0.5) / side
    straight = torch.stack(torch.meshgrid(pixels, pixels, indexing="xy"), -1)
    return straight - share * moves, straight + (1 - share) * moves


def bend_picture(picture: Tensor, coordinates: Tensor) -> Tensor:
    """Bend a picture (3, s, s): each new pixel is the one at its coordinates (side, side, 2), from 0 to 1."""
    grid = (coordinates * 2 - 1)[None]
    return functional.grid_sample(picture[None], grid, padding_mode="border", align_corners=False)[0]


def _describe_cells(picture: Tensor) -> Tensor:
    """The pixels of each cell and of half of its neighbours, (n, d)."""
    small = resize_squares(picture[None], CELLS * CELL_SIDE)
    padded = functional.pad(small, (CELL_SIDE // 2,) * 4, mode="replicate")
    pooled = functional.avg_pool2d(padded, 2)  # two of the pixels of a cell, and one on each side
    return functional.unfold(pooled, 4, stride=CELL_SIDE // 2)[0].T.contiguous()
