"""The models of a study are trained from its seed, except the reference classifier."""

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn

from pochade.study.fashion_mnist import ImageSet
from pochade.study.model_training import StudyModels, train_models
from pochade.study.sample_stage import measure_real_pictures
from pochade.study.stage_store import StageStore
from pochade.study.study_listener import SilentListener
from pochade.study.study_settings import StudySettings
from pochade.training.recipe import FAST_RECIPE


def train_with_seed(data: ImageSet, seed: int, folder: Path) -> StudyModels:
    """Train small models from a seed."""
    settings = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=1), latent_dim=4, widths=(4, 8), seed=seed)
    return train_models(data, settings, StageStore(folder, settings.key(data)), SilentListener())[0]


def have_equal_weights(first: nn.Module, second: nn.Module) -> bool:
    """Whether two models of one kind have the same weights."""
    weights = second.state_dict()
    return all(torch.equal(value, weights[name]) for name, value in first.state_dict().items())


@pytest.mark.slow
def test_the_reference_classifier_is_the_same_for_every_seed(pictures: ImageSet, tmp_path: Path) -> None:
    first, second = (train_with_seed(pictures, seed, tmp_path) for seed in (0, 1))
    assert have_equal_weights(first.reference_classifier, second.reference_classifier)
    accuracies = {
        measure_real_pictures(pictures, models.reference_classifier, seed=0).numbers["accuracy"]
        for models in (first, second)
    }
    assert len(accuracies) == 1
    assert not have_equal_weights(first.autoencoder, second.autoencoder)
    assert not have_equal_weights(first.vae, second.vae)
