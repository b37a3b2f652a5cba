"""Specks that the denoiser removed by more than half are filled, others stay, and tiles give what the whole gives."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pochade.cleaning.speck_fill import FILL_REACH, MAX_HALVINGS, fill_specks, fill_unknown

SIDE = 64
SPECK = (slice(20, 26), slice(30, 36))


def speck(tone: float, paper: float = 0.9) -> tuple[Tensor, Tensor]:
    """Paper with a speck (1, 3, 64, 64), and the place of the speck (1, 1, 64, 64)."""
    place = torch.zeros(1, 1, SIDE, SIDE)
    place[..., *SPECK] = 1
    return torch.full((1, 3, SIDE, SIDE), paper) + place * (tone - paper), place


@pytest.mark.parametrize("tone", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(("removed", "remaining"), [(1.0, 0.0), (0.6, 0.0), (0.4, 0.6), (0.0, 1.0)])
def test_a_speck_is_filled_if_more_than_half_of_it_was_removed(tone: float, removed: float, remaining: float) -> None:
    x, place = speck(tone)
    y = fill_specks(x, place * removed * (0.9 - tone), place, torch.ones_like(place))
    torch.testing.assert_close(y, 0.9 + remaining * (x - 0.9))


def test_at_a_low_probability_the_change_of_the_denoiser_is_applied() -> None:
    x, place = speck(0.1)
    change = torch.linspace(-0.1, 0.1, SIDE).expand_as(x)
    torch.testing.assert_close(fill_specks(x, change, 0.2 * place, torch.ones_like(place)), x + change)


def test_half_the_strength_removes_half_of_a_speck() -> None:
    x, place = speck(0.1)
    half = torch.full_like(place, 0.5)
    y = fill_specks(x, place * 0.3 * 0.8, place, half)
    torch.testing.assert_close(y, 0.9 + 0.5 * (x - 0.9))


def test_a_filled_speck_looks_like_its_surroundings() -> None:
    slope = torch.linspace(0, 1, SIDE).expand(1, 3, SIDE, SIDE)
    _, place = speck(0.0)
    filled = fill_unknown(slope - place, 1 - place)
    assert (filled - slope).abs().max() < 0.06
    torch.testing.assert_close(filled * (1 - place), slope * (1 - place))


def test_a_picture_that_is_wholly_known_or_unknown_can_be_filled() -> None:
    x = torch.rand(1, 3, 33, 47)
    assert fill_unknown(x, torch.zeros(1, 1, 33, 47)).isfinite().all()
    torch.testing.assert_close(fill_unknown(x, torch.ones(1, 1, 33, 47)), x)


@given(st.integers(0, 10**6), st.integers(1, 2**MAX_HALVINGS * 6), st.integers(1, 2**MAX_HALVINGS * 6))
def test_a_tile_with_its_margin_is_filled_like_the_whole(seed: int, height: int, width: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    x = torch.rand(1, 3, height, width, generator=chance)
    defect = (torch.rand(1, 1, height, width, generator=chance) < 0.01).float()  # (1, 1, h, w)
    change = -0.7 * (x - 0.5) * defect
    whole = fill_specks(x, change, defect, torch.ones_like(defect))
    margin = -(-FILL_REACH // 16) * 16
    tile = (slice(0, 16 + margin), slice(0, 32 + margin))
    part = fill_specks(x[..., *tile], change[..., *tile], defect[..., *tile], torch.ones_like(defect[..., *tile]))
    torch.testing.assert_close(part[..., :16, :32], whole[..., :16, :32])
