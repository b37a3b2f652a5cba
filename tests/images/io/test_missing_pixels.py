"""BMP, WebP and GIF whose end is missing are shown as far as they go, with a note."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureDamaged, PictureTooLarge
from pochade.images.io.complete_file import END_MISSING_NOTE, PART_DESTROYED_NOTE
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import encode_with_pillow, make_exif

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 160, 3), np.uint8))
BOTH_NOTES = (END_MISSING_NOTE, PART_DESTROYED_NOTE)
RLE = 1  # a compression of BMP


def run_length_bmp(rows: int) -> bytes:
    """A BMP of 64 x 64 pixels of the last colour of its palette, in run lengths, of which some rows are there."""
    palette = bytes(4 * 255) + bytes((80, 100, 200, 0))
    size = 14 + 40 + len(palette) + 64 * 4 + 2
    head = b"BM" + struct.pack("<I4xI", size, 14 + 40 + len(palette))
    head += struct.pack("<IiiHHIIiiII", 40, 64, 64, 1, 8, RLE, 0, 0, 0, 0, 0)
    return head + palette + bytes((64, 255, 0, 0)) * rows + (b"\0\1" if rows == 64 else b"")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_the_rows_of_a_cut_bmp_are_read(share: float, tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "BMP")
    path = write_file(tmp_path, content[: int(len(content) * share)])
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[-20:], np.asarray(NOISE)[-20:])  # BMP begins with the lowest row
    assert not picture.pixels[0, -1].any()
    assert picture.notes == read_preview(path, 20).notes == BOTH_NOTES
    assert identify(path).width == 160


def test_a_bmp_without_padding_behind_its_last_row_is_whole(tmp_path: Path) -> None:
    image = NOISE.crop((0, 0, 9, 9))  # 27 bytes per row and 1 of padding
    with_padding = encode_with_pillow(image, "BMP")
    assert read_content(tmp_path, with_padding).notes == ()
    picture = read_content(tmp_path, with_padding[:-1])
    np.testing.assert_array_equal(picture.pixels, np.asarray(image))


def test_run_lengths_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    assert read_content(tmp_path, run_length_bmp(64)).notes == ()
    in_literals = run_length_bmp(20) + bytes((0, 40)) + bytes((255,)) * 20
    for content in (run_length_bmp(20), run_length_bmp(20)[:-1], in_literals, in_literals[:-1]):
        picture = read_content(tmp_path, content)
        assert picture.pixels[-10, 0].tolist() == [200, 100, 80]
        assert picture.pixels[0, 0].tolist() == [0, 0, 0]
        assert picture.notes == BOTH_NOTES


def test_a_cut_bmp_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(encode_with_pillow(NOISE, "BMP"))
    content[18:26] = struct.pack("<ii", 10_000, 50_000)
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "10,000 x 50,000 pixels")


def test_a_bmp_without_a_row_is_cut_short(tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "BMP")[:300]
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "is cut short")


@pytest.mark.parametrize("options", [{"quality": 90}, {"lossless": True}])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_upper_part_of_a_cut_webp_is_read(share: float, options: dict[str, object], tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "WEBP", **options)
    whole = read_content(tmp_path, content).pixels
    path = write_file(tmp_path, content[: int(len(content) * share)])
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[:16], whole[:16])
    assert picture.notes == read_preview(path, 20).notes == BOTH_NOTES
    assert identify(path).width == 160


def test_a_webp_that_lacks_only_metadata_lacks_no_pixel(tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "WEBP", quality=90, exif=make_exif())
    whole = read_content(tmp_path, content).pixels
    picture = read_content(tmp_path, content[:-10])
    np.testing.assert_array_equal(picture.pixels, whole)
    assert picture.notes == (END_MISSING_NOTE,)


def test_an_animated_webp_ends_behind_its_last_whole_frame(tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "WEBP", save_all=True, append_images=[NOISE.rotate(180)])
    whole = read_content(tmp_path, content).pixels
    picture = read_content(tmp_path, content[: int(len(content) * 0.8)])
    np.testing.assert_array_equal(picture.pixels, whole)
    assert (picture.notes, picture.header.frames) == ((END_MISSING_NOTE,), 1)


@pytest.mark.parametrize("length", [20, 25, 40])
def test_a_webp_without_pixels_is_cut_short(length: int, tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE, "WEBP", quality=90)[:length]
    assert_unreadable(write_file(tmp_path, content), PictureDamaged, "is cut short")


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_the_first_frame_of_a_cut_gif_is_read(share: float, tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE.quantize(64), "GIF", interlace=0)
    whole = read_content(tmp_path, content).pixels
    path = write_file(tmp_path, content[: int(len(content) * share)])
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[:16], whole[:16])
    assert picture.notes == read_preview(path, 20).notes == BOTH_NOTES
    assert identify(path).width == 160


def test_a_gif_without_pixels_is_cut_short(tmp_path: Path) -> None:
    content = encode_with_pillow(NOISE.quantize(64), "GIF", interlace=0)
    start = content.index(b",", 13 + 3 * 64)
    assert_unreadable(write_file(tmp_path, content[: start + 11]), PictureDamaged, "is cut short")


def test_a_bmp_or_gif_of_which_almost_nothing_is_there_is_not_filled(tmp_path: Path) -> None:
    image = Image.new("L", (2000, 2000))
    gif = bytearray(encode_with_pillow(image, "GIF")[:1000])
    gif[6:10] = struct.pack("<HH", 12_000, 12_000)
    for content in (encode_with_pillow(image, "BMP")[:100_000], bytes(gif)):
        assert_unreadable(write_file(tmp_path, content), PictureDamaged, "is cut short")
