"""TIFF: CMYK, orientation, premultiplied alpha, metadata and false sizes."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pochade.errors import FormatUnknown, PictureTooLarge, PictureUnreadable
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    Array,
    colour_and_alpha_values,
    colour_values,
    encode_pages,
    encode_tiff,
    encode_with_pillow,
    files_of_every_format,
    make_dng,
    rgb_image,
)

FILES = files_of_every_format()


def test_the_conversion_of_cmyk_to_rgb_is_noted(tmp_path: Path) -> None:
    assert read_content(tmp_path, FILES["TIFF:cmyk"]).notes == ("its CMYK became RGB",)


def test_deep_cmyk_is_read(tmp_path: Path) -> None:
    ink = np.zeros((4, 4, 4), np.uint16)
    ink[..., 0] = 65535
    picture = read_content(tmp_path, encode_tiff(ink, photometric="separated"))
    assert picture.pixels[0, 0].tolist() == [0, 65535, 65535]


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_deep_tiff_is_turned(orientation: int, tmp_path: Path) -> None:
    content = encode_tiff(colour_values(16), photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    expected = np.rot90(colour_values(16), 2 if orientation == 3 else -1)
    np.testing.assert_array_equal(read_content(tmp_path, content).pixels, expected)


def test_premultiplied_alpha_becomes_straight(tmp_path: Path) -> None:
    values = colour_and_alpha_values(16)
    values[..., :3] //= 2
    values[..., 3] = 32768
    picture = read_content(tmp_path, encode_tiff(values, photometric="rgb", extrasamples=["assocalpha"]))
    assert np.abs(picture.pixels.astype(int) - colour_values(16)).max() <= 4


def test_the_artist_of_a_tiff_survives(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.load(read_content(tmp_path, encode_with_pillow(rgb_image(), "TIFF", artist="An artist")).exif or b"")
    assert exif[315] == "An artist"


def test_dots_per_centimetre_become_dots_per_inch(tmp_path: Path) -> None:
    content = encode_tiff(colour_values(16), photometric="rgb", resolution=(100.0, 100.0), resolutionunit=3)
    assert read_content(tmp_path, content).dpi == pytest.approx((254, 254))


def test_a_tiff_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(FILES["TIFF:16"])
    for tag in (256, 257):
        entry = content.index(struct.pack("<H", tag), 8)
        content[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, 1_000_000)
    with pytest.raises(PictureUnreadable):
        read_picture(write_file(tmp_path, bytes(content)))


def plain(colour: int, height: int, width: int) -> Array:
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize(("byteorder", "bigtiff"), [("<", False), (">", False), ("<", True)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_thumbnail_before_the_picture_is_passed_over(
    dtype: type, byteorder: str, bigtiff: bool, compression: str | None, tmp_path: Path
) -> None:
    picture = colour_values(8 * np.dtype(dtype).itemsize)
    thumbnail = (plain(9, 4, 6), {"subfiletype": 1})
    content = encode_pages(thumbnail, (picture, {"compression": compression}), byteorder=byteorder, bigtiff=bigtiff)
    np.testing.assert_array_equal(read_content(tmp_path, content).pixels, picture)
    header = identify(tmp_path / "picture")
    assert (header.width, header.height, header.frames) == (24, 16, 1)
    assert read_preview(tmp_path / "picture", 12).pixels.shape == (8, 12, 3)


def test_the_old_mark_of_a_thumbnail_counts(tmp_path: Path) -> None:
    thumbnail: tuple[Array, dict[str, Any]] = (plain(9, 8, 8), {"extratags": [(255, 3, 1, 2, True)]})
    content = encode_pages(thumbnail, (plain(200, 16, 16), {}))
    assert read_content(tmp_path, content).pixels.shape == (16, 16, 3)


def test_an_unmarked_thumbnail_is_known_by_its_proportions(tmp_path: Path) -> None:
    content = encode_pages((plain(9, 8, 12), {}), (plain(200, 80, 120), {}))
    assert read_content(tmp_path, content).pixels.shape == (80, 120, 3)


def test_the_first_of_several_pages_stays_the_picture(tmp_path: Path) -> None:
    content = encode_pages((plain(9, 80, 120), {}), (plain(200, 90, 120), {}), (plain(200, 8, 12), {}))
    picture = read_content(tmp_path, content)
    assert picture.pixels.shape == (80, 120, 3)
    assert picture.header.frames == 3


def test_a_picture_in_a_sub_directory_is_read(tmp_path: Path) -> None:
    content = encode_pages((plain(9, 8, 8), {"subfiletype": 1, "subifds": 1}), (plain(200, 64, 64), {}))
    assert read_content(tmp_path, content).pixels.shape == (64, 64, 3)


def test_only_a_reduced_copy_is_better_than_nothing(tmp_path: Path) -> None:
    assert read_content(tmp_path, encode_pages((plain(9, 8, 8), {"subfiletype": 1}))).pixels.shape == (8, 8, 3)


@pytest.mark.parametrize(("orientation", "shape"), [(1, (40, 60, 3)), (6, (60, 40, 3))])
def test_the_largest_preview_of_a_dng_is_read(orientation: int, shape: tuple[int, ...], tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_dng(plain(200, 40, 60), (80, 120), orientation))
    assert picture.header.format == "DNG"
    assert sorted((picture.header.width, picture.header.height)) == [80, 120]
    assert picture.pixels.shape == shape
    assert picture.pixels[0, 0].tolist() == [200, 200, 200]
    assert picture.notes == ("only its preview can be read",)
    exif = Image.Exif()
    exif.load(picture.exif or b"")
    assert exif[271] == "A maker"


def test_the_preview_of_a_dng_stays_within_the_memory(tmp_path: Path) -> None:
    with pytest.raises(PictureTooLarge):
        read_picture(write_file(tmp_path, make_dng(plain(200, 40, 60), (80, 120))), most_bytes=4000)


def test_a_raw_photograph_without_any_preview_is_refused(tmp_path: Path) -> None:
    content = encode_pages((np.full((80, 120), 500, np.uint16), {"photometric": 32803}))
    assert_unreadable(write_file(tmp_path, content), FormatUnknown, "raw photograph without a preview")


def test_a_loop_of_directories_ends(tmp_path: Path) -> None:
    content = bytearray(encode_pages((plain(9, 8, 8), {"subfiletype": 1}), (plain(200, 16, 16), {})))
    first = struct.unpack("<I", content[4:8])[0]
    entries = struct.unpack("<H", content[first : first + 2])[0]
    second = struct.unpack("<I", content[first + 2 + 12 * entries :][:4])[0]
    entries = struct.unpack("<H", content[second : second + 2])[0]
    content[second + 2 + 12 * entries :][:4] = struct.pack("<I", first)
    assert read_content(tmp_path, bytes(content)).pixels.shape == (16, 16, 3)


def test_a_resolution_that_is_missing_is_none(tmp_path: Path) -> None:
    assert read_content(tmp_path, encode_with_pillow(rgb_image(), "TIFF")).dpi is None
    assert read_content(tmp_path, encode_with_pillow(rgb_image(), "TIFF", dpi=(300, 200))).dpi == (300, 200)
    in_centimetres = encode_with_pillow(rgb_image(), "TIFF", resolution=100, resolution_unit="cm")
    assert read_content(tmp_path, in_centimetres).dpi == pytest.approx((254, 254))
