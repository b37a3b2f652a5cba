"""The models of a study are trained from its seed, except the reference classifier."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult, StageStore
from pochade.study.stages.training_stage import train_model
from pochade.study.study_settings import StudySettings
from pochade.training.loop import TrainingProgress
from pochade.training.recipe import FAST_RECIPE


@pytest.fixture
def train(pictures: ImageSet, tmp_path: Path) -> Any:
    """A function that trains a small model of some name from some seed."""

    def train_from_seed(name: str, seed: int, report: Any = lambda _: None) -> StageResult:
        settings = StudySettings(dataclasses.replace(FAST_RECIPE, epochs=2), latent_dim=4, widths=(4, 8), seed=seed)
        inputs = StageInputs(pictures, settings, StageStore.create(tmp_path, str(seed)))
        return train_model(inputs, name, report)

    return train_from_seed


def have_equal_weights(first: StageResult, second: StageResult) -> bool:
    """Whether two models of one kind have the same weights."""
    return all(np.array_equal(first.arrays[name], second.arrays[name]) for name in first.arrays)


@pytest.mark.slow
def test_the_reference_classifier_is_the_same_for_every_seed_and_the_other_models_are_not(train: Any) -> None:
    for name, is_same in (("classifier", True), ("autoencoder", False), ("vae", False)):
        assert have_equal_weights(train(name, 0), train(name, 1)) is is_same, name


@pytest.mark.slow
def test_an_interrupted_training_goes_on_from_its_last_epoch_and_ends_with_the_same_weights(train: Any) -> None:
    def interrupt(progress: TrainingProgress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    expected = train("vae", 3)
    with pytest.raises(KeyboardInterrupt):
        train("vae", 3, interrupt)
    epochs: list[int] = []
    resumed = train("vae", 3, lambda progress: epochs.append(progress.epoch))
    assert set(epochs) == {2}
    assert have_equal_weights(resumed, expected)
