"""Whether a split file can be joined again is found out quickly, and with the same outcome as by joining it."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.images.codecs import join_check
from pochade.images.codecs.container_split import join_file, split_file
from pochade.images.codecs.join_check import JoinOutcome, check_join
from pochade.images.codecs.png_rows import compress_rows_quickly
from tests.support.picture_files import Array, encode_with_pillow, make_png_chunk, rgb_image
from tests.support.png_samples import CHANNELS, encode_png_samples, random_samples

KINDS = [(0, 1), (0, 2), (0, 8), (0, 16), (2, 8), (2, 16), (4, 8), (6, 8), (6, 16)]  # colour type and depth
NO_LIMIT = 2**40


def check(content: bytes, enough_bytes: int = NO_LIMIT) -> JoinOutcome | None:
    """What joining a file again would give."""
    parts = split_file(content)
    assert parts
    return check_join(parts, content, enough_bytes)


def recompressed(content: bytes, pixels: bytes) -> bytes:
    """A PNG without extra chunks, with other IDAT content."""
    return content[:33] + make_png_chunk(b"IDAT", pixels) + make_png_chunk(b"IEND", b"")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40), st.sampled_from(KINDS), st.integers(0, 9))
def test_the_outcome_is_that_of_joining(seed: int, height: int, width: int, kind: tuple[int, int], level: int) -> None:
    colour_type, depth = kind
    samples = random_samples(seed, height, width, CHANNELS[colour_type], depth=depth, levels=2 + seed % 300)
    by_us = encode_png_samples(samples, depth, colour_type)
    by_others = recompressed(by_us, zlib.compress(zlib.decompress(by_us[41:-16]), level))
    for content in (by_us, by_others):
        parts = split_file(content)
        assert parts
        joined = join_file("PNG", parts.values, parts.remainder, None)
        outcome = check_join(parts, content, 0)
        assert outcome == (joined == content, len(joined))


def grainy_png(**options: int) -> bytes:
    """A PNG of more than one block of zlib, saved by Pillow."""
    return encode_with_pillow(Image.fromarray(random_samples(1, 300, 400, 3, levels=64)), "PNG", **options)


def test_a_file_of_another_program_is_not_joined_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join_check, "join_file", None)
    outcome = check(grainy_png(compress_level=9))
    assert outcome
    assert not outcome.is_identical


def test_a_file_that_was_compressed_quickly_is_not_identical() -> None:
    samples = random_samples(1, 300, 400, 3, levels=64)
    content = encode_png_samples(samples, 8, 2)
    quick = recompressed(content, compress_rows_quickly(samples, content[16:29]))
    assert check(content) == (True, len(content))
    assert check(quick) == (False, len(quick))


def test_a_file_that_filters_make_small_is_measured_exactly() -> None:
    x, y = np.meshgrid(np.arange(600), np.arange(400))
    gradient: Array = ((x * x // 97 + y * y // 89) % 256).astype(np.uint8)
    content = encode_with_pillow(Image.fromarray(gradient), "PNG", compress_level=9)
    quick, exact = check(content), check(content, len(content))
    assert quick
    assert exact
    assert exact.bytes < quick.bytes


def test_a_file_with_two_pixel_chunks_is_not_identical() -> None:
    content = encode_png_samples(random_samples(1, 60, 40, 3), 8, 2)
    pixels = content[41:-16]
    halves = make_png_chunk(b"IDAT", pixels[:99]) + make_png_chunk(b"IDAT", pixels[99:])
    outcome = check(content[:33] + halves + make_png_chunk(b"IEND", b""))
    assert outcome
    assert not outcome.is_identical


def test_a_picture_with_a_palette_is_identical_if_it_was_compressed_as_we_do() -> None:
    content = encode_with_pillow(Image.fromarray(random_samples(1, 200, 300, 3)).quantize(50), "PNG", compress_level=9)
    parts = split_file(content)
    assert parts
    by_us = join_file("PNG", parts.values, parts.remainder, None)
    assert check(content) != check(by_us) == (True, len(by_us))


def test_parts_that_lose_something_are_refused() -> None:
    content = bytearray(encode_with_pillow(rgb_image().resize((61, 40)), "BMP"))
    assert check(bytes(content)) == (True, len(content))
    content[54 + 183] = 0x7F  # rows of 183 bytes are padded to 184, usually with a zero
    assert check(bytes(content)) is None
