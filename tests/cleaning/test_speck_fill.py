"""Specks are filled from their surroundings, and tiles give what the whole gives."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from pochade.cleaning.speck_fill import BLOCK_SIDE, FILL_REACH, MAX_HALVINGS, fill_specks, fill_unknown

SIDE = 64


def test_a_filled_speck_looks_like_its_surroundings() -> None:
    slope = torch.linspace(0, 1, SIDE).expand(1, 3, SIDE, SIDE)
    place = torch.zeros(1, 1, SIDE, SIDE)
    place[..., 20:26, 30:36] = 1
    filled = fill_specks(slope - place, place > 0)
    assert (filled - slope).abs().max() < 0.06
    torch.testing.assert_close(filled * (1 - place), slope * (1 - place))


def test_a_picture_that_is_wholly_known_or_unknown_can_be_filled() -> None:
    x = torch.rand(1, 3, 33, 47)
    assert fill_unknown(x, torch.zeros(1, 1, 33, 47)).isfinite().all()
    torch.testing.assert_close(fill_unknown(x, torch.ones(1, 1, 33, 47)), x)


def test_blocks_are_filled_like_the_whole() -> None:
    chance = torch.Generator().manual_seed(0)
    size = (2 * BLOCK_SIDE + 40, BLOCK_SIDE + 30)
    x = torch.rand(1, 3, *size, generator=chance)
    specks = torch.rand(1, 1, *size, generator=chance) < 0.01
    torch.testing.assert_close(fill_specks(x, specks), fill_unknown(x, (~specks).float()))


@given(st.integers(0, 10**6), st.integers(1, 2**MAX_HALVINGS * 6), st.integers(1, 2**MAX_HALVINGS * 6))
def test_a_tile_with_its_margin_is_filled_like_the_whole(seed: int, height: int, width: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    x = torch.rand(1, 3, height, width, generator=chance)
    specks = torch.rand(1, 1, height, width, generator=chance) < 0.01
    whole = fill_specks(x, specks)
    margin = -(-FILL_REACH // 16) * 16
    tile = (slice(0, 16 + margin), slice(0, 32 + margin))
    part = fill_specks(x[..., *tile], specks[..., *tile])
    torch.testing.assert_close(part[..., :16, :32], whole[..., :16, :32])
