"""Stains darken sheets softly, each in its own way."""

import numpy as np
import pytest
import torch
from torch import Tensor

from pochade.training.augment.random_fields import SheetChange
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.stains import (
    add_bleed_through,
    add_eraser_ghosts,
    add_finger_marks,
    add_foxing,
    add_rings,
    add_smears,
    add_stains,
)
from tests.support.drawings import drawing

RESOLUTIONS = torch.full((16,), 11.8)  # dots per millimetre
WHITE = torch.ones(16, 3, 128, 128)


def drawings() -> Tensor:
    """Sixteen drawings (16, 3, 128, 128)."""
    return torch.stack([torch.from_numpy(np.array(drawing(seed, 128))) for seed in range(16)]).permute(0, 3, 1, 2) / 255


@pytest.mark.parametrize(
    "add",
    [add_smears, add_finger_marks, add_eraser_ghosts, add_bleed_through, add_stains, add_rings, add_foxing],
)
def test_a_stain_only_darkens_and_leaves_most_of_the_drawing(add: SheetChange) -> None:
    clean = drawings()
    stained = add(RandomNumbers(0), clean, RESOLUTIONS)
    darker = clean - stained
    assert darker.min() >= -1e-6
    assert darker.max() > 0.02
    assert darker.mean() < 0.1


@pytest.mark.parametrize("add", [add_stains, add_rings, add_foxing])
def test_brown_stains_absorb_blue_most(add: SheetChange) -> None:
    red, green, blue = (1 - add(RandomNumbers(1), WHITE, RESOLUTIONS)).mean((0, 2, 3))
    assert 0 < red < green < blue


@pytest.mark.parametrize("add", [add_smears, add_eraser_ghosts, add_bleed_through])
def test_what_comes_from_ink_leaves_a_white_sheet_white(add: SheetChange) -> None:
    torch.testing.assert_close(add(RandomNumbers(0), WHITE, RESOLUTIONS), WHITE)


def test_bleed_through_shows_the_next_drawing() -> None:
    sheets = WHITE.clone()
    sheets[3] = 0
    stained = add_bleed_through(RandomNumbers(0), sheets, RESOLUTIONS)
    shows_ink = (stained[:, 0].mean((1, 2)) < 0.99) & (sheets[:, 0, 0, 0] > 0)
    assert shows_ink.nonzero().flatten().tolist() == [4]


def test_a_ring_is_a_thin_line_on_most_of_its_sheet() -> None:
    stained = add_rings(RandomNumbers(0), torch.ones(1, 3, 900, 900), torch.tensor([8.0]))  # 11 cm of paper
    darker = 1 - stained[0, 2]
    assert 0.001 < float((darker > 0.5 * darker.max()).float().mean()) < 0.1
