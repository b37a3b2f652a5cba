"""The stage that measures how well each model reconstructs pictures, and what its latents are worth."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.pca import PrincipalComponents
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet
from pochade.study.stages.stage_inputs import StageInputs
from pochade.study.stages.stage_store import StageResult
from pochade.study.stages.study_latents import latent_size
from pochade.study.stages.training_stage import parameter_count
from pochade.study.study_models import GENERATIVE_NAMES, JUDGED_NAMES
from pochade.training.evaluation.likelihood_bounds import evidence_lower_bound, importance_weighted_bound
from pochade.training.evaluation.reconstruction import (
    active_units,
    decode_latents,
    encode_pictures,
    reconstruction_error,
    sampled_reconstruction_error,
)

PCA_DIMENSIONS = (2, 5, 10, 16, 32, 64, 128, 256, 576)
IMPORTANCE_SAMPLES = 64  # of the tighter bound, for each picture
IMPORTANCE_PICTURES = 250
WHITE = np.float32(255)


def measure_reconstructions(inputs: StageInputs) -> StageResult:
    """Measure how well all models, and PCA, reconstruct the test pictures.

    Returns:
        Mean squared errors of pixels in [0, 1], the VAEs' bounds, and one reconstruction of each class.
    """
    data, seed = inputs.data, inputs.settings.seed
    models = {name: inputs.model(name) for name in GENERATIVE_NAMES}
    examples = data.test.images[first_of_each_class(data)]
    principal = _fit_pca(data, latent_size(models["autoencoder"]), latent_size(models["vae"]))
    numbers: dict[str, Any] = {
        "pixels": int(np.prod(data.train.images.shape[1:])),
        "pca": {"test_mse": _pca_errors(principal, data.test.images)},
        **{name: _measure_model(model, data, seed) for name, model in models.items()},
    }
    for name in ("vae", "vae_calibrated"):
        numbers[name]["importance_weighted"] = _tighter_bound(models[name], data, numbers[name]["sigma"], seed)
    arrays = {
        "originals": examples,
        "pca": _reconstruct_by_pca(principal, examples, latent_size(models["vae"])),
        **{name: decode_latents(models[name], encode_pictures(models[name], examples)) for name in JUDGED_NAMES},
    }
    return StageResult(numbers, arrays)


def _measure_model(model: Any, data: ImageSet, seed: int) -> dict[str, Any]:
    test = data.test.images
    numbers = {
        "test_mse": reconstruction_error(model, test),
        "latent_numbers": latent_size(model),
        "parameters": parameter_count(model),
    }
    return numbers | (_measure_posteriors(model, data, seed) if isinstance(model, VAE) else {})


def _measure_posteriors(vae: VAE, data: ImageSet, seed: int) -> dict[str, Any]:
    """What only a VAE has: the noise of its decoder, its bound, and the number of dimensions that it uses."""
    test = data.test.images
    sigma = sampled_reconstruction_error(vae, data.train.images, seed) ** 0.5
    bound, sampled_mse = evidence_lower_bound(vae, test, sigma, seed), sampled_reconstruction_error(vae, test, seed)
    return {
        "sigma": sigma,
        **bound._asdict(),
        "kl": bound.divergence,
        "sampled_mse": sampled_mse,
        "test_loss": sampled_mse * test[0].numel() + bound.divergence,  # of `summed_loss`
        "active_units": active_units(encode_pictures(vae, test)),
    }


def _tighter_bound(vae: VAE, data: ImageSet, sigma: float, seed: int) -> dict[str, Any]:
    """The importance-weighted bound of some test pictures, and the evidence lower bound of the same pictures."""
    pictures = data.test.images[:IMPORTANCE_PICTURES]
    return {
        "bits_per_dimension": importance_weighted_bound(vae, pictures, sigma, IMPORTANCE_SAMPLES, seed),
        "elbo_bits_per_dimension": evidence_lower_bound(vae, pictures, sigma, seed).bits_per_dimension,
        "samples": IMPORTANCE_SAMPLES,
        "pictures": len(pictures),
    }


def _fit_pca(data: ImageSet, *latent_sizes: int) -> tuple[PrincipalComponents, tuple[int, ...]]:
    """PCA of the training pictures, and the numbers of components that are compared with the models."""
    flat = data.train.images.flatten(1).numpy() / WHITE
    sizes = tuple(size for size in sorted({*PCA_DIMENSIONS, *latent_sizes}) if size <= flat.shape[1])
    return PrincipalComponents.fit(flat, max(sizes)), sizes


def _pca_errors(principal: tuple[PrincipalComponents, tuple[int, ...]], test: Tensor) -> dict[str, float]:
    """The test error of PCA by its number of components."""
    components, sizes = principal
    errors = components.errors(test.flatten(1).numpy() / WHITE, sizes)
    return {str(size): error for size, error in errors.items()}


def _reconstruct_by_pca(principal: tuple[PrincipalComponents, tuple[int, ...]], images: Tensor, size: int) -> Tensor:
    """Reconstruct pictures (N, C, H, W) from their first principal components."""
    components, _ = principal
    codes = components.encode(images.flatten(1).numpy() / WHITE)
    codes[:, size:] = 0
    return torch.as_tensor(components.decode(codes)).float().clamp(0, 1).view(images.shape)


def first_of_each_class(data: ImageSet) -> Tensor:
    """The index of the first test picture of each class that has one."""
    matches = [(data.test.labels == number).nonzero() for number in range(len(data.classes))]
    return torch.stack([indices[0, 0] for indices in matches if len(indices)])
