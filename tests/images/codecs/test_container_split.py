"""A picture file is split into pixel values and a remainder, and joined into a file that shows the same."""

import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.images.base.source import Source
from pochade.images.codecs.container_split import SplitFile, join_file, split_file
from pochade.images.codecs.png_rows import compress_rows
from pochade.images.io.read import picture_from_source
from tests.support.picture_files import (
    Array,
    colour_values,
    encode_with_pillow,
    make_exif,
    make_png_chunk,
    rgb_image,
    rgba_image,
)
from tests.support.png_samples import CHANNELS, encode_png_samples, random_samples


def split(content: bytes) -> SplitFile:
    """The parts of a file that can be split."""
    parts = split_file(content)
    assert parts
    return parts


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 33),
    st.integers(1, 33),
    st.sampled_from([(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (4, 16), (6, 8), (6, 16)]),
    st.sampled_from([2, 3, 2**16]),
)
def test_a_joined_png_of_any_size_and_depth_has_the_same_parts(
    seed: int, height: int, width: int, kind: tuple[int, int], levels: int
) -> None:
    colour_type, depth = kind
    samples = random_samples(seed, height, width, CHANNELS[colour_type], depth=depth, levels=levels)
    parts = split(encode_png_samples(samples, depth, colour_type))
    joined = split(join_file("PNG", parts.values, parts.remainder, None))
    assert joined.remainder == parts.remainder
    np.testing.assert_array_equal(joined.values, parts.values)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_keeps_its_colours_and_their_order(bits: int) -> None:
    content = encode_with_pillow(rgb_image().quantize(2**bits), "PNG", bits=bits, transparency=bytes([0, 128]))
    parts = split(content)
    joined = join_file("PNG", parts.values, parts.remainder, None)
    assert palette_chunks(joined) == palette_chunks(content)
    np.testing.assert_array_equal(split(joined).values, parts.values)


def palette_chunks(content: bytes) -> list[bytes]:
    """The beginnings of the chunks that hold a palette and its alpha."""
    return [content[content.index(name) :][:12] for name in (b"PLTE", b"tRNS")]


def test_a_lossless_webp_keeps_its_profile_and_exif() -> None:
    content = encode_with_pillow(
        rgba_image(), "WebP", lossless=True, exact=True, quality=0, method=0, exif=make_exif(3), icc_profile=b"mine"
    )
    parts = split(content)
    joined = join_file("WebP", parts.values, parts.remainder, None)
    assert b"mine" in joined
    assert make_exif(3)[6:] in joined
    np.testing.assert_array_equal(split(joined).values, parts.values)


def whole_png() -> tuple[bytes, Array]:
    """A PNG, and its samples."""
    samples = np.tile(colour_values(), (9, 9, 1))
    return encode_png_samples(samples, 8, 2), samples


def test_a_png_with_missing_or_additional_pixels_is_not_split() -> None:
    content, samples = whole_png()
    rows = zlib.decompress(compress_rows(samples, content[16:29]))
    for pixels in (zlib.compress(rows[:-1]), zlib.compress(rows + b"\0"), zlib.compress(rows) + b"x", b""):
        damaged = content[:33] + make_png_chunk(b"IDAT", pixels) + make_png_chunk(b"IEND", b"")
        assert split_file(damaged) is None


def test_an_interlaced_png_is_not_split() -> None:
    content = encode_png_samples(colour_values()[:1, :1], 8, 2)  # of one pixel: interlacing doesn't change its row
    assert split_file(content)
    interlaced = content[:8] + make_png_chunk(b"IHDR", content[16:28] + b"\1") + content[33:]
    source = Source(io.BytesIO(interlaced), "it", len(interlaced), 2**30)
    assert picture_from_source(source).pixels.shape == (1, 1, 3)
    assert split_file(interlaced) is None


def test_a_palette_with_pixels_beyond_its_end_is_not_split() -> None:
    palette = make_png_chunk(b"PLTE", bytes([0, 0, 0, 255, 0, 0, 0, 255, 0]))
    inside, beyond = (random_samples(3, 60, 61, 1, levels=levels) for levels in (3, 4))
    assert split_file(encode_png_samples(inside, 8, 3, palette))
    assert split_file(encode_png_samples(beyond, 8, 3, palette)) is None
    assert split_file(encode_png_samples(beyond, 4, 3, palette)) is None
