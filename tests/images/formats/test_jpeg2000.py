"""JPEG 2000: both kinds of file, profiles, CMYK, false sizes and missing ends."""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from pochade.errors import PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.base.icc_writer import make_rgb_profile
from pochade.images.base.primaries import PRIMARIES_BY_CODE
from pochade.images.base.tone_curves import SRGB_CURVE
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture
from tests.support.format_bombs import make_jpeg2000_of_precincts
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    SRGB_PROFILE,
    colour_values,
    encode_with_pillow,
    files_of_every_format,
    rgb_image,
)

FILES = files_of_every_format()
CODESTREAM = b"\xff\x4f\xff\x51"


@pytest.mark.parametrize("depth", [8, 12, 16])
def test_a_bare_codestream_is_read(depth: int, tmp_path: Path) -> None:
    values = colour_values(depth)
    content = imagecodecs.jpeg2k_encode(values, level=0, bitspersample=depth, codecformat="j2k")
    picture = read_content(tmp_path, bytes(content))
    assert (picture.header.format, picture.header.depth) == ("JPEG 2000", depth)
    full = 255 if depth == 8 else 65535
    expected = np.round(values.astype(float) * full / (2**depth - 1))
    assert np.abs(picture.pixels - expected).max() <= 1


def test_the_colour_profile_is_read(tmp_path: Path) -> None:
    content = encode_with_pillow(rgb_image(), "JPEG2000")
    start = content.index(b"colr") - 4
    length = struct.unpack(">I", content[start : start + 4])[0]
    box = struct.pack(">I4sBBB", 11 + len(SRGB_PROFILE), b"colr", 2, 0, 0) + SRGB_PROFILE
    head = content.index(b"jp2h") - 4
    size = struct.unpack(">I", content[head : head + 4])[0] + len(box) - length
    with_profile = (
        content[:head] + struct.pack(">I", size) + content[head + 4 : start] + box + content[start + length :]
    )
    assert read_content(tmp_path, with_profile).icc == SRGB_PROFILE


def test_grey_has_one_channel(tmp_path: Path) -> None:
    picture = read_content(tmp_path, encode_with_pillow(rgb_image().convert("L"), "JPEG2000"))
    assert picture.pixels.shape == (16, 24, 1)


def test_a_codestream_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(encode_with_pillow(rgb_image(), "JPEG2000", no_jp2=True))
    content[8:16] = struct.pack(">II", 1_000_000, 1_000_000)
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "1,000,000 x 1,000,000")


def test_a_box_with_an_impossible_length_is_damage(tmp_path: Path) -> None:
    content = FILES["JPEG 2000"].replace(struct.pack(">I", 20) + b"ftyp", struct.pack(">I", 4) + b"ftyp")
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "impossible length")


@pytest.mark.parametrize("name", ["JPEG 2000", "JPEG 2000:16"])
def test_damage_gives_a_picture_or_an_error_of_ours(name: str, tmp_path: Path) -> None:
    start = FILES[name].index(CODESTREAM)
    for place in (*range(12, 60), *range(start, start + 60)):
        content = bytearray(FILES[name])
        content[place] ^= 0x55
        path = write_file(tmp_path, bytes(content))
        try:
            assert read_picture(path, most_bytes=10**7).header.format == identify(path).format
        except PictureUnreadable as error:
            assert str(error)  # noqa: PT017  # an error of ours is as good as a picture


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def replace_colour_box(content: bytes, boxes: bytes) -> bytes:
    """A JP2 with other boxes in place of its box of colours."""
    start, head = content.index(b"colr") - 4, content.index(b"jp2h") - 4
    length = int.from_bytes(content[start : start + 4])
    size = int.from_bytes(content[head : head + 4]) + len(boxes) - length
    return content[:head] + size.to_bytes(4) + content[head + 4 : start] + boxes + content[start + length :]


@pytest.mark.parametrize("depth", [8, 16])
def test_a_profile_is_applied_once(depth: int, tmp_path: Path) -> None:
    p3 = make_rgb_profile("Display P3", PRIMARIES_BY_CODE[12], SRGB_CURVE)
    values = np.full((64, 64, 3), (200, 100, 80), np.uint16) * 257
    values = values if depth == 16 else (values >> 8).astype(np.uint8)
    content = replace_colour_box(bytes(imagecodecs.jpeg2k_encode(values, level=0)), box(b"colr", b"\2\0\0" + p3))
    assert read_content(tmp_path, content).srgb()[4, 4].tolist() == pytest.approx([215, 93, 73], abs=1)


def test_a_palette_may_repeat_a_colour(tmp_path: Path) -> None:
    palette = bytes(3 * 7) + bytes((200, 100, 80)) + bytes(3 * 8)
    boxes = box(b"colr", b"\1\0\0" + (16).to_bytes(4)) + box(b"pclr", struct.pack(">HB", 16, 3) + b"\7\7\7" + palette)
    boxes += box(b"cmap", b"".join(struct.pack(">HBB", 0, 1, place) for place in range(3)))
    content = bytes(imagecodecs.jpeg2k_encode(np.full((64, 64), 7, np.uint8), level=0))
    assert read_content(tmp_path, replace_colour_box(content, boxes)).pixels[4, 4].tolist() == [200, 100, 80]


def test_usual_tiles_precincts_and_blocks_are_read(tmp_path: Path) -> None:
    image = rgb_image().resize((600, 400))
    parts = {"precinct_size": (64, 64), "codeblock_size": (16, 16), "tile_size": (256, 256)}
    content = encode_with_pillow(image, "JPEG2000", **parts)
    assert read_content(tmp_path, content).pixels.shape == (400, 600, 3)


def test_a_part_for_every_pixel_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    content = make_jpeg2000_of_precincts()
    assert_unreadable(write_file(tmp_path, content), PictureTooLarge, "far more parts than they need")
    start = content.index(b"\xff\x52")
    tiny_blocks = bytearray(content)
    tiny_blocks[start + 4] &= 0xFE  # without precincts
    tiny_blocks[start + 10 : start + 12] = b"\0\0"  # blocks of 4 x 4 pixels
    assert_unreadable(write_file(tmp_path, bytes(tiny_blocks)), PictureTooLarge, "far more parts than they need")


def test_the_header_of_a_tile_may_not_ask_for_them_either(tmp_path: Path) -> None:
    content = make_jpeg2000_of_precincts()
    start, tile = content.index(b"\xff\x52"), content.index(b"\xff\x90")
    style = content[start : start + 2 + int.from_bytes(content[start + 2 : start + 4])]
    in_main_header = bytearray(style)
    in_main_header[14:] = b"\xff" * len(in_main_header[14:])
    size = int.from_bytes(content[tile + 6 : tile + 10])
    tile_head = content[tile : tile + 6] + (struct.pack(">I", size + len(style)) if size else bytes(4))
    changed = content[:start] + bytes(in_main_header) + content[start + len(style) : tile]
    changed += tile_head + content[tile + 10 : tile + 12] + style + content[tile + 12 :]
    assert_unreadable(write_file(tmp_path, changed), PictureTooLarge, "far more parts than they need")
