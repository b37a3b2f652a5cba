"""The pictures of each figure, in rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pochade.study.fashion_mnist import ImageSet
from pochade.study.figures.concept_diagrams import feature_maps
from pochade.study.figures.latent_charts import decode_square
from pochade.study.figures.picture_grids import enlarge, mark_picture
from pochade.study.study_models import JUDGED_NAMES, TRADING_NAMES, WALKED_NAMES
from pochade.training.evaluation.reconstruction import decode_latents, encode_pictures

COLUMNS = 12
SAMPLE_ROWS = 2  # of each model
MAP_COLUMNS = 8  # feature maps of each layer that are shown
SMUDGE_NOISE = 0.5
ERROR_PERCENT = 99  # of the squared errors of a row: larger ones are shown like this one
CLEANED = ("clean", "noisy", "best_blur", "autoencoder", "autoencoder_16", "denoiser")
RED = (184, 50, 63)
Rows = list[Any]  # for each row pictures (N, C, H, W), uint8 or in [0, 1]


def picture_sheets(data: ImageSet, models: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Rows]:
    """The rows of every figure that shows pictures, by the figure's name.

    Args:
        data: The pictures of the study.
        models: The trained models by name.
        results: The results of all stages by name.
    """
    copies, points = results["reconstructions"].arrays, {name: results[f"{name} points"] for name in JUDGED_NAMES}
    paths = {name: results[f"{name} paths"].arrays for name in WALKED_NAMES}
    cleaned, original = results["denoising"].arrays, results["vae samples"].arrays
    planes = [decode_square(models[name]) for name in ("autoencoder_2", "vae_2")]
    return {
        "data": [data.train.images[data.train.labels == number][:COLUMNS] for number in range(len(data.classes))],
        "feature_maps": feature_map_rows(models["autoencoder"], data.test.images[0]),
        "reconstructions": reconstruction_rows(copies, ("autoencoder", "autoencoder_16", "pca")),
        "vae_reconstructions": [copies[name] for name in ("originals", "autoencoder_16", "vae", "vae_calibrated")],
        "neighbours": neighbour_rows(results["neighbours"].arrays),
        "groups": group_rows(data, results["clusters"].arrays["groups"]),
        "denoising": [cleaned[name] for name in CLEANED],
        "smudged": [smudged_row(data.test.images[1], models)],
        "random_autoencoder": [points["autoencoder"].arrays["decoded"]],
        "random_points": [[points[name].arrays["decoded"][0] for name in JUDGED_NAMES]],
        "same_point": [points[name].arrays[key] for key in ("decoded", "decoded_learned") for name in JUDGED_NAMES],
        "plane_autoencoder": list(planes[0]),
        "plane_vae": list(planes[1]),
        "samples": sample_rows(results, JUDGED_NAMES, "normal"),
        "learned_samples": sample_rows(results, JUDGED_NAMES, "mixture"),
        "tshirt_trouser": [paths[name]["tshirt_trouser"] for name in paths],
        "boot_shirt": [paths[name]["boot_shirt"] for name in paths],
        "trade_samples": [results[f"{name} samples"].arrays["normal"][:COLUMNS] for name in TRADING_NAMES],
        "originality": [original["mixture"][:COLUMNS], original["closest"][:COLUMNS]],
    }


def feature_map_rows(model: Any, picture: Tensor) -> Rows:
    """The picture (C, H, W) itself, then some feature maps of each layer of the encoder, enlarged to its size."""
    height, width = picture.shape[1:]
    grey = picture.float().mean(0, keepdim=True).numpy() / 255
    rows: Rows = [grey[None]]
    for maps in feature_maps(model, picture):
        values = maps[:MAP_COLUMNS].numpy()
        rows.append([enlarge(grid / (grid.max() or 1.0), height, width)[None] for grid in values])
    return rows


def reconstruction_rows(copies: Mapping[str, Any], names: Sequence[str]) -> Rows:
    """The originals, then for each model its reconstructions, and below them their squared errors on one scale."""
    shown = {name: _as_shares(copies[name]) for name in ("originals", *names)}  # each (N, C, H, W)
    errors = {name: np.square(shown[name] - shown["originals"]).mean(1, keepdims=True) for name in names}
    largest = max(float(np.percentile(error, ERROR_PERCENT)) for error in errors.values()) or 1.0
    rows: Rows = [copies["originals"]]
    for name, error in errors.items():
        rows += [copies[name], np.broadcast_to(np.minimum(error / largest, 1), shown[name].shape)]
    return rows


def _as_shares(pictures: Any) -> Any:
    """Pictures, uint8 or in [0, 1], as numbers in [0, 1]."""
    values = np.asarray(pictures)
    return values / np.float32(255) if values.dtype == np.uint8 else values


def neighbour_rows(arrays: Mapping[str, Any]) -> Rows:
    """For each query three rows: the query, then its nearest pictures by pixels, by latents and by embeddings.

    A red bar is below each picture of another class than the query's.
    """
    rows: Rows = []
    for number, query in enumerate(arrays["queries"]):
        own_class = arrays["query_labels"][number]
        for name in ("pixels", "autoencoder", "embedding"):
            results = zip(arrays[name][number], arrays[f"{name}_labels"][number], strict=True)
            marked = [mark_picture(picture, None if label == own_class else RED) for picture, label in results]
            rows.append([mark_picture(query, None), *marked])
    return rows


def group_rows(data: ImageSet, groups: Any) -> Rows:
    """The first pictures of each group of all pictures."""
    images = torch.cat([data.train.images, data.test.images])
    rows = (np.flatnonzero(groups == number)[:COLUMNS] for number in np.unique(groups))
    return [images[torch.from_numpy(row)] for row in rows]


def sample_rows(results: Mapping[str, Any], names: Sequence[str], prior: str) -> Rows:
    """Two rows of samples of each model."""
    rows: Rows = []
    for name in names:
        samples = results[f"{name} samples"].arrays[prior]
        rows += [samples[row * COLUMNS : (row + 1) * COLUMNS] for row in range(SAMPLE_ROWS)]
    return rows


def smudged_row(picture: Tensor, models: Mapping[str, Any]) -> Tensor:
    """A picture (C, H, W) with noise on its lower half, and what three models make of it: (4, C, H, W)."""
    noise = torch.randn(picture.shape, generator=torch.Generator().manual_seed(0)) * SMUDGE_NOISE
    noise[:, : picture.shape[1] // 2] = 0
    smudged = (picture.float() / 255 + noise).clamp(0, 1)
    pixels = (smudged * 255).round().byte()[None]
    answers = [_reconstruct(models[name], pixels) for name in ("autoencoder", "autoencoder_16", "denoiser")]
    return torch.cat([smudged[None], *answers])


def _reconstruct(model: Any, images: Tensor) -> Tensor:
    """Encode and decode pictures (N, C, H, W) of uint8."""
    return decode_latents(model, encode_pictures(model, images))
