"""Features of aligned pairs of pictures, from which the pair model classifies how the two are related.

    embeddings, alignment ──►──┤cosine, edge correlation, overlap, transform├──►──┐
    both pictures         ──►──┤unexplained colour, statistics of each      ├──►──┴──► 28 numbers

In a resaved, faded or recoloured copy, the colour at each place can be predicted from the original's colour there. In
line art or a wash it can't, although the edges are in the same places. Features of a single picture are included as the
smaller and the larger of both values, so that the order of the pair doesn't matter.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from pochade.analysis.arrays import Integers
from pochade.analysis.registration import Alignment, warp
from pochade.images.features.edge_map import edge_map, halve

FEATURES_PER_PAIR = 28
COLOUR_LEVELS, GREY_LEVELS = 5, 12  # per channel, of the colours from which the other picture's are predicted
ENTROPY_LEVELS = 8  # per channel, in the histogram of colours
PAIRS_PER_BLOCK = 64  # bounds the memory
MIN_VARIANCE = 1e-3  # added to variances, so that quotients are finite and stable
MIN_PIXEL_COVERAGE = 0.99  # share of a pixel that the second picture must cover for it to be in the overlap
WHITE_LEVEL = 0.92  # of the darkest channel; pixels above it count as white


class _OverlapStatistics(NamedTuple):
    """Statistics of a picture where it overlaps the other; each (P,)."""

    edge_strength: Tensor  # mean step between neighbouring pixels
    saturation: Tensor  # mean difference of the largest and the smallest channel
    lightness: Tensor  # mean of the channels
    white_share: Tensor  # share of the pixels that are white
    sharpness: Tensor  # mean squared step over mean step: high if the steps are concentrated in few pixels
    contrast: Tensor  # variance of the lightness
    colour_entropy: Tensor  # nats


class PairInputs(NamedTuple):
    """The reduced forms of N pictures that comparing needs: 11 kB each."""

    edge_maps: Tensor  # (N, 32, 32)
    pixels: Tensor  # (N, 3, 48, 48) uint8


def prepare_inputs(pictures: Sequence[Integers]) -> PairInputs:
    """Reduce letterboxed pictures (96, 96, 3) uint8 to what comparing needs."""
    maps = [torch.from_numpy(edge_map(picture)) for picture in pictures]
    pixels = [torch.from_numpy(halve(picture)) for picture in pictures]
    return PairInputs(torch.stack(maps).float(), torch.stack(pixels).permute(0, 3, 1, 2))


def pair_features(pixels: Tensor, embeddings: Tensor, pairs: Tensor, alignment: Alignment) -> Tensor:
    """Compute the features of each pair, (P, 28).

    Args:
        pixels: N pictures (N, 3, 48, 48) uint8.
        embeddings: Their embeddings (N, D), of unit length.
        pairs: The rows of both pictures of each pair (P, 2).
        alignment: The alignment of each pair.
    """
    blocks = [torch.empty(0, FEATURES_PER_PAIR)]
    for start in range(0, len(pairs), PAIRS_PER_BLOCK):
        block = slice(start, start + PAIRS_PER_BLOCK)
        aligned = Alignment(*(values[block] for values in alignment))
        blocks.append(_block_features(pixels, embeddings, pairs[block], aligned))
    return torch.cat(blocks)


def _block_features(pixels: Tensor, embeddings: Tensor, pairs: Tensor, alignment: Alignment) -> Tensor:
    first, second, mask = _overlap(pixels, pairs, alignment)
    per_picture = [
        (
            _unexplained_variance(first, second, mask, COLOUR_LEVELS),
            _unexplained_variance(second, first, mask, COLOUR_LEVELS),
        ),
        (
            _unexplained_variance(_grey(first), second, mask, GREY_LEVELS),
            _unexplained_variance(_grey(second), first, mask, GREY_LEVELS),
        ),
        *zip(_overlap_statistics(first, mask), _overlap_statistics(second, mask), strict=True),
    ]
    ordered = [value for pair in per_picture for value in (torch.minimum(*pair), torch.maximum(*pair))]
    cosines = (embeddings[pairs[:, 0]] * embeddings[pairs[:, 1]]).sum(1)
    difference = _masked_mean((first - second).abs().mean(1, keepdim=True), mask)
    shared = [cosines, alignment.correlation, alignment.coverage, _correlation(first, second, mask), difference]
    return torch.stack([*shared, *ordered, *_transform_features(alignment.transforms)], 1)


def _transform_features(transforms: Tensor) -> tuple[Tensor, ...]:
    """The parts of transforms (P, 2, 3): mirrored, turned by quarters, log-scale, tilt in radians, shift; each (P,).

    They help because a copy is seldom turned, cropped and recoloured all at once.
    """
    matrices, shifts = transforms[..., :2], transforms[..., 2]
    areas = matrices[:, 0, 0] * matrices[:, 1, 1] - matrices[:, 0, 1] * matrices[:, 1, 0]
    mirrored = (areas < 0).float()
    across, down = matrices[:, 0, 0] * areas.sign(), matrices[:, 1, 0] * areas.sign()
    angles = torch.atan2(down, across)
    quarters = (angles / (math.pi / 2)).round()
    tilt = (angles - quarters * (math.pi / 2)).abs()
    return mirrored, (quarters != 0).float(), areas.abs().clamp(min=1e-6).log().abs(), tilt, shifts.norm(dim=1)


def _overlap(pixels: Tensor, pairs: Tensor, alignment: Alignment) -> tuple[Tensor, Tensor, Tensor]:
    """The first pictures, the second pictures aligned with them, and the overlap mask.

    Returns:
        Two stacks of pictures (P, 3, 48, 48) in [0, 1], the second white outside the mask (P, 1, 48, 48).
    """
    first, second = pixels[pairs[:, 0]] / 255, pixels[pairs[:, 1]] / 255
    warped = warp(torch.cat([second, torch.ones_like(second[:, :1])], 1), alignment.transforms.unsqueeze(1))[:, 0]
    mask = (warped[:, 3:] > MIN_PIXEL_COVERAGE).float()
    return first, warped[:, :3] * mask + (1 - mask), mask


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of values (P, 1, s, s) over the mask, (P,)."""
    means: Tensor = (values * mask).sum((1, 2, 3)) / mask.sum((1, 2, 3)).clamp(min=1)
    return means


def _grey(x: Tensor) -> Tensor:
    return x.mean(1, keepdim=True)  # (P, 1, s, s)


def _overlap_statistics(x: Tensor, mask: Tensor) -> _OverlapStatistics:
    """The statistics of pictures (P, 3, s, s) over the mask."""
    across = (x[..., 1:] - x[..., :-1]).abs().amax(1, keepdim=True) * mask[..., 1:] * mask[..., :-1]
    down = (x[..., 1:, :] - x[..., :-1, :]).abs().amax(1, keepdim=True) * mask[..., 1:, :] * mask[..., :-1, :]
    steps = functional.pad(across, (0, 1)) + functional.pad(down, (0, 0, 0, 1))
    squares = functional.pad(across.square(), (0, 1)) + functional.pad(down.square(), (0, 0, 0, 1))
    strength, lightness = _masked_mean(steps, mask), _masked_mean(_grey(x), mask)
    return _OverlapStatistics(
        strength,
        _masked_mean(x.amax(1, keepdim=True) - x.amin(1, keepdim=True), mask),
        lightness,
        _masked_mean((x.amin(1, keepdim=True) > WHITE_LEVEL).float(), mask),
        _masked_mean(squares, mask) / (strength + MIN_VARIANCE),
        _masked_mean((_grey(x) - lightness.view(-1, 1, 1, 1)).square(), mask),
        _colour_entropy(x, mask),
    )


def _colour_entropy(x: Tensor, mask: Tensor) -> Tensor:
    """The entropy of the histogram of colours over the mask, in nats: (P,)."""
    counts = torch.zeros(len(x), ENTROPY_LEVELS**3)
    counts.scatter_add_(1, _colour_indices(x, ENTROPY_LEVELS), mask.flatten(1))
    shares = counts / counts.sum(1, keepdim=True).clamp(min=1)
    return -(shares * shares.clamp(min=1e-9).log()).sum(1)


def _colour_indices(x: Tensor, levels: int) -> Tensor:
    """The index of each pixel's colour after rounding each channel to `levels` levels, (P, s * s)."""
    weights = torch.tensor([levels**channel for channel in range(x.shape[1])]).view(1, -1, 1, 1)
    indices: Tensor = ((x * (levels - 1)).round().long() * weights).sum(1).flatten(1)
    return indices


def _correlation(first: Tensor, second: Tensor, mask: Tensor) -> Tensor:
    """The correlation of the lightness of two pictures over the mask, (P,)."""
    a, b = ((_grey(x) - _masked_mean(_grey(x), mask).view(-1, 1, 1, 1)) * mask for x in (first, second))
    squares = a.square().sum((1, 2, 3)) * b.square().sum((1, 2, 3))
    correlation: Tensor = ((a * b).sum((1, 2, 3)) + MIN_VARIANCE) / (squares.sqrt() + MIN_VARIANCE)
    return correlation


def _unexplained_variance(source: Tensor, target: Tensor, mask: Tensor, levels: int) -> Tensor:
    """The share of the target's colour variance that the source's colour at the same place doesn't explain, (P,).

    The prediction for a source colour, rounded to a few levels, is the mean target colour where it occurs.

    Args:
        source: (P, 1 or 3, s, s).
        target: (P, 3, s, s).
        mask: Where the pictures overlap (P, 1, s, s).
        levels: How many levels each channel of the source is rounded to.
    """
    count, channels = source.shape[:2]
    indices = _colour_indices(source, levels)
    counts = torch.zeros(count, levels**channels).scatter_add_(1, indices, mask.flatten(1))
    values = target.flatten(2) * mask.flatten(2)  # (P, 3, s * s)
    sums = torch.zeros(count, 3, levels**channels).scatter_add_(2, indices.unsqueeze(1).expand(-1, 3, -1), values)
    total = mask.sum((1, 2, 3)).clamp(min=1).view(-1, 1)
    squared_mean = (values.sum(2) / total).square()
    explained = (sums.square() / counts.unsqueeze(1).clamp(min=1)).sum(2) / total - squared_mean  # (P, 3)
    variance = (target.flatten(2) * values).sum(2) / total - squared_mean
    return 1 - (explained.sum(1) + MIN_VARIANCE) / (variance.sum(1) + MIN_VARIANCE)
