"""Synthetic damage with sharp edges: dark and light dust, hairs, curls, lint and scratches.

The sizes in millimetres follow the annotated dust of Ivanova et al., "Simulating analogue film damage to analyse and
improve artefact restoration on high-resolution scans" (Computer Graphics Forum 42, 2023): dust of 0.08 mm, hairs of
0.04 x 0.8 mm. Dust on the glass of a flatbed scanner is rarer and larger, so the tails here are wider.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pochade.training.augment.marks import Specks, Threads, draw_specks, draw_threads, spread_marks
from pochade.training.augment.random_fields import blur, constant, log_uniform
from pochade.training.augment.random_numbers import RandomNumbers

MAX_SPECKS, MAX_THREADS, MAX_POINTS = 20_000, 3_000, 512
PATCH_PIXELS = 128**2  # an area; the lists have room for the marks on so many pixels at 150 to 600 dots per inch:
MEAN_DUST, MOST_DUST, MEAN_THREADS, MOST_THREADS = 11, 120, 1.3, 16  # mean of a batch, and most of one patch
SMALL_REACH, LARGE_REACH = 4, 12  # pixels
LOBE_ROOM = 1.4  # how much further than its radius a speck may reach
SHADOW_STRENGTH = 0.12


@dataclass(frozen=True)
class DustKind:
    """What dust of one tone is like: "dust" is dark, "flecks" are light."""

    chance: float  # of a sheet
    density: tuple[float, float]  # per square centimetre, log-uniform
    tone: tuple[float, float]
    light_share: float = 0.0  # share of the sheets on which it is light
    at_least: float = 0.0  # mean number on a sheet of any size, besides those by density


@dataclass(frozen=True)
class ThreadKind(DustKind):
    """What threads of one kind are like."""

    length: tuple[float, float, float] = (1.0, 0.0, 1.0)  # mm: median, deviation of the logarithm, longest
    width: tuple[float, float] = (0.03, 0.09)  # mm
    bend: tuple[float, float] = (0.2, 2.5)  # radians
    opacity: tuple[float, float] = (0.3, 1.0)


DUST_KINDS = {
    "dust": DustKind(0.85, (0.2, 24), (0.0, 0.45)),
    "flecks": DustKind(0.6, (0.1, 10), (0.75, 1.0)),
}
THREAD_KINDS = {
    "hairs": ThreadKind(0.5, (0.02, 3), (0.0, 0.4), 0.3, 0, (1.6, 0.9, 30), (0.03, 0.12)),
    "curls": ThreadKind(0.12, (0.02, 0.2), (0.0, 0.4), 0.3, 0.7, (5.0, 0.5, 30), (0.04, 0.1), (2.5, 7.0)),
    "lint": ThreadKind(0.1, (0.03, 0.1), (0.2, 0.7), 0.0, 1.2, (7.0, 0.4, 15), (0.04, 0.1), (3.0, 9.0), (0.3, 0.8)),
    "scratches": ThreadKind(
        0.15, (0.03, 0.3), (0.92, 1.0), 0.0, 1.2, (8.0, 1.1, 60), (0.03, 0.1), (0.0, 0.1), (0.2, 0.8)
    ),
}
SPECK_KINDS = {**DUST_KINDS, **THREAD_KINDS}


def add_specks(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: frozenset[str]) -> tuple[Tensor, Tensor]:
    """Put specks of several kinds on sheets.

    Args:
        random: The source of all randomness.
        x: The sheets (B, 3, H, W), from 0 to 1.
        dots_per_mm: Their resolutions (B,).
        kinds: Names of `SPECK_KINDS`; other names are ignored.

    Returns:
        The sheets with specks (B, 3, H, W), and how much of each pixel they cover (B, 1, H, W).
    """
    dust = [kind for name, kind in DUST_KINDS.items() if name in kinds]
    threads = [kind for name, kind in THREAD_KINDS.items() if name in kinds]
    parts = [_draw_dust(random, x, dots_per_mm, dust)] if dust else []
    parts += [_draw_threads(random, x, dots_per_mm, threads)] if threads else []
    layers = [layer for part in parts for layer in part]
    x, cover = x.clone(), torch.zeros_like(x[:, :1])
    for layer, kind in zip(layers, (*dust, *threads), strict=True):
        x.lerp_(_random_colours(random, len(x), kind), layer)
        torch.maximum(cover, layer, out=cover)
    return x, cover


def add_speck_shadows(random: RandomNumbers, x: Tensor, cover: Tensor, share: float) -> None:
    """Add faint shadows below the specks of a share of the sheets, in place: specks do not lie flat on the paper."""
    shadow = blur(cover, torch.full_like(x[:, 0, 0, 0], 0.8), 0.8).roll(1, 2)  # one pixel lower
    shadow[:, :, :1] = 0
    strength = random.mask(len(x), share).view(-1, 1, 1, 1) * SHADOW_STRENGTH
    x.mul_(1 - strength * (shadow - cover).clamp_(0, 1))


def _random_colours(random: RandomNumbers, count: int, kind: DustKind) -> Tensor:
    """A colour for the marks of each sheet (B, 3, 1, 1), grey to a few levels."""
    tone = random.per_picture(count, *kind.tone)
    light = random.mask(count, kind.light_share).view(-1, 1, 1, 1)
    tone = torch.where(light, random.per_picture(count, 0.9, 1), tone)
    return (tone + random.normal((count, 3, 1, 1), 0.03)).clamp_(0, 1)


def _per_kind(values: Iterable[float], device: torch.device) -> Tensor:
    """A number of each kind (K,)."""
    return constant(tuple(values), device)


def _between(random: RandomNumbers, ranges: Iterable[tuple[float, float]], kinds: Tensor) -> Tensor:
    """A random number for each mark (N,), uniform in the range of its kind."""
    low, high = (_per_kind(values, kinds.device)[kinds] for values in zip(*ranges, strict=True))
    return torch.lerp(low, high, random.uniform((len(kinds),)))


def _mean_counts(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: Sequence[DustKind]) -> Tensor:
    """The mean number of marks of each kind on each sheet (K x B,), 0 where there are none."""
    shape, device = (len(kinds), len(x)), x.device
    area = math.prod(x.shape[2:]) / (10 * dots_per_mm).square()  # square centimetres
    low, high = (_per_kind((math.log(kind.density[end]) for kind in kinds), device).view(-1, 1) for end in (0, 1))
    density = torch.lerp(low, high, random.uniform(shape)).exp_()
    present = random.uniform(shape) < _per_kind((kind.chance for kind in kinds), device).view(-1, 1)
    at_least = _per_kind((kind.at_least for kind in kinds), device).view(-1, 1)
    return (present * (density * area + at_least)).flatten()


def _list_length(x: Tensor, mean: float, most: float, limit: int) -> int:
    """How many marks there can be, given the mean number on the patches of a batch and the most on one patch."""
    patches = math.prod(x.shape[2:]) / PATCH_PIXELS
    return min(limit * len(x), math.ceil(patches * (mean * len(x) + most)) + 1)


def _draw_dust(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: Sequence[DustKind]) -> Tensor:
    """Draw dust, half of it large enough to be seen at arm's length: how much it covers (K, B, 1, H, W)."""
    sheets, (height, width) = len(x), x.shape[2:]
    canvas = x.new_zeros(len(kinds) * sheets, height, width)
    means, strength = _mean_counts(random, x, dots_per_mm, kinds) / 2, random.uniform((len(canvas),), 0.45, 1.1)
    count = _list_length(x, MEAN_DUST / 2, MOST_DUST / 2, MAX_SPECKS)
    for reach in (SMALL_REACH, LARGE_REACH):
        layers, present = spread_marks(random, means, count)
        small = random.normal((count,), 0.55).exp_() * 0.09
        diameters = small if reach == SMALL_REACH else log_uniform(random, (count,), 0.1, 1.2)
        radii = (diameters * dots_per_mm[layers % sheets] / 2).clamp_(max=(reach - 1) / LOBE_ROOM) * present
        opacities = (strength[layers] * random.uniform((count,), 0.7, 1.1)).clamp_(max=1)
        draw_specks(random, canvas, Specks(layers, radii, opacities, reach))
    return canvas.view(len(kinds), sheets, 1, height, width)


def _draw_threads(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: Sequence[ThreadKind]) -> Tensor:
    """Draw threads: how much they cover (K, B, 1, H, W)."""
    sheets, (height, width) = len(x), x.shape[2:]
    canvas = x.new_zeros(len(kinds) * sheets, height, width)
    count = _list_length(x, MEAN_THREADS, MOST_THREADS, MAX_THREADS)
    layers, present = spread_marks(random, _mean_counts(random, x, dots_per_mm, kinds), count)
    numbers, scale = layers // sheets, dots_per_mm[layers % sheets]
    median, deviation, longest = (
        _per_kind(values, x.device)[numbers] for values in zip(*(k.length for k in kinds), strict=True)
    )
    lengths = torch.minimum((random.normal((count,)) * deviation).exp_() * median, longest) * scale
    radii = (_between(random, (kind.width for kind in kinds), numbers) * scale / 2).clamp_(max=1.5)
    bends = _between(random, (kind.bend for kind in kinds), numbers)
    opacities = _between(random, (kind.opacity for kind in kinds), numbers)
    threads = Threads(layers, lengths * present, radii, bends, opacities)
    draw_threads(random, canvas, threads, min(MAX_POINTS, max(height, width)))
    return canvas.view(len(kinds), sheets, 1, height, width)
