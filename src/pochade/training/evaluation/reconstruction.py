"""What a trained autoencoder does with many pictures: latents, reconstructions, errors, the evidence lower bound."""

import math
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.special import log_ndtr

from pochade.models.vae import VAE

BATCH_PICTURES = 1_000
WHITE = 255
MIN_ACTIVE_VARIANCE = 0.01  # of a latent dimension: if its posterior mean varies less, it distinguishes no pictures


class EncoderModel(Protocol):
    """A model with an encoder."""

    def encode(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Map pictures to latents, or to the mean and log-variance of latents."""


class AutoencoderModel(EncoderModel, Protocol):
    """A model with an encoder and a decoder."""

    def decode(self, z: Tensor) -> Tensor:
        """Map latents to pictures."""


class EvidenceBound(NamedTuple):
    """The evidence lower bound on pictures of 256 levels. The study stores it under these field names."""

    elbo: float  # nats per picture; higher is better, and 0 is the limit
    bits_per_dimension: float  # bits per value that an entropy coder would need with this model
    divergence: float  # the KL term alone, nats per picture


@torch.inference_mode()
def encode_pictures(model: EncoderModel, images: Tensor) -> Tensor:
    """Encode many pictures.

    Args:
        model: The autoencoder.
        images: Pictures (N, C, H, W) as uint8.

    Returns:
        Latents (N, *latent_shape); for a VAE the means of the posteriors.
    """
    return torch.cat([_encode_to_mean(model, batch.float() / WHITE) for batch in images.split(BATCH_PICTURES)])


@torch.inference_mode()
def decode_latents(model: AutoencoderModel, latents: Tensor) -> Tensor:
    """Decode many latents (N, *latent_shape) to pictures (N, C, H, W) in [0, 1]."""
    return torch.cat([model.decode(batch) for batch in latents.split(BATCH_PICTURES)])


@torch.inference_mode()
def reencode_latents(model: AutoencoderModel, latents: Tensor) -> Tensor:
    """Decode latents (N, *latent_shape) and encode the pictures again, to latents of the same shape."""
    return torch.cat([_encode_to_mean(model, model.decode(batch)) for batch in latents.split(BATCH_PICTURES)])


@torch.inference_mode()
def reconstruction_error(model: AutoencoderModel, images: Tensor) -> float:
    """The mean squared error of reconstructions; those of a VAE are from the means of the posteriors.

    Args:
        model: The autoencoder.
        images: Pictures (N, C, H, W) as uint8.

    Returns:
        The error, for pixels in [0, 1].
    """
    total = 0.0
    for batch in images.split(BATCH_PICTURES):
        x = batch.float() / WHITE
        total += (model.decode(_encode_to_mean(model, x)) - x).square().sum().item()
    return total / images.numel()


@torch.inference_mode()
def sampled_reconstruction_error(model: VAE, images: Tensor, seed: int = 0) -> float:
    """The mean squared error of reconstructions from one sample of each posterior.

    Args:
        model: The VAE.
        images: Pictures (N, C, H, W) as uint8.
        seed: Decides the samples.

    Returns:
        The error, for pixels in [0, 1].
    """
    total = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for batch in images.split(BATCH_PICTURES):
            x = batch.float() / WHITE
            total += (model(x).reconstruction - x).square().sum().item()
    return total / images.numel()


@torch.inference_mode()
def evidence_lower_bound(model: VAE, images: Tensor, sigma: float, seed: int = 0) -> EvidenceBound:
    """The evidence lower bound of pictures, from one sample of each posterior.

    The decoder's normal distribution is discretised: the probability of a level is the mass that is nearer to it than
    to any other level. So the result is a true code length, comparable with the size of a file.

    Args:
        model: The VAE.
        images: Pictures (N, C, H, W) as uint8.
        sigma: The decoder's standard deviation, for pixels in [0, 1]: the square root of
            `sampled_reconstruction_error` on training pictures.
        seed: Decides the samples.

    Returns:
        The bound, averaged over the pictures.
    """
    likelihood = divergence = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for batch in images.split(BATCH_PICTURES):
            posterior = model.encode(batch.float() / WHITE)
            reconstruction = model.decode(posterior.sample())
            likelihood += _log_probability(batch, reconstruction, sigma).sum().item()
            divergence += posterior.divergence().sum().item()
    elbo = (likelihood - divergence) / len(images)
    return EvidenceBound(elbo, -elbo / (math.log(2) * images[0].numel()), divergence / len(images))


def active_units(latents: Tensor) -> int:
    """How many dimensions of the latents (N, D) vary with the picture (Burda et al., ICLR 2016)."""
    return int((latents.flatten(1).var(0) > MIN_ACTIVE_VARIANCE).sum())


def _encode_to_mean(model: EncoderModel, x: Tensor) -> Tensor:
    encoded = model.encode(x)
    return encoded if isinstance(encoded, Tensor) else encoded[0]


def _log_probability(levels: Tensor, reconstruction: Tensor, sigma: float) -> Tensor:
    """The logarithm, in nats, of the mass that a normal distribution around the reconstruction gives to each level."""
    centre = levels.double() / WHITE - reconstruction.double()
    upper = torch.where(levels == WHITE, torch.inf, centre + 0.5 / WHITE) / sigma
    lower = torch.where(levels == 0, -torch.inf, centre - 0.5 / WHITE) / sigma
    mirrored = centre > 0  # the lower tail has the same mass, and there the logarithm is more exact
    top, bottom = torch.where(mirrored, -lower, upper), torch.where(mirrored, -upper, lower)
    log_top, log_bottom = log_ndtr(top), log_ndtr(bottom)
    log_mass: Tensor = log_top + torch.log1p(-(log_bottom - log_top).exp())
    return log_mass
