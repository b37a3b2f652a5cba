"""The prior of codes: how likely each whole number of a code is, given those that were read before it.

The latents come in groups, coarse before fine, and each group in two halves, the fields of a chessboard. What was read
before foretells the rest: an edge goes on, empty paper stays empty (channel groups and chessboard: He et al., "ELIC",
CVPR 2022, after Minnen, Ballé & Toderici, "Joint Autoregressive and Hierarchical Priors", NeurIPS 2018).
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

GAIN = 10.0  # of what the nets say, so that they can follow the latents
SMALLEST_SCALE = 0.08  # of a Laplace distribution, in steps: narrower ones save nothing, and punish too hard
LARGEST_BITS = 40.0  # of one number: keeps the logarithm finite


class SketchPart(NamedTuple):
    """Which numbers of a code are read at once."""

    group: int
    start: int  # of the group's latents, up to `end`
    end: int
    half: int  # 0 or 1: the places whose row and column add up to an even or an odd number


def parts(groups: tuple[int, ...]) -> Iterator[SketchPart]:
    """The parts of a code in the order in which they are read."""
    for group, width in enumerate(groups):
        start = sum(groups[:group])
        yield from (SketchPart(group, start, start + width, half) for half in (0, 1))


class Laplace(NamedTuple):
    """Distributions of numbers, one for each."""

    means: Tensor  # in steps
    log_scales: Tensor  # natural logarithms of steps

    def bits(self, numbers: Tensor) -> Tensor:
        """What these numbers cost, of the same shape."""
        return laplace_bits(numbers - self.means, self.log_scales.exp())


class SketchPrior(nn.Module):
    """Whole numbers to the distribution of each, seen from those read before it.

        coarser groups, tamed ──►──┐
        own group, first half ──►──┼──►──┤3x3 convolution, ReLU, 1x1├──► mean and logarithm of the scale
        log step, half        ──►──┘                                     of each number of one part

    Large numbers are tamed by the logarithm. `embedding/integer_prior.py` says the same in whole numbers.

    Args:
        groups: Latents of each group.
        hidden: Feature maps between the two convolutions.
        log_scales: Natural logarithms of the latents' scales at log step 0, to begin with (D,).
    """

    def __init__(self, groups: tuple[int, ...], hidden: int, log_scales: Tensor) -> None:
        super().__init__()
        self.groups = groups
        self.nets = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(sum(groups[: number + 1]) + 2, hidden, 3, 1, 1),
                nn.ReLU(inplace=True),
                silent(nn.Conv2d(hidden, 2 * width, 1)),
            )
            for number, width in enumerate(groups)
        )
        self.small_log_scales = nn.Parameter(log_scales / GAIN)

    def forward(self, numbers: Tensor, log_steps: Tensor) -> Laplace:
        """The distribution of every number.

        Args:
            numbers: Whole numbers (B, D, h, w).
            log_steps: Natural logarithm of how many steps make one unit (B,).
        """
        tame = numbers.sign() * numbers.abs().log1p()
        level = log_steps.view(-1, 1, 1, 1).expand_as(tame[:, :1])
        odd = chessboard(numbers.shape[2], numbers.shape[3], numbers.device).expand_as(level)
        means, log_scales, first = list[Tensor](), list[Tensor](), numbers
        for part in parts(self.groups):
            own = tame[:, part.start : part.end] * (1 - odd) * part.half
            seen = torch.cat([tame[:, : part.start], own, level, torch.full_like(level, part.half)], 1)
            said = GAIN * self.nets[part.group](seen)
            if part.half == 0:
                first = said
            else:
                mean, log_scale = torch.where(odd > 0, said, first).chunk(2, 1)
                means.append(mean)
                log_scales.append(log_scale)
        usual = GAIN * self.small_log_scales.view(1, -1, 1, 1) + level
        return Laplace(torch.cat(means, 1), torch.cat(log_scales, 1) + usual)


def chessboard(height: int, width: int, device: torch.device | None = None) -> Tensor:
    """1 at the places of the second half, else 0: (1, 1, height, width)."""
    rows, columns = torch.arange(height, device=device), torch.arange(width, device=device)
    return ((rows.view(-1, 1) + columns) % 2).float().view(1, 1, height, width)


def silent(layer: nn.Conv2d) -> nn.Conv2d:
    """The same layer, saying zero until it has learnt."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def laplace_bits(offsets: Tensor, scales: Tensor) -> Tensor:
    """Bits of a whole number of steps under a discretised Laplace distribution; same shape as the offsets.

    The probability of the unit interval about the offset t from the mean, with scale s, is 1 - exp(-1/2s) cosh(t/s)
    near the mean and exp(-|t|/s) sinh(1/2s) beyond a half.
    """
    scales = scales.clamp(min=SMALLEST_SCALE)
    distance, half = offsets.abs(), 0.5 / scales
    close = distance.clamp(max=0.5)  # the branch that is not taken must stay finite too, for its gradient
    near = 1 - 0.5 * (torch.exp(half * (2 * close - 1)) + torch.exp(-half * (1 + 2 * close)))
    far = -distance / scales + half + torch.log1p(-torch.exp(-2 * half)) - math.log(2)
    nats = -torch.where(distance < 0.5, near.clamp(min=1e-9).log(), far)  # noqa: PLR2004  half a step
    return (nats / math.log(2)).clamp(max=LARGEST_BITS)
