"""Latents far from those of real pictures are out of distribution, latents among them are not."""

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import WhitenedMixture
from pochade.analysis.out_of_distribution import judge_latents
from tests.support.point_clouds import clouds


def judge(latent: Floats) -> tuple[bool, dict[str, bool]]:
    """Whether a latent is out of distribution among one cloud, and which tests find it unusual."""
    latents, _ = clouds(900, cloud_count=1)
    train, held_out = latents[:600], latents[600:]
    density = WhitenedMixture.fit(train, sizes=(1,))
    (verdict,) = judge_latents(latent[None], train, held_out, density, lambda latents: np.clip(latents, -5, 17))
    return verdict.is_out_of_distribution, {name: test.unusual for name, test in verdict.tests.items()}


def test_a_latent_among_the_others_is_in_distribution() -> None:
    is_out_of_distribution, unusual = judge(np.array([12, 0.5, -0.5, 0.5, -0.5]))
    assert not is_out_of_distribution
    assert not any(unusual.values())


def test_a_latent_far_from_the_others_is_unusual_by_every_test() -> None:
    is_out_of_distribution, unusual = judge(np.full(5, 40.0))
    assert is_out_of_distribution
    assert all(unusual.values())


def test_the_mean_is_unusual_by_its_mahalanobis_distance() -> None:
    """In many dimensions no latent lies near the mean: the Mahalanobis distance has a lower bound too."""
    random = np.random.default_rng(0)
    latents = random.normal(size=(2_000, 60))
    train, held_out = latents[:1_500], latents[1_500:]
    mean, density = train.mean(0, keepdims=True), WhitenedMixture.fit(train, (1,))
    (verdict,) = judge_latents(mean, train, held_out, density, lambda latents: latents)
    assert verdict.mahalanobis.unusual
    assert not verdict.is_out_of_distribution, "one test of four is not enough"


def test_each_latent_gets_its_own_verdict() -> None:
    latents, _ = clouds(900, cloud_count=1)
    train, held_out = latents[:600], latents[600:]
    tested = np.stack([np.array([12, 0.5, -0.5, 0.5, -0.5]), np.full(5, 40.0)])
    verdicts = judge_latents(tested, train, held_out, WhitenedMixture.fit(train, sizes=(1,)), lambda latents: latents)
    assert [verdict.is_out_of_distribution for verdict in verdicts] == [False, True]
