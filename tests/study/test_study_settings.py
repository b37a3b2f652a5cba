"""Settings decide the models and their initial weights."""

import dataclasses

import torch

from pochade.study.fashion_mnist import ImageSet, Split
from pochade.study.study_settings import StudySettings


def test_settings_decide_the_sizes_of_the_models(pictures: ImageSet) -> None:
    settings = StudySettings(latent_dim=5, widths=(4, 6))
    assert settings.autoencoder(pictures).latent_shape == (5,)
    assert settings.vae(pictures).latent_shape == (5,)
    assert settings.vae(pictures).config.convolutions.widths == (4, 6)


def test_the_seed_decides_the_initial_weights(pictures: ImageSet) -> None:
    first, same, other = (StudySettings(seed=seed).autoencoder(pictures).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_the_key_knows_the_shape_and_the_classes_of_the_pictures(pictures: ImageSet) -> None:
    flat = Split(pictures.train.images.reshape(-1, 1, 14, 56), pictures.train.labels)
    renamed = dataclasses.replace(pictures, classes=("thing", *pictures.classes[1:]))
    keys = {StudySettings().key(data) for data in (pictures, dataclasses.replace(pictures, train=flat), renamed)}
    assert len(keys) == 3
