"""The cores of tiles cover a picture without overlap."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.images.geometry.tiles import tile_grid


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([16, 48]), st.sampled_from([0, 16, 32]))
def test_cores_cover_every_pixel_once(height: int, width: int, side: int, margin: int) -> None:
    counts = np.zeros((height, width), int)
    numbers = np.arange(height * width).reshape(height, width)
    for tile in tile_grid(height, width, side, margin):
        counts[tile.core] += 1
        np.testing.assert_array_equal(numbers[tile.padded][tile.core_in_padded], numbers[tile.core])
    assert (counts == 1).all()
