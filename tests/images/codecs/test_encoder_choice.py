"""A look at some rows of a picture chooses the encoders that are tried for it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.images.codecs import lossless
from pochade.images.codecs.encoder_choice import BEST, MAX_JPEG_XL_PIXELS, NORMAL, choose_encoders, measure_look
from tests.support.picture_files import Array
from tests.support.png_samples import random_samples

LARGE = (200, 300)  # rows and columns; smaller pictures are all tried thoroughly


def names_of_codecs(values: Array, effort: str = NORMAL) -> list[str]:
    """The codecs that are tried."""
    return [name for name, _ in choose_encoders(values, effort)]


def clip_art(channels: int) -> Array:
    """Squares of three colours."""
    squares = np.kron(random_samples(1, 10, 15, channels, levels=3), np.full((20, 20, 1), 40, np.uint8))
    assert squares.shape == (*LARGE, channels)
    return squares


def test_grain_is_only_encoded_as_jpeg_xl() -> None:
    assert names_of_codecs(random_samples(1, *LARGE, 3)) == ["jpeg-xl"]
    assert names_of_codecs(random_samples(1, *LARGE, 1)) == ["jpeg-xl"]
    assert names_of_codecs(random_samples(1, *LARGE, 3, depth=16)) == ["jpeg-xl"]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_flat_pictures_and_small_ones_are_also_encoded_as_webp(channels: int) -> None:
    assert names_of_codecs(clip_art(channels)) == ["jpeg-xl", "webp"]
    assert names_of_codecs(random_samples(1, 100, 100, channels)) == ["jpeg-xl", "webp"]


def test_a_picture_of_few_colours_is_also_encoded_as_webp() -> None:
    palette = random_samples(1, 64, 3)
    assert names_of_codecs(palette[random_samples(2, *LARGE, levels=64)]) == ["jpeg-xl", "webp"]


def test_a_picture_too_large_for_jpeg_xl_is_encoded_as_webp() -> None:
    values = np.broadcast_to(np.uint8(7), (1000, MAX_JPEG_XL_PIXELS // 1000 + 1, 3))
    assert names_of_codecs(values) == ["webp"]


def test_the_best_effort_tries_every_codec() -> None:
    assert names_of_codecs(random_samples(1, *LARGE, 3), BEST) == list(lossless.LOSSLESS_CODECS)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from([2, 2**16]), st.booleans(), st.booleans())
def test_every_chosen_encoder_gives_every_value_back(
    seed: int, channels: int, levels: int, deep: bool, enlarged: bool
) -> None:
    bits = 16 if deep else 8
    values = lossless.drop_redundancy(random_samples(seed, 11, 13, channels, depth=bits, levels=levels))
    values = np.repeat(np.repeat(values, 12, axis=0), 12, axis=1) if enlarged else values
    shape = (*values.shape, 8 * values.itemsize)
    for name, encode in choose_encoders(values, NORMAL):
        np.testing.assert_array_equal(lossless.decode_values(encode(values), name, shape), values)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_quick_encoder_gives_every_value_back(channels: int) -> None:
    values = random_samples(3, 30, 40, channels)
    values[..., -1] = 0  # colours of transparent pixels stay, too
    encoded = lossless.encode_jpeg_xl_quickly(values, 7)
    np.testing.assert_array_equal(lossless.decode_values(encoded, "jpeg-xl", (30, 40, channels, 8)), values)


def test_the_quick_encoder_refuses_16_bits() -> None:
    with pytest.raises(ValueError, match="8 bits"):
        lossless.encode_jpeg_xl_quickly(random_samples(1, 4, 4, 3, depth=16), 7)


def test_flatness_and_colours_are_measured() -> None:
    stripes = np.array([[[0, 0, 0], [0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 9, 0]]], np.uint8)
    assert measure_look(np.repeat(stripes, 50, axis=0)) == (0.5, 3)
    assert measure_look(np.zeros((50, 1, 4), np.uint16)) == (1.0, 1)
    deep = np.array([[[256, 0], [0, 1], [1, 0]]], np.uint16)
    assert measure_look(deep) == (0.0, 3)
