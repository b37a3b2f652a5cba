"""A variational autoencoder: each picture becomes a normal distribution in the latent space, not a point.

The loss pulls these posteriors towards one standard normal distribution, the prior. They fill it without gaps, so a
random latent decodes to a picture (Kingma & Welling, "Auto-Encoding Variational Bayes", ICLR 2014).
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from pochade.errors import UsageError
from pochade.models.conv_stacks import Bottleneck, ConvConfig, ConvDecoder, ConvEncoder

LOG_VARIANCE_LIMIT = 12.0  # keeps exp() finite in the first steps; later it is never reached
MIN_LOG_SIGMA = -6.0  # sigma 0.0025, less than one of 256 grey levels: no error needs to be smaller


@dataclass(frozen=True)
class VAEConfig:
    """What a `VAE` is built from; stored in its checkpoint."""

    convolutions: ConvConfig = field(default_factory=ConvConfig)
    latent_dim: int = 16  # size of a latent

    def __post_init__(self) -> None:
        """Check the size of the latent.

        Raises:
            UsageError: `latent_dim` is below 1.
        """
        if self.latent_dim < 1:
            raise UsageError(f"a latent needs at least 1 number, not {self.latent_dim}", "give a size of 1 or more")


class Posterior(NamedTuple):
    """A diagonal normal distribution over latents for each picture of a batch."""

    mean: Tensor  # (B, D)
    log_variance: Tensor  # (B, D), natural logarithm

    def sample(self) -> Tensor:
        """One latent (B, D) of each picture, by the reparameterisation trick: mean + deviation x noise."""
        return self.mean + torch.exp(0.5 * self.log_variance) * torch.randn_like(self.mean)

    def divergence(self) -> Tensor:
        """The Kullback-Leibler divergence of each posterior from the standard normal prior (B,), in nats."""
        variance = self.log_variance.exp()
        return 0.5 * (self.mean.square() + variance - 1.0 - self.log_variance).sum(1)


class VAEOutput(NamedTuple):
    """The result of one pass through a `VAE`."""

    reconstruction: Tensor  # (B, C, H, W) in [0, 1]
    posterior: Posterior


class VAE(nn.Module):
    """Pictures to posteriors over latents, and latents to pictures.

        x (B, 1, 28, 28) ──►──┤encoder├──┬──►──┤mean├─────────►──┐
                                         └──►──┤log_variance├──►─┴─► z ~ N (B, 16) ──►──┤decoder├──►── x_hat

    Args:
        config: The sizes; by default a latent has 16 numbers.
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
        """The shape of one latent: (D,)."""
        return (self.config.latent_dim,)

    def encode(self, x: Tensor) -> Posterior:
        """Map pictures (B, C, H, W) in [0, 1] to their posteriors: mean and log-variance, each (B, D)."""
        features = self.encoder(x)  # (B, widths[-1] * h * w)
        log_variance = self.log_variance(features)
        return Posterior(self.mean(features), log_variance.clamp(-LOG_VARIANCE_LIMIT, LOG_VARIANCE_LIMIT))

    def decode(self, z: Tensor) -> Tensor:
        """Map latents (B, D) to pictures (B, C, H, W) in [0, 1]."""
        pictures: Tensor = self.decoder(z)
        return pictures

    def forward(self, x: Tensor) -> VAEOutput:
        """Map pictures (B, C, H, W) in [0, 1] to reconstructions from one sample of each posterior."""
        posterior = self.encode(x)
        return VAEOutput(self.decode(posterior.sample()), posterior)


def summed_loss(model: VAE, x: Tensor) -> Tensor:
    """The tutorial's loss: squared error summed over pixels plus KL divergence, averaged over pictures.

    Up to a constant it is the negative ELBO of a decoder with variance 1/2 at each pixel. Pictures have far less noise
    than that, so the loss makes latents smooth and pictures blurred. `calibrated_loss` corrects the variance.

    Args:
        model: The variational autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].

    Returns:
        A scalar.
    """
    reconstruction, posterior = model(x)
    squared_error = (reconstruction - x).square().flatten(1).sum(1)  # (B,)
    return (squared_error + posterior.divergence()).mean()


def batch_summed_loss(model: VAE, x: Tensor) -> Tensor:
    """The summed loss added up over the pictures of a batch, as in most tutorials, instead of averaged.

    Adam divides gradients by their size, so it hardly notices the difference.

    Args:
        model: The variational autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].

    Returns:
        A scalar.
    """
    return len(x) * summed_loss(model, x)


@dataclass(frozen=True)
class WeightedLoss:
    """The summed loss with a weight on the KL divergence.

    A larger weight fills the latent space and blurs the pictures, and a smaller one does the opposite (Higgins et al.,
    "beta-VAE", ICLR 2017). It is the negative ELBO, scaled, of a decoder with variance `kl_weight / 2` at each pixel.
    """

    kl_weight: float  # 1 gives `summed_loss`

    def __call__(self, model: VAE, x: Tensor) -> Tensor:
        """Compute the loss, a scalar, for pictures (B, C, H, W) in [0, 1]."""
        reconstruction, posterior = model(x)
        squared_error = (reconstruction - x).square().flatten(1).sum(1)  # (B,)
        return (squared_error + self.kl_weight * posterior.divergence()).mean()


def calibrated_loss(model: VAE, x: Tensor) -> Tensor:
    """The negative ELBO in nats per picture, with the best decoder variance for the batch.

    All pixels share one standard deviation sigma. The best sigma² is the mean squared error, which leaves
    `pixels * (log sigma + 1/2 + log(2 pi) / 2) + KL`. So there is no weight to tune between the two terms
    (Rybkin, Daniilidis & Levine, "Simple and Effective VAE Training with Calibrated Decoders", ICML 2021).

    Args:
        model: The variational autoencoder.
        x: Pictures (B, C, H, W) in [0, 1].

    Returns:
        A scalar.
    """
    reconstruction, posterior = model(x)
    error = (reconstruction - x).square().mean()
    log_sigma = (0.5 * error.log()).clamp(min=MIN_LOG_SIGMA)
    pixels = x[0].numel()
    pixel_nats = 0.5 * math.log(2 * math.pi) + log_sigma + 0.5 * error * (-2 * log_sigma).exp()
    return pixels * pixel_nats + posterior.divergence().mean()
