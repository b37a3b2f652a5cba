"""Copies of training pictures are recognised among generated pictures."""

import pytest
import torch

from pochade.study.stages.sample_stage import measure_originality


def random_features(count: int, seed: int) -> torch.Tensor:
    """Standard normal features (N, 8)."""
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_copies_of_training_pictures_are_recognised_and_new_pictures_are_not() -> None:
    train, real, samples = random_features(900, 0), random_features(300, 1), random_features(300, 2)
    copies = measure_originality(train[:300] + 1e-4, real, train)
    assert copies["copied_share"] == 1
    assert copies["nearest_ratio"] < 0.01
    new_pictures = measure_originality(samples, real, train)
    assert new_pictures["copied_share"] < 0.05
    assert new_pictures["nearest_ratio"] == pytest.approx(1, abs=0.15)
