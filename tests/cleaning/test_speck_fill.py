"""Specks are filled from their surroundings, and tiles give what the whole gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pochade.cleaning.speck_fill import BLOCK_SIDE, FILL_REACH, MAX_HALVINGS, fill_specks, fill_unknown

SIDE = 64


def random_page(seed: int, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture (3, H, W) of random pixels, and specks (H, W) on a hundredth of it."""
    rng = np.random.default_rng(seed)
    return rng.random((3, height, width), np.float32), rng.random((height, width)) < 0.01


def test_a_filled_speck_looks_like_its_surroundings() -> None:
    slope = np.broadcast_to(np.linspace(0, 1, SIDE, dtype=np.float32), (3, SIDE, SIDE))
    specks = np.zeros((SIDE, SIDE), bool)
    specks[20:26, 30:36] = True
    filled = fill_specks(slope - specks.astype(np.float32), specks)
    assert np.abs(filled - slope).max() < 0.06
    np.testing.assert_array_equal(filled[:, ~specks], slope[:, ~specks])


def test_a_picture_that_is_wholly_known_or_unknown_can_be_filled() -> None:
    x, _ = random_page(0, 33, 47)
    assert np.isfinite(fill_unknown(x, np.zeros((33, 47), bool))).all()
    np.testing.assert_array_equal(fill_unknown(x, np.ones((33, 47), bool)), x)


def test_blocks_are_filled_like_the_whole() -> None:
    x, specks = random_page(0, 2 * BLOCK_SIDE + 40, BLOCK_SIDE + 30)
    np.testing.assert_allclose(fill_specks(x, specks), fill_unknown(x, ~specks), atol=1e-5)


@given(st.integers(0, 10**6), st.integers(1, 2**MAX_HALVINGS * 6), st.integers(1, 2**MAX_HALVINGS * 6))
def test_a_tile_with_its_margin_is_filled_like_the_whole(seed: int, height: int, width: int) -> None:
    x, specks = random_page(seed, height, width)
    whole = fill_specks(x, specks)
    margin = -(-FILL_REACH // 16) * 16
    tile = (slice(0, 16 + margin), slice(0, 32 + margin))
    part = fill_specks(x[:, *tile], specks[tile])
    np.testing.assert_allclose(part[:, :16, :32], whole[:, :16, :32], atol=1e-5)
