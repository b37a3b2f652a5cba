"""A variational autoencoder: each picture becomes a small cloud in the latent space, not a point.

The clouds are drawn towards one standard normal distribution, the prior, so that they fill it without gaps and a
random point decodes to something (Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014).
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pochade.errors import UsageError
from pochade.models.conv_stacks import Bottleneck, ConvConfig, ConvDecoder, ConvEncoder

LOG_VARIANCE_LIMIT = 12.0  # keeps exp() finite in the first steps; e^±6 standard deviations is never reached later
SMALLEST_LOG_SIGMA = -6.0  # sigma 0.0025, finer than one grey level of 256: below it the likelihood rewards nothing


@dataclass(frozen=True)
class VAEConfig:
    """What a `VAE` is built from; kept in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=ConvConfig)
    latent_dim: int = 16  # numbers in a latent

    def __post_init__(self) -> None:
        """Refuse a latent without numbers.

        Raises:
            UsageError: `latent_dim` is below 1.
        """
        if self.latent_dim < 1:
            raise UsageError(f"a latent needs at least 1 number, not {self.latent_dim}")


class Posterior(NamedTuple):
    """Where each picture's cloud lies: a diagonal normal distribution over latents."""

    mean: Tensor  # (B, D)
    log_variance: Tensor  # (B, D), natural logarithm

    def sample(self) -> Tensor:
        """One latent (B, D) from each cloud, by the reparameterisation trick: mean + deviation x noise."""
        return self.mean + torch.exp(0.5 * self.log_variance) * torch.randn_like(self.mean)

    def divergence(self) -> Tensor:
        """The Kullback-Leibler divergence of each cloud from the standard normal prior, (B,), in nats."""
        variance = self.log_variance.exp()
        return 0.5 * (self.mean.square() + variance - 1.0 - self.log_variance).sum(1)


class Outcome(NamedTuple):
    """What one pass through a `VAE` gives."""

    reconstruction: Tensor  # (B, C, H, W) in [0, 1]
    posterior: Posterior


class VAE(nn.Module):
    """Pictures to clouds of latents and back.

        x (B, 1, 28, 28) ──►──┤encoder, flatten├──┬──►──┤mean├──────────►──┐
                                                  └──►──┤log_variance├──►──┴── z ~ N (B, 16) ──►──┤decoder├──►── x'

    Args:
        config: Sizes; the default has 16 numbers in a latent.
    """

    def __init__(self, config: VAEConfig | None = None) -> None:
        super().__init__()
        self.config = config or VAEConfig()
        stack, latent_dim = self.config.convolutions, self.config.latent_dim
        self.encoder = nn.Sequential(ConvEncoder(stack), nn.Flatten())
        self.mean = nn.Linear(stack.feature_count, latent_dim)
        self.log_variance = nn.Linear(stack.feature_count, latent_dim)
        self.decoder = nn.Sequential(Bottleneck(latent_dim, stack), ConvDecoder(stack))

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """The shape of one latent."""
        return (self.config.latent_dim,)

    def encode(self, x: Tensor) -> Posterior:
        """Pictures (B, C, H, W) in [0, 1] to their posteriors: mean and log-variance, each (B, D)."""
        features = self.encoder(x)  # (B, widths[-1] * h * w)
        log_variance = self.log_variance(features)
        return Posterior(self.mean(features), log_variance.clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT))

    def decode(self, z: Tensor) -> Tensor:
        """Latents (B, D) to pictures (B, C, H, W) in [0, 1]."""
        pictures: Tensor = self.decoder(z)
        return pictures

    def forward(self, x: Tensor) -> Outcome:
        """Pictures (B, C, H, W) in [0, 1] to reconstructions of one latent drawn from each posterior."""
        posterior = self.encode(x)
        return Outcome(self.decode(posterior.sample()), posterior)


def summed_loss(net: VAE, x: Tensor) -> Tensor:
    """The tutorial's loss: squared error summed over pixels + KL divergence, averaged over pictures.

    It is the negative ELBO of a decoder with variance 1/2 at each pixel, up to a constant. That is far more noise than
    the pictures have, so it buys smooth latents at the price of blur: `calibrated_loss` sets the variance right.

    Args:
        net: The variational autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].
    """
    reconstruction, posterior = net(x)
    squared_error = (reconstruction - x).square().flatten(1).sum(1)  # (B,)
    return (squared_error + posterior.divergence()).mean()


def calibrated_loss(net: VAE, x: Tensor) -> Tensor:
    """The negative ELBO, in nats a picture, with the decoder's variance set to its best value for the batch.

    One shared deviation sigma for all pixels; the best sigma² is the mean squared error itself, which leaves
    `pixels * (log sigma + 1/2 + log(2 pi) / 2) + KL`: no weight to tune between the two terms
    (Rybkin, Daniilidis & Levine, "Simple and Effective VAE Training with Calibrated Decoders", ICML 2021).

    Args:
        net: The variational autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].
    """
    reconstruction, posterior = net(x)
    error = (reconstruction - x).square().mean()
    log_sigma = (0.5 * error.log()).clamp(min=SMALLEST_LOG_SIGMA)
    pixels = x[0].numel()
    normal = 0.5 * math.log(2 * math.pi) + log_sigma + 0.5 * error * (-2 * log_sigma).exp()
    return pixels * normal + posterior.divergence().mean()
