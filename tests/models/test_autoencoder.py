"""The autoencoder has the shape that the study describes, and others on request."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from pochade.errors import UsageError
from pochade.models.autoencoder import (
    NOISE_DEVIATION,
    Autoencoder,
    AutoencoderConfig,
    add_noise,
    denoising_loss,
    reconstruction_loss,
)
from pochade.models.conv_stacks import ConvConfig


def test_the_default_is_the_tutorials_autoencoder() -> None:
    model = Autoencoder()
    assert sum(parameter.numel() for parameter in model.parameters()) == 46_529
    convolutions = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    assert [(layer.in_channels, layer.out_channels) for layer in convolutions] == [(1, 16), (16, 32), (32, 64)]
    assert [layer.padding for layer in convolutions] == [(1, 1), (1, 1), (0, 0)]
    x = torch.rand(2, 1, 28, 28)
    assert model.encode(x).shape == (2, 64, 3, 3)
    assert model(x).shape == x.shape


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(3, 40),
    width=st.integers(3, 40),
    channels=st.integers(1, 4),
    widths=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    latent_dim=st.none() | st.integers(1, 7),
)
def test_a_reconstruction_has_the_size_of_its_original_whatever_the_stack(
    height: int, width: int, channels: int, widths: list[int], latent_dim: int | None
) -> None:
    assume(min(height, width) > 3 * 2 ** (len(widths) - 1))  # smaller pictures are refused: see test_conv_stacks.py
    stack = ConvConfig((height, width), channels, tuple(widths))
    model = Autoencoder(AutoencoderConfig(stack, latent_dim))
    x = torch.rand(2, channels, height, width)
    z = model.encode(x)
    assert z.shape == (2, *model.latent_shape)
    reconstruction = model.decode(z)
    assert reconstruction.shape == x.shape
    assert reconstruction.min() >= 0
    assert reconstruction.max() <= 1


def test_a_latent_without_numbers_is_refused() -> None:
    with pytest.raises(UsageError):
        AutoencoderConfig(latent_dim=0)


def test_a_perfect_reconstruction_has_no_loss() -> None:
    model = Autoencoder()
    x = model(torch.rand(2, 1, 28, 28)).detach()
    model.decoder = nn.Sequential(nn.Identity())
    model.encoder = nn.Sequential(nn.Identity())
    assert reconstruction_loss(model, x).item() == 0


def test_noise_has_its_deviation_and_stays_within_the_range_of_pixels() -> None:
    torch.manual_seed(0)
    noisy = add_noise(torch.full((4, 1, 50, 50), 0.5))
    assert 0 <= noisy.min() < noisy.max() <= 1
    assert noisy.std().item() == pytest.approx(NOISE_DEVIATION, rel=0.1)


def test_a_model_that_copies_noise_has_a_denoising_loss() -> None:
    class Copier(Autoencoder):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    x = torch.full((4, 1, 28, 28), 0.5)
    assert reconstruction_loss(Copier(), x).item() == 0
    assert denoising_loss(Copier(), x).item() == pytest.approx(NOISE_DEVIATION**2, rel=0.2)
