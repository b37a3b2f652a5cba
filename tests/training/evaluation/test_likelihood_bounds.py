"""The evidence lower bound is a code length, and the importance-weighted bound is tighter."""

import numpy as np
import pytest
import torch
from scipy import stats

from pochade.models.vae import VAE
from pochade.training.evaluation.likelihood_bounds import (
    _log_probability,
    evidence_lower_bound,
    importance_weighted_bound,
)


def test_the_masses_of_all_256_levels_add_up_to_one() -> None:
    levels = torch.arange(256)
    for centre in (0.0, 0.003, 0.5, 1.0):
        for sigma in (0.01, 0.2):
            log_masses = _log_probability(levels, torch.full((256,), centre), sigma)
            assert log_masses.exp().sum().item() == pytest.approx(1, abs=1e-9)


def test_the_mass_of_a_level_is_the_normal_distributions() -> None:
    normal = stats.norm(0.4, 0.1)
    expected = normal.logcdf(100.5 / 255) + np.log1p(-np.exp(normal.logcdf(99.5 / 255) - normal.logcdf(100.5 / 255)))
    assert _log_probability(torch.tensor([100]), torch.tensor([0.4]), 0.1).item() == pytest.approx(expected, rel=1e-5)


def test_a_level_far_from_its_reconstruction_is_unlikely_but_never_impossible() -> None:
    log_masses = _log_probability(torch.tensor([0, 255]), torch.tensor([1.0, 0.0]), 0.01)
    assert torch.isfinite(log_masses).all()
    assert (log_masses < -4_000).all()


def test_the_bits_per_dimension_are_the_nats_per_pixel() -> None:
    images = torch.randint(0, 256, (20, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    bound = evidence_lower_bound(VAE().eval(), images, sigma=0.3)
    assert bound.elbo < 0 < bound.divergence
    assert bound.bits_per_dimension == pytest.approx(-bound.elbo / np.log(2) / 784)
    assert bound.bits_per_dimension > 7.9, "noise can't be predicted"


def test_one_importance_sample_gives_the_evidence_lower_bound_and_more_give_fewer_bits() -> None:
    torch.manual_seed(0)
    model = VAE().eval()
    images = torch.randint(0, 256, (40, 1, 28, 28), dtype=torch.uint8)
    elbo = evidence_lower_bound(model, images, sigma=0.3)
    bits = [importance_weighted_bound(model, images, 0.3, samples) for samples in (1, 10, 50)]
    assert bits[0] == pytest.approx(elbo.bits_per_dimension, rel=1e-3)
    assert bits[0] > bits[1] > bits[2]
