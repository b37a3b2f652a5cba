"""A fold has a light and a dark side, and a crease between them."""

import torch

from pochade.training.augment.folds import add_folds
from pochade.training.augment.random_numbers import RandomNumbers


def test_a_fold_has_a_light_and_a_dark_line_at_its_crease() -> None:
    sheets = torch.full((8, 3, 128, 128), 0.5)
    creases = add_folds(RandomNumbers(0), sheets, torch.full((8,), 11.8), 1.0)
    assert creases.mean() < 0.1
    change = (sheets - 0.5)[:, 0]
    lightest, darkest = change.amax((1, 2)), -change.amin((1, 2))
    assert ((lightest > 0.04) & (darkest > 0.04)).any()
    assert (change.abs() > 0.07)[creases[:, 0] == 0].float().mean() < 0.01


def test_sheets_that_are_not_folded_stay() -> None:
    sheets = torch.full((8, 3, 32, 32), 0.5)
    creases = add_folds(RandomNumbers(0), sheets, torch.full((8,), 11.8), 0.0)
    assert creases.max() == 0
    assert (sheets == 0.5).all()
