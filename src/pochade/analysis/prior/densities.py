"""The densities that a prior chooses from: one normal distribution, a mixture, and a normalizing flow.

                Density
               ╱       ╲
    TransformedNormal   MixtureDensity
       ╱         ╲
 NormalDensity  FlowDensity

Each can evaluate its log density, sample, vary given points, and find a path between two of them. The points are
whitened latents.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import GaussianMixture
from pochade.analysis.prior.gaussian_base import blend_randomly, spherical_path, step_correlation, step_randomly
from pochade.analysis.prior.string_method import relax_string
from pochade.models.coupling_flow import CouplingFlow

POINTS_PER_BATCH = 2_048  # through a flow; what they take then fits into the processor's cache
PATH_SHARES = np.linspace(0, 1, 65)  # positions of a path's points, as shares of its length
MAX_NOISE = 1e3  # standard deviation; with so much noise the result no longer depends on the point


class Density(ABC):
    """A density over points (N, D)."""

    @abstractmethod
    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats: (N,)."""

    @abstractmethod
    def sample(self, count: int, random: np.random.Generator) -> Floats:
        """Sample points (count, D)."""

    @abstractmethod
    def vary(self, points: Floats, count: int, strength: float, random: np.random.Generator) -> Floats:
        """Sample points near random blends of given points.

        Args:
            points: The given points (M, D).
            count: How many to sample.
            strength: From 0, which gives the blends themselves, to 1, which gives samples independent of them.
            random: The source of randomness.

        Returns:
            Points (count, D).
        """

    @abstractmethod
    def path(self, start: Floats, end: Floats, min_log_density: float) -> Floats:
        """Find a path between two points.

        Args:
            start: The first point (D,).
            end: The last point (D,).
            min_log_density: Where the path is this dense, it is not improved further; in nats.

        Returns:
            Points (F, D), both ends included.
        """


class TransformedNormal(Density):
    """A density that an invertible map makes of a standard normal distribution, the base."""

    @abstractmethod
    def to_base(self, points: Floats) -> Floats:
        """Map points (N, D) to points of the base."""

    @abstractmethod
    def from_base(self, base: Floats) -> Floats:
        """Map points (N, D) of the base to points of the density."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """The number of dimensions, D."""

    def sample(self, count: int, random: np.random.Generator) -> Floats:
        """Sample the base, and map the samples."""
        return self.from_base(random.standard_normal((count, self.dimensions)))

    def vary(self, points: Floats, count: int, strength: float, random: np.random.Generator) -> Floats:
        """Blend the points in the base, and take a random step there."""
        return self.from_base(step_randomly(blend_randomly(self.to_base(points), count, random), strength, random))

    def path(self, start: Floats, end: Floats, min_log_density: float) -> Floats:  # noqa: ARG002  arcs in the base are dense
        """Map an arc in the base."""
        ends = self.to_base(np.stack([start, end]))
        return self.from_base(spherical_path(ends[0], ends[1], PATH_SHARES))


class NormalDensity(TransformedNormal):
    """One normal distribution.

    Args:
        mixture: The distribution, as a mixture of size 1.
    """

    def __init__(self, mixture: GaussianMixture) -> None:
        self.mixture = mixture

    @property
    def dimensions(self) -> int:
        """The number of dimensions, D."""
        return int(self.mixture.means.shape[1])

    def to_base(self, points: Floats) -> Floats:
        """Whiten points (N, D)."""
        base: Floats = np.linalg.solve(self.mixture.cholesky_factors[0], (points - self.mixture.means[0]).T).T
        return base

    def from_base(self, base: Floats) -> Floats:
        """Undo the whitening of points (N, D)."""
        points: Floats = base @ self.mixture.cholesky_factors[0].T + self.mixture.means[0]
        return points

    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats: (N,)."""
        return self.mixture.log_density(points)


class FlowDensity(TransformedNormal):
    """The density of a normalizing flow.

    Args:
        flow: A trained flow.
    """

    def __init__(self, flow: CouplingFlow) -> None:
        self.flow = flow

    @property
    def dimensions(self) -> int:
        """The number of dimensions, D."""
        return self.flow.dimensions

    def to_base(self, points: Floats) -> Floats:
        """Map points (N, D) through the flow."""
        return self._in_batches(lambda batch: self.flow.to_base(batch)[0], points)

    def from_base(self, base: Floats) -> Floats:
        """Map points (N, D) through the inverse flow."""
        return self._in_batches(self.flow.from_base, base)

    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats: (N,)."""
        return self._in_batches(self.flow.log_density, points)

    def _in_batches(self, function: Callable[[NDArray[np.float32]], Floats], points: Floats) -> Floats:
        """Apply a function to points (N, D) in single precision, batch by batch."""
        starts = range(0, max(1, len(points)), POINTS_PER_BATCH)
        batches = (np.asarray(points[start : start + POINTS_PER_BATCH], np.float32) for start in starts)
        return np.concatenate([function(batch) for batch in batches]).astype(np.float64)


class MixtureDensity(Density):
    """A mixture of several normal distributions. It has no smooth invertible map to a base.

    Args:
        mixture: The mixture, of any size.
    """

    def __init__(self, mixture: GaussianMixture) -> None:
        self.mixture = mixture

    @cached_property
    def dimensions(self) -> int:
        """The number of dimensions, D."""
        return int(self.mixture.means.shape[1])

    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats: (N,)."""
        return self.mixture.log_density(points)

    def sample(self, count: int, random: np.random.Generator) -> Floats:
        """Sample points (count, D)."""
        return self.mixture.from_normal(random.standard_normal((count, self.dimensions)))

    def vary(self, points: Floats, count: int, strength: float, random: np.random.Generator) -> Floats:
        """Add noise to blends of the points, and sample their posterior given the result.

        This is a Markov step whose stationary distribution is the mixture.

        Args:
            points: The given points (M, D).
            count: How many to sample.
            strength: 0 to 1; a higher strength adds more noise.
            random: The source of randomness.

        Returns:
            Points (count, D).
        """
        blends = blend_randomly(points, count, random) if len(points) > 1 else np.repeat(points, count, 0)
        correlation = step_correlation(strength)
        if correlation >= 1:
            return blends
        noise = min(np.sqrt(1 / max(correlation, 1e-6) - 1), MAX_NOISE)
        observed = blends + noise * random.standard_normal(blends.shape)
        return self.mixture.posterior(noise).sample(observed, random)

    def path(self, start: Floats, end: Floats, min_log_density: float) -> Floats:
        """Relax an arc around the origin by the string method."""
        return relax_string(spherical_path(start, end, PATH_SHARES[::2]), self.mixture, min_log_density)
