"""Random latents are the same numbers for every model."""

import torch

from pochade.study.fashion_mnist import ImageSet
from pochade.study.study_latents import shared_random_latents
from pochade.study.study_settings import StudySettings


def test_a_long_random_latent_begins_with_the_numbers_of_a_short_one(pictures: ImageSet) -> None:
    settings = StudySettings()
    long = shared_random_latents(settings.autoencoder(pictures), seed=3)
    short = shared_random_latents(settings.vae(pictures), seed=3)
    assert torch.equal(long.flatten(1)[:, :16], short)
