"""Image registration: aligning pairs of pictures by their edges, across quarter turns, mirroring, scale and shift.

    edge maps of a pair ──►──┤coarse: 24 views, all shifts├──►── the 2 best ──►──┤fine: 15 changes of each├──►──┐
                                                          transform and edge correlation of the best ──◄──┘

Copies and versions of one work have edges in the same places, whatever their colours. Different drawings of the same
subject don't. All shifts of a view are tried at once by normalised cross-correlation (Lewis, "Fast Template Matching",
Vision Interface 1995).
"""

import math
from typing import NamedTuple

import cv2
import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.images.features.edge_map import EDGE_MAP_SIDE

COARSE_SIDE = 16  # cells per side of the edge maps in the coarse search
COARSE_SCALES = (0.75, 1.0, 1.33)
COARSE_REACH = 8  # of 16 cells: the largest shift in the coarse search
FINE_SCALES = (0.87, 0.93, 1.0, 1.07, 1.15)
FINE_ANGLES = (-4.0, 0.0, 4.0)  # degrees
FINE_REACH = 3  # of 32 cells: the largest shift in the fine search
MAX_REFINED_VIEWS = 2  # per pair
MIN_COVERAGE = 0.4  # shifts with a smaller overlap are not considered
PAIRS_PER_BLOCK = 32  # so few that they fit into the processor's cache


class Alignment(NamedTuple):
    """The best alignment of the second picture of each pair with the first."""

    correlation: Floats  # (P,), -1 to 1, of the edges where the pictures overlap
    coverage: Floats  # (P,), share of the edges (their energy) in the overlap; the smaller one of both pictures' shares
    transforms: Floats  # (P, 2, 3), from coordinates (-1 to 1) of the first picture to those of the second


def align(edge_maps: Floats, pairs: Integers) -> Alignment:
    """Find the best alignment of each pair.

    Args:
        edge_maps: (N, 32, 32).
        pairs: Rows of the edge maps (P, 2).
    """
    if not len(pairs):
        return Alignment(np.empty(0, np.float32), np.empty(0, np.float32), np.empty((0, 2, 3), np.float32))
    maps = np.asarray(edge_maps, np.float32)
    cells = EDGE_MAP_SIDE // COARSE_SIDE
    coarse = _standardise(maps.reshape(len(maps), COARSE_SIDE, cells, COARSE_SIDE, cells).mean((2, 4)))  # (N, 16, 16)
    starts = range(0, len(pairs), PAIRS_PER_BLOCK)
    blocks = [_align_block(maps, coarse, pairs[start : start + PAIRS_PER_BLOCK]) for start in starts]
    return Alignment(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _standardise(maps: Floats) -> Floats:
    """Give each map (N, s, s) mean 0 and mean square 1."""
    centred = maps - maps.mean((1, 2), keepdims=True)
    standardised: Floats = centred / np.maximum(np.sqrt(np.square(centred).mean((1, 2), keepdims=True)), 1e-6)
    return standardised


def _align_block(edge_maps: Floats, coarse: Floats, pairs: Integers) -> Alignment:
    first, second = pairs.T
    views = coarse_views()[None]  # (1, 24, 2, 3)
    match = _best_shifts(coarse[first], coarse[second], views, COARSE_REACH)
    shifted = translate(views, match.shifts / COARSE_SIDE)  # (P, 24, 2, 3)
    best_views = np.argsort(-match.correlation, axis=1, kind="stable")[:, :MAX_REFINED_VIEWS]  # (P, 2)
    starts = np.take_along_axis(shifted, best_views[:, :, None, None], 1)
    refined = compose(starts[:, :, None], _fine_adjustments()).reshape(len(pairs), -1, 2, 3)  # (P, 2 * 15, 2, 3)
    match = _best_shifts(edge_maps[first], edge_maps[second], refined, FINE_REACH)
    best = match.correlation.argmax(1)[:, None]  # (P, 1)
    shifted = translate(refined, match.shifts / EDGE_MAP_SIDE)
    transforms = np.take_along_axis(shifted, best[:, :, None, None], 1)[:, 0]
    correlation, coverage = (np.take_along_axis(of, best, 1)[:, 0] for of in (match.correlation, match.coverage))
    return Alignment(correlation, coverage, transforms)


class _BestShifts(NamedTuple):
    """The best shift of each pair's second map in each of T views of it."""

    correlation: Floats  # (P, T)
    coverage: Floats  # (P, T)
    shifts: Floats  # (P, T, 2), cells across and down


def _best_shifts(first: Floats, second: Floats, views: Floats, reach: int) -> _BestShifts:
    """Correlate the first maps with views of the second maps at all shifts, and select the best shift of each view.

    Args:
        first: Edge maps (P, s, s).
        second: Edge maps (P, s, s).
        views: Transforms (P, T, 2, 3), or (1, T, 2, 3) for all pairs, from coordinates of the view to those of the
            second map.
        reach: The largest shift in each direction, in cells.
    """
    inside = warp(np.ones_like(second[: len(views)]), views)  # (P or 1, T, s * s), 1 where the second map is
    moving = warp(second, views) * inside  # (P, T, s * s)
    fixed = _shifted_copies(first, reach)  # (P, shifts, s * s)
    product = moving @ fixed.mT  # (P, T, shifts)
    fixed_overlap = np.maximum(inside @ np.square(fixed).mT, 1e-6)  # energy of the first map in the overlap
    moving_overlap, moving_total = _energy_in_overlap(moving, reach)
    fixed_total = np.maximum(np.square(first).sum((1, 2)), 1e-6)[:, None, None]
    coverage = np.minimum(np.minimum(fixed_overlap / fixed_total, moving_overlap / moving_total), 1)
    correlation = np.where(coverage >= MIN_COVERAGE, product / np.sqrt(fixed_overlap * moving_overlap), -1)
    index = correlation.argmax(2)[..., None]  # (P, T, 1)
    shifts = np.concatenate([index % (2 * reach + 1), index // (2 * reach + 1)], 2).astype(np.float32) - reach
    highest, shares = (np.take_along_axis(of, index, 2)[..., 0] for of in (correlation, coverage))
    return _BestShifts(highest, shares, shifts)


def _energy_in_overlap(moving: Floats, reach: int) -> tuple[Floats, Floats]:
    """The energy of views (P, T, s * s) where the shifted first map lies (P, T, shifts), and all of it (P, T, 1).

    Both are at least 1e-6, because they are divisors.
    """
    count, view_count, cells = moving.shape
    side = math.isqrt(cells)
    frame = _shifted_copies(np.ones((1, 1, side), np.float32), reach)[0]  # (2 reach + 1, s), 1 where the map lies
    energy = np.square(moving).reshape(-1, side) @ frame.T  # (P * T * s, 2 reach + 1)
    overlap = (frame @ energy.reshape(count, view_count, side, -1)).reshape(count, view_count, -1)
    return np.maximum(overlap, 1e-6), np.maximum(np.square(moving).sum(2, keepdims=True), 1e-6)


def _shifted_copies(maps: Floats, reach: int) -> Floats:
    """Shift maps (P, h, w) by up to `reach` along each side longer than 1, padded with zeros: (P, shifts, h * w).

    Products with these copies are correlations; for so few shifts this is faster than the Fourier transform.
    """
    height, width = maps.shape[1:]
    down = reach if height > 1 else 0
    padded = np.pad(maps, ((0, 0), (down, down), (reach, reach)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    return windows.reshape(len(maps), -1, height * width)


def warp(maps: Floats, views: Floats) -> Floats:
    """Sample maps (P, s, s) through transforms, bilinearly, zero outside.

    Args:
        maps: (P, s, s) float32.
        views: (P, T, 2, 3), or (1, T, 2, 3) for all maps.

    Returns:
        (P, T, s * s).
    """
    side = maps.shape[-1]
    positions = (np.arange(side, dtype=np.float32) + 0.5) * (2 / side) - 1
    across, down, offset = np.moveaxis(views[..., None, None], 3, 0)  # (P, T, 2, 1, 1) each
    coordinates = across * positions + (offset + down * positions[:, None])  # (P, T, 2, s, s), x and y
    cells = (coordinates + 1) * (side / 2) - 0.5
    x, y = cells.transpose(2, 0, 1, 3, 4).reshape(2, len(views), -1, side)  # (P, T * s, s) each
    rows = np.broadcast_to(np.arange(len(views)), len(maps))
    warped = [cv2.remap(of, x[row], y[row], cv2.INTER_LINEAR) for of, row in zip(maps, rows.tolist(), strict=True)]
    return np.stack(warped).reshape(len(maps), -1, side * side)


# Transforms ----------------------------------------------------------------------------------------------------------


def coarse_views() -> Floats:
    """The transforms of the coarse search: four quarter turns, mirrored or not, in three scales, (24, 2, 3)."""
    quarters = np.array([[[1, 0], [0, 1]], [[0, -1], [1, 0]], [[-1, 0], [0, -1]], [[0, 1], [-1, 0]]])
    mirror = np.array([[-1, 0], [0, 1]])
    turns = np.concatenate([quarters, mirror @ quarters])  # (8, 2, 2)
    matrices = (turns[:, None] / np.array(COARSE_SCALES)[:, None, None]).reshape(-1, 2, 2)
    return np.concatenate([matrices, np.zeros((len(matrices), 2, 1))], 2).astype(np.float32)


def _fine_adjustments() -> Floats:
    """Small changes of scale and angle, (15, 2, 3)."""
    changes = [
        [[math.cos(angle) / scale, -math.sin(angle) / scale, 0], [math.sin(angle) / scale, math.cos(angle) / scale, 0]]
        for scale in FINE_SCALES
        for angle in map(math.radians, FINE_ANGLES)
    ]
    return np.array(changes, np.float32)


def translate(views: Floats, shifts: Floats) -> Floats:
    """Shift what transforms (..., 2, 3) show by `shifts` (..., 2): across and down, as shares of a side."""
    matrices = np.broadcast_to(views[..., :2], (*shifts.shape[:-1], 2, 2))
    offsets = views[..., 2:] - matrices @ (2 * shifts[..., None])
    return np.concatenate([matrices, offsets], -1)


def compose(outer: Floats, inner: Floats) -> Floats:
    """Compose transforms (..., 2, 3): the inner ones are applied first."""
    matrices = outer[..., :2] @ inner[..., :2]
    offsets = outer[..., :2] @ inner[..., 2:] + outer[..., 2:]
    return np.concatenate([matrices, offsets], -1)
