"""What is exported takes pictures as they are stored, and gives them to the models as the training does."""

import numpy as np
import pytest
import torch

from pochade.images.geometry.letterbox import SQUARE_SIDE, letterbox
from pochade.models.model_functions import input_of_squares
from pochade.models.model_input import LetterboxedBatch, model_input


@pytest.mark.parametrize("side", [SQUARE_SIDE, 48])
def test_pictures_of_every_shape_are_prepared_as_in_training(side: int) -> None:
    sizes = [(length, 300) for length in range(1, 300, 7)] + [(300, length) for length in range(1, 300, 7)]
    boxed = [letterbox(np.full((*size, 3), 90, np.uint8)) for size in sizes]
    squares = torch.from_numpy(np.stack([square.pixels for square in boxed]))
    frames = torch.tensor([[square.width, square.height] for square in boxed]) / SQUARE_SIDE
    expected = model_input(LetterboxedBatch(squares.permute(0, 3, 1, 2) / 255, frames), side)
    assert (input_of_squares(squares, frames, side) == expected).all()
