"""A flow: an invertible net between a standard normal distribution and points, whose density it can tell exactly.

    points (B, D) ──►──┤turn, spline couplings├──►── … ──►── base (B, D), and the log of how much space was stretched
                 ──◄──                          ──◄──

In each layer half of the numbers decides by which curve each of the other half is bent; the curves rise everywhere, so
each can be walked back (Durkan et al., "Neural Spline Flows", NeurIPS 2019). A fixed rotation before each layer lets every
number take either part. An untrained flow bends nothing: it begins as the normal distribution, and learns what differs.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.errors import UsageError

REACH = 5.0  # of deviations, beyond which nothing is bent
LEAST = 1e-2  # of a curve's slope, and of a part's width and height as a share of all: curves stay invertible
LOG_OF_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class FlowConfig:
    """The shape of a flow."""

    dimensions: int = 64  # numbers in a point
    layers: int = 6
    width: int = 128  # of each layer's little net
    bins: int = 8  # parts of each curve
    dropout: float = 0.0  # share of the little nets' numbers that are left out while learning
    seed: int = 0  # of the rotations

    def __post_init__(self) -> None:
        """Refuse a flow that can't be built.

        Raises:
            UsageError: Points of one number can't be divided in two halves.
        """
        if self.dimensions < 2 or min(self.layers, self.width, self.bins) < 1:  # noqa: PLR2004
            raise UsageError(f"a flow over points of {self.dimensions} numbers can't be built", "give two at least")


class Bent(NamedTuple):
    """Numbers after a layer, and the log of how much space was stretched there."""

    numbers: Tensor  # (B, D)
    log_stretch: Tensor  # (B,)


class Flow(nn.Module):
    """Points to a standard normal distribution, and back.

    Args:
        config: The shape.
    """

    def __init__(self, config: FlowConfig | None = None) -> None:
        super().__init__()
        self.config = config or FlowConfig()
        generator = torch.Generator().manual_seed(self.config.seed)
        sides = (self.config.dimensions, self.config.dimensions)
        for layer in range(self.config.layers):
            rotation = torch.linalg.qr(torch.randn(sides, generator=generator, dtype=torch.float64))[0]
            self.register_buffer(f"rotation_{layer}", rotation.float())
        self.couplings = nn.ModuleList(Coupling(self.config) for _ in range(self.config.layers))

    def forward(self, points: Tensor) -> Bent:
        """Points (B, D) to where they come from in the base, and the log of how much the way there stretches space."""
        log_stretch = points.new_zeros(len(points))
        for layer, coupling in enumerate(self.couplings):
            points, more = coupling(points @ self.rotation(layer), False)
            log_stretch = log_stretch + more
        return Bent(points, log_stretch)

    def back(self, base: Tensor) -> Tensor:
        """Points (B, D) for places in the base (B, D): what `forward` undoes."""
        for layer in reversed(range(self.config.layers)):
            base = self.couplings[layer](base, True).numbers @ self.rotation(layer).T
        return base

    def rotation(self, layer: int) -> Tensor:
        """The fixed rotation before a layer (D, D)."""
        return self.get_buffer(f"rotation_{layer}")

    def log_density(self, points: Tensor) -> Tensor:
        """The log of the density at points (B, D), in nats: (B,)."""
        base, log_stretch = self(points)
        return log_stretch - 0.5 * (base.square().sum(1) + base.shape[1] * LOG_OF_TWO_PI)


class Coupling(nn.Module):
    """One half of the numbers bends the other.

    Args:
        config: The flow's.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.kept, self.bins = config.dimensions // 2, config.bins
        bent = config.dimensions - self.kept
        last = nn.Linear(config.width, bent * (3 * config.bins - 1))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(
            nn.Linear(self.kept, config.width), nn.SiLU(), nn.Dropout(config.dropout),
            nn.Linear(config.width, config.width), nn.SiLU(), nn.Dropout(config.dropout),
            last,
        )  # fmt: skip

    def forward(self, points: Tensor, back: bool) -> Bent:
        """Points (B, D), one way or back."""
        deciding, bent = points[:, : self.kept], points[:, self.kept :]
        shapes = self.net(deciding).unflatten(1, (bent.shape[1], -1))  # (B, D / 2, 3 * bins - 1)
        numbers, log_slopes = spline(bent, shapes, self.bins, back)
        return Bent(torch.cat([deciding, numbers], 1), log_slopes.sum(1))


def spline(numbers: Tensor, shapes: Tensor, bins: int, back: bool) -> tuple[Tensor, Tensor]:
    """Bend numbers by rising curves made of quotients of quadratics; what lies beyond their reach stays.

    Args:
        numbers: (B, D).
        shapes: Of the curves, (B, D, 3 * bins - 1): widths and heights of their parts, and slopes between two; zeros
            make a straight line.
        bins: Parts of a curve.
        back: Undo it.

    Returns:
        The numbers bent (B, D), and the log of the curve's slope there.
    """
    widths, heights, slopes = shapes.split([bins, bins, bins - 1], dim=-1)
    across, up = knots(widths), knots(heights)  # (B, D, bins + 1)
    inner = LEAST + functional.softplus(slopes + math.log(math.expm1(1 - LEAST)))  # one where zeros are given
    slopes = functional.pad(inner, (1, 1), value=1.0)
    inside = numbers.abs() < REACH
    clipped = numbers.clamp(-REACH, REACH)
    part = torch.searchsorted((up if back else across)[..., 1:-1].contiguous(), clipped.unsqueeze(-1))  # (B, D, 1)

    def here(values: Tensor, further: int = 0) -> Tensor:
        return values.gather(-1, part + further).squeeze(-1)

    left, bottom = here(across), here(up)
    width, height = here(across, 1) - left, here(up, 1) - bottom
    steep, low, high = height / width, here(slopes), here(slopes, 1)
    turn = low + high - 2 * steep
    if back:
        above = clipped - bottom
        a = height * (steep - low) + above * turn
        b = height * low - above * turn
        c = -steep * above
        share = 2 * c / (-b - (b.square() - 4 * a * c).clamp(min=0).sqrt())
        bent = left + share * width
    else:
        share = (clipped - left) / width
    rest = share * (1 - share)
    below = steep + turn * rest
    if not back:
        bent = bottom + height * (steep * share.square() + low * rest) / below
    rise = steep.square() * (high * share.square() + 2 * steep * rest + low * (1 - share).square()) / below.square()
    log_slope = torch.where(inside, rise.log(), 0.0)
    return torch.where(inside, bent, numbers), -log_slope if back else log_slope


def knots(parts: Tensor) -> Tensor:
    """Where the parts of a curve begin and end (…, bins + 1), from -REACH to REACH, for any numbers (…, bins)."""
    count = parts.shape[-1]
    shares = LEAST + (1 - LEAST * count) * parts.softmax(-1)
    ends = functional.pad(shares.cumsum(-1)[..., :-1], (1, 0))
    return functional.pad(2 * REACH * ends - REACH, (0, 1), value=REACH)


def surprise(net: Flow, points: Tensor) -> Tensor:
    """The loss: the mean of minus the log of the density at points (B, D), in nats a number.

    Args:
        net: The flow.
        points: (B, D).
    """
    base, log_stretch = net(points)  # through the module itself, so that it can be trained on many machines
    log_density = log_stretch - 0.5 * (base.square().sum(1) + base.shape[1] * LOG_OF_TWO_PI)
    return -log_density.mean() / points.shape[1]
