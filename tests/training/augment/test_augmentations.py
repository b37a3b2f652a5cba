"""Augmented pictures are valid pictures in their frames, and depend on the seed alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.augment.augmentations import augment, recompose
from tests.support.letterboxed import letterboxed_drawings


@pytest.mark.slow
def test_the_model_input_without_augmentation_is_the_picture() -> None:
    batch = letterboxed_drawings(3)
    x = model_input(batch, 96)
    torch.testing.assert_close(x[:, :3], batch.pictures, atol=1e-4, rtol=0)
    assert (x[:, 3] == 1).all()


@pytest.mark.parametrize("change", [augment, recompose])
def test_augmented_pictures_are_white_outside_their_frames(change: Callable[[LetterboxedBatch, int], Tensor]) -> None:
    torch.manual_seed(0)
    augmented = change(letterboxed_drawings(40), 64)
    colour, mask = augmented[:, :3], augmented[:, 3:]
    assert augmented.shape == (40, 4, 64, 64)
    assert augmented.isfinite().all()
    assert augmented.min() >= 0
    assert augmented.max() <= 1
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    assert (colour.masked_select((mask == 0).expand_as(colour)) == 1).all()


def test_the_same_seed_gives_the_same_augmentations() -> None:
    torch.manual_seed(1)
    first = augment(letterboxed_drawings(8), 64)
    torch.manual_seed(1)
    assert torch.equal(first, augment(letterboxed_drawings(8), 64))
    assert not torch.equal(first, augment(letterboxed_drawings(8), 64))
