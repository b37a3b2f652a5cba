"""A flow: an invertible net between points and a standard normal distribution, whose density it can tell exactly.

    points (B, D) ──►──┤turn, couple├──►── … ──►── base (B, D), and the log of how much space was stretched
                 ──◄──              ──◄──

In each layer half of the numbers decides how far each of the other half is moved and scaled, so that the layer can be
undone (Dinh, Sohl-Dickstein & Bengio, "Density estimation using Real NVP", ICLR 2017). A fixed rotation before each
layer gives every number either part. An untrained flow only turns: it begins as the normal distribution.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pochade.errors import UsageError

MOST_SCALED = 2.0  # the log of how far one layer may scale a number up or down
LOG_OF_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class FlowConfig:
    """The shape of a flow."""

    dimensions: int = 64  # numbers in a point
    layers: int = 8
    width: int = 128  # of each layer's little net
    dropout: float = 0.0  # share of the little nets' numbers that are left out while learning
    seed: int = 0  # of the rotations

    def __post_init__(self) -> None:
        """Refuse a flow that can't be built.

        Raises:
            UsageError: Points of one number can't be divided in two halves.
        """
        if self.dimensions < 2 or min(self.layers, self.width) < 1:  # noqa: PLR2004
            raise UsageError(f"a flow over points of {self.dimensions} numbers can't be built", "give two at least")


class Bent(NamedTuple):
    """Numbers after a layer, and the log of how much space was stretched there."""

    numbers: Tensor  # (B, D)
    log_stretch: Tensor  # (B,)


class NormalizingFlow(nn.Module):
    """Points to a standard normal distribution, and back.

    Args:
        config: The shape.
    """

    def __init__(self, config: FlowConfig | None = None) -> None:
        super().__init__()
        self.config = config or FlowConfig()
        generator = torch.Generator().manual_seed(self.config.seed)
        sides = (self.config.layers, self.config.dimensions, self.config.dimensions)
        rotations = torch.linalg.qr(torch.randn(sides, generator=generator, dtype=torch.float64))[0]
        self.rotations: Tensor
        self.register_buffer("rotations", rotations.float())  # (layers, D, D)
        self.couplings = nn.ModuleList(Coupling(self.config) for _ in range(self.config.layers))

    def forward(self, points: Tensor) -> Bent:
        """Points (B, D) to where they come from in the base, and the log of how much the way there stretches space."""
        log_stretch = points.new_zeros(len(points))
        for rotation, coupling in zip(self.rotations, self.couplings, strict=True):
            points, more = coupling(points @ rotation)
            log_stretch = log_stretch + more
        return Bent(points, log_stretch)

    def back(self, base: Tensor) -> Tensor:
        """Points (B, D) for places in the base (B, D): what `forward` undoes."""
        for layer in reversed(range(self.config.layers)):
            coupling = self.couplings[layer]
            assert isinstance(coupling, Coupling)
            base = coupling.back(base) @ self.rotations[layer].T
        return base

    def log_density(self, points: Tensor) -> Tensor:
        """The log of the density at points (B, D), in nats: (B,)."""
        base, log_stretch = self(points)
        return log_stretch - 0.5 * (base.square().sum(1) + base.shape[1] * LOG_OF_TWO_PI)


class Coupling(nn.Module):
    """One half of the numbers moves and scales the other.

    Args:
        config: The flow's.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.kept = config.dimensions // 2
        last = nn.Linear(config.width, 2 * (config.dimensions - self.kept))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(
            nn.Linear(self.kept, config.width), nn.SiLU(), nn.Dropout(config.dropout),
            nn.Linear(config.width, config.width), nn.SiLU(), nn.Dropout(config.dropout),
            last,
        )  # fmt: skip

    def moves(self, deciding: Tensor) -> tuple[Tensor, Tensor]:
        """How far the other half is moved (B, D / 2), and the log of how much it is scaled."""
        shift, scale = self.net(deciding).chunk(2, 1)
        return shift, MOST_SCALED * torch.tanh(scale / MOST_SCALED)

    def forward(self, points: Tensor) -> Bent:
        """Points (B, D), one way."""
        deciding, other = points[:, : self.kept], points[:, self.kept :]
        shift, log_scale = self.moves(deciding)
        return Bent(torch.cat([deciding, other * log_scale.exp() + shift], 1), log_scale.sum(1))

    def back(self, points: Tensor) -> Tensor:
        """Points (B, D), the other way."""
        deciding, other = points[:, : self.kept], points[:, self.kept :]
        shift, log_scale = self.moves(deciding)
        return torch.cat([deciding, (other - shift) * (-log_scale).exp()], 1)


def surprise(net: NormalizingFlow, points: Tensor) -> Tensor:
    """The loss: the mean of minus the log of the density at points (B, D), in nats a number.

    Args:
        net: The flow.
        points: (B, D).
    """
    base, log_stretch = net(points)  # through the module itself, so that it can be trained on many machines
    log_density = log_stretch - 0.5 * (base.square().sum(1) + base.shape[1] * LOG_OF_TWO_PI)
    return -log_density.mean() / points.shape[1]
