"""Specks that a net took by half go wholly; what it left stays; and a tile tells no other story than the whole."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pochade.cleaning.speck_fill import HALVINGS, REACH, fill_specks, fill_unknown

SIDE = 64
SPECK = (slice(20, 26), slice(30, 36))


def speck(tone: float, paper: float = 0.9) -> tuple[Tensor, Tensor]:
    """Paper with a speck on it (1, 3, 64, 64), and where that is (1, 1, 64, 64)."""
    place = torch.zeros(1, 1, SIDE, SIDE)
    place[..., *SPECK] = 1
    return torch.full((1, 3, SIDE, SIDE), paper) + place * (tone - paper), place


@pytest.mark.parametrize("tone", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(("taken", "left"), [(1.0, 0.0), (0.6, 0.0), (0.4, 0.6), (0.0, 1.0)])
def test_a_speck_goes_wholly_where_more_than_half_of_it_went(tone: float, taken: float, left: float) -> None:
    x, place = speck(tone)
    y = fill_specks(x, place * taken * (0.9 - tone), place, torch.ones_like(place))
    torch.testing.assert_close(y, 0.9 + left * (x - 0.9))


def test_where_the_net_is_not_sure_its_own_change_stands() -> None:
    x, place = speck(0.1)
    change = torch.linspace(-0.1, 0.1, SIDE).expand_as(x)
    torch.testing.assert_close(fill_specks(x, change, 0.2 * place, torch.ones_like(place)), x + change)


def test_half_the_strength_takes_half_of_a_speck() -> None:
    x, place = speck(0.1)
    half = torch.full_like(place, 0.5)
    y = fill_specks(x, place * 0.3 * 0.8, place, half)
    torch.testing.assert_close(y, 0.9 + 0.5 * (x - 0.9))


def test_what_fills_a_speck_is_like_what_lies_about_it() -> None:
    slope = torch.linspace(0, 1, SIDE).expand(1, 3, SIDE, SIDE)
    _, place = speck(0.0)
    made = fill_unknown(slope - place, 1 - place)
    assert (made - slope).abs().max() < 0.06
    torch.testing.assert_close(made * (1 - place), slope * (1 - place))


def test_where_nothing_is_known_all_stays() -> None:
    x = torch.rand(1, 3, 33, 47)
    assert fill_unknown(x, torch.zeros(1, 1, 33, 47)).isfinite().all()
    torch.testing.assert_close(fill_unknown(x, torch.ones(1, 1, 33, 47)), x)


@given(st.integers(0, 10**6), st.integers(1, 2**HALVINGS * 6), st.integers(1, 2**HALVINGS * 6))
def test_a_part_with_its_margin_is_filled_as_in_the_whole(seed: int, height: int, width: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    x = torch.rand(1, 3, height, width, generator=chance)
    sure = (torch.rand(1, 1, height, width, generator=chance) < 0.01).float()  # (1, 1, h, w)
    change = -0.7 * (x - 0.5) * sure
    whole = fill_specks(x, change, sure, torch.ones_like(sure))
    margin = -(-REACH // 16) * 16
    first = (slice(0, 16 + margin), slice(0, 32 + margin))
    part = fill_specks(x[..., *first], change[..., *first], sure[..., *first], torch.ones_like(sure[..., *first]))
    torch.testing.assert_close(part[..., :16, :32], whole[..., :16, :32])
