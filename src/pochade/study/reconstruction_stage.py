"""The stage of the study that measures how well each model reconstructs pictures."""

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.pca import PrincipalComponents
from pochade.models.autoencoder import Autoencoder
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stage_store import StageResult
from pochade.study.study_latents import latent_size
from pochade.training.evaluation.reconstruction import (
    active_units,
    decode_latents,
    encode_pictures,
    evidence_lower_bound,
    reconstruction_error,
    sampled_reconstruction_error,
)

PCA_DIMENSIONS = (2, 5, 10, 16, 32, 64, 128, 256, 576)


def measure_copies(data: ImageSet, autoencoder: Autoencoder, vae: VAE, seed: int) -> StageResult:
    """Measure how well both models, and PCA, reconstruct the test pictures.

    Args:
        data: The pictures.
        autoencoder: The trained autoencoder.
        vae: The trained VAE.
        seed: Decides the samples of the VAE's posterior.

    Returns:
        Mean squared errors of pixels in [0, 1], the VAE's bound, and one reconstruction of each class.
    """
    train, test = data.train.images, data.test.images  # (N, C, H, W) uint8
    sigma = sampled_reconstruction_error(vae, train, seed) ** 0.5
    bound = evidence_lower_bound(vae, test, sigma, seed)
    numbers = {
        "pixels": int(np.prod(train.shape[1:])),
        "autoencoder": {
            "test_mse": reconstruction_error(autoencoder, test),
            "latent_numbers": latent_size(autoencoder),
        },
        "vae": {
            "test_mse": reconstruction_error(vae, test),
            "latent_numbers": latent_size(vae),
            "sigma": sigma,
            **bound._asdict(),
            "active_units": active_units(encode_pictures(vae, test)),
        },
        "pca": {"test_mse": _pca_errors(train, test, {latent_size(autoencoder), latent_size(vae)})},
    }
    examples = test[_first_of_each_class(data)]
    models: dict[str, Autoencoder | VAE] = {"autoencoder": autoencoder, "vae": vae}
    copies = {name: decode_latents(model, encode_pictures(model, examples)) for name, model in models.items()}
    return StageResult(numbers, {"originals": examples} | copies)


def _pca_errors(train: Tensor, test: Tensor, latent_sizes: set[int]) -> dict[str, float]:
    """The test error of PCA by its number of components, among them as many as the models have dimensions."""
    flat_train, flat_test = (images.flatten(1).numpy() / np.float32(255) for images in (train, test))
    sizes = tuple(size for size in sorted({*PCA_DIMENSIONS, *latent_sizes}) if size <= flat_train.shape[1])
    errors = PrincipalComponents.fit(flat_train, max(sizes)).errors(flat_test, sizes)
    return {str(size): error for size, error in errors.items()}


def _first_of_each_class(data: ImageSet) -> Tensor:
    """The index of the first test picture of each class that has one."""
    matches = [(data.test.labels == number).nonzero() for number in range(len(data.classes))]
    return torch.stack([indices[0, 0] for indices in matches if len(indices)])
