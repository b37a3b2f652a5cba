"""Latents of the study's models as flat arrays, and random latents that all models share."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.study.stages.latent_tensors import as_latents
from pochade.training.evaluation.reconstruction import (
    EncoderModel,
    encode_pictures,
    reencode_latents,
    sample_posteriors,
)

RANDOM_LATENTS = 8  # number of them that are decoded and shown; the first is tested and placed on the map


def flat_latents(model: EncoderModel, images: Tensor) -> Floats:
    """Encode uint8 pictures (N, C, H, W) to flat latents (N, D); those of a VAE are the means of the posteriors."""
    latents: Floats = encode_pictures(model, images).flatten(1).numpy()
    return latents


def typical_latents(model: Autoencoder | VAE, images: Tensor, seed: int) -> Floats:
    """The latents that the decoder learnt to decode, for uint8 pictures (N, C, H, W): flat, (N, D).

    An autoencoder's decoder saw the latents themselves, and a VAE's saw one sample of each posterior.
    """
    latents = sample_posteriors(model, images, seed) if isinstance(model, VAE) else encode_pictures(model, images)
    flat: Floats = latents.flatten(1).numpy()
    return flat


def reencode_flat(model: Autoencoder | VAE, latents: Floats) -> Floats:
    """Decode flat latents (N, D) and encode the result again."""
    reencoded: Floats = reencode_latents(model, as_latents(latents, model.latent_shape)).flatten(1).numpy()
    return reencoded


def shared_random_latents(model: Autoencoder | VAE, seed: int, count: int = RANDOM_LATENTS) -> Tensor:
    """Sample standard normal latents (P, *latent_shape); a longer latent begins with the numbers of a shorter one."""
    size = latent_size(model)
    rows = [np.random.default_rng((seed, row)).standard_normal(size) for row in range(count)]
    return as_latents(np.stack(rows), model.latent_shape)


def matched_normal(latents: Floats, count: int, shape: tuple[int, ...], seed: int) -> Tensor:
    """Sample a normal distribution in which each dimension has the mean and the deviation that latents (N, D) have."""
    numbers = np.random.default_rng(seed).standard_normal((count, latents.shape[1]))
    return as_latents(latents.mean(0) + latents.std(0) * numbers, shape)


def latent_size(model: Autoencoder | VAE) -> int:
    """The number of dimensions of a model's latents."""
    return int(np.prod(model.latent_shape))


def as_bytes(pictures: Tensor) -> Tensor:
    """Round pictures in [0, 1] to uint8."""
    return (pictures * 255).round().to(torch.uint8)
