"""Small generators for tests: a linear autoencoder, and an untrained model of the shipped kind."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from pochade.images.geometry.letterbox import letterbox
from pochade.models import weights
from pochade.models.checkpoints import load_model
from pochade.models.flow_matching_vae import FlowMatchingVAE
from pochade.models.model_configs import FlowMatchingConfig
from pochade.models.sketch_model import SketchVAE, encode_on_white
from pochade.training.losses.flow_matching import fit_linear_parts
from tests.support.drawings import drawing

SMALL_CONFIG = FlowMatchingConfig(width=32, heads=2, reading=1, drawing=1, latent_dim=6)


def small_generator_model(count: int = 24) -> FlowMatchingVAE:
    """A small untrained model of the shipped kind, whose linear parts are the principal components of drawings."""
    torch.manual_seed(0)
    sketch_model, model = load_model(weights.FOLDER / weights.SKETCH_FILE), FlowMatchingVAE(SMALL_CONFIG)
    assert isinstance(sketch_model, SketchVAE)
    squares = np.stack([letterbox(np.asarray(drawing(seed).convert("RGB")), 128).pixels for seed in range(count)])
    fit_linear_parts(model, encode_on_white(sketch_model, torch.from_numpy(squares).permute(0, 3, 1, 2) / 255))
    return model


class LinearGenerator:
    """A linear autoencoder made of the first principal components of pictures.

    Args:
        pictures: The pictures to fit.
        latent_dim: The number of components.
        side: Pixels per side of the pictures it generates.
    """

    def __init__(self, pictures: Sequence[Image.Image], latent_dim: int = 12, side: int = 48) -> None:
        self.name, self.side = f"linear{latent_dim}", side
        squares = [letterbox(np.asarray(picture.convert("RGB")), side).pixels for picture in pictures]
        rows = self._as_rows(np.stack(squares))
        self.mean = rows.mean(0)
        self.components = np.linalg.svd(rows - self.mean, full_matrices=False)[2][:latent_dim]

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        latents: NDArray[np.float32] = (self._as_rows(pictures) - self.mean) @ self.components.T
        return latents

    def draw(self, latents: NDArray[np.float32], seeds: Sequence[int]) -> NDArray[np.uint8]:  # noqa: ARG002  linear
        rows = (latents @ self.components + self.mean).clip(0, 1) * 255
        return rows.round().astype(np.uint8).reshape(len(latents), self.side, self.side, 3)

    @staticmethod
    def _as_rows(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return (pictures.reshape(len(pictures), -1) / 255).astype(np.float32)
