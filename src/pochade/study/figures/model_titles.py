"""The names of the study's models as people read them."""

from collections.abc import Mapping
from typing import Any

MODEL_TITLES = {
    "autoencoder": "autoencoder",
    "autoencoder_16": "autoencoder",
    "autoencoder_32": "autoencoder",
    "autoencoder_2": "autoencoder",
    "vae": "VAE",
    "vae_2": "VAE",
    "vae_calibrated": "calibrated VAE",
    "vae_kl_4": "VAE, KL × 4",
    "vae_kl_0.25": "VAE, KL × 0.25",
    "vae_kl_0.06": "VAE, KL × 0.06",
    "denoiser": "denoiser",
    "pca": "PCA",
}


def model_title(name: str, metrics: Mapping[str, Any] | None = None) -> str:
    """The name of a model for people; with metrics also the number of its latent's dimensions."""
    title = MODEL_TITLES.get(name, name)
    numbers = (metrics or {}).get(name, {})
    size = numbers.get("latent_numbers") if isinstance(numbers, Mapping) else None
    return title if size is None else f"{title}, {size}"
