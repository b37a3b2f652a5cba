"""Gaussian mixtures: their density, their samples, and three ways of fitting them to points.

    fit_normal      one normal distribution with a shrunk covariance
    fit_mixture     K normal distributions whose covariances are shrunk to a common one
    WhitenedMixture the study's: over principal components, K chosen by the likelihood of held-out points

The covariance of twenty points in 64 dimensions has rank nineteen, so it must be shrunk towards a simpler one. Ledoit
and Wolf ("A well-conditioned estimator for large-dimensional covariance matrices", 2004) compute by how much.
"""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn import mixture as sklearn_mixture
from sklearn.cluster import KMeans
from sklearn.covariance import LedoitWolf
from sklearn.exceptions import ConvergenceWarning

from pochade.analysis.arrays import Floats
from pochade.analysis.pca import PrincipalComponents

MAX_FITTED_POINTS = 12_000  # fitting more takes longer and changes little
MAX_EM_ROUNDS = 60  # of expectation-maximisation; stopping early costs little
MIN_DEVIATION = 1e-6  # smaller standard deviations are raised to it, so that covariances can be inverted
MEAN_PRECISION_PRIOR = 1e-2
CANDIDATE_SIZES = (1, 10, 40)  # numbers of components that `WhitenedMixture.fit` tries
POINTS_PER_COMPONENT = 10  # `WhitenedMixture.fit` skips sizes with fewer
MAX_DIMENSIONS = 64  # a full covariance in more needs more points than most people have
HELD_OUT_SHARE = 0.2  # of the points; they choose the size
ADDED_VARIANCE = 1e-4  # to each whitened direction, whose variance is about one


@dataclass(frozen=True)
class GaussianMixture:
    """A mixture of K normal distributions over D dimensions, each with a full covariance."""

    weights: Floats  # (K,), sum to 1
    means: Floats  # (K, D)
    covariances: Floats  # (K, D, D)

    @property
    def size(self) -> int:
        """The number of components, K."""
        return len(self.weights)

    @cached_property
    def cholesky_factors(self) -> Floats:
        """The lower Cholesky factor of each covariance, (K, D, D)."""
        factors: Floats = np.linalg.cholesky(self.covariances)
        return factors

    @cached_property
    def _inverse_factors(self) -> Floats:
        inverse: Floats = np.linalg.inv(self.cholesky_factors)  # (K, D, D)
        return inverse

    def component_log_densities(self, points: Floats) -> Floats:
        """The log of each component's share of the density at points (N, D), in nats: (N, K)."""
        logs = np.empty((len(points), self.size))
        for number, (mean, inverse) in enumerate(zip(self.means, self._inverse_factors, strict=True)):
            whitened = (points - mean) @ inverse.T  # (N, D)
            logs[:, number] = np.log(np.diagonal(inverse)).sum() - 0.5 * np.square(whitened).sum(1)
        return logs + np.log(self.weights) - 0.5 * points.shape[1] * np.log(2 * np.pi)

    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats: (N,)."""
        log_density: Floats = logsumexp(self.component_log_densities(points), axis=1)
        return log_density

    def log_density_and_means(self, points: Floats) -> tuple[Floats, Floats]:
        """The log density at points (N, D), and the component means weighted by responsibility, (N,) and (N, D)."""
        logs = self.component_log_densities(points)
        total = logsumexp(logs, axis=1)
        return total, np.exp(logs - total[:, None]) @ self.means

    def from_normal(self, numbers: Floats) -> Floats:
        """Turn samples (N, D) of the standard normal distribution into samples of this mixture, one for one.

        The first number chooses the component. What remains of its randomness is stretched to a normal number again,
        and places the point within the component together with the other numbers.
        """
        ends = np.cumsum(self.weights)
        share = norm.cdf(numbers[:, 0])  # uniform in [0, 1]
        chosen = np.searchsorted(ends[:-1], share, side="right")  # (N,)
        rest = (share - (ends - self.weights)[chosen]) / self.weights[chosen]
        within = np.column_stack([norm.ppf(rest.clip(1e-12, 1 - 1e-12)), numbers[:, 1:]])  # (N, D)
        points: Floats = self.means[chosen] + np.einsum("nij,nj->ni", self.cholesky_factors[chosen], within)
        return points

    def posterior(self, noise: float) -> "MixturePosterior":
        """The posterior of a point of this mixture, given the point plus normal noise of that standard deviation."""
        return MixturePosterior(self, noise)


class MixturePosterior:
    """The distribution of a mixture's point, given a noisy observation of it.

    It is a mixture again. Its covariances don't depend on the observation, so they are computed once.

    Args:
        mixture: The prior of the points.
        noise: Standard deviation of the noise in each dimension.
    """

    def __init__(self, mixture: GaussianMixture, noise: float) -> None:
        noisy = mixture.covariances + noise**2 * np.eye(mixture.means.shape[1])  # (K, D, D)
        self.mixture = mixture
        self.observations = GaussianMixture(mixture.weights, mixture.means, noisy)
        self.gains = mixture.covariances @ np.linalg.inv(noisy)  # (K, D, D), as in a Kalman filter
        covariances = noise**2 * self.gains
        self.cholesky_factors = np.linalg.cholesky((covariances + covariances.transpose(0, 2, 1)) / 2)

    def sample(self, observed: Floats, random: np.random.Generator) -> Floats:
        """Sample one possible point (N, D) for each observation (N, D)."""
        logs = self.observations.component_log_densities(observed)
        shares = np.exp(logs - logsumexp(logs, axis=1, keepdims=True)).cumsum(1)  # (N, K)
        chosen = (shares < random.random((len(observed), 1))).sum(1).clip(max=self.mixture.size - 1)
        means = self.mixture.means[chosen]
        expected = means + np.einsum("nij,nj->ni", self.gains[chosen], observed - means)
        noise = random.standard_normal(observed.shape)
        points: Floats = expected + np.einsum("nij,nj->ni", self.cholesky_factors[chosen], noise)
        return points


# Fitting with shrunk covariances -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whitening:
    """An affine map after which points have about zero mean and the identity as their covariance."""

    mean: Floats  # (D,)
    root: Floats  # (D, D), lower Cholesky factor of the shrunk covariance

    @classmethod
    def fit(cls, points: Floats) -> "Whitening":
        """Fit to points (N, D): each dimension is scaled to unit variance, then the covariance is shrunk."""
        points = np.asarray(points, np.float64)  # covariances in single precision lose their symmetry
        mean, deviations = points.mean(0), points.std(0)
        deviations = np.maximum(deviations, max(MIN_DEVIATION, MIN_DEVIATION * float(deviations.max())))
        covariance = _invertible(LedoitWolf(assume_centered=True).fit((points - mean) / deviations).covariance_)
        return cls(mean, deviations[:, None] * np.linalg.cholesky(covariance))

    @property
    def log_stretch(self) -> float:
        """The log determinant of the map: how much it stretches space."""
        return -float(np.log(np.diagonal(self.root)).sum())

    def apply(self, points: Floats) -> Floats:
        """Whiten points (N, D)."""
        whitened: Floats = np.linalg.solve(self.root, (np.asarray(points, np.float64) - self.mean).T).T
        return whitened

    def undo(self, whitened: Floats) -> Floats:
        """Map whitened points (N, D) back."""
        points: Floats = whitened @ self.root.T + self.mean
        return points


def fit_normal(points: Floats) -> GaussianMixture:
    """Fit one normal distribution to points (N, D), its covariance shrunk by Ledoit and Wolf's rule."""
    fitted = LedoitWolf().fit(points)
    return GaussianMixture(np.ones(1), fitted.location_[None], _invertible(fitted.covariance_)[None])


def fit_mixture(points: Floats, size: int, seed: int = 0) -> GaussianMixture:
    """Fit a mixture whose covariances are shrunk to a common one, more strongly the fewer points a component has.

    The common covariance is that of the points about their k-means centres, itself shrunk. It counts as much as D
    points do.

    Args:
        points: (N, D).
        size: The number of components.
        seed: Decides which points are used when there are more than 12,000, and where the fit begins.
    """
    points = points[np.random.default_rng(seed).permutation(len(points))[:MAX_FITTED_POINTS]]
    prior_points = points.shape[1]  # as many as the common covariance counts for
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early, or fewer distinct points than components
        clusters = KMeans(size, n_init=1, random_state=seed).fit(points)
        centred = points - clusters.cluster_centers_[clusters.labels_]
        common = _invertible(LedoitWolf(assume_centered=True).fit(centred).covariance_)
        fitted = sklearn_mixture.BayesianGaussianMixture(
            n_components=size, degrees_of_freedom_prior=prior_points, covariance_prior=prior_points * common,
            weight_concentration_prior_type="dirichlet_distribution", weight_concentration_prior=1.0,
            mean_precision_prior=MEAN_PRECISION_PRIOR, tol=1e-2, max_iter=MAX_EM_ROUNDS, random_state=seed,
        ).fit(points)  # fmt: skip
    return GaussianMixture(fitted.weights_, fitted.means_, fitted.covariances_)


def _invertible(covariance: Floats) -> Floats:
    """Add a little to the diagonal of a covariance (D, D), so that even that of equal points can be inverted."""
    regularised: Floats = covariance + MIN_DEVIATION * np.eye(len(covariance))
    return regularised


# Fitting with held-out selection -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhitenedMixture:
    """A Gaussian mixture over whitened principal components.

    Components beyond the first 64 are left out: samples have their mean, and `log_density` ignores them.
    """

    components: PrincipalComponents
    deviations: Floats  # (K,), of each component
    mixture: GaussianMixture

    @classmethod
    def fit(cls, points: Floats, sizes: tuple[int, ...] = CANDIDATE_SIZES, seed: int = 0) -> "WhitenedMixture":
        """Fit a mixture of each size to points (N, D) and keep the one with the highest held-out likelihood."""
        chosen = np.random.default_rng(seed).permutation(len(points))[:MAX_FITTED_POINTS]
        points = np.asarray(points[chosen], dtype=np.float64)  # covariances in single precision lose their symmetry
        components = PrincipalComponents.fit(points, MAX_DIMENSIONS)
        deviations = np.sqrt(np.maximum(components.model.explained_variance_, 1e-12))
        whitened = components.encode(points) / deviations
        split = int(len(whitened) * HELD_OUT_SHARE)
        held_out, train = whitened[:split], whitened[split:]
        fitted = [_fit_unshrunk(size, train, seed) for size in sizes if size * POINTS_PER_COMPONENT <= len(train)]
        return cls(components, deviations, max(fitted, key=lambda mixture: mixture.log_density(held_out).mean()))

    @property
    def size(self) -> int:
        """The number of the mixture's components."""
        return self.mixture.size

    @property
    def dimensions(self) -> int:
        """The number of principal components, K."""
        return len(self.deviations)

    def sample(self, count: int, seed: int = 0) -> Floats:
        """Sample new points (count, D)."""
        return self.from_normal(np.random.default_rng(seed).standard_normal((count, self.dimensions)))

    def from_normal(self, numbers: Floats) -> Floats:
        """Turn samples of the standard normal distribution into samples (N, D) of this density, one for one.

        Args:
            numbers: (N, L), L at least `dimensions`; further columns are not used.
        """
        whitened = self.mixture.from_normal(numbers[:, : self.dimensions])
        return self.components.decode(whitened * self.deviations)

    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats up to a constant: (N,)."""
        return self.mixture.log_density(self.components.encode(points) / self.deviations)


def _fit_unshrunk(size: int, points: Floats, seed: int) -> GaussianMixture:
    fitted = sklearn_mixture.GaussianMixture(
        size, covariance_type="full", reg_covar=ADDED_VARIANCE, tol=1e-2, max_iter=100, random_state=seed
    ).fit(points)
    return GaussianMixture(fitted.weights_, fitted.means_, fitted.covariances_)
