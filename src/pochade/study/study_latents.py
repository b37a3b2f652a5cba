"""Latents of the study's models as flat arrays, and random latents that all models share."""

import numpy as np
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.analysis.prior import as_latents
from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.training.evaluation.reconstruction import EncoderModel, encode_pictures, reencode_latents

RANDOM_LATENTS = 8  # number of them that are decoded; the first is tested and placed on the map


def flat_latents(model: EncoderModel, images: Tensor) -> Floats:
    """Encode uint8 pictures (N, C, H, W) to flat latents (N, D)."""
    latents: Floats = encode_pictures(model, images).flatten(1).numpy()
    return latents


def reencode_flat(model: Autoencoder | VAE, latents: Floats) -> Floats:
    """Decode flat latents (N, D) and encode the result again."""
    reencoded: Floats = reencode_latents(model, as_latents(latents, model.latent_shape)).flatten(1).numpy()
    return reencoded


def shared_random_latents(model: Autoencoder | VAE, seed: int) -> Tensor:
    """Sample standard normal latents (P, *latent_shape); a longer latent begins with the numbers of a shorter one."""
    size = latent_size(model)
    rows = [np.random.default_rng((seed, row)).standard_normal(size) for row in range(RANDOM_LATENTS)]
    return as_latents(np.stack(rows), model.latent_shape)


def latent_size(model: Autoencoder | VAE) -> int:
    """The number of dimensions of a model's latents."""
    return int(np.prod(model.latent_shape))
