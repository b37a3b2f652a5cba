"""Of a cut JPEG 2000, what is there is shown, with a note."""

import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureDamaged, PictureTooLarge
from pochade.images.io.complete_file import END_MISSING_NOTE, PART_DESTROYED_NOTE
from pochade.images.io.identify import identify
from pochade.images.io.read import read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import Array, encode_with_pillow

KINDS: tuple[dict[str, Any], ...] = (
    {},
    {"no_jp2": True},
    {"irreversible": True, "quality_mode": "rates", "quality_layers": [20, 5]},
    {"progression": "RPCL"},
    {"tile_size": (64, 64)},
)
TILES = KINDS[-1]
BOTH_NOTES = (END_MISSING_NOTE, PART_DESTROYED_NOTE)


def gradient() -> Array:
    """A picture (200, 300, 3) that no part of a file can hold as a plain colour."""
    rows, columns = np.mgrid[:200, :300]
    colours = np.stack([columns * 255 // 300, rows * 255 // 200, (rows + columns) % 256], axis=-1).astype(np.uint8)
    colours[60:100, 100:200] = np.random.default_rng(0).integers(0, 256, (40, 100, 3))
    return colours


def encode(**options: Any) -> bytes:
    return encode_with_pillow(Image.fromarray(gradient()), "JPEG2000", **options)


@pytest.mark.parametrize("options", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_of_a_cut_file_what_is_there_is_read(share: float, options: dict[str, Any], tmp_path: Path) -> None:
    content = encode(**options)
    picture = read_content(tmp_path, content[: int(len(content) * share)])
    assert picture.notes == BOTH_NOTES
    assert picture.pixels.shape == (200, 300, 3)
    difference = np.abs(picture.pixels.astype(int) - gradient()).mean(axis=(1, 2))
    assert np.median(difference[:60]) < 30  # coarser; grey would be 60
    assert read_preview(tmp_path / "picture", 20).notes == picture.notes
    assert identify(tmp_path / "picture").width == 300


@pytest.mark.parametrize("depth", [12, 16])
def test_a_deep_file_is_completed(depth: int, tmp_path: Path) -> None:
    values = gradient().astype(np.uint16) << (depth - 8)
    content = bytes(imagecodecs.jpeg2k_encode(values, level=0, bitspersample=depth, codecformat="j2k"))
    picture = read_content(tmp_path, content[: len(content) * 2 // 3])
    assert (picture.notes, picture.header.depth) == (BOTH_NOTES, depth)


def test_tiles_that_are_there_are_whole(tmp_path: Path) -> None:
    content = encode(**TILES)
    picture = read_content(tmp_path, content[: len(content) // 2])
    np.testing.assert_array_equal(picture.pixels[:64, :256], gradient()[:64, :256])


@pytest.mark.parametrize("options", KINDS)
def test_a_file_that_lacks_only_its_end_has_all_pixels(options: dict[str, Any], tmp_path: Path) -> None:
    content = encode(**options)
    whole = read_content(tmp_path, content)
    assert whole.notes == ()
    picture = read_content(tmp_path, content[:-2])
    assert picture.notes == (END_MISSING_NOTE,)
    np.testing.assert_array_equal(picture.pixels, whole.pixels)


@pytest.mark.parametrize("options", [{}, {"no_jp2": True}])
def test_a_tile_that_states_no_length_is_completed(options: dict[str, Any], tmp_path: Path) -> None:
    content = bytearray(encode(**options))
    place = content.index(b"\xff\x90\x00\x0a") + 6
    content[place : place + 4] = bytes(4)  # it reaches to the end
    assert read_content(tmp_path, bytes(content)).notes == ()
    assert read_content(tmp_path, bytes(content[: len(content) // 2])).notes == BOTH_NOTES


@pytest.mark.parametrize("options", KINDS)
def test_a_file_of_which_almost_nothing_is_there_is_cut_short(options: dict[str, Any], tmp_path: Path) -> None:
    content = encode(**options)
    start = content.index(b"\xff\x90")
    for length in (start - 20, start + 4, start + 40):
        assert_unreadable(write_file(tmp_path, content[:length]), PictureDamaged, "is cut short")


def test_a_cut_file_that_claims_a_huge_tile_is_refused(tmp_path: Path) -> None:
    content = bytearray(encode(no_jp2=True))
    place = content.index(b"\xff\x90\x00\x0a") + 6
    content[place : place + 4] = struct.pack(">I", 2**32 - 1)
    assert_unreadable(write_file(tmp_path, bytes(content[:-2])), PictureDamaged, "is cut short")


def test_a_cut_file_that_claims_huge_pixels_is_refused(tmp_path: Path) -> None:
    content = bytearray(encode(no_jp2=True))
    content[8:16] = content[24:32] = struct.pack(">II", 1_000_000, 1_000_000)
    assert_unreadable(write_file(tmp_path, bytes(content[:-9])), PictureTooLarge, "1,000,000 x 1,000,000")


def test_a_cut_file_without_tiles_is_damaged(tmp_path: Path) -> None:
    content = bytearray(encode(no_jp2=True))
    content[24:32] = bytes(8)
    assert_unreadable(write_file(tmp_path, bytes(content[:-2])), PictureDamaged, "invalid values")
