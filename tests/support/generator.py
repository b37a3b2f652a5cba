"""A net that draws, as plain as can be: principal components of pictures, there and back."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from pochade.images.geometry.letterbox import letterboxed
from pochade.models import FlowMatchingConfig, FlowMatchingVAE, SketchVAE, weights
from pochade.models.checkpoints import load_model
from pochade.models.sketch_model import encode_on_white
from pochade.training.losses.flow_matching import measured
from tests.support.drawings import drawing

SMALL = FlowMatchingConfig(width=32, heads=2, reading=1, drawing=1, latent_dim=6)


def small_net(count: int = 24) -> FlowMatchingVAE:
    """A small net of the shipped kind that never learnt: it draws what principal components of drawings say."""
    torch.manual_seed(0)
    code, net = load_model(weights.FOLDER / weights.CODE), FlowMatchingVAE(SMALL)
    assert isinstance(code, SketchVAE)
    squares = np.stack([letterboxed(np.asarray(drawing(seed).convert("RGB")), 128).pixels for seed in range(count)])
    measured(net, encode_on_white(code, torch.from_numpy(squares).permute(0, 3, 1, 2) / 255))
    return net


class LinearPainter:
    """Draws what is left of pictures in their first principal components; the best linear autoencoder there is.

    Args:
        pictures: To learn from.
        numbers: In a code.
        side: Pixels a side of what it draws.
    """

    def __init__(self, pictures: Sequence[Image.Image], numbers: int = 12, side: int = 48) -> None:
        self.name, self.side = f"linear{numbers}", side
        rows = self.rows(np.stack([letterboxed(np.asarray(each.convert("RGB")), side).pixels for each in pictures]))
        self.mean = rows.mean(0)
        self.directions = np.linalg.svd(rows - self.mean, full_matrices=False)[2][:numbers]

    @staticmethod
    def rows(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return (pictures.reshape(len(pictures), -1) / 255).astype(np.float32)

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        codes: NDArray[np.float32] = (self.rows(pictures) - self.mean) @ self.directions.T
        return codes

    def draw(self, codes: NDArray[np.float32], seeds: Sequence[int]) -> NDArray[np.uint8]:  # noqa: ARG002  none is needed
        drawn = (codes @ self.directions + self.mean).clip(0, 1) * 255
        return drawn.round().astype(np.uint8).reshape(len(codes), self.side, self.side, 3)
