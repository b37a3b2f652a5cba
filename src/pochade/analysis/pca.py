"""Principal component analysis: the best *linear* autoencoder, and so the baseline for all others."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from pochade.analysis.arrays import Floats


@dataclass(frozen=True)
class PrincipalComponents:
    """The linear encoder and decoder with the least squared error on the points to which they were fitted."""

    model: PCA

    @classmethod
    def fit(cls, points: Floats, dimensions: int) -> "PrincipalComponents":
        """Fit at most `dimensions` components to points (N, D), by an exact eigendecomposition."""
        return cls(PCA(min(dimensions, *points.shape), svd_solver="covariance_eigh").fit(points))

    @property
    def dimensions(self) -> int:
        """The number of components."""
        return int(self.model.n_components_)

    def encode(self, points: Floats) -> Floats:
        """Map points (N, D) to components (N, dimensions), the largest variance first."""
        components: Floats = self.model.transform(points)
        return components

    def decode(self, components: Floats) -> Floats:
        """Map components (N, dimensions) to points (N, D)."""
        points: Floats = self.model.inverse_transform(components)
        return points

    def unit_components(self, points: Floats) -> Floats:
        """Map points (N, D) to half-whitened components (N, dimensions), scaled to unit length.

        Each component is divided by the square root of its standard deviation. This gives more weight to weak
        components, which distinguish similar pictures, without amplifying noise as much as full whitening does. See
        docs/log.md for the comparison.
        """
        variances = np.maximum(self.model.explained_variance_, 1e-12)
        scaled = self.encode(points) / variances**0.25
        unit: Floats = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-12)
        return unit

    def errors(self, points: Floats, dimensions: tuple[int, ...]) -> dict[int, float]:
        """The mean squared error of reconstructing points (N, D) from their first k components, for each k."""
        centred = points - self.model.mean_
        total = centred.var(0).sum() + np.square(centred.mean(0)).sum()  # mean squared length
        captured = np.cumsum(np.square(centred @ self.model.components_.T).mean(0))
        return {k: float((total - captured[k - 1]) / points.shape[1]) for k in dimensions if k <= len(captured)}
