"""Random latents are the same numbers for every model."""

import numpy as np
import pytest
import torch

from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.study_latents import flat_latents, matched_normal, shared_random_latents, typical_latents
from pochade.study.study_settings import StudySettings


def test_a_long_random_latent_begins_with_the_numbers_of_a_short_one(pictures: ImageSet) -> None:
    settings = StudySettings()
    long = shared_random_latents(settings.autoencoder(pictures), seed=3)
    short = shared_random_latents(settings.vae(pictures), seed=3)
    assert torch.equal(long.flatten(1)[:, :16], short)


def test_the_typical_latents_of_a_vae_scatter_around_its_means(pictures: ImageSet) -> None:
    """Its decoder learnt to decode samples of posteriors, and a random latent must be compared with those."""
    vae = StudySettings(latent_dim=4).vae(pictures).eval()
    images = pictures.test.images
    means, samples = flat_latents(vae, images), typical_latents(vae, images, seed=0)
    assert samples.std() > 5 * means.std()
    autoencoder = StudySettings().autoencoder(pictures).eval()
    assert (flat_latents(autoencoder, images) == typical_latents(autoencoder, images, seed=0)).all()


def test_a_matched_normal_has_the_mean_and_deviation_of_each_dimension() -> None:
    latents = np.random.default_rng(0).normal([1, -5, 0], [0.1, 2, 1], (4_000, 3))
    samples = matched_normal(latents, 4_000, (3,), seed=1).numpy()
    assert samples.mean(0) == pytest.approx(latents.mean(0), abs=0.1)
    assert samples.std(0) == pytest.approx(latents.std(0), rel=0.05)
