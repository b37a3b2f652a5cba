"""JPEG XL with a false size, and of high dynamic range."""

from pathlib import Path

import numpy as np

from pochade.errors import PictureTooLarge
from pochade.images.base.hdr import CodePoints, map_hdr_to_srgb
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import colour_values, encode_jxl


def test_a_jpeg_xl_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    bits = 0 | 3 << 1 | (10**9 - 1) << 3 | 0 << 33 | 3 << 36 | (10**9 - 1) << 38 | 1 << 68
    path = write_file(tmp_path, b"\xff\x0a" + bits.to_bytes(20, "little"))
    assert_unreadable(path, PictureTooLarge, "1,000,000,000 x 1,000,000,000")


def test_pq_is_found_in_the_header_and_mapped_for_looking(tmp_path: Path) -> None:
    content = bytearray(encode_jxl(colour_values()[..., :1].copy()))
    content[5] ^= 0b101 << 3  # the transfer function: 13, sRGB, becomes 16, PQ
    picture = read_content(tmp_path, bytes(content))
    assert picture.hdr == CodePoints(1, 16)
    np.testing.assert_array_equal(picture.srgb(), map_hdr_to_srgb(picture.pixels, CodePoints(1, 16)))
    assert picture.header.may_differ_from_srgb
