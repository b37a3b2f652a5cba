"""What two pictures have in common once one is laid over the other: the numbers by which a pair is judged.

A resaved, faded or recoloured copy has, at each place, a colour that follows from the other's colour there. Line art
or a wash does not: edges stay where they are, but what lies between them is another thing. Numbers that two pictures
each have come as the lesser and the greater, so that it does not matter which picture is named first.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from pochade.analysis.arrays import Integers
from pochade.analysis.registration import Overlay, warped
from pochade.images.features.edge_map import edge_map, halved

COLOURS, GREYS = 5, 12  # levels of each channel, or of grey, in the table from one picture's tones to the other's
TONES = 8  # levels of each channel, where colours are counted
PAIRS = 64  # at once: bounds the memory
FAINT = 1e-3  # variance of colour that is as good as none
INSIDE = 0.99  # of a pixel that comes from the second picture, not from beside it
WHITE = 0.92  # of the darkest channel from which paper is white
COMPARED = 28  # numbers for each pair


class Traits(NamedTuple):
    """What a picture is like where it lies under the other; each (P,)."""

    edges: Tensor  # mean step between neighbours
    colour: Tensor  # mean difference of the strongest and the weakest channel
    light: Tensor  # mean of the channels
    white: Tensor  # share of white
    sharpness: Tensor  # of the steps, in how few pixels they happen
    contrast: Tensor  # variance of the light
    variety: Tensor  # of the colours: their entropy, in nats


class Subjects(NamedTuple):
    """What is kept of pictures for comparing them: 11 kB each."""

    maps: Tensor  # (N, 32, 32), their edges
    small: Tensor  # (N, 3, 48, 48) uint8


def subjects(pictures: Sequence[Integers]) -> Subjects:
    """What is to be kept of subjects in their squares, each (96, 96, 3) uint8."""
    maps = [torch.from_numpy(edge_map(each)) for each in pictures]
    small = [torch.from_numpy(halved(each)) for each in pictures]
    return Subjects(torch.stack(maps).float(), torch.stack(small).permute(0, 3, 1, 2))


def compared(small: Tensor, looks: Tensor, pairs: Tensor, overlay: Overlay) -> Tensor:
    """What is to be said of each pair, (P, 28).

    Args:
        small: N pictures (N, 3, 48, 48) uint8.
        looks: Their looks (N, D), unit length.
        pairs: Rows of two pictures (P, 2).
        overlay: How the second picture of each pair lies best upon the first.
    """
    starts = range(0, len(pairs), PAIRS)
    some = [[each[start : start + PAIRS] for each in (pairs, *overlay)] for start in starts]
    parts = [compared_some(small, looks, own, Overlay(*laid)) for own, *laid in some]
    return torch.cat([torch.empty(0, COMPARED), *parts])


def compared_some(small: Tensor, looks: Tensor, pairs: Tensor, overlay: Overlay) -> Tensor:
    """The same for a few pairs."""
    first, second, there = laid(small, pairs, overlay)
    one, other = traits(first, there), traits(second, there)
    both = [
        (unexplained(first, second, there, COLOURS), unexplained(second, first, there, COLOURS)),
        (unexplained(grey(first), second, there, GREYS), unexplained(grey(second), first, there, GREYS)),
        *zip(one, other, strict=True),
    ]
    ordered = [each for pair in both for each in (torch.minimum(*pair), torch.maximum(*pair))]
    cosines = (looks[pairs[:, 0]] * looks[pairs[:, 1]]).sum(1)
    difference = mean((first - second).abs().mean(1, keepdim=True), there)
    alone = [cosines, overlay.agreement, overlay.covered, likeness(first, second, there), difference]
    return torch.stack([*alone, *ordered, *motion(overlay.transforms)], 1)


def motion(transforms: Tensor) -> tuple[Tensor, ...]:
    """What had to be done to lay one over the other (P, 2, 3): a copy is seldom turned and cropped and recoloured.

    Mirrored or not, turned by quarters or not, enlarged or shrunk, crooked, moved; each (P,).
    """
    matrices, shifts = transforms[..., :2], transforms[..., 2]
    areas = matrices[:, 0, 0] * matrices[:, 1, 1] - matrices[:, 0, 1] * matrices[:, 1, 0]
    mirrored = (areas < 0).float()
    across, down = matrices[:, 0, 0] * areas.sign(), matrices[:, 1, 0] * areas.sign()
    angles = torch.atan2(down, across)
    quarters = (angles / (math.pi / 2)).round()
    crooked = (angles - quarters * (math.pi / 2)).abs()
    return mirrored, (quarters != 0).float(), areas.abs().clamp(min=1e-6).log().abs(), crooked, shifts.norm(dim=1)


def laid(small: Tensor, pairs: Tensor, overlay: Overlay) -> tuple[Tensor, Tensor, Tensor]:
    """The first pictures of pairs and the second ones laid over them, (P, 3, 48, 48), and where both are."""
    first, second = small[pairs[:, 0]] / 255, small[pairs[:, 1]] / 255
    seen = warped(torch.cat([second, torch.ones_like(second[:, :1])], 1), overlay.transforms.unsqueeze(1))[:, 0]
    there = (seen[:, 3:] > INSIDE).float()
    return first, seen[:, :3] * there + (1 - there), there


def mean(values: Tensor, there: Tensor) -> Tensor:
    """The mean of values (P, 1, s, s) over where both pictures are, (P,)."""
    means: Tensor = (values * there).sum((1, 2, 3)) / there.sum((1, 2, 3)).clamp(min=1)
    return means


def grey(x: Tensor) -> Tensor:
    """The mean of the channels, (P, 1, s, s)."""
    return x.mean(1, keepdim=True)


def traits(x: Tensor, there: Tensor) -> Traits:
    """What pictures (P, 3, s, s) are like where both are."""
    across = (x[..., 1:] - x[..., :-1]).abs().amax(1, keepdim=True) * there[..., 1:] * there[..., :-1]
    down = (x[..., 1:, :] - x[..., :-1, :]).abs().amax(1, keepdim=True) * there[..., 1:, :] * there[..., :-1, :]
    steps = functional.pad(across, (0, 1)) + functional.pad(down, (0, 0, 0, 1))
    squares = functional.pad(across.square(), (0, 1)) + functional.pad(down.square(), (0, 0, 0, 1))
    strength, light = mean(steps, there), mean(grey(x), there)
    return Traits(
        strength,
        mean(x.amax(1, keepdim=True) - x.amin(1, keepdim=True), there),
        light,
        mean((x.amin(1, keepdim=True) > WHITE).float(), there),
        mean(squares, there) / (strength + FAINT),
        mean((grey(x) - light.view(-1, 1, 1, 1)).square(), there),
        variety(x, there),
    )


def variety(x: Tensor, there: Tensor) -> Tensor:
    """How many colours pictures have, and how evenly: the entropy of their shares, (P,)."""
    sizes = torch.zeros(len(x), TONES**3).scatter_add_(1, codes_of(x, TONES), there.flatten(1))
    shares = sizes / sizes.sum(1, keepdim=True).clamp(min=1)
    return -(shares * shares.clamp(min=1e-9).log()).sum(1)


def codes_of(x: Tensor, levels: int) -> Tensor:
    """The number of each pixel's colour when each channel has so many levels, (P, s * s)."""
    weights = torch.tensor([levels**channel for channel in range(x.shape[1])]).view(1, -1, 1, 1)
    codes: Tensor = ((x * (levels - 1)).round().long() * weights).sum(1).flatten(1)
    return codes


def likeness(first: Tensor, second: Tensor, there: Tensor) -> Tensor:
    """The correlation of the lights of two pictures, (P,)."""
    one, other = ((grey(x) - mean(grey(x), there).view(-1, 1, 1, 1)) * there for x in (first, second))
    squares = one.square().sum((1, 2, 3)) * other.square().sum((1, 2, 3))
    correlation: Tensor = ((one * other).sum((1, 2, 3)) + FAINT) / (squares.sqrt() + FAINT)
    return correlation


def unexplained(known: Tensor, asked: Tensor, there: Tensor, levels: int) -> Tensor:
    """How much of a picture's colour does not follow from the other's colour at the same place, (P,), 0 to 1.

    A table from the colours of the one, in coarse levels, to the mean colour of the other leaves a rest of the
    variance.

    Args:
        known: The one (P, 1 or 3, s, s).
        asked: The other (P, 3, s, s).
        there: Where both are (P, 1, s, s).
        levels: Of each channel of the known.
    """
    count, channels = known.shape[:2]
    codes = codes_of(known, levels)
    sizes = torch.zeros(count, levels**channels).scatter_add_(1, codes, there.flatten(1))
    values = asked.flatten(2) * there.flatten(2)  # (P, 3, s * s)
    sums = torch.zeros(count, 3, levels**channels).scatter_add_(2, codes.unsqueeze(1).expand(-1, 3, -1), values)
    total = there.sum((1, 2, 3)).clamp(min=1).view(-1, 1)
    middle = (values.sum(2) / total).square()
    explained = (sums.square() / sizes.unsqueeze(1).clamp(min=1)).sum(2) / total - middle  # (P, 3)
    variance = (asked.flatten(2) * values).sum(2) / total - middle
    return 1 - (explained.sum(1) + FAINT) / (variance.sum(1) + FAINT)
