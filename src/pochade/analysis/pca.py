"""Principal components: the best *linear* autoencoder, and so the bar that every net has to clear."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from pochade.analysis.arrays import Floats


@dataclass(frozen=True)
class PrincipalComponents:
    """A linear encoder and decoder with the least squared error on the points that it was fitted to."""

    model: PCA

    @classmethod
    def fit(cls, points: Floats, dimensions: int) -> "PrincipalComponents":
        """Find that many orthogonal directions (N, D) -> (N, dimensions) by an exact eigendecomposition."""
        most = min(dimensions, *points.shape)
        return cls(PCA(most, svd_solver="covariance_eigh").fit(points))

    @property
    def dimensions(self) -> int:
        """How many directions there are."""
        return int(self.model.n_components_)

    def encode(self, points: Floats) -> Floats:
        """Points (N, D) to components (N, dimensions), the largest variance first."""
        components: Floats = self.model.transform(points)
        return components

    def decode(self, components: Floats) -> Floats:
        """Components (N, dimensions) back to points (N, D)."""
        points: Floats = self.model.inverse_transform(components)
        return points

    def fingerprint(self, points: Floats) -> Floats:
        """Components as unit vectors (N, dimensions), each first divided by the root of its deviation.

        The division is half of a whitening: it lets weak directions, which tell similar pictures apart, count for more
        without drowning the strong ones in their noise. docs/log.md has the comparison.
        """
        variances = np.maximum(self.model.explained_variance_, 1e-12)
        scaled = self.encode(points) / variances**0.25
        unit: Floats = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-12)
        return unit

    def errors(self, points: Floats, dimensions: tuple[int, ...]) -> dict[int, float]:
        """The mean squared error of a copy through the first k components, for each k."""
        centred = points - self.model.mean_
        rest = centred.var(0).sum() + np.square(centred.mean(0)).sum()  # total squared length, per point
        captured = np.cumsum(np.square(centred @ self.model.components_.T).mean(0))
        return {k: float((rest - captured[k - 1]) / points.shape[1]) for k in dimensions if k <= len(captured)}
