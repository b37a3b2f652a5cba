"""Copies of the training set are recognised among generated pictures."""

import pytest
import torch

from pochade.study.sample_stage import measure_originality


def features(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_copies_of_the_training_set_are_flagged_and_unseen_pictures_are_not() -> None:
    train, unseen, samples = features(900, 0), features(300, 1), features(300, 2)
    of_copies = measure_originality(train[:300] + 1e-4, unseen, train)
    assert of_copies["copied_share"] == 1
    assert of_copies["nearest_ratio"] < 0.01
    of_new_pictures = measure_originality(samples, unseen, train)
    assert of_new_pictures["copied_share"] < 0.05
    assert of_new_pictures["nearest_ratio"] == pytest.approx(1, abs=0.15)
