"""A picture between two others, made of their own patches: shapes move, and strokes are not bent.

    both pictures ─►┤transport├─► both bent to one shape ─►┤one of the two at each place├─► patches of the two

The places at which the second picture takes over lie in one fixed order, from place to place at another time, so that
nothing flickers, and no picture shines through another one.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pochade.analysis.patch_grid import PATCH_SIDE, gather_patches, grid_corners, grid_rows
from pochade.analysis.patch_levels import PatchLevel
from pochade.analysis.patch_search import choose_proposals, continue_neighbours, join_rows
from pochade.analysis.patch_synthesis import STRIDE, Synthesis, as_picture, picture_stack, pixel_sources
from pochade.analysis.shape_transport import Transport, assign_shapes, bend_coordinates, bend_picture

TAKEOVER_CELLS = 6  # along each side: so large are the parts in which the second picture takes over


class MorphEnds(NamedTuple):
    """Two pictures, ready for what lies between them."""

    level: PatchLevel  # of both
    transport: Transport  # from the first to the second
    takeover: Tensor  # (side, side), the share of the way at which the second picture takes over, from 0, below 1


def prepare_ends(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> MorphEnds:
    """Prepare what all frames between two pictures (s, s, 3) share."""
    stack = picture_stack(np.stack([first, second]))
    side = stack.shape[-1]
    cells = torch.rand((1, 1, TAKEOVER_CELLS, TAKEOVER_CELLS), generator=torch.Generator().manual_seed(0))
    smooth = functional.interpolate(cells, (side, side), mode="bicubic")[0, 0]
    ranks = smooth.flatten().argsort().argsort().reshape(side, side)
    return MorphEnds(PatchLevel(stack, side), assign_shapes(stack[0], stack[1]), ranks / (side * side))


def draw_between(ends: MorphEnds, share: float) -> Synthesis:
    """Draw the picture at a share of the way from the first picture, 0, to the second one, 1."""
    level, side = ends.level, ends.level.side
    coordinates = bend_coordinates(ends.transport, share, side)
    bent = [bend_picture(level.pictures[number], origin) for number, origin in enumerate(coordinates)]
    is_second = ends.takeover < share
    target = torch.where(is_second, bent[1], bent[0]).permute(1, 2, 0).reshape(-1, 3).contiguous()
    origins = [_patch_rows(number, origin, side) for number, origin in enumerate(coordinates)]
    centres = grid_corners(side, STRIDE) + PATCH_SIDE // 2
    rows = torch.where(is_second[centres[:, None], centres[None]], origins[1], origins[0])
    rows = _fit_patches(level, rows, target, origins)
    return Synthesis(as_picture(level.paint(rows, STRIDE)), pixel_sources(level, rows, STRIDE, 2))


def _fit_patches(level: PatchLevel, rows: Tensor, target: Tensor, origins: list[Tensor]) -> Tensor:
    """Choose patches of the two pictures that are nearest to the target, near the places that they come from."""
    targets = gather_patches(target, grid_rows(level.side, STRIDE), level.side)
    generator = torch.Generator().manual_seed(0)  # the same for every frame, so that still parts stay still
    nearby = continue_neighbours(rows, level.side, STRIDE, generator)
    proposals = torch.cat([nearby, torch.stack(origins, -1)], -1).flatten(0, 1)
    return choose_proposals(targets, level.sharp, proposals, level.side, torch.ones(level.count)).reshape(rows.shape)


def _patch_rows(number: int, coordinates: Tensor, side: int) -> Tensor:
    """The patch of a picture from whose middle the middle of each patch of a grid comes, (n, n)."""
    centres = grid_corners(side, STRIDE) + PATCH_SIDE // 2
    pixels = coordinates[centres[:, None], centres[None]] * side - 0.5 - PATCH_SIDE // 2
    x, y = pixels.round().long().unbind(-1)
    return join_rows(torch.full_like(x, number), y, x, side)
