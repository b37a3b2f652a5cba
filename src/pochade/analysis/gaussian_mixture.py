"""Gaussian mixtures: density, sampling, posteriors, and three ways of fitting them to points.

    fit_normal       one normal distribution with a shrunk covariance
    fit_mixture      K normal distributions whose covariances are shrunk towards a common one
    WhitenedMixture  the mixture of the study: over principal components, with the K of the highest held-out likelihood

The covariance of twenty points in 64 dimensions has rank nineteen, so it is shrunk towards a multiple of the identity.
Ledoit and Wolf ("A well-conditioned estimator for large-dimensional covariance matrices", 2004) say by how much.
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
MAX_EM_ROUNDS = 60  # of expectation-maximisation; more rounds improve the fit little
MIN_DEVIATION = 1e-6  # smaller standard deviations are raised to it, so that covariances can be inverted
MEAN_PRECISION_PRIOR = 1e-2  # how many points the common mean counts as in the mean of each component
CANDIDATE_SIZES = (1, 10, 40)  # numbers of components that `WhitenedMixture.fit` tries
POINTS_PER_COMPONENT = 10  # `WhitenedMixture.fit` skips sizes with fewer points on average
MAX_DIMENSIONS = 64  # full covariances in more dimensions need more points than most collections have
HELD_OUT_SHARE = 0.2  # of the points; their likelihood decides the size
ADDED_VARIANCE = 1e-4  # in each whitened direction, whose variance is about one


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
        """The log of each component's weighted density at points (N, D), in nats: (N, K)."""
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
        """Map standard normal samples (N, D) to samples of this mixture, one to one.

        The first number of a sample chooses the component. Its rank within that component's share is mapped back to a
        normal number, which places the point within the component together with the other numbers.
        """
        ends = np.cumsum(self.weights)
        uniform = norm.cdf(numbers[:, 0])  # in [0, 1]
        chosen = np.searchsorted(ends[:-1], uniform, side="right")  # (N,)
        rank = (uniform - (ends - self.weights)[chosen]) / self.weights[chosen]  # uniform in [0, 1] again
        within = np.column_stack([norm.ppf(rank.clip(1e-12, 1 - 1e-12)), numbers[:, 1:]])  # (N, D)
        points: Floats = self.means[chosen] + np.einsum("nij,nj->ni", self.cholesky_factors[chosen], within)
        return points

    def posterior(self, noise: float) -> "MixturePosterior":
        """The posterior of a sample of this mixture, given that sample plus normal noise of a standard deviation."""
        return MixturePosterior(self, noise)


class MixturePosterior:
    """The distribution of a sample of a mixture, given a noisy observation of it.

    It is a mixture too. Its covariances don't depend on the observation, so they are computed once.

    Args:
        mixture: The prior.
        noise: Standard deviation of the noise in each dimension.
    """

    def __init__(self, mixture: GaussianMixture, noise: float) -> None:
        noisy = mixture.covariances + noise**2 * np.eye(mixture.means.shape[1])  # (K, D, D)
        self.mixture = mixture
        self.observations = GaussianMixture(mixture.weights, mixture.means, noisy)
        self.gains = mixture.covariances @ np.linalg.inv(noisy)  # (K, D, D), Kalman gains
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
    """An affine map after which points have mean zero and about unit covariance."""

    mean: Floats  # (D,)
    root: Floats  # (D, D), lower Cholesky factor of the shrunk covariance

    @classmethod
    def fit(cls, points: Floats) -> "Whitening":
        """Fit to points (N, D); the covariance is shrunk after each dimension is scaled to unit variance."""
        points = np.asarray(points, np.float64)  # covariances in single precision lose their symmetry
        mean, deviations = points.mean(0), points.std(0)
        deviations = np.maximum(deviations, max(MIN_DEVIATION, MIN_DEVIATION * float(deviations.max())))
        covariance = _invertible(LedoitWolf(assume_centered=True).fit((points - mean) / deviations).covariance_)
        return cls(mean, deviations[:, None] * np.linalg.cholesky(covariance))

    @property
    def log_stretch(self) -> float:
        """The log-determinant of the map, which log densities of whitened points lack."""
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
    estimate = LedoitWolf().fit(points)
    return GaussianMixture(np.ones(1), estimate.location_[None], _invertible(estimate.covariance_)[None])


def fit_mixture(points: Floats, size: int, seed: int = 0) -> GaussianMixture:
    """Fit a mixture whose covariances are shrunk towards a common one, most where a component has few points.

    The common covariance is the shrunk covariance of the points around their k-means centres. It has the weight of D
    points.

    Args:
        points: (N, D).
        size: The number of components.
        seed: Decides which points are used when there are more than 12,000, and where fitting starts.
    """
    points = points[np.random.default_rng(seed).permutation(len(points))[:MAX_FITTED_POINTS]]
    prior_points = points.shape[1]  # the weight of the common covariance
    with warnings.catch_warnings():
        # EM may stop early, and there may be fewer distinct points than components
        warnings.simplefilter("ignore", ConvergenceWarning)
        clusters = KMeans(size, n_init=1, random_state=seed).fit(points)
        centred = points - clusters.cluster_centers_[clusters.labels_]
        common = _invertible(LedoitWolf(assume_centered=True).fit(centred).covariance_)
        mixture = sklearn_mixture.BayesianGaussianMixture(
            n_components=size, degrees_of_freedom_prior=prior_points, covariance_prior=prior_points * common,
            weight_concentration_prior_type="dirichlet_distribution", weight_concentration_prior=1.0,
            mean_precision_prior=MEAN_PRECISION_PRIOR, tol=1e-2, max_iter=MAX_EM_ROUNDS, random_state=seed,
        ).fit(points)  # fmt: skip
    return GaussianMixture(mixture.weights_, mixture.means_, mixture.covariances_)


def _invertible(covariance: Floats) -> Floats:
    """Add a little to the diagonal of a covariance (D, D), so that it can be inverted even if all points are equal."""
    regularised: Floats = covariance + MIN_DEVIATION * np.eye(len(covariance))
    return regularised


# Fitting with held-out selection -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhitenedMixture:
    """A Gaussian mixture over whitened principal components.

    Principal components beyond the first 64 are ignored: in samples they have their mean values.
    """

    components: PrincipalComponents
    deviations: Floats  # (K,), the standard deviation of each principal component
    mixture: GaussianMixture

    @classmethod
    def fit(cls, points: Floats, sizes: tuple[int, ...] = CANDIDATE_SIZES, seed: int = 0) -> "WhitenedMixture":
        """Fit a mixture of each size to points (N, D) and keep the one with the highest held-out likelihood."""
        rows = np.random.default_rng(seed).permutation(len(points))[:MAX_FITTED_POINTS]
        points = np.asarray(points[rows], dtype=np.float64)  # covariances in single precision lose their symmetry
        components = PrincipalComponents.fit(points, MAX_DIMENSIONS)
        deviations = np.sqrt(np.maximum(components.model.explained_variance_, 1e-12))
        whitened = components.encode(points) / deviations
        split = int(len(whitened) * HELD_OUT_SHARE)
        held_out, train = whitened[:split], whitened[split:]
        mixtures = [_fit_unshrunk(size, train, seed) for size in sizes if size * POINTS_PER_COMPONENT <= len(train)]
        return cls(components, deviations, max(mixtures, key=lambda mixture: mixture.log_density(held_out).mean()))

    @property
    def size(self) -> int:
        """The number of components of the mixture."""
        return self.mixture.size

    @property
    def dimensions(self) -> int:
        """The number of principal components, K."""
        return len(self.deviations)

    def sample(self, count: int, seed: int = 0) -> Floats:
        """Sample new points (count, D)."""
        return self.from_normal(np.random.default_rng(seed).standard_normal((count, self.dimensions)))

    def from_normal(self, numbers: Floats) -> Floats:
        """Map standard normal samples to samples (N, D) of this density, one to one.

        Args:
            numbers: (N, L), L at least `dimensions`; further columns are not used.
        """
        whitened = self.mixture.from_normal(numbers[:, : self.dimensions])
        return self.components.decode(whitened * self.deviations)

    def log_density(self, points: Floats) -> Floats:
        """The log density at points (N, D), in nats up to a constant: (N,)."""
        return self.mixture.log_density(self.components.encode(points) / self.deviations)


def _fit_unshrunk(size: int, points: Floats, seed: int) -> GaussianMixture:
    mixture = sklearn_mixture.GaussianMixture(
        size, covariance_type="full", reg_covar=ADDED_VARIANCE, tol=1e-2, max_iter=100, random_state=seed
    ).fit(points)
    return GaussianMixture(mixture.weights_, mixture.means_, mixture.covariances_)
