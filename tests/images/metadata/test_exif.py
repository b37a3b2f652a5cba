"""Single EXIF values are read as programs and cameras write them, and damaged blocks say nothing."""

import struct
import zlib
from pathlib import Path

import pytest

from pochade.images.metadata.exif import read_orientation, reset_orientation, says_adobe_rgb
from tests.support.picture_checks import read_content
from tests.support.picture_files import colour_values, encode_png, make_exif, make_png_chunk


def block_with_long_orientation(order: str) -> bytes:
    """A block whose orientation is a number of 32 bits, as some programs write it."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "IHHHII", 8, 1, 0x112, 4, 1, 6) + bytes(4)


@pytest.mark.parametrize("order", "<>")
def test_an_orientation_may_have_32_bits(order: str) -> None:
    block = block_with_long_orientation(order)
    assert read_orientation(block) == 6
    reset = reset_orientation(block)
    assert read_orientation(reset) == 1
    assert len(reset or b"") == len(block)


@pytest.mark.parametrize("kind", [b"zTXt", b"tEXt"])
def test_a_png_may_hold_its_exif_as_text(kind: bytes, tmp_path: Path) -> None:
    digits = make_exif(6).hex().encode()
    lines = b"\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
    profile = b"\nexif\n%8d\n" % (len(digits) // 2) + lines + b"\n"
    content = b"Raw profile type exif\0" + (b"\0" + zlib.compress(profile) if kind == b"zTXt" else profile)
    png = encode_png(colour_values())
    picture = read_content(tmp_path, png[:33] + make_png_chunk(kind, content) + png[33:])
    assert picture.pixels.shape == (24, 16, 3)
    assert (picture.header.width, picture.header.height) == (16, 24)
    assert read_orientation(picture.exif) == 1


@pytest.mark.parametrize("length", range(0, 60, 7))
def test_a_block_that_is_cut_short_says_nothing(length: int) -> None:
    block = b"Exif\0\0II*\0" + struct.pack("<IHHHII", 8, 1, 0x8769, 4, 1, 26)
    assert not says_adobe_rgb(block[:length])
    assert read_orientation(block[:length]) == 1
