"""JPEG XL with a false size, and of high dynamic range."""

from pathlib import Path

import numpy as np

from pochade.errors import PictureTooLarge
from pochade.images.base.hdr import CodePoints, map_hdr_to_srgb
from pochade.images.io.read import read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import colour_values, encode_jxl

ANIMATION = bytes.fromhex(  # three frames of 64 x 64 pixels: black, red and green
    "ff0a4f040158505c120808a00200004c004b188b15805dfeff02120070d40c003cb5fa030808a002000070004b188b1500d4"
    "1f6330f62f20010020f50b0020913f00413fba26ca1f0808a042000068004b188b15001c3ec6e0f8bd8004007263fa058004"
    "fefdc64be600"
)


def test_an_animation_gives_its_first_frame_and_is_shown_by_one_that_shows_something(tmp_path: Path) -> None:
    picture = read_content(tmp_path, ANIMATION)
    assert (picture.pixels[5, 5].tolist(), picture.notes) == ([0, 0, 0], ())
    preview = read_preview(write_file(tmp_path, ANIMATION), 32)
    assert preview.pixels[5, 5].tolist() == [255, 0, 0]
    assert preview.notes == ("is shown by frame 2, because its first frame is empty",)


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
