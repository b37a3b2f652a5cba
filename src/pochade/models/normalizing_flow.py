"""A normalizing flow: an invertible network between points and a standard normal distribution, with an exact density.

    points (B, D) ──►──┤rotation, coupling├──►── … ──►── base points (B, D), and the log-determinant of the Jacobian
                 ──◄──                    ──◄──

In each layer, half of the coordinates decide how far each of the other half is shifted and scaled, so the layer can be
inverted (affine couplings: Dinh, Sohl-Dickstein & Bengio, "Density estimation using Real NVP", ICLR 2017). A fixed
rotation before each layer gives every coordinate both roles. An untrained flow only rotates, so its density is the
standard normal distribution.

This is what is trained. `coupling_flow.py` evaluates and inverts a trained flow without torch.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pochade.errors import UsageError
from pochade.models.coupling_flow import LOG_OF_TWO_PI, MAX_LOG_SCALE


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
    """Points to base points, which follow a standard normal distribution.

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
    base, log_determinant = model(points)
    log_densities = log_determinant - 0.5 * (
        base.square().sum(1) + base.shape[1] * LOG_OF_TWO_PI
    )  # change of variables
    return -log_densities.mean() / points.shape[1]
