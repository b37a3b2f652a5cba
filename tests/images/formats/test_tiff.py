"""TIFF: CMYK, orientation, premultiplied alpha, metadata and false sizes."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureUnreadable
from pochade.images.io.read import read_picture
from tests.support.picture_checks import read_content, write_file
from tests.support.picture_files import (
    colour_and_alpha_values,
    colour_values,
    encode_tiff,
    encode_with_pillow,
    files_of_every_format,
    rgb_image,
)

FILES = files_of_every_format()


def test_the_conversion_of_cmyk_to_rgb_is_noted(tmp_path: Path) -> None:
    assert read_content(tmp_path, FILES["TIFF:cmyk"]).notes == ("its CMYK became RGB",)


def test_deep_cmyk_is_read(tmp_path: Path) -> None:
    ink = np.zeros((4, 4, 4), np.uint16)
    ink[..., 0] = 65535
    picture = read_content(tmp_path, encode_tiff(ink, photometric="separated"))
    assert picture.pixels[0, 0].tolist() == [0, 255, 255]


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
