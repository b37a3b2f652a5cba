"""A trained normalizing flow without torch: points to base points and back, and the density of points.

`normalizing_flow.py` explains the model and is what is trained. Here its weights are arrays, by the same names.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

MAX_LOG_SCALE = 2.0  # of one coordinate in one layer
LOG_OF_TWO_PI = math.log(2 * math.pi)
LINEAR_LAYERS = ("net.0", "net.3", "net.6")  # of a coupling

Floats = NDArray[np.float32]


class CouplingFlow:
    """Points to base points, which follow a standard normal distribution, and back.

    Args:
        weights: The `state_dict` of a `NormalizingFlow`, as arrays.

    Raises:
        KeyError: A weight is missing.
    """

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self.weights = dict(weights)
        self.rotations = self.weights["rotations"]  # (layers, D, D)
        self.dimensions: int = self.rotations.shape[1]
        self.width: int = self.weights["couplings.0.net.0.bias"].shape[0]
        self._couplings = [_Coupling.among(self.weights, layer) for layer in range(len(self.rotations))]

    def to_base(self, points: Floats) -> tuple[Floats, Floats]:
        """Map points (B, D) to base points (B, D), with the logarithm of the Jacobian's absolute determinant (B,)."""
        log_determinant = np.zeros(len(points), np.float32)
        for rotation, coupling in zip(self.rotations, self._couplings, strict=True):
            fixed, other = _halves(points @ rotation)
            shift, log_scale = coupling.shift_and_log_scale(fixed)
            points = np.concatenate([fixed, other * np.exp(log_scale) + shift], 1)
            log_determinant += log_scale.sum(1)
        return points, log_determinant

    def from_base(self, base: Floats) -> Floats:
        """Map base points (B, D) to points (B, D)."""
        for rotation, coupling in zip(self.rotations[::-1], self._couplings[::-1], strict=True):
            fixed, other = _halves(base)
            shift, log_scale = coupling.shift_and_log_scale(fixed)
            base = np.concatenate([fixed, (other - shift) * np.exp(-log_scale)], 1) @ rotation.T
        return base

    def log_density(self, points: Floats) -> Floats:
        """The logarithm of the density at points (B, D), in nats (B,)."""
        base, log_determinant = self.to_base(points)
        density: Floats = log_determinant - 0.5 * (np.square(base).sum(1) + self.dimensions * LOG_OF_TWO_PI)
        return density


class _Coupling(NamedTuple):
    """The network that decides how far one half of the coordinates is shifted and scaled."""

    layers: tuple[tuple[Floats, Floats], ...]  # weight (out, in) and bias (out,) of each linear layer

    @classmethod
    def among(cls, weights: Mapping[str, Floats], number: int) -> Self:
        """The coupling with this number, from the weights of a flow."""
        names = [f"couplings.{number}.{layer}" for layer in LINEAR_LAYERS]
        return cls(tuple((weights[f"{name}.weight"], weights[f"{name}.bias"]) for name in names))

    def shift_and_log_scale(self, fixed: Floats) -> tuple[Floats, Floats]:
        """The shift and the log-scale of the other half, for the fixed half of the coordinates (B, D / 2)."""
        hidden = fixed
        for weight, bias in self.layers[:-1]:
            hidden = _silu(hidden @ weight.T + bias)
        weight, bias = self.layers[-1]
        shift, scale = np.split(hidden @ weight.T + bias, 2, axis=1)
        return shift, MAX_LOG_SCALE * np.tanh(scale / MAX_LOG_SCALE)


def _halves(points: Floats) -> tuple[Floats, Floats]:
    """The coordinates that a coupling keeps, and the others."""
    middle = points.shape[1] // 2
    return points[:, :middle], points[:, middle:]


def _silu(x: Floats) -> Floats:
    """The product of x and its sigmoid, which is written as a hyperbolic tangent because that never overflows."""
    activated: Floats = x * (0.5 + 0.5 * np.tanh(0.5 * x))
    return activated
