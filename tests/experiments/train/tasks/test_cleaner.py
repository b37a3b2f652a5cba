"""The cleaner is trained on squares that are damaged anew each time, and judged by the decibels that it gains."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from experiments.train.tasks.cleaner import CleanerTask, damage_patches
from experiments.train.tasks.task_data import load_weights
from pochade.models.denoiser import Denoiser
from pochade.training.augment.random_numbers import RandomNumbers
from tests.support.drawings import drawing
from tests.support.small_packs import PATCH_SIDE
from tests.support.training_tasks import CPU, check_figures, check_learning, check_writing

TASK = CleanerTask()
BATCH = 16


def clean_patches() -> Tensor:
    """Clean squares (16, 3, 128, 128) in [0, 1]."""
    drawings = [np.asarray(drawing(seed, PATCH_SIDE)) for seed in range(BATCH)]
    return torch.from_numpy(np.stack(drawings)).permute(0, 3, 1, 2) / 255


@pytest.mark.slow
def test_the_shipped_model_learns_and_is_written(tmp_path: Path) -> None:
    prepared = check_learning(TASK)
    check_writing(TASK, prepared.model, tmp_path / TASK.file, lambda path: load_weights(path, Denoiser, CPU))


@pytest.mark.slow
def test_the_shipped_model_gains_and_an_untrained_one_does_not() -> None:
    prepared = TASK.prepare(CPU, small=True)
    shipped = check_figures(TASK, prepared)
    assert shipped["gain"] > 0.3
    untrained = prepared.evaluate(Denoiser().eval())
    assert untrained["gain"] == pytest.approx(0, abs=0.01)
    assert untrained["gain_held_out_kinds"] == pytest.approx(0, abs=0.01)
    assert untrained["clean_in"] > 59


def test_a_batch_has_squares_without_damage_with_noise_and_with_damage() -> None:
    patches = clean_patches()
    damaged = damage_patches(patches, RandomNumbers(0))
    clean = damaged.layers[:, 6:]
    is_unchanged = (damaged.pictures == clean).flatten(1).all(1)
    assert is_unchanged[:2].all()
    assert not is_unchanged[2:5].any()  # white noise, and nothing else
    torch.testing.assert_close(damaged.layers[2:5, :3], clean[2:5])
    torch.testing.assert_close(clean[:12], patches[:12])  # under even light
    assert (clean[12:] != patches[12:]).any()
    assert damaged.defects[5:].any()
    assert not damaged.defects[:5].any()


def test_damage_follows_its_seed_and_is_made_on_the_device_of_the_squares() -> None:
    patches = clean_patches()
    first, other = (damage_patches(patches, RandomNumbers(seed)).pictures for seed in (0, 1))
    with torch.device("meta"):  # whatever is made without a device can't be mixed with the squares
        again = damage_patches(patches, RandomNumbers(0, CPU)).pictures
    torch.testing.assert_close(first, again)
    assert (first != other).any()
