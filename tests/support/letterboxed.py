"""Drawings as the embedding and sketch models take them."""

import numpy as np
import torch

from pochade.images.geometry.letterbox import SQUARE_SIDE, letterbox
from pochade.models.model_input import LetterboxedBatch
from tests.support.drawings import drawing


def letterboxed_drawings(count: int, side: int = 200) -> LetterboxedBatch:
    """The first drawings, letterboxed as they are when a collection is learnt."""
    squares = [letterbox(np.asarray(drawing(seed, side))) for seed in range(count)]
    pixels = torch.from_numpy(np.stack([square.pixels for square in squares])).permute(0, 3, 1, 2).float() / 255
    frames = torch.tensor([[square.width, square.height] for square in squares]) / SQUARE_SIDE
    return LetterboxedBatch(pixels, frames)
