"""The generator's network starts linear, learns, generates from noise, and finds the noise of a given grid."""

import pytest
import torch

from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.model_configs import FlowMatchingConfig
from pochade.training.loop import train
from pochade.training.losses.flow_matching import fit_linear_parts, flow_matching_loss
from pochade.training.recipe import Recipe

pytestmark = pytest.mark.slow

SMALL_CONFIG = FlowMatchingConfig(places=2, channels=6, width=32, heads=2, reading=1, drawing=2, latent_dim=4)


def grids(count: int = 256) -> torch.Tensor:
    """Grids (N, 6, 2, 2) of two kinds, far from each other, whose channels differ in size."""
    torch.manual_seed(1)
    kinds = torch.randint(2, (count, 1, 1, 1)) * 2.0 - 1
    sizes = torch.tensor([8.0, 4, 2, 1, 0.5, 0.2]).view(1, 6, 1, 1)
    return 3 + sizes * (kinds + 0.5 * torch.randn(count, 6, 2, 2))


def untrained_model(y: torch.Tensor) -> FlowMatchingVAE:
    """A model of which only the linear parts fit the grids."""
    model = FlowMatchingVAE(SMALL_CONFIG)
    fit_linear_parts(model, y)
    return model


@pytest.fixture(scope="module")
def trained_model() -> FlowMatchingVAE:
    """A model trained on the grids for a moment."""
    torch.manual_seed(0)
    model = untrained_model(grids())
    placeholder = torch.zeros(256, 1, dtype=torch.uint8)
    train(
        model,
        lambda model, _, y: flow_matching_loss(model, y, 1e-3),
        (placeholder, grids()),
        Recipe("fast", 30, 32, "muon", 2e-2, one_cycle=True),
    )
    return model.eval()


def test_units_bring_strong_and_faint_channels_closer_but_keep_their_order() -> None:
    model = untrained_model(grids())
    deviations = model.normalise(grids()).std((0, 2, 3))
    assert (deviations.diff() < 0).all()
    assert deviations[0] / deviations[-1] < 8
    torch.testing.assert_close(model.denormalise(model.normalise(grids())), grids())


def test_latents_hold_the_kind_of_a_grid_and_samples_are_of_that_kind(trained_model: FlowMatchingVAE) -> None:
    y = grids()
    latents = trained_model.encode(y).mean
    samples = trained_model.sample(latents, torch.randn_like(y), 8)
    assert ((samples[:, 0, 0, 0] > 3) == (y[:, 0, 0, 0] > 3)).float().mean() > 0.95
    assert (samples - y).square().mean() < 0.4 * (samples[torch.randperm(len(y))] - y).square().mean()


def test_inversion_finds_noise_that_leads_back_to_the_grid(trained_model: FlowMatchingVAE) -> None:
    y = grids(16)
    latents = trained_model.encode(y).mean
    noise = trained_model.invert(y, latents, torch.randn_like(y), 24)
    from_inverted_noise = trained_model.sample(latents, noise, 24)
    from_random_noise = trained_model.sample(latents, torch.randn_like(y), 24)
    assert (from_inverted_noise - y).square().mean() < 0.5 * (from_random_noise - y).square().mean()


def test_a_sample_does_not_depend_on_the_others_in_the_batch(trained_model: FlowMatchingVAE) -> None:
    latents, noise = torch.randn(3, 4), torch.randn(3, 6, 2, 2)
    together = trained_model.sample(latents, noise, 5)
    alone = trained_model.sample(latents[1:2], noise[1:2], 5)
    torch.testing.assert_close(together[1:2], alone)


def test_an_untrained_model_reconstructs_from_principal_components() -> None:
    y = grids()
    model = untrained_model(y)
    latents = model.encode(y).mean
    torch.testing.assert_close(latents.mean(0), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(latents.std(0), torch.ones(4), atol=1e-2, rtol=0)
    reconstruction = model.denormalise(model.linear_decode(latents))
    assert (reconstruction - y).square().mean() < 0.3 * (y - y.mean(0)).square().mean()


def test_an_untrained_model_predicts_the_best_linear_estimate() -> None:
    y = grids(2048)
    model = untrained_model(y)
    x, z = model.normalise(y), model.encode(y).mean
    for time in (0.1, 0.5, 0.9):
        noisy = torch.randn_like(x).lerp(x, time)
        predictions = (model.predict_clean(noisy, torch.full((2048,), time), z), model.linear_decode(z), noisy / time)
        errors = [(prediction - x).square().mean() for prediction in predictions]
        assert errors[0] < min(errors[1:])
