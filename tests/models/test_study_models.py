"""The nets have the shapes that the study describes, and others when asked."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from pochade.errors import UsageError
from pochade.models import (
    VAE,
    Autoencoder,
    AutoencoderConfig,
    Classifier,
    ConvConfig,
    Posterior,
    VAEConfig,
    calibrated_loss,
    reconstruction_loss,
    summed_loss,
)


def test_the_autoencoder_is_the_tutorials() -> None:
    net = Autoencoder()
    assert sum(parameter.numel() for parameter in net.parameters()) == 46_529
    convolutions = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)]
    assert [(layer.in_channels, layer.out_channels) for layer in convolutions] == [(1, 16), (16, 32), (32, 64)]
    assert [layer.padding for layer in convolutions] == [(1, 1), (1, 1), (0, 0)]
    x = torch.rand(2, 1, 28, 28)
    assert net.encode(x).shape == (2, 64, 3, 3)
    assert net(x).shape == x.shape


def test_the_vae_gives_a_mean_and_a_log_variance_of_16_numbers() -> None:
    net = VAE()
    mean, log_variance = net.encode(torch.rand(2, 1, 28, 28))
    assert mean.shape == log_variance.shape == (2, 16)
    assert net.decode(mean).shape == (2, 1, 28, 28)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(3, 40),
    width=st.integers(3, 40),
    channels=st.integers(1, 4),
    widths=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    latent_dim=st.none() | st.integers(1, 7),
)
def test_a_copy_has_the_size_of_its_original_whatever_the_stack(
    height: int, width: int, channels: int, widths: list[int], latent_dim: int | None
) -> None:
    assume(min(height, width) > 3 * 2 ** (len(widths) - 1))  # fewer pixels are refused: see below
    stack = ConvConfig((height, width), channels, tuple(widths))
    net = Autoencoder(AutoencoderConfig(stack, latent_dim))
    x = torch.rand(2, channels, height, width)
    z = net.encode(x)
    assert z.shape == (2, *net.latent_shape)
    copy = net.decode(z)
    assert copy.shape == x.shape
    assert copy.min() >= 0
    assert copy.max() <= 1


def test_more_layers_than_the_picture_has_pixels_for_are_refused_with_the_most_that_fit() -> None:
    with pytest.raises(UsageError) as caught:
        ConvConfig(widths=(8, 8, 8, 8, 8, 8))
    assert "6 layers are too many for pictures of 28 x 28" in caught.value.sentence
    most = int(caught.value.hint.split()[-2])
    assert ConvConfig(widths=(8,) * most).feature_count > 0
    with pytest.raises(UsageError):
        ConvConfig(widths=(8,) * (most + 1))


@pytest.mark.parametrize("widths", [(), (0,), (16, -1)])
def test_widths_below_one_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(UsageError):
        ConvConfig(widths=widths)


@pytest.mark.parametrize("build", [AutoencoderConfig, VAEConfig])
def test_a_latent_needs_a_number(build: type[AutoencoderConfig] | type[VAEConfig]) -> None:
    with pytest.raises(UsageError):
        build(latent_dim=0)


def test_the_divergence_is_that_of_the_formula_and_zero_for_the_prior_itself() -> None:
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    ours = Posterior(mean, log_variance).divergence()
    normal = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    theirs = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(ours, theirs)
    zero = torch.zeros(2, 3)
    assert Posterior(zero, zero).divergence().tolist() == [0, 0]


def test_samples_of_a_posterior_have_its_mean_and_deviation() -> None:
    torch.manual_seed(0)
    drawn = Posterior(torch.full((20_000, 1), 3.0), torch.full((20_000, 1), 2 * math.log(0.5))).sample()
    assert drawn.mean().item() == pytest.approx(3.0, abs=0.02)
    assert drawn.std().item() == pytest.approx(0.5, abs=0.02)


def test_the_calibrated_loss_is_the_best_that_any_shared_sigma_gives() -> None:
    net, x = VAE(), torch.rand(4, 1, 28, 28)
    torch.manual_seed(0)
    loss = calibrated_loss(net, x)
    torch.manual_seed(0)
    reconstruction, posterior = net(x)
    kl = posterior.divergence().mean()
    for sigma in (0.5, 1.0, 1.5):
        best = (reconstruction - x).square().mean().sqrt()
        normal = torch.distributions.Normal(reconstruction, best * sigma)
        elsewhere = -normal.log_prob(x).flatten(1).sum(1).mean() + kl
        if sigma == 1.0:
            torch.testing.assert_close(loss, elsewhere)
        else:
            assert loss < elsewhere


def test_the_summed_loss_adds_pixels_and_divergence() -> None:
    net, x = VAE(), torch.rand(4, 1, 28, 28)
    torch.manual_seed(0)
    loss = summed_loss(net, x)
    torch.manual_seed(0)
    reconstruction, posterior = net(x)
    torch.testing.assert_close(loss, (reconstruction - x).square().sum() / 4 + posterior.divergence().mean())


def test_a_perfect_copy_costs_nothing() -> None:
    net = Autoencoder()
    x = net(torch.rand(2, 1, 28, 28)).detach()
    net.decoder = nn.Sequential(nn.Identity())
    net.encoder = nn.Sequential(nn.Identity())
    assert reconstruction_loss(net, x).item() == 0


def test_the_classifier_gives_features_and_scores() -> None:
    net, x = Classifier(), torch.rand(3, 1, 28, 28)
    assert net.encode(x).shape == (3, 64)
    assert net(x).shape == (3, 10)
