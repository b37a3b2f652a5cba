"""Gaussian mixtures are dense where points are, and their samples lie there."""

import numpy as np

from pochade.analysis.gaussian_mixture import GaussianMixture, WhitenedMixture
from pochade.analysis.nearest_neighbours import nearest_neighbours
from tests.support.point_clouds import clouds


def test_the_density_is_high_in_the_clouds_and_low_between_them() -> None:
    points, _ = clouds(900)
    density = WhitenedMixture.fit(points, sizes=(1, 3))
    assert density.size == 3, "three clouds are likelier under three components than under one"
    inside, between = density.log_density(points[:100]), density.log_density(np.full((1, 5), 4.0))
    assert between[0] < inside.min()


def test_samples_lie_in_the_clouds() -> None:
    points, _ = clouds(900)
    samples = WhitenedMixture.fit(points, sizes=(3,)).sample(500, seed=1)
    assert samples.shape == (500, 5)
    assert nearest_neighbours(samples, points, 1).distances.max() < 4
    shares = np.bincount(nearest_neighbours(samples, 12 * np.eye(3, 5), 1).indices[:, 0]) / 500
    np.testing.assert_allclose(shares, 1 / 3, atol=0.08)


def test_normal_numbers_become_the_same_points_again_and_together_follow_the_density() -> None:
    points, _ = clouds(900)
    density = WhitenedMixture.fit(points, sizes=(3,))
    numbers = np.random.default_rng(0).standard_normal((4_000, 5))
    samples = density.from_normal(numbers)
    assert np.array_equal(samples[:7], density.from_normal(numbers[:7]))
    np.testing.assert_allclose(samples.mean(0), points.mean(0), atol=0.4)
    np.testing.assert_allclose(np.cov(samples.T), np.cov(points.T), atol=2)


def test_posterior_samples_of_noisy_points_follow_the_mixture() -> None:
    random = np.random.default_rng(0)
    points = 8 * np.eye(4)[random.integers(0, 4, 2_000)] + random.standard_normal((2_000, 4))
    mixture = GaussianMixture(np.full(4, 0.25), 8 * np.eye(4), np.stack([np.eye(4)] * 4))
    random = np.random.default_rng(0)
    samples = mixture.posterior(2.0).sample(points + 2 * random.standard_normal(points.shape), random)
    np.testing.assert_allclose(samples.mean(0), points.mean(0), atol=0.2)
    np.testing.assert_allclose(np.cov(samples.T), np.cov(points.T), atol=0.6)
