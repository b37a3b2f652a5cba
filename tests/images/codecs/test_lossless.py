"""Lossless codecs give every pixel value back, and refuse what no picture has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.images.codecs import lossless
from tests.support.picture_files import colour_values, files_of_every_format
from tests.support.png_samples import random_samples


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 20), st.integers(1, 20), st.integers(1, 4), st.booleans(), st.booleans())
def test_every_codec_gives_every_value_back(
    seed: int, height: int, width: int, channels: int, deep: bool, plain: bool
) -> None:
    bits = 16 if deep else 8
    values = random_samples(seed, height, width, channels, depth=bits)
    values = values // values.dtype.type(128) if plain else values  # few levels, often grey, often opaque
    reduced = lossless.drop_redundancy(values)
    for name, encode in lossless.LOSSLESS_CODECS.items():
        if name != "webp" or reduced.dtype == np.uint8:
            decoded = lossless.decode_values(encode(reduced), name, (height, width, channels, bits))
            np.testing.assert_array_equal(decoded, values)
            assert decoded.dtype == values.dtype


def test_webp_refuses_values_of_16_bits() -> None:
    with pytest.raises(ValueError, match="8 bits"):
        lossless.encode_webp(colour_values(16))


def test_colours_of_transparent_pixels_stay() -> None:
    values = random_samples(1, 9, 7, 4)
    values[..., 3] = 0
    for name, encode in lossless.LOSSLESS_CODECS.items():
        np.testing.assert_array_equal(lossless.decode_values(encode(values), name, (9, 7, 4, 8)), values)


def test_a_grey_of_16_bits_whose_bytes_repeat_is_reduced_to_one_channel_of_8_bits() -> None:
    grey = random_samples(2, 40, 40, 1)
    reduced = lossless.drop_redundancy(np.repeat(grey.astype(np.uint16) * 257, 3, axis=-1))
    assert reduced.dtype == np.uint8
    np.testing.assert_array_equal(reduced, grey)


@pytest.mark.parametrize("shape", [(16, 24, 5, 8), (16, 24, 2**36, 8), (16, 24, 3, 12), (2**20, 2**20, 3, 8)])
def test_a_shape_that_no_picture_has_is_refused(shape: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no picture has"):
        lossless.decode_values(lossless.encode_png(colour_values()), "png", shape)


def test_a_picture_in_the_format_of_another_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="of the format SVG"):
        lossless.decode_values(files_of_every_format()["SVG"], "png", (16, 24, 3, 8))
