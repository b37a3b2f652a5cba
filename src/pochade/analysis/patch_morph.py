"""A picture between two others, made of their own patches: shapes move, and strokes are not bent.

    both pictures ─►┤transport├─► both bent to one shape ─►┤one of the two at each place├─► patches of the two

The places at which the second picture takes over lie in one fixed order, from place to place at another time, so that
nothing flickers, and no picture shines through another one.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.blas_threads import with_one_blas_thread
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
    takeover: Floats  # (side, side), the share of the way at which the second picture takes over, from 0, below 1


def prepare_ends(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> MorphEnds:
    """Prepare what all frames between two pictures (s, s, 3) share."""
    stack = picture_stack(np.stack([first, second]))
    side = stack.shape[-1]
    cells = np.random.default_rng(0).random((TAKEOVER_CELLS, TAKEOVER_CELLS), np.float32)
    smooth = cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC)
    ranks = smooth.ravel().argsort(kind="stable").argsort(kind="stable").reshape(side, side)
    level = PatchLevel(stack, side)
    return MorphEnds(level, assign_shapes(*level.sharp.reshape(2, side, side, 3)), ranks / (side * side))


@with_one_blas_thread
def draw_between(ends: MorphEnds, share: float) -> Synthesis:
    """Draw the picture at a share of the way from the first picture, 0, to the second one, 1."""
    level, side = ends.level, ends.level.side
    coordinates = bend_coordinates(ends.transport, share, side)
    pictures = level.sharp.reshape(2, side, side, 3)
    first, second = (bend_picture(picture, origin) for picture, origin in zip(pictures, coordinates, strict=True))
    is_second = ends.takeover < share
    target = np.where(is_second[..., None], second, first).reshape(-1, 3)
    origins = [_patch_rows(number, origin, side) for number, origin in enumerate(coordinates)]
    centres = grid_corners(side, STRIDE) + PATCH_SIDE // 2
    rows = np.where(is_second[centres[:, None], centres], origins[1], origins[0])
    rows = _fit_patches(level, rows, target, origins)
    return Synthesis(as_picture(level.paint(rows, STRIDE)), pixel_sources(level, rows, STRIDE, 2))


def _fit_patches(level: PatchLevel, rows: Integers, target: Floats, origins: list[Integers]) -> Integers:
    """Choose patches of the two pictures that are nearest to the target, near the places that they come from."""
    targets = gather_patches(target, grid_rows(level.side, STRIDE), level.side)
    random = np.random.default_rng(0)  # the same for every frame, so that still parts stay still
    nearby = continue_neighbours(rows, level.side, STRIDE, random)
    proposals = np.concatenate([nearby, np.stack(origins, -1)], -1).reshape(rows.size, -1)
    penalties = np.ones(level.count, np.float32)
    return choose_proposals(targets, level.sharp, proposals, level.side, penalties).reshape(rows.shape)


def _patch_rows(number: int, coordinates: Floats, side: int) -> Integers:
    """The patch of a picture from whose middle the middle of each patch of a grid comes, (n, n)."""
    centres = grid_corners(side, STRIDE) + PATCH_SIDE // 2
    pixels = coordinates[centres[:, None], centres] * side - 0.5 - PATCH_SIDE // 2
    x, y = np.moveaxis(pixels.round().astype(np.int64), 2, 0)
    return join_rows(np.full_like(x, number), y, x, side)
