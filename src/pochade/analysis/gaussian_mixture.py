"""A mixture of normal distributions as three arrays: how dense it is anywhere, and draws."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from pochade.analysis.arrays import Floats


@dataclass(frozen=True)
class Mixture:
    """K normal distributions over points of D numbers, each with a covariance of its own."""

    weights: Floats  # (K,), all together 1
    means: Floats  # (K, D)
    covariances: Floats  # (K, D, D)

    @property
    def size(self) -> int:
        """How many normal distributions there are."""
        return len(self.weights)

    @cached_property
    def roots(self) -> Floats:
        """The lower Cholesky factors (K, D, D) of the covariances."""
        roots: Floats = np.linalg.cholesky(self.covariances)
        return roots

    @cached_property
    def _unroots(self) -> Floats:
        """What undoes each root (K, D, D)."""
        undone: Floats = np.linalg.inv(self.roots)
        return undone

    def each_log_density(self, points: Floats) -> Floats:
        """The log of each distribution's own part of the density at points (N, D), in nats: (N, K)."""
        parts = np.empty((len(points), self.size))
        for number, (mean, unroot) in enumerate(zip(self.means, self._unroots, strict=True)):
            scaled = (points - mean) @ unroot.T  # (N, D)
            parts[:, number] = np.log(np.diagonal(unroot)).sum() - 0.5 * np.square(scaled).sum(1)
        return parts + np.log(self.weights) - 0.5 * points.shape[1] * np.log(2 * np.pi)

    def log_density(self, points: Floats) -> Floats:
        """The log of the density at points (N, D), in nats."""
        found: Floats = logsumexp(self.each_log_density(points), axis=1)
        return found

    def middles(self, points: Floats) -> tuple[Floats, Floats]:
        """The log of the density at points (N, D), and the mean of the distributions that each may be from (N, D)."""
        parts = self.each_log_density(points)
        total = logsumexp(parts, axis=1)
        return total, np.exp(parts - total[:, None]) @ self.means

    def from_normal(self, numbers: Floats) -> Floats:
        """Points (N, D) of the mixture for draws (N, D) of a standard normal distribution, a point for each draw.

        The first number decides which of the distributions the point is from; what is left of its randomness, stretched
        to a whole normal number again, and the other numbers place the point within.
        """
        ends = np.cumsum(self.weights)
        share = norm.cdf(numbers[:, 0])  # uniform in [0, 1]
        chosen = np.searchsorted(ends[:-1], share, side="right")  # (N,)
        left = (share - (ends - self.weights)[chosen]) / self.weights[chosen]
        within = np.column_stack([norm.ppf(left.clip(1e-12, 1 - 1e-12)), numbers[:, 1:]])  # (N, D)
        points: Floats = self.means[chosen] + np.einsum("nij,nj->ni", self.roots[chosen], within)
        return points

    def seen_through(self, noise: float) -> "Seen":
        """What is known of a point of this mixture that was only seen with normal noise of that deviation upon it."""
        return Seen(self, noise)


class Seen:
    """Points of a mixture that were seen with noise: where they may really lie.

    Given what was seen, the truth has a mixture's distribution again, with the same covariances for all points.

    Args:
        mixture: Where the points come from.
        noise: Standard deviation of what was added to each number.
    """

    def __init__(self, mixture: Mixture, noise: float) -> None:
        blurred = mixture.covariances + noise**2 * np.eye(mixture.means.shape[1])  # (K, D, D)
        self.mixture = mixture
        self.noisy = Mixture(mixture.weights, mixture.means, blurred)
        self.gains = mixture.covariances @ np.linalg.inv(blurred)  # (K, D, D): how far to believe what was seen
        left = noise**2 * self.gains
        self.roots = np.linalg.cholesky((left + left.transpose(0, 2, 1)) / 2)

    def drawn(self, seen: Floats, random: np.random.Generator) -> Floats:
        """For each point seen (N, D), one that it may really be (N, D)."""
        parts = self.noisy.each_log_density(seen)
        shares = np.exp(parts - logsumexp(parts, axis=1, keepdims=True)).cumsum(1)  # (N, K)
        chosen = (shares < random.random((len(seen), 1))).sum(1).clip(max=self.mixture.size - 1)
        means = self.mixture.means[chosen]
        middle = means + np.einsum("nij,nj->ni", self.gains[chosen], seen - means)
        points: Floats = middle + np.einsum("nij,nj->ni", self.roots[chosen], random.standard_normal(seen.shape))
        return points
