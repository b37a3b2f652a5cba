"""Errors of reconstructions follow the formulas."""

import pytest
import torch

from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE, VAEConfig
from pochade.training.evaluation.reconstruction import (
    active_units,
    encode_pictures,
    reconstruction_error,
    sample_posteriors,
)


def test_the_error_is_that_of_all_pixels_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Autoencoder().eval()
    images = torch.randint(0, 256, (25, 1, 28, 28), dtype=torch.uint8)
    x = images / 255
    expected = (model(x) - x).square().mean().item()
    monkeypatch.setattr("pochade.training.evaluation.reconstruction.BATCH_PICTURES", 7)
    assert reconstruction_error(model, images) == pytest.approx(expected, rel=1e-5)


def test_a_number_that_never_changes_is_not_active() -> None:
    latents = torch.randn(100, 4, generator=torch.Generator().manual_seed(0)) * torch.tensor([1, 0.5, 0.01, 0])
    assert active_units(latents) == 2


def test_samples_of_posteriors_scatter_around_their_means_by_their_deviations() -> None:
    model = VAE(VAEConfig(latent_dim=3)).eval()
    images = torch.randint(0, 256, (4, 1, 28, 28), dtype=torch.uint8).repeat(500, 1, 1, 1)
    samples = sample_posteriors(model, images, seed=1)
    posterior = model.encode(images[:1] / 255)
    assert torch.equal(samples, sample_posteriors(model, images, seed=1))
    scatter = (samples - encode_pictures(model, images))[::4]
    assert torch.allclose(scatter.std(0), (posterior.log_variance[0] / 2).exp(), rtol=0.15)
