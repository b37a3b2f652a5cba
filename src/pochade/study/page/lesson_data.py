"""The data of the lesson's scripts: models, pictures and maps, as one object for JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.analysis.arrays import Floats
from pochade.models.autoencoder import NOISE_DEVIATION, Autoencoder
from pochade.models.vae import VAE
from pochade.study.fashion_mnist import ImageSet, Split
from pochade.study.page.model_export import encode_array, export_model
from pochade.study.study_models import WEIGHTED_NAMES
from pochade.training.evaluation.reconstruction import encode_pictures

WITH_ENCODER = ("autoencoder", "autoencoder_16", "vae", "denoiser")
DECODERS_ONLY = ("vae_calibrated", *WEIGHTED_NAMES, "autoencoder_2", "vae_2")
MAPPED_NAMES = ("autoencoder_2", "vae_2")  # their latents are the positions on a map
PICTURES_PER_CLASS = 5
MAPPED_PICTURES = 4_000  # test pictures on each map
MAP_PERCENTILES = (0.5, 99.5)  # of the latents; a few far ones would make the map empty
MAP_MARGIN = 0.1  # of the span, on each side
PRIOR_REACH = 3.0  # standard deviations of the prior that a VAE's map shows at least
MAX_STEP = 2**16 - 1


def lesson_data(data: ImageSet, models: Mapping[str, Any], curve: list[dict[str, Any]]) -> dict[str, Any]:
    """Collect what the scripts of the lesson need.

    Args:
        data: The pictures.
        models: The trained models by name.
        curve: The rate-distortion curve, as in `metrics.json`.
    """
    shown = _some_of_each_class(data.test, len(data.classes))
    mapped = Split(data.test.images[:MAPPED_PICTURES], data.test.labels[:MAPPED_PICTURES])
    exported = {name: export_model(models[name], with_encoder=True) for name in WITH_ENCODER}
    exported |= {name: export_model(models[name], with_encoder=False) for name in DECODERS_ONLY}
    maps = {name: latent_map(models[name], mapped.images) for name in MAPPED_NAMES}
    for name, shown_map in maps.items():
        shown_map["pictures"] = encode_pictures(models[name], shown.images).tolist()
    return {
        "classes": list(data.classes),
        "shape": list(data.test.images.shape[1:]),
        "models": exported,
        "pictures": {"pixels": encode_array(shown.images.numpy(), "u1"), "labels": shown.labels.tolist()},
        "maps": {"labels": encode_array(mapped.labels.numpy(), "u1"), **maps},
        "clouds": posterior_clouds(models["vae_2"], shown.images),
        "trade": curve,
        "noise": NOISE_DEVIATION,
    }


def _some_of_each_class(split: Split, classes: int) -> Split:
    """The first pictures of each class, sorted by class."""
    rows = torch.cat([(split.labels == number).nonzero()[:PICTURES_PER_CLASS, 0] for number in range(classes)])
    return Split(split.images[rows], split.labels[rows])


def latent_map(model: Autoencoder | VAE, images: Tensor) -> dict[str, Any]:
    """The map of a model whose latents have two numbers: the range that it shows, and a position for each picture.

    Args:
        model: The model.
        images: Pictures (N, C, H, W) as uint8.

    Returns:
        The lowest and the highest coordinates that the map shows, and the positions (N, 2) in 65,535ths of that range.
    """
    latents: Floats = encode_pictures(model, images).numpy()  # (N, 2)
    low, high = np.percentile(latents, MAP_PERCENTILES, axis=0)
    margin = MAP_MARGIN * (high - low) + 1e-6
    low, high = low - margin, high + margin
    if isinstance(model, VAE):
        low, high = np.minimum(low, -PRIOR_REACH), np.maximum(high, PRIOR_REACH)
    steps = ((latents - low) / (high - low)).clip(0, 1) * MAX_STEP
    return {"low": low.tolist(), "high": high.tolist(), "positions": encode_array(steps.round(), "<u2")}


@torch.inference_mode()
def posterior_clouds(vae: VAE, images: Tensor) -> dict[str, Any]:
    """The mean and the deviation of the posterior of each picture (N, C, H, W) uint8, in two dimensions."""
    posterior = vae.encode(images.float() / 255)
    return {"mean": posterior.mean.tolist(), "deviation": (posterior.log_variance / 2).exp().tolist()}
