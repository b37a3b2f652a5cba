"""PNG: depths, grey, colour keys and false sizes."""

import struct
from pathlib import Path

import numpy as np

from pochade.errors import PictureDamaged, PictureTooLarge
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    Array,
    colour_values,
    encode_png,
    encode_with_pillow,
    files_of_every_format,
    make_png_chunk,
    make_png_claiming,
    rgb_image,
)

FILES = files_of_every_format()


def test_one_bit_becomes_eight(tmp_path: Path) -> None:
    drawing = rgb_image().convert("1")
    picture = read_content(tmp_path, encode_with_pillow(drawing, "PNG"))
    np.testing.assert_array_equal(picture.pixels[..., 0], np.asarray(drawing) * np.uint8(255))
    assert picture.header.depth == 1


def test_grey_stays_one_channel(tmp_path: Path) -> None:
    grey = rgb_image().convert("L")
    picture = read_content(tmp_path, encode_with_pillow(grey, "PNG"))
    np.testing.assert_array_equal(picture.pixels, np.asarray(grey)[..., None])


def test_deep_grey_stays_deep(tmp_path: Path) -> None:
    grey = colour_values(16)[..., 0]
    np.testing.assert_array_equal(read_content(tmp_path, encode_png(grey.copy())).pixels, grey[..., None])


def test_a_colour_key_makes_deep_pixels_transparent(tmp_path: Path) -> None:
    values: Array = colour_values(16)
    content = encode_png(values)
    key = b"".join(int(value).to_bytes(2) for value in values[3, 5])
    start = content.index(b"IDAT") - 4
    alpha = read_content(tmp_path, content[:start] + make_png_chunk(b"tRNS", key) + content[start:]).alpha
    assert alpha is not None
    assert alpha[3, 5] == 0
    assert (alpha == 0).sum() == 1


def test_a_small_png_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    path = write_file(tmp_path, make_png_claiming(100_000, 100_000))
    assert_unreadable(path, PictureTooLarge, "100,000 x 100,000 pixels")


def test_a_png_that_claims_two_sizes_is_refused(tmp_path: Path) -> None:
    small = FILES["PNG"]
    second = make_png_chunk(b"IHDR", struct.pack(">IIBBBBB", 90_000, 90_000, 8, 6, 0, 0, 0))
    assert_unreadable(write_file(tmp_path, small[:33] + second + small[33:]), PictureDamaged, "two headers$")


def test_a_png_without_pixels_is_refused(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_png_claiming(0, 5)), PictureDamaged, "0 x 5 pixels")
