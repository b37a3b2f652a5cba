"""Normal distributions for few points in many dimensions: what the points can't tell is shrunk to what is plain.

The covariance of twenty points in 64 dimensions knows nineteen directions. Ledoit and Wolf ("A well-conditioned
estimator for large-dimensional covariance matrices", 2004) say how far to pull it towards a plain one; distributions
of a mixture are pulled towards what they have in common, the fewer points they have the further.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.covariance import LedoitWolf
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import Mixture

MOST_POINTS = 12_000  # fitting a mixture to more takes longer and changes little
ROUNDS = 60  # of expectation and maximisation at most; ending early costs little
SMALLEST = 1e-6  # a deviation that counts as none


@dataclass(frozen=True)
class Whitening:
    """Points moved, scaled and turned so that their covariance becomes that of a standard normal distribution."""

    mean: Floats  # (D,)
    root: Floats  # (D, D), lower: of the shrunk covariance

    @classmethod
    def fit(cls, points: Floats) -> "Whitening":
        """From points (N, D): each number is brought to one scale, then the covariance is shrunk."""
        points = np.asarray(points, np.float64)  # covariances in single precision lose their symmetry
        mean, deviations = points.mean(0), points.std(0)
        deviations = np.maximum(deviations, max(SMALLEST, SMALLEST * float(deviations.max())))
        covariance = firm(LedoitWolf(assume_centered=True).fit((points - mean) / deviations).covariance_)
        return cls(mean, deviations[:, None] * np.linalg.cholesky(covariance))

    @property
    def log_stretch(self) -> float:
        """The log of how much space is stretched on the way."""
        return -float(np.log(np.diagonal(self.root)).sum())

    def apply(self, points: Floats) -> Floats:
        """Points (N, D), whitened."""
        white: Floats = np.linalg.solve(self.root, (np.asarray(points, np.float64) - self.mean).T).T
        return white

    def undo(self, white: Floats) -> Floats:
        """Whitened points (N, D) as they were."""
        points: Floats = white @ self.root.T + self.mean
        return points


def firm(covariance: Floats) -> Floats:
    """A covariance (D, D) that can be inverted, also of points that are all the same."""
    spread: Floats = covariance + SMALLEST * np.eye(len(covariance))
    return spread


def shrunk_normal(points: Floats) -> Mixture:
    """One normal distribution for points (N, D), its covariance shrunk by Ledoit and Wolf's rule."""
    fitted = LedoitWolf().fit(points)
    return Mixture(np.ones(1), fitted.location_[None], firm(fitted.covariance_)[None])


def shrunk_mixture(points: Floats, size: int, seed: int = 0) -> Mixture:
    """A mixture of that many normal distributions for points (N, D), their covariances shrunk to a common one.

    The common one is that of points about the means of k-means, itself shrunk; it counts as much as D points do.
    """
    points = points[np.random.default_rng(seed).permutation(len(points))[:MOST_POINTS]]
    worth = points.shape[1]  # points
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # ended early, or fewer different points than asked for
        near = KMeans(size, n_init=1, random_state=seed).fit(points)
        common = LedoitWolf(assume_centered=True).fit(points - near.cluster_centers_[near.labels_]).covariance_
        common = firm(common)
        fitted = BayesianGaussianMixture(
            n_components=size, degrees_of_freedom_prior=worth, covariance_prior=worth * common,
            weight_concentration_prior_type="dirichlet_distribution", weight_concentration_prior=1.0,
            mean_precision_prior=1e-2, tol=1e-2, max_iter=ROUNDS, random_state=seed,
        ).fit(points)  # fmt: skip
    return Mixture(fitted.weights_, fitted.means_, fitted.covariances_)
