"""Distances between sets of pictures are zero for equals, grow with damage, and catch copies."""

import numpy as np
import pytest
import torch
from scipy import linalg, stats

from pochade.models import VAE, Autoencoder
from pochade.study.findings import originality
from pochade.training.evaluation.reconstruction import _log_probability, active_units, evidence, reconstruction_error
from pochade.training.evaluation.set_distance import (
    density_and_coverage,
    frechet_distance,
    kernel_distance,
    set_distance,
)


def features(count: int, seed: int, shift: float = 0.0, spread: float = 1.0) -> torch.Tensor:
    return shift + spread * torch.randn(count, 8, generator=torch.Generator().manual_seed(seed))


def test_the_frechet_distance_is_that_of_the_formula() -> None:
    a, b = features(500, 0), features(400, 1, shift=0.5, spread=2)
    covariances = [np.cov(some.double().numpy(), rowvar=False) for some in (a, b)]
    root = linalg.sqrtm(covariances[0] @ covariances[1]).real
    gap = (a.double().mean(0) - b.double().mean(0)).square().sum().item()
    expected = gap + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-4)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6)


def test_every_distance_rises_along_a_ladder_of_damage() -> None:
    real = features(800, 0)
    rungs = [set_distance(features(800, 1, shift), real) for shift in (0.0, 0.3, 1.0, 3.0)]
    assert [rung.frechet for rung in rungs] == sorted(rung.frechet for rung in rungs)
    assert [rung.kernel for rung in rungs] == sorted(rung.kernel for rung in rungs)
    coverages = [rung.coverage for rung in rungs]
    assert coverages == sorted(coverages, reverse=True)
    assert coverages[0] > 0.85
    assert coverages[-1] < 0.05


def test_the_kernel_distance_depends_on_its_seed_alone() -> None:
    a, b = features(1_500, 0), features(1_500, 1)
    torch.manual_seed(1)
    first = kernel_distance(a, b, seed=4)
    torch.manual_seed(2)
    assert kernel_distance(a, b, seed=4) == first
    assert abs(first[0]) < 0.05


def test_few_modes_have_high_density_and_low_coverage() -> None:
    real = torch.cat([features(300, 0, shift) for shift in (-20, 0, 20)])
    density, coverage = density_and_coverage(features(900, 1), real)
    assert density > 0.8
    assert 0.25 < coverage < 0.37


def test_copies_of_the_training_set_are_flagged_and_unseen_pictures_are_not() -> None:
    train, unseen, other = features(900, 0), features(300, 1), features(300, 2)
    copied = originality(train[:300] + 1e-4, unseen, train)
    assert copied["copied_share"] == 1
    assert copied["nearest_ratio"] < 0.01
    honest = originality(other, unseen, train)
    assert honest["copied_share"] < 0.05
    assert honest["nearest_ratio"] == pytest.approx(1, abs=0.15)


def test_the_masses_of_all_256_levels_add_up_to_one() -> None:
    levels = torch.arange(256)
    for centre in (0.0, 0.003, 0.5, 1.0):
        for sigma in (0.01, 0.2):
            logs = _log_probability(levels, torch.full((256,), centre), sigma)
            assert logs.exp().sum().item() == pytest.approx(1, abs=1e-9)


def test_the_mass_of_a_level_is_the_normal_distributions() -> None:
    normal = stats.norm(0.4, 0.1)
    expected = normal.logcdf(100.5 / 255) + np.log1p(-np.exp(normal.logcdf(99.5 / 255) - normal.logcdf(100.5 / 255)))
    assert _log_probability(torch.tensor([100]), torch.tensor([0.4]), 0.1).item() == pytest.approx(expected, rel=1e-5)


def test_a_level_far_from_its_reconstruction_is_unlikely_but_never_impossible() -> None:
    logs = _log_probability(torch.tensor([0, 255]), torch.tensor([1.0, 0.0]), 0.01)
    assert torch.isfinite(logs).all()
    assert (logs < -4_000).all()


def test_the_bound_counts_bits_as_nats_over_pixels() -> None:
    images = torch.randint(0, 256, (20, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    bound = evidence(VAE().eval(), images, sigma=0.3)
    assert bound.elbo < 0 < bound.divergence
    assert bound.bits_per_dimension == pytest.approx(-bound.elbo / np.log(2) / 784)
    assert bound.bits_per_dimension > 7.9, "noise can't be foretold"


def test_the_error_is_that_of_all_pixels_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Autoencoder().eval()
    images = torch.randint(0, 256, (25, 1, 28, 28), dtype=torch.uint8)
    x = images / 255
    expected = (net(x) - x).square().mean().item()
    monkeypatch.setattr("pochade.training.evaluation.reconstruction.BATCH", 7)
    assert reconstruction_error(net, images) == pytest.approx(expected, rel=1e-5)


def test_a_number_that_never_changes_is_not_active() -> None:
    codes = torch.randn(100, 4, generator=torch.Generator().manual_seed(0)) * torch.tensor([1, 0.5, 0.01, 0])
    assert active_units(codes) == 2
