"""TGA: recognised without a signature, alpha only where the header says so, truncation."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pochade.errors import FormatUnknown, PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    alpha_values,
    colour_values,
    encode_with_pillow,
    files_of_every_format,
    rgb_image,
    rgba_image,
)

FILES = files_of_every_format()
FOOTER_BYTES = 26


@pytest.mark.parametrize("compression", [None, "tga_rle"])
def test_a_tga_of_the_first_version_is_recognised_by_its_header(compression: str | None, tmp_path: Path) -> None:
    content = encode_with_pillow(rgb_image(), "TGA", compression=compression)[:-FOOTER_BYTES]
    picture = read_content(tmp_path, content)
    assert picture.header.format == "TGA"
    np.testing.assert_array_equal(picture.pixels, colour_values())


def test_a_palette_and_greys_are_read(tmp_path: Path) -> None:
    image = rgb_image().quantize(16)
    np.testing.assert_array_equal(
        read_content(tmp_path, encode_with_pillow(image, "TGA")).pixels, np.asarray(image.convert("RGB"))
    )
    assert read_content(tmp_path, encode_with_pillow(rgb_image().convert("L"), "TGA")).pixels.shape == (16, 24, 1)


def test_a_fourth_channel_is_alpha_only_if_the_header_says_so(tmp_path: Path) -> None:
    content = bytearray(encode_with_pillow(rgba_image(), "TGA"))
    np.testing.assert_array_equal(read_content(tmp_path, bytes(content)).alpha, alpha_values())
    content[17] &= 0xF0  # no bits of alpha
    picture = read_content(tmp_path, bytes(content))
    assert picture.alpha is None
    np.testing.assert_array_equal(picture.pixels, colour_values())


@pytest.mark.parametrize("content", [bytes(500), b"\1" * 500, b"Dear diary, " * 50, bytes([0, 0, 2]) + bytes(300)])
def test_other_files_are_no_tga(content: bytes, tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, content), FormatUnknown, "is not a picture that Pochade reads")


def test_a_tga_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(FILES["TGA:rle"])
    content[12:16] = struct.pack("<HH", 65_535, 65_535)
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "65,535 x 65,535")


def test_cut_pixels_before_a_footer_are_damage(tmp_path: Path) -> None:
    content = FILES["TGA"]
    cut = content[:200] + content[-FOOTER_BYTES:]
    assert_unreadable(write_file(tmp_path, cut), PictureDamaged, "is cut short")


@pytest.mark.parametrize("name", ["TGA", "TGA:rle"])
def test_damage_gives_a_picture_or_an_error_of_ours(name: str, tmp_path: Path) -> None:
    for place in range(40):
        content = bytearray(FILES[name])
        content[place] ^= 0xFF
        path = write_file(tmp_path, bytes(content))
        try:
            assert read_picture(path, most_bytes=10**7).header == identify(path)
        except PictureUnreadable as error:
            assert str(error)  # noqa: PT017  # an error of ours is as good as a picture


@pytest.mark.parametrize("alpha", [0, 1])
def test_the_alpha_bit_of_16_bits_is_opaque_if_set_and_has_no_meaning_if_never_set(alpha: int, tmp_path: Path) -> None:
    pixel = struct.pack("<H", alpha << 15 | 25 << 10 | 12 << 5 | 10)
    content = struct.pack("<BBB5xHHHHBB", 0, 0, 2, 0, 0, 8, 8, 16, 1) + pixel * 64
    assert read_content(tmp_path, content).srgb()[4, 4].tolist() == pytest.approx([206, 99, 82], abs=1)


def test_alpha_that_is_zero_everywhere_has_no_meaning(tmp_path: Path) -> None:
    content = struct.pack("<BBB5xHHHHBB", 0, 0, 2, 0, 0, 8, 8, 32, 8) + bytes((80, 100, 200, 0)) * 64
    assert read_content(tmp_path, content).srgb()[4, 4].tolist() == [200, 100, 80]
