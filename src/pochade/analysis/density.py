"""Where points are dense and where there are none: a mixture of normals, its size chosen by held-out data."""

from dataclasses import dataclass

import numpy as np
from sklearn.mixture import GaussianMixture

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import Mixture
from pochade.analysis.pca import PrincipalComponents

SIZES = (1, 10, 40)  # numbers of normal distributions to try
MOST_POINTS = 12_000  # fitting more takes longer and changes little
MOST_DIMENSIONS = 64  # a full covariance in more needs more points than most people have
HELD_OUT = 0.2  # share of the points that choose the size
REGULARISER = 1e-4  # added to every variance, as a share of the whitened variance of one


@dataclass(frozen=True)
class Density:
    """A Gaussian mixture with full covariances over whitened principal components.

    Components beyond the first 64 are left out: sampled at their mean, and ignored by `log_density`.
    """

    components: PrincipalComponents
    deviations: Floats  # (K,), of each component
    mixture: Mixture

    @classmethod
    def fit(cls, points: Floats, sizes: tuple[int, ...] = SIZES, seed: int = 0) -> "Density":
        """Fit a mixture of each size to points (N, D) and keep the one under which held-out points are likeliest."""
        chosen = np.random.default_rng(seed).permutation(len(points))[:MOST_POINTS]
        points = np.asarray(points[chosen], dtype=np.float64)  # covariances in single precision lose their symmetry
        components = PrincipalComponents.fit(points, MOST_DIMENSIONS)
        deviations = np.sqrt(np.maximum(components.model.explained_variance_, 1e-12))
        whitened = components.encode(points) / deviations
        split = int(len(whitened) * HELD_OUT)
        fitted = [_mixture(size, whitened[split:], seed) for size in sizes if size * 10 <= len(whitened) - split]
        return cls(
            components, deviations, max(fitted, key=lambda mixture: mixture.log_density(whitened[:split]).mean())
        )

    @property
    def size(self) -> int:
        """How many normal distributions the mixture has."""
        return self.mixture.size

    @property
    def dimensions(self) -> int:
        """How many principal components are kept."""
        return len(self.deviations)

    def sample(self, count: int, seed: int = 0) -> Floats:
        """Draw that many new points (count, D)."""
        return self.from_normal(np.random.default_rng(seed).standard_normal((count, self.dimensions)))

    def from_normal(self, numbers: Floats) -> Floats:
        """Points (N, D) of this density for draws (N, K) of a standard normal distribution, a point for each draw.

        Args:
            numbers: K at least the dimensions kept, D or 64 where D is more; further numbers are not used.
        """
        whitened = self.mixture.from_normal(numbers[:, : self.dimensions])
        return self.components.decode(whitened * self.deviations)

    def log_density(self, points: Floats) -> Floats:
        """The log of the density at points (N, D), in nats up to a constant; higher is denser."""
        return self.mixture.log_density(self.components.encode(points) / self.deviations)


def _mixture(size: int, points: Floats, seed: int) -> Mixture:
    """A mixture of that size fitted to points (N, K); stopping early costs little and is no error."""
    fitted = GaussianMixture(
        size, covariance_type="full", reg_covar=REGULARISER, tol=1e-2, max_iter=100, random_state=seed
    ).fit(points)
    return Mixture(fitted.weights_, fitted.means_, fitted.covariances_)
