"""The variational autoencoder's posteriors and losses follow the formulas."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pochade.errors import UsageError
from pochade.models.vae import (
    VAE,
    Posterior,
    VAEConfig,
    WeightedLoss,
    batch_summed_loss,
    calibrated_loss,
    summed_loss,
)


def test_a_posterior_has_a_mean_and_a_log_variance_of_16_numbers() -> None:
    model = VAE()
    mean, log_variance = model.encode(torch.rand(2, 1, 28, 28))
    assert mean.shape == log_variance.shape == (2, 16)
    assert model.decode(mean).shape == (2, 1, 28, 28)


def test_a_latent_without_numbers_is_refused() -> None:
    with pytest.raises(UsageError):
        VAEConfig(latent_dim=0)


def test_the_divergence_follows_the_formula_and_is_zero_for_the_prior() -> None:
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    divergence = Posterior(mean, log_variance).divergence()
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(divergence, expected)
    zero = torch.zeros(2, 3)
    assert Posterior(zero, zero).divergence().tolist() == [0, 0]


def test_samples_of_a_posterior_have_its_mean_and_deviation() -> None:
    torch.manual_seed(0)
    samples = Posterior(torch.full((20_000, 1), 3.0), torch.full((20_000, 1), 2 * math.log(0.5))).sample()
    assert samples.mean().item() == pytest.approx(3.0, abs=0.02)
    assert samples.std().item() == pytest.approx(0.5, abs=0.02)


def test_the_calibrated_loss_is_the_lowest_that_any_shared_sigma_gives() -> None:
    model, x = VAE(), torch.rand(4, 1, 28, 28)
    torch.manual_seed(0)
    loss = calibrated_loss(model, x)
    torch.manual_seed(0)
    reconstruction, posterior = model(x)
    divergence = posterior.divergence().mean()
    best_sigma = (reconstruction - x).square().mean().sqrt()
    for factor in (0.5, 1.0, 1.5):
        normal = torch.distributions.Normal(reconstruction, best_sigma * factor)
        loss_with_sigma = -normal.log_prob(x).flatten(1).sum(1).mean() + divergence
        if factor == 1.0:
            torch.testing.assert_close(loss, loss_with_sigma)
        else:
            assert loss < loss_with_sigma


def test_the_summed_loss_adds_pixels_and_divergence() -> None:
    model, x = VAE(), torch.rand(4, 1, 28, 28)
    torch.manual_seed(0)
    loss = summed_loss(model, x)
    torch.manual_seed(0)
    reconstruction, posterior = model(x)
    torch.testing.assert_close(loss, (reconstruction - x).square().sum() / 4 + posterior.divergence().mean())


def loss_of(loss: Callable[[VAE, Tensor], Tensor], model: VAE, x: Tensor) -> float:
    """A loss of pictures with always the same noise."""
    torch.manual_seed(5)
    return loss(model, x).item()


def test_the_weight_multiplies_the_divergence_alone() -> None:
    model, x = VAE(), torch.rand(6, 1, 28, 28)
    divergence = model.encode(x).divergence().mean().item()
    plain = loss_of(summed_loss, model, x)
    assert loss_of(WeightedLoss(1.0), model, x) == pytest.approx(plain, rel=1e-6)
    assert loss_of(WeightedLoss(4.0), model, x) == pytest.approx(plain + 3 * divergence, rel=1e-5)


def test_the_batch_summed_loss_grows_with_the_batch() -> None:
    model, x = VAE(), torch.rand(6, 1, 28, 28)
    assert loss_of(batch_summed_loss, model, x) == pytest.approx(6 * loss_of(summed_loss, model, x), rel=1e-6)


def test_losses_with_different_weights_describe_themselves_differently() -> None:
    """An interrupted run resumes only with the same loss."""
    assert repr(WeightedLoss(4.0)) == "WeightedLoss(kl_weight=4.0)"
