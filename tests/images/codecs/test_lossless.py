"""A picture's file is taken apart, its values coded, decoded, and the file is put together again."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.codecs import file_codecs
from pochade.archive.codecs.file_codecs import EncodedFile, as_picture, from_picture
from pochade.archive.codecs.guarded import try_codec
from pochade.archive.container.manifest import Entry
from pochade.images.base.source import Source
from pochade.images.codecs import lossless
from pochade.images.codecs.container_split import taken_apart, together
from pochade.images.codecs.png_rows import packed_rows
from pochade.images.io.read import picture_in
from tests.support.picture_files import (
    Array,
    colours,
    every_format,
    exif,
    png_chunk,
    rgb,
    rgba,
    saved,
    tiff,
    with_alpha,
)

SAMPLES = every_format()
KINDS = {0: 1, 2: 3, 4: 2, 6: 4}  # PNG's colour types without palettes: channels


def entry_of(coded: EncodedFile) -> Entry:
    """As a manifest would have it."""
    told = {name: value for name, value in vars(coded).items() if name != "content"}
    return Entry("pieces/a", len(coded.content), 0, original_bytes=2**40, original_sha256="", **told)


def back(content: bytes) -> bytes:
    """A file through the smallest picture."""
    coded = as_picture(content)
    assert coded
    return from_picture(entry_of(coded), coded.content)


def png_of(values: Array, depth: int, kind: int, *between: bytes) -> bytes:
    """A PNG of samples (H, W, C), with chunks between header and pixels."""
    shape = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], depth, kind, 0, 0, 0)
    chunks = [png_chunk(b"IHDR", shape), *between, png_chunk(b"IDAT", packed_rows(values, shape))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + png_chunk(b"IEND", b"")


def noise(seed: int, *shape: int, depth: int = 8, levels: int = 2**16) -> Array:
    """Samples of few or many levels."""
    values = np.random.default_rng(seed).integers(0, min(levels, 2**depth), shape)
    return values.astype(np.uint16 if depth == 16 else np.uint8)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 33),
    st.integers(1, 33),
    st.sampled_from([(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (4, 16), (6, 8), (6, 16)]),
    st.sampled_from([2, 3, 2**16]),
)
def test_a_png_of_any_size_and_depth_is_the_same_after_it_was_put_together(
    seed: int, height: int, width: int, form: tuple[int, int], levels: int
) -> None:
    kind, depth = form
    content = png_of(noise(seed, height, width, KINDS[kind], depth=depth, levels=levels), depth, kind)
    apart = taken_apart(content)
    assert apart
    again = taken_apart(together("PNG", apart.values, apart.rest, None))
    assert again
    assert again.rest == apart.rest
    np.testing.assert_array_equal(again.values, apart.values)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 20), st.integers(1, 20), st.integers(1, 4), st.booleans(), st.booleans())
def test_every_coder_gives_every_value_back(
    seed: int, height: int, width: int, channels: int, deep: bool, plain: bool
) -> None:
    values = noise(seed, height, width, channels, depth=16 if deep else 8)
    values = values // values.dtype.type(128) if plain else values  # few levels, often grey, often opaque
    shape = file_codecs.shape_of(values)
    found = file_codecs.smallest(values, shape)
    assert found
    for name, coder in lossless.CODERS.items():
        if deep and coder is lossless.webp and lossless.reduced(values).dtype == np.uint16:
            continue
        np.testing.assert_array_equal(lossless.values_in(coder(lossless.reduced(values)), name, shape), values)


def test_colours_under_full_transparency_stay() -> None:
    values = noise(1, 9, 7, 4)
    values[..., 3] = 0
    for name, coder in lossless.CODERS.items():
        np.testing.assert_array_equal(lossless.values_in(coder(values), name, (9, 7, 4, 8)), values)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_keeps_its_colours_and_its_order(bits: int) -> None:
    content = saved(rgb().quantize(2**bits), "PNG", bits=bits, transparency=bytes([0, 128]))
    apart = taken_apart(content)
    assert apart
    again = together("PNG", apart.values, apart.rest, None)
    assert colours_of(again) == colours_of(content)
    np.testing.assert_array_equal(shown(again), shown(content))


def colours_of(content: bytes) -> list[bytes]:
    """The chunks that say what colours there are."""
    return [content[content.index(name) :][:12] for name in (b"PLTE", b"tRNS")]


def shown(content: bytes) -> Array:
    """What a PNG shows."""
    apart = taken_apart(content)
    assert apart
    return apart.values


def test_every_chunk_of_a_png_comes_back() -> None:
    chunks = [
        png_chunk(b"gAMA", struct.pack(">I", 45455)),
        png_chunk(b"eXIf", exif(6)[6:]),
        png_chunk(b"iCCP", b"mine\0\0" + zlib.compress(b"a profile")),
        png_chunk(b"tEXt", b"Comment\0made by hand"),
        png_chunk(b"prVt", b"nobody knows this"),
        png_chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
    ]
    content = png_of(np.tile(colours(), (9, 9, 1)), 8, 2, *chunks) + b"and something behind the end"
    again = back(content)
    assert again.endswith(b"and something behind the end")
    assert all(chunk in again for chunk in chunks)


@pytest.mark.parametrize("name", ["BMP", "TIFF"])
def test_uncompressed_files_come_back_byte_for_byte(name: str) -> None:
    coded = as_picture(SAMPLES[name])
    assert coded
    assert coded.returns == "bytes"
    assert from_picture(entry_of(coded), coded.content) == SAMPLES[name]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_uncompressed_tiff_of_any_byte_order_comes_back(bits: int, order: str) -> None:
    content = tiff(
        np.tile(with_alpha(bits), (4, 4, 1)), photometric="rgb", extrasamples=["unassalpha"], byteorder=order
    )
    coded = as_picture(content)
    assert coded
    assert coded.coder != "webp" or bits == 8
    assert from_picture(entry_of(coded), coded.content) == content


def test_a_lossless_webp_keeps_its_profile_and_exif() -> None:
    content = saved(rgba(), "WebP", lossless=True, exact=True, quality=0, method=0, exif=exif(3), icc_profile=b"mine")
    apart = taken_apart(content)
    assert apart
    again = together("WebP", apart.values, apart.rest, None)
    assert b"mine" in again
    assert exif(3)[6:] in again
    np.testing.assert_array_equal(shown(again), apart.values)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}, {"exif": exif(6)}])
def test_a_jpeg_comes_back_byte_for_byte(options: dict[str, Any]) -> None:
    content = saved(rgb().resize((300, 200)), "JPEG", **options)
    for one in (content, content + b"behind the end"):
        coded = as_picture(one)
        assert coded
        assert coded.coder == "jpeg"
        assert from_picture(entry_of(coded), coded.content) == one


UNTOUCHED = [
    "APNG", "WebP:animated", "AVIF", "HEIC", "GIF", "TIFF:lzw", "TIFF:cmyk",
    "PSD", "PSB", "KRA", "ORA", "CLIP", "PROCREATE", "SVG",
]  # fmt: skip


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_might_lose_something_is_not_coded_as_a_picture(name: str) -> None:
    assert as_picture(SAMPLES[name]) is None


def test_a_damaged_or_interlaced_png_is_not_taken_apart() -> None:
    good = png_of(np.tile(colours(), (9, 9, 1)), 8, 2)
    whole = zlib.decompress(packed_rows(np.tile(colours(), (9, 9, 1)), good[16:29]))
    for pixels in (zlib.compress(whole[:-1]), zlib.compress(whole + b"\0"), zlib.compress(whole) + b"x", b""):
        shape = good[8:33]
        content = good[:8] + shape + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
        assert try_codec(as_picture, content) is None
    one = png_of(colours()[:1, :1], 8, 2)  # of one pixel: interlaced, its row is the same
    assert taken_apart(one)
    interlaced = one[:8] + png_chunk(b"IHDR", one[16:28] + b"\1") + one[33:]
    assert picture_in(Source(io.BytesIO(interlaced), "it", len(interlaced), 2**30)).pixels.shape == (1, 1, 3)
    assert taken_apart(interlaced) is None


def test_a_bmp_with_something_behind_its_rows_is_not_coded_as_a_picture() -> None:
    content = bytearray(saved(rgb().resize((61, 40)), "BMP"))
    assert as_picture(bytes(content))
    content[54 + 183] = 0x7F  # zeros, usually: rows of 183 bytes are 184 long
    assert taken_apart(bytes(content))
    assert as_picture(bytes(content)) is None


def test_a_palette_with_pixels_beyond_it_is_not_taken_apart() -> None:
    palette = png_chunk(b"PLTE", bytes([0, 0, 0, 255, 0, 0, 0, 255, 0]))
    assert taken_apart(png_of(noise(3, 60, 61, 1, levels=3), 8, 3, palette))
    assert taken_apart(png_of(noise(3, 60, 61, 1, levels=4), 8, 3, palette)) is None
    assert taken_apart(png_of(noise(3, 60, 61, 1, levels=4), 4, 3, palette)) is None


@pytest.mark.parametrize("shape", [(16, 24, 5, 8), (16, 24, 2**36, 8), (16, 24, 3, 12), (2**20, 2**20, 3, 8)])
def test_a_shape_that_no_picture_has_is_refused(shape: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no picture has"):
        lossless.values_in(lossless.png(colours()), "png", shape)


def test_a_picture_by_another_coder_than_told_is_not_decoded() -> None:
    with pytest.raises(ValueError, match="of the format SVG"):
        lossless.values_in(SAMPLES["SVG"], "png", (16, 24, 3, 8))


def test_a_sixteen_bit_grey_that_is_eight_bits_is_coded_as_such_and_comes_back_deep() -> None:
    values = np.repeat(noise(2, 40, 40, 1).astype(np.uint16) * 257, 3, axis=-1)
    assert lossless.reduced(values).shape == (40, 40, 1)
    content = png_of(values, 16, 2)
    apart = taken_apart(back(content))
    assert apart
    np.testing.assert_array_equal(apart.values, values)


def test_the_entry_itself_is_a_picture_that_shows_the_same() -> None:
    coded = as_picture(png_of(np.tile(with_alpha(), (5, 5, 1)), 8, 6))
    assert coded
    picture = picture_in(Source(io.BytesIO(coded.content), "entry", len(coded.content), 2**30))
    np.testing.assert_array_equal(picture.pixels, np.tile(colours(), (5, 5, 1)))
