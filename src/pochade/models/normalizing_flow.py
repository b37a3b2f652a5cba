"""A normalizing flow: an invertible network between points and a standard normal distribution, with an exact density.

    points (B, D) ──►──┤rotation, coupling├──►── … ──►── base points (B, D), and the log-determinant of the Jacobian
                 ──◄──                    ──◄──

In each layer, half of the coordinates decide how far each of the other half is shifted and scaled, so the layer can be
inverted (affine couplings: Dinh, Sohl-Dickstein & Bengio, "Density estimation using Real NVP", ICLR 2017). A fixed
rotation before each layer gives every coordinate both roles. An untrained flow only rotates, so its density is the
standard normal distribution.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pochade.errors import UsageError

MAX_LOG_SCALE = 2.0  # of one coordinate in one layer
LOG_OF_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class FlowConfig:
    """What a `NormalizingFlow` is built from; stored with the prior of a collection."""

    dimensions: int = 64  # of a point
    layers: int = 8
    width: int = 128  # of the hidden layers in each coupling
    dropout: float = 0.0  # in each coupling, while training
    seed: int = 0  # of the rotations

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises:
            UsageError: There are fewer than two dimensions, or no layer, or no hidden unit.
        """
        if self.dimensions < 2 or min(self.layers, self.width) < 1:  # noqa: PLR2004
            raise UsageError(
                f"a flow with {self.dimensions} dimensions, {self.layers} layers and width {self.width} can't be built",
                "give at least two dimensions, one layer and a width of 1",
            )


class FlowOutput(NamedTuple):
    """The points after a layer or a flow, and how much it stretched the space around them."""

    points: Tensor  # (B, D)
    log_determinant: Tensor  # (B,) logarithm of the Jacobian's absolute determinant


class NormalizingFlow(nn.Module):
    """Points to base points, which follow a standard normal distribution, and back.

        points (B, D) ──►──┤rotations[0]├──┤couplings[0]├──►── … ──►── base points (B, D)

    Args:
        config: The sizes.
    """

    def __init__(self, config: FlowConfig | None = None) -> None:
        super().__init__()
        self.config = config or FlowConfig()
        generator = torch.Generator().manual_seed(self.config.seed)
        sides = (self.config.layers, self.config.dimensions, self.config.dimensions)
        rotations = torch.linalg.qr(torch.randn(sides, generator=generator, dtype=torch.float64))[0]
        self.rotations: Tensor
        self.register_buffer("rotations", rotations.float())  # (layers, D, D)
        self.couplings = nn.ModuleList(AffineCoupling(self.config) for _ in range(self.config.layers))

    def forward(self, points: Tensor) -> FlowOutput:
        """Map points (B, D) to base points, with the log-determinant."""
        log_determinant = points.new_zeros(len(points))
        for rotation, coupling in zip(self.rotations, self.couplings, strict=True):
            points, layer_log_determinant = coupling(points @ rotation)
            log_determinant = log_determinant + layer_log_determinant
        return FlowOutput(points, log_determinant)

    def inverse(self, base: Tensor) -> Tensor:
        """Map base points (B, D) to points (B, D)."""
        for layer in reversed(range(self.config.layers)):
            coupling = self.couplings[layer]
            assert isinstance(coupling, AffineCoupling)
            base = coupling.inverse(base) @ self.rotations[layer].T
        return base

    def log_density(self, points: Tensor) -> Tensor:
        """The logarithm of the density at points (B, D), in nats (B,)."""
        return _log_density(self(points))


class AffineCoupling(nn.Module):
    """An affine coupling: one half of the coordinates decides how far the other half is shifted and scaled.

        fixed half (B, D / 2) ──►──┬─────────────────────────────►────┐
                                   └──┤`net`├► shift, log-scale ─┐    ├──► points (B, D)
        other half (B, D / 2) ──►────────────────────────────┤x, +├──►┘

    Args:
        config: The sizes of the flow.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.fixed_size = config.dimensions // 2
        last = nn.Linear(config.width, 2 * (config.dimensions - self.fixed_size))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.net = nn.Sequential(
            nn.Linear(self.fixed_size, config.width), nn.SiLU(), nn.Dropout(config.dropout),
            nn.Linear(config.width, config.width), nn.SiLU(), nn.Dropout(config.dropout),
            last,
        )  # fmt: skip

    def forward(self, points: Tensor) -> FlowOutput:
        """Map points (B, D) to points (B, D), with the log-determinant."""
        fixed, other = points[:, : self.fixed_size], points[:, self.fixed_size :]
        shift, log_scale = self._shift_and_log_scale(fixed)
        return FlowOutput(torch.cat([fixed, other * log_scale.exp() + shift], 1), log_scale.sum(1))

    def inverse(self, points: Tensor) -> Tensor:
        """Undo `forward` for points (B, D)."""
        fixed, other = points[:, : self.fixed_size], points[:, self.fixed_size :]
        shift, log_scale = self._shift_and_log_scale(fixed)
        return torch.cat([fixed, (other - shift) * (-log_scale).exp()], 1)

    def _shift_and_log_scale(self, fixed: Tensor) -> tuple[Tensor, Tensor]:
        shift, scale = self.net(fixed).chunk(2, 1)
        return shift, MAX_LOG_SCALE * torch.tanh(scale / MAX_LOG_SCALE)


def negative_log_likelihood(model: NormalizingFlow, points: Tensor) -> Tensor:
    """The loss of a flow: the mean negative log-density of points, in nats per dimension.

    Args:
        model: The flow.
        points: Training points (B, D).

    Returns:
        A scalar.
    """
    output = model(points)  # `forward`, not `log_density`: distributed training wraps only that
    return -_log_density(output).mean() / points.shape[1]


def _log_density(output: FlowOutput) -> Tensor:
    """The logarithm of the density (B,) of the points that a flow mapped to this output, by change of variables."""
    base, log_determinant = output
    return log_determinant - 0.5 * (base.square().sum(1) + base.shape[1] * LOG_OF_TWO_PI)
