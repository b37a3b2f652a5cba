"""Image registration: aligning pairs of pictures by their edges, across quarter turns, mirroring, scale and shift.

    edge maps of a pair ──►──┤coarse: 24 views, all shifts├──►── the 2 best ──►──┤fine: 15 changes of each├──►──┐
                                                          transform and edge correlation of the best ──◄──┘

Copies and versions of one work have edges in the same places, whatever their colours. Different drawings of the same
subject don't. All shifts of a view are tried at once by normalised cross-correlation (Lewis, "Fast Template Matching",
Vision Interface 1995).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

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

    correlation: Tensor  # (P,), -1 to 1, of the edges where the pictures overlap
    coverage: Tensor  # (P,), share of the edges (their energy) in the overlap; the smaller one of both pictures' shares
    transforms: Tensor  # (P, 2, 3), from coordinates (-1 to 1) of the first picture to those of the second


def align(edge_maps: Tensor, pairs: Tensor) -> Alignment:
    """Find the best alignment of each pair.

    Args:
        edge_maps: (N, 32, 32).
        pairs: Rows of the edge maps (P, 2).
    """
    coarse = functional.avg_pool2d(edge_maps.unsqueeze(1), EDGE_MAP_SIDE // COARSE_SIDE)[:, 0]
    coarse = _standardise(coarse)  # (N, 16, 16)
    if not len(pairs):
        return Alignment(torch.empty(0), torch.empty(0), torch.empty(0, 2, 3))
    blocks = [_align_block(edge_maps, coarse, block) for block in pairs.split(PAIRS_PER_BLOCK)]
    return Alignment(*(torch.cat(parts) for parts in zip(*blocks, strict=True)))


def _standardise(maps: Tensor) -> Tensor:
    """Give each map (N, s, s) mean 0 and mean square 1."""
    centred = maps - maps.mean((1, 2), keepdim=True)
    return centred / centred.square().mean((1, 2), keepdim=True).sqrt().clamp(min=1e-6)


def _align_block(edge_maps: Tensor, coarse: Tensor, pairs: Tensor) -> Alignment:
    first, second = pairs.T
    views = coarse_views()  # (24, 2, 3)
    match = _best_shifts(coarse[first], coarse[second], views, COARSE_REACH)
    best_views = match.correlation.topk(MAX_REFINED_VIEWS, 1).indices  # (P, 2)
    shifted = translate(views, match.shifts / COARSE_SIDE)  # (P, 24, 2, 3)
    starts = shifted.gather(1, best_views.view(-1, MAX_REFINED_VIEWS, 1, 1).expand(-1, -1, 2, 3))
    refined = compose(starts.unsqueeze(2), _fine_adjustments()).flatten(1, 2)  # (P, 2 * 15, 2, 3)
    match = _best_shifts(edge_maps[first], edge_maps[second], refined, FINE_REACH)
    best = match.correlation.argmax(1, keepdim=True)  # (P, 1)
    shifted = translate(refined, match.shifts / EDGE_MAP_SIDE)
    transforms = shifted.gather(1, best.view(-1, 1, 1, 1).expand(-1, -1, 2, 3))[:, 0]
    return Alignment(match.correlation.gather(1, best)[:, 0], match.coverage.gather(1, best)[:, 0], transforms)


class _BestShifts(NamedTuple):
    """The best shift of each pair's second map in each of T views of it."""

    correlation: Tensor  # (P, T)
    coverage: Tensor  # (P, T)
    shifts: Tensor  # (P, T, 2), cells across and down


def _best_shifts(first: Tensor, second: Tensor, views: Tensor, reach: int) -> _BestShifts:
    """Correlate the first maps with views of the second maps at all shifts, and select the best shift of each view.

    Args:
        first: Edge maps (P, s, s).
        second: Edge maps (P, s, s).
        views: Transforms (T, 2, 3) or (P, T, 2, 3), from coordinates of the view to those of the second map.
        reach: The largest shift in each direction, in cells.
    """
    count, side = first.shape[0], first.shape[-1]
    warped = warp(torch.stack([second, torch.ones_like(second)], 1), views.expand(count, *views.shape[-3:]))
    inside = warped[:, :, 1]  # (P, T, s, s), 1 where the second map covers the view
    moving = warped[:, :, 0] * inside
    fixed, energy = _shifted_copies(first, reach), moving.square()
    product = moving.flatten(2) @ fixed.mT  # (P, T, (2 reach + 1)^2)
    fixed_overlap = (inside.flatten(2) @ fixed.square().mT).clamp(min=1e-6)  # energy of the first map in the overlap
    frame = _shifted_copies(torch.ones(1, 1, side), reach)[0]  # (2 reach + 1, s), 1 where the shifted first map lies
    moving_overlap = (frame @ energy @ frame.T).flatten(2).clamp(min=1e-6)
    fixed_total, moving_total = first.square().sum((1, 2)).view(-1, 1, 1), energy.sum((2, 3)).unsqueeze(2)
    shares = fixed_overlap / fixed_total.clamp(min=1e-6), moving_overlap / moving_total.clamp(min=1e-6)
    coverage = torch.minimum(*shares).clamp(max=1)
    correlation = torch.where(coverage >= MIN_COVERAGE, product / (fixed_overlap * moving_overlap).sqrt(), -1.0)
    highest, index = correlation.max(2)  # (P, T)
    shifts = torch.stack([index % (2 * reach + 1), index // (2 * reach + 1)], 2) - reach
    return _BestShifts(highest, coverage.gather(2, index.unsqueeze(2))[..., 0], shifts.float())


def _shifted_copies(maps: Tensor, reach: int) -> Tensor:
    """Shift maps (P, h, w) by up to `reach` along each side longer than 1, padded with zeros: (P, shifts, h * w).

    Products with these copies are correlations; for so few shifts this is faster than the Fourier transform.
    """
    height, width = maps.shape[1:]
    down = reach if height > 1 else 0
    padded = functional.pad(maps, (reach, reach, down, down))
    return padded.unfold(1, height, 1).unfold(2, width, 1).reshape(len(maps), -1, height * width)


def warp(maps: Tensor, views: Tensor) -> Tensor:
    """Sample maps (P, C, s, s) through transforms (P, T, 2, 3), zero outside: (P, T, C, s, s)."""
    count, view_count = views.shape[:2]
    channels, side = maps.shape[1], maps.shape[-1]
    positions = (torch.arange(side) + 0.5) * (2 / side) - 1
    a, b, c = (
        torch.view_as_complex(views[..., column].contiguous()).view(count, view_count, 1, 1) for column in range(3)
    )
    # Complex numbers are faster than pairs of real ones.
    grid = torch.view_as_real(a * positions + c + b * positions.view(side, 1))  # (P, T, s, s, 2)
    tall = grid.view(count, view_count * side, side, 2)  # all views of a map in one call, so that maps aren't repeated
    sampled = functional.grid_sample(maps, tall, align_corners=False)  # (P, C, T * s, s)
    return sampled.view(count, channels, view_count, side, side).transpose(1, 2)


# Transforms ----------------------------------------------------------------------------------------------------------


def coarse_views() -> Tensor:
    """The transforms of the coarse search: four quarter turns, mirrored or not, in three scales, (24, 2, 3)."""
    quarters = torch.tensor([[[1, 0], [0, 1]], [[0, -1], [1, 0]], [[-1, 0], [0, -1]], [[0, 1], [-1, 0]]]).float()
    mirror = torch.tensor([[-1.0, 0.0], [0.0, 1.0]])
    turns = torch.cat([quarters, mirror @ quarters])  # (8, 2, 2)
    scales = 1 / torch.tensor(COARSE_SCALES)
    matrices = (turns.unsqueeze(1) * scales.view(-1, 1, 1)).flatten(0, 1)
    return torch.cat([matrices, torch.zeros(len(matrices), 2, 1)], 2)


def _fine_adjustments() -> Tensor:
    """Small changes of scale and angle, (15, 2, 3)."""
    changes = [
        [[math.cos(angle) / scale, -math.sin(angle) / scale, 0], [math.sin(angle) / scale, math.cos(angle) / scale, 0]]
        for scale in FINE_SCALES
        for angle in map(math.radians, FINE_ANGLES)
    ]
    return torch.tensor(changes)


def translate(views: Tensor, shifts: Tensor) -> Tensor:
    """Shift what transforms (..., 2, 3) show by `shifts` (..., 2): across and down, as shares of a side."""
    matrices = views[..., :2].expand(*shifts.shape[:-1], 2, 2)
    offsets = views[..., 2].expand(shifts.shape) - torch.einsum("...ij,...j->...i", matrices, 2 * shifts)
    return torch.cat([matrices, offsets.unsqueeze(-1)], -1)


def compose(outer: Tensor, inner: Tensor) -> Tensor:
    """Compose transforms (..., 2, 3): the inner ones are applied first."""
    matrices = outer[..., :2] @ inner[..., :2]
    offsets = outer[..., :2] @ inner[..., 2:] + outer[..., 2:]
    return torch.cat([matrices, offsets.expand(*matrices.shape[:-1], 1)], -1)
