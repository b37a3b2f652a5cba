"""A plain convolutional autoencoder: it copies its input through a bottleneck.

What survives the bottleneck is the summary, the latent (Hinton & Salakhutdinov, "Reducing the Dimensionality of Data
with Neural Networks", Science 2006). Nothing in the loss says what the space *between* two latents should hold, so a
random latent decodes to nonsense. A variational autoencoder (`vae.py`) solves that.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.errors import UsageError
from pochade.models.conv_stacks import Bottleneck, ConvConfig, ConvDecoder, ConvEncoder

NOISE_DEVIATION = 0.25  # of the normal noise that a denoising autoencoder learns to remove, for pixels in [0, 1]


@dataclass(frozen=True)
class AutoencoderConfig:
    """What an `Autoencoder` is built from; stored in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=ConvConfig)
    latent_dim: int | None = None  # size of a flat latent; None keeps the feature maps, 64 x 3 x 3

    def __post_init__(self) -> None:
        """Check the size of the latent.

        Raises:
            UsageError: `latent_dim` is below 1.
        """
        if self.latent_dim is not None and self.latent_dim < 1:
            raise UsageError(f"a latent needs at least 1 number, not {self.latent_dim}", "give a size of 1 or more")


class Autoencoder(nn.Module):
    """Pictures to latents and back.

        x (B, 1, 28, 28) ──►──┤encoder├──►── z (B, 64, 3, 3) ──►──┤decoder├──►── x_hat (B, 1, 28, 28)

    With `latent_dim` D, a linear layer at the end of the encoder and one at the start of the decoder make the
    bottleneck narrower, and z is (B, D).

    Args:
        config: The sizes; the default has 46,529 parameters.
    """

    def __init__(self, config: AutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = config or AutoencoderConfig()
        stack, latent_dim = self.config.convolutions, self.config.latent_dim
        self.encoder = nn.Sequential(ConvEncoder(stack))
        self.decoder = nn.Sequential(ConvDecoder(stack))
        if latent_dim is not None:
            self.encoder.extend([nn.Flatten(), nn.Linear(stack.feature_count, latent_dim)])
            self.decoder.insert(0, Bottleneck(latent_dim, stack))

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """The shape of one latent: (64, 3, 3), or (D,) with `latent_dim` D."""
        if self.config.latent_dim is not None:
            return (self.config.latent_dim,)
        return self.config.convolutions.feature_shape

    def encode(self, x: Tensor) -> Tensor:
        """Map pictures (B, C, H, W) in [0, 1] to latents (B, *latent_shape)."""
        latent: Tensor = self.encoder(x)
        return latent

    def decode(self, z: Tensor) -> Tensor:
        """Map latents (B, *latent_shape) to pictures (B, C, H, W) in [0, 1]."""
        pictures: Tensor = self.decoder(z)
        return pictures

    def forward(self, x: Tensor) -> Tensor:
        """Map pictures (B, C, H, W) in [0, 1] to reconstructions of the same shape and range."""
        return self.decode(self.encode(x))


def reconstruction_loss(model: Autoencoder, x: Tensor) -> Tensor:
    """The mean squared error over all pixels of a batch; 0 for a perfect copy.

    Args:
        model: The autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].

    Returns:
        A scalar.
    """
    return functional.mse_loss(model(x), x)


def add_noise(x: Tensor) -> Tensor:
    """Add normal noise to pictures (B, C, H, W) in [0, 1]; values beyond that range are clipped."""
    return (x + NOISE_DEVIATION * torch.randn_like(x)).clamp(0, 1)


def denoising_loss(model: Autoencoder, x: Tensor) -> Tensor:
    """The mean squared error between clean pictures and the model's output for noisy ones.

    A model that only copies its input would copy the noise. So it must learn what pictures are like (Vincent et al.,
    "Extracting and Composing Robust Features with Denoising Autoencoders", ICML 2008).

    Args:
        model: The autoencoder.
        x: Clean pictures (B, C, H, W) in [0, 1].

    Returns:
        A scalar.
    """
    return functional.mse_loss(model(add_noise(x)), x)
