"""Laying one picture over another: how well their edges agree, turned, mirrored, shifted and scaled as suits best.

Two pieces whose looks are near may still be two works. Here their edges are compared place by place: copies and stages
of one work agree, whatever their colours, and two different drawings of the same kind do not. First roughly, in eight
turns and three sizes, then closely about the best of these. In each of these all shifts are tried at once (normalised
cross-correlation: Lewis, "Fast Template Matching", Vision Interface 1995).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from pochade.images.features.edge_map import SIDE

ROUGH = 16  # places a side on which they are compared first
ROUGH_SCALES = (0.75, 1.0, 1.33)
SCALES = (0.87, 0.93, 1.0, 1.07, 1.15)  # tried about the best rough one
TILTS = (-4.0, 0.0, 4.0)  # degrees
TURNS = 8  # four quarters, mirrored or not
SHORTLIST = 2  # ways that are looked at closely
FARTHEST = 8  # places, of 16, by which a picture is moved over the other; closely, as many of 32 less what is known
CLOSELY = 3
FEWEST = 0.4  # of either picture's edges that must lie under the other
PAIRS = 32  # at once: what stays near the processor


class Overlay(NamedTuple):
    """How the second picture of each pair lies best upon the first."""

    agreement: Tensor  # (P,), correlation of the edges where both pictures are, -1 to 1
    covered: Tensor  # (P,), the smaller share of either one's edges that lies under the other
    transforms: Tensor  # (P, 2, 3), from the first one's coordinates, -1 to 1, to the second one's


def evened(maps: Tensor) -> Tensor:
    """Maps (N, s, s) less their mean, of mean square 1."""
    centred = maps - maps.mean((1, 2), keepdim=True)
    return centred / centred.square().mean((1, 2), keepdim=True).sqrt().clamp(min=1e-6)


def overlaid(maps: Tensor, pairs: Tensor) -> Overlay:
    """The best overlay of each pair (P, 2) of rows of edge maps (N, 32, 32)."""
    rough = evened(functional.avg_pool2d(maps.unsqueeze(1), SIDE // ROUGH)[:, 0])  # (N, 16, 16)
    if not len(pairs):
        return Overlay(torch.empty(0), torch.empty(0), torch.empty(0, 2, 3))
    parts = [overlay_of(maps, rough, some) for some in pairs.split(PAIRS)]
    return Overlay(*(torch.cat(each) for each in zip(*parts, strict=True)))


def overlay_of(maps: Tensor, rough: Tensor, pairs: Tensor) -> Overlay:
    """The same for a few pairs: roughly in all turns and sizes, then closely about the best of these."""
    first, second = pairs.T
    views = transforms_of_turns()  # (24, 2, 3)
    found = matched(rough[first], rough[second], views, FARTHEST)
    ways = found.agreement.topk(SHORTLIST, 1).indices  # (P, 2)
    known = moved(views, found.shifts / ROUGH)  # (P, 24, 2, 3)
    begun = known.gather(1, ways.view(-1, SHORTLIST, 1, 1).expand(-1, -1, 2, 3))
    close = composed(begun.unsqueeze(2), nudges()).flatten(1, 2)  # (P, 2 * 15, 2, 3)
    found = matched(maps[first], maps[second], close, CLOSELY)
    best = found.agreement.argmax(1, keepdim=True)  # (P, 1)
    settled = moved(close, found.shifts / SIDE).gather(1, best.view(-1, 1, 1, 1).expand(-1, -1, 2, 3))[:, 0]
    return Overlay(found.agreement.gather(1, best)[:, 0], found.covered.gather(1, best)[:, 0], settled)


class Matched(NamedTuple):
    """The best shift of each pair's second map in each of T views of it."""

    agreement: Tensor  # (P, T)
    covered: Tensor  # (P, T)
    shifts: Tensor  # (P, T, 2), places across and down by which the view is moved


def matched(first: Tensor, second: Tensor, views: Tensor, reach: int) -> Matched:
    """Correlate the first maps (P, s, s) with views of the second ones, in every shift up to a reach.

    Args:
        first: Edge maps.
        second: Edge maps of the same size.
        views: Transforms (T, 2, 3) or (P, T, 2, 3), from the view's coordinates to the second map's.
        reach: Places, in each direction.
    """
    count, side = first.shape[0], first.shape[-1]
    seen = warped(torch.stack([second, torch.ones_like(second)], 1), views.expand(count, *views.shape[-3:]))
    theirs, there = seen[:, :, 0] * seen[:, :, 1], seen[:, :, 1]  # (P, T, s, s)
    own, squares = in_every_shift(first, reach), theirs.square()
    product = theirs.flatten(2) @ own.mT  # (P, T, (2 reach + 1)^2)
    beneath = (there.flatten(2) @ own.square().mT).clamp(min=1e-6)  # the first one's, under the second
    frame = in_every_shift(torch.ones(1, 1, side), reach)[0]  # along one side: (2 reach + 1, s)
    above = (frame @ squares @ frame.T).flatten(2).clamp(min=1e-6)
    total, whole = first.square().sum((1, 2)).view(-1, 1, 1), squares.sum((2, 3)).unsqueeze(2)
    covered = torch.minimum(beneath / total.clamp(min=1e-6), above / whole.clamp(min=1e-6)).clamp(max=1)
    agreement = torch.where(covered >= FEWEST, product / (beneath * above).sqrt(), -1.0)
    value, place = agreement.max(2)  # (P, T)
    shifts = torch.stack([place % (2 * reach + 1), place // (2 * reach + 1)], 2) - reach
    return Matched(value, covered.gather(2, place.unsqueeze(2))[..., 0], shifts.float())


def in_every_shift(maps: Tensor, reach: int) -> Tensor:
    """Maps (P, h, w) moved by up to a reach along each side longer than one, nothing beyond them: (P, shifts, h * w).

    Their products with other maps are correlations: for so few shifts faster than by the Fourier transform.
    """
    high, wide = maps.shape[1:]
    down = reach if high > 1 else 0
    padded = functional.pad(maps, (reach, reach, down, down))
    return padded.unfold(1, high, 1).unfold(2, wide, 1).reshape(len(maps), -1, high * wide)


def warped(maps: Tensor, views: Tensor) -> Tensor:
    """Maps (P, C, s, s) as seen through transforms (P, T, 2, 3), nothing outside: (P, T, C, s, s)."""
    count, ways = views.shape[:2]
    channels, side = maps.shape[1], maps.shape[-1]
    steps = (torch.arange(side) + 0.5) * (2 / side) - 1
    a, b, c = (torch.view_as_complex(views[..., each].contiguous()).view(count, ways, 1, 1) for each in range(3))
    grid = torch.view_as_real(
        a * steps + c + b * steps.view(side, 1)
    )  # (P, T, s, s, 2): as complex numbers it is quick
    tall = grid.view(count, ways * side, side, 2)  # all views of a map at once: its pixels are not repeated
    seen = functional.grid_sample(maps, tall, align_corners=False)  # (P, C, T * s, s)
    return seen.view(count, channels, ways, side, side).transpose(1, 2)


# Transforms ----------------------------------------------------------------------------------------------------------


def transforms_of_turns() -> Tensor:
    """Views in eight turns and three sizes, (24, 2, 3)."""
    quarters = torch.tensor([[[1, 0], [0, 1]], [[0, -1], [1, 0]], [[-1, 0], [0, -1]], [[0, 1], [-1, 0]]]).float()
    mirror = torch.tensor([[-1.0, 0.0], [0.0, 1.0]])
    turns = torch.cat([quarters, mirror @ quarters])  # (8, 2, 2)
    sizes = 1 / torch.tensor(ROUGH_SCALES)
    matrices = (turns.unsqueeze(1) * sizes.view(-1, 1, 1)).flatten(0, 1)
    return torch.cat([matrices, torch.zeros(len(matrices), 2, 1)], 2)


def nudges() -> Tensor:
    """Small changes of size and angle, (15, 2, 3)."""
    changes = [
        [[math.cos(angle) / scale, -math.sin(angle) / scale, 0], [math.sin(angle) / scale, math.cos(angle) / scale, 0]]
        for scale in SCALES
        for angle in map(math.radians, TILTS)
    ]
    return torch.tensor(changes)


def moved(views: Tensor, shifts: Tensor) -> Tensor:
    """Transforms (..., 2, 3) whose views then were moved by shifts (..., 2), in sides across and down."""
    matrices = views[..., :2].expand(*shifts.shape[:-1], 2, 2)
    offsets = views[..., 2].expand(shifts.shape) - torch.einsum("...ij,...j->...i", matrices, 2 * shifts)
    return torch.cat([matrices, offsets.unsqueeze(-1)], -1)


def composed(outer: Tensor, inner: Tensor) -> Tensor:
    """First the inner transforms, then the outer ones; each (..., 2, 3)."""
    matrices = outer[..., :2] @ inner[..., :2]
    offsets = outer[..., :2] @ inner[..., 2:] + outer[..., 2:]
    return torch.cat([matrices, offsets.expand(*matrices.shape[:-1], 1)], -1)
