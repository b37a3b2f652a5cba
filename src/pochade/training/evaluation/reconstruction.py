"""What a trained autoencoder does with many pictures: latents, reconstructions, errors."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

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


@torch.inference_mode()
def encode_pictures(model: EncoderModel, images: Tensor) -> Tensor:
    """Encode many pictures.

    Args:
        model: The autoencoder.
        images: Pictures (N, C, H, W), uint8 or in [0, 1].

    Returns:
        Latents (N, *latent_shape); for a VAE the means of the posteriors.
    """
    return torch.cat([_encode_to_mean(model, _to_unit_range(batch)) for batch in images.split(BATCH_PICTURES)])


@torch.inference_mode()
def sample_posteriors(model: VAE, images: Tensor, seed: int = 0) -> Tensor:
    """Encode many pictures to one sample of each posterior.

    Args:
        model: The VAE.
        images: Pictures (N, C, H, W) as uint8.
        seed: Decides the samples.

    Returns:
        Latents (N, D), such as the decoder learnt to decode.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torch.cat([model.encode(batch.float() / WHITE).sample() for batch in images.split(BATCH_PICTURES)])


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
    return _mean_squared_error(lambda x: model.decode(_encode_to_mean(model, x)), images)


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
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _mean_squared_error(lambda x: model(x).reconstruction, images)


def active_units(latents: Tensor) -> int:
    """How many dimensions of the latents (N, D) vary with the picture (Burda et al., ICLR 2016)."""
    return int((latents.flatten(1).var(0) > MIN_ACTIVE_VARIANCE).sum())


def _mean_squared_error(reconstruct: Callable[[Tensor], Tensor], images: Tensor) -> float:
    """The mean squared error of reconstructing pictures (N, C, H, W) uint8, for pixels in [0, 1]."""
    total = 0.0
    for batch in images.split(BATCH_PICTURES):
        x = batch.float() / WHITE
        total += (reconstruct(x) - x).square().sum().item()
    return total / images.numel()


def _encode_to_mean(model: EncoderModel, x: Tensor) -> Tensor:
    encoded = model.encode(x)
    return encoded if isinstance(encoded, Tensor) else encoded[0]


def _to_unit_range(images: Tensor) -> Tensor:
    return images.float() / WHITE if images.dtype == torch.uint8 else images
