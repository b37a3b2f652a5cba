"""Distances between sets of pictures are zero for equal sets, and grow with the difference."""

import numpy as np
import pytest
import torch
from scipy import linalg

from pochade.training.evaluation.set_distance import (
    density_and_coverage,
    frechet_distance,
    kernel_distance,
    set_distance,
)


def features(count: int, seed: int, shift: float = 0.0, spread: float = 1.0) -> torch.Tensor:
    return shift + spread * torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_the_frechet_distance_follows_the_formula() -> None:
    a, b = features(500, 0), features(400, 1, shift=0.5, spread=2)
    covariances = [np.cov(rows.double().numpy(), rowvar=False) for rows in (a, b)]
    root = linalg.sqrtm(covariances[0] @ covariances[1]).real
    mean_distance = (a.double().mean(0) - b.double().mean(0)).square().sum().item()
    expected = mean_distance + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-4)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_every_distance_grows_with_the_shift_of_the_samples() -> None:
    real = features(800, 0)
    distances = [set_distance(features(800, 1, shift), real) for shift in (0.0, 0.3, 1.0, 3.0)]
    frechet, kernel, coverage = (
        [getattr(distance, name) for distance in distances] for name in ("frechet", "kernel", "coverage")
    )
    assert frechet == sorted(frechet)
    assert kernel == sorted(kernel)
    assert coverage == sorted(coverage, reverse=True)
    assert coverage[0] > 0.85
    assert coverage[-1] < 0.05


@pytest.mark.slow
def test_the_kernel_distance_depends_on_its_seed_alone() -> None:
    a, b = features(1_500, 0), features(1_500, 1)
    torch.manual_seed(1)
    first = kernel_distance(a, b, seed=4)
    torch.manual_seed(2)
    assert kernel_distance(a, b, seed=4) == first
    assert abs(first[0]) < 0.05


def test_samples_of_one_mode_have_high_density_and_low_coverage() -> None:
    real = torch.cat([features(300, 0, shift) for shift in (-20, 0, 20)])
    density, coverage = density_and_coverage(features(900, 1), real)
    assert density > 0.8
    assert 0.25 < coverage < 0.37
