"""The busiest square contains the details of a picture."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.images.geometry.salient_crop import busiest_square


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 20), st.data())
def test_the_busiest_square_contains_the_only_spot(height: int, width: int, side: int, data: st.DataObject) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    pixels[y, x] = 255
    rows, columns = busiest_square(pixels, side)
    assert pixels[rows, columns].shape == (min(side, height), min(side, width), 3)
    if side > 1 and min(height, width) > 1:
        assert pixels[rows, columns].any()
