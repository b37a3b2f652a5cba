"""A file becomes the smallest lossless picture from which it comes back, byte for byte or pixel for pixel."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.archive.codecs import picture_codecs
from pochade.archive.codecs.codec_guard import try_codec
from pochade.archive.codecs.picture_codecs import EncodedContent, decode_picture, encode_picture
from pochade.archive.container.manifest_records import LOSSLESS
from pochade.images.base.source import Source
from pochade.images.codecs.container_split import split_file
from pochade.images.codecs.encoder_choice import BEST, EFFORTS, NORMAL, choose_encoders
from pochade.images.codecs.png_rows import compress_rows
from pochade.images.io.read import picture_from_source
from tests.support.picture_files import (
    colour_and_alpha_values,
    colour_values,
    encode_tiff,
    encode_with_pillow,
    files_of_every_format,
    make_exif,
    make_png_chunk,
    rgb_image,
)
from tests.support.png_samples import encode_png_samples, random_samples

SAMPLES = files_of_every_format()
WITHOUT_LOSSLESS_PICTURE = [
    "APNG", "WebP:animated", "AVIF", "HEIC", "GIF", "TIFF:lzw", "TIFF:cmyk",
    "PSD", "PSB", "KRA", "ORA", "CLIP", "PROCREATE", "SVG",
]  # fmt: skip


def encode(content: bytes) -> EncodedContent:
    """A file as the smallest lossless picture."""
    encoded = encode_picture(content)
    assert encoded
    return encoded


def decode(encoded: EncodedContent) -> bytes:
    """The file that comes back from an encoded picture."""
    entry = encoded.entry("pieces/a", len(encoded.content), 0, LOSSLESS, original_bytes=2**40, original_sha256="")
    return decode_picture(entry, encoded.content)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.sampled_from(EFFORTS),
)
def test_any_pixel_values_have_a_smallest_codec(
    seed: int, height: int, width: int, channels: int, deep: bool, plain: bool, effort: str
) -> None:
    bits = 16 if deep else 8
    values = random_samples(seed, height, width, channels, depth=bits)
    values = values // values.dtype.type(128) if plain else values  # few levels, often grey, often opaque
    assert picture_codecs._smallest_lossless(values, (height, width, channels, bits), effort)


def test_every_chunk_of_a_png_comes_back() -> None:
    chunks = [
        make_png_chunk(b"gAMA", struct.pack(">I", 45455)),
        make_png_chunk(b"eXIf", make_exif(6)[6:]),
        make_png_chunk(b"iCCP", b"mine\0\0" + zlib.compress(b"a profile")),
        make_png_chunk(b"tEXt", b"Comment\0made by hand"),
        make_png_chunk(b"prVt", b"a private chunk"),
        make_png_chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
    ]
    samples = np.tile(colour_values(), (9, 9, 1))
    decoded = decode(encode(encode_png_samples(samples, 8, 2, *chunks) + b"bytes after the end"))
    assert decoded.endswith(b"bytes after the end")
    assert all(chunk in decoded for chunk in chunks)


@pytest.mark.parametrize("name", ["BMP", "TIFF"])
def test_uncompressed_files_come_back_byte_for_byte(name: str) -> None:
    encoded = encode(SAMPLES[name])
    assert encoded.returns == "bytes"
    assert decode(encoded) == SAMPLES[name]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_uncompressed_tiff_of_any_byte_order_comes_back(bits: int, order: str) -> None:
    values = np.tile(colour_and_alpha_values(bits), (4, 4, 1))
    content = encode_tiff(values, photometric="rgb", extrasamples=["unassalpha"], byteorder=order)
    encoded = encode(content)
    assert encoded.codec != "webp" or bits == 8
    assert decode(encoded) == content


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}, {"exif": make_exif(6)}]
)
def test_a_jpeg_comes_back_byte_for_byte(options: dict[str, Any]) -> None:
    content = encode_with_pillow(rgb_image().resize((300, 200)), "JPEG", **options)
    for jpeg in (content, content + b"bytes after the end"):
        encoded = encode(jpeg)
        assert encoded.codec == "jpeg"
        assert decode(encoded) == jpeg


@pytest.mark.parametrize("name", WITHOUT_LOSSLESS_PICTURE)
def test_a_file_that_might_lose_something_gets_no_lossless_picture(name: str) -> None:
    assert encode_picture(SAMPLES[name]) is None


def test_a_png_with_missing_or_additional_pixels_gets_no_picture() -> None:
    samples = np.tile(colour_values(), (9, 9, 1))
    content = encode_png_samples(samples, 8, 2)
    rows = zlib.decompress(compress_rows(samples, content[16:29]))
    for pixels in (zlib.compress(rows[:-1]), zlib.compress(rows + b"\0"), zlib.compress(rows) + b"x", b""):
        damaged = content[:33] + make_png_chunk(b"IDAT", pixels) + make_png_chunk(b"IEND", b"")
        assert try_codec(encode_picture, damaged) is None


def test_a_bmp_with_data_in_the_padding_of_its_rows_gets_no_picture() -> None:
    content = bytearray(encode_with_pillow(rgb_image().resize((61, 40)), "BMP"))
    assert encode_picture(bytes(content))
    content[54 + 183] = 0x7F  # rows of 183 bytes are padded to 184, usually with a zero
    assert split_file(bytes(content))
    assert encode_picture(bytes(content)) is None


def test_a_png_of_16_bits_that_are_8_comes_back_with_16() -> None:
    values = np.repeat(random_samples(2, 40, 40, 1).astype(np.uint16) * 257, 3, axis=-1)
    parts = split_file(decode(encode(encode_png_samples(values, 16, 2))))
    assert parts
    np.testing.assert_array_equal(parts.values, values)


def test_the_best_effort_makes_a_picture_at_least_as_small() -> None:
    content = encode_png_samples(np.kron(random_samples(1, 20, 20, 3, levels=9), np.ones((9, 9, 1), np.uint8)), 8, 2)
    best = encode_picture(content, effort=BEST)
    assert best
    assert len(best.content) <= len(encode(content).content)
    assert decode(best) == decode(encode(content))


def test_if_no_chosen_encoder_works_all_others_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_values: object) -> bytes:
        raise MemoryError

    broken = {NORMAL: [("jpeg-xl", fail)]}
    monkeypatch.setattr(
        picture_codecs, "choose_encoders", lambda values, effort: broken.get(effort) or choose_encoders(values, effort)
    )
    assert encode(encode_png_samples(np.tile(colour_values(), (9, 9, 1)), 8, 2))


def test_the_entry_itself_is_a_picture_that_shows_the_same() -> None:
    encoded = encode(encode_png_samples(np.tile(colour_and_alpha_values(), (5, 5, 1)), 8, 6))
    picture = picture_from_source(Source(io.BytesIO(encoded.content), "entry", len(encoded.content), 2**30))
    np.testing.assert_array_equal(picture.pixels, np.tile(colour_values(), (5, 5, 1)))
