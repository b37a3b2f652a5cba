"""PSD: colour modes, alpha, missing merged pictures, resources and false sizes."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureTooLarge
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import SRGB_PROFILE, colour_values, make_psd


def test_zero_is_full_ink_in_cmyk(tmp_path: Path) -> None:
    planes = np.full((4, 4, 4), 255, np.uint8)
    planes[0] = 0  # full cyan
    assert read_content(tmp_path, make_psd(planes, mode=4)).pixels[0, 0].tolist() == [0, 255, 255]


def test_the_white_matte_is_removed(tmp_path: Path) -> None:
    red_on_white = np.array([255, 127, 127, 128], np.uint8)  # half of pure red, laid on white
    planes = np.broadcast_to(red_on_white[:, None, None], (4, 4, 4))
    picture = read_content(tmp_path, make_psd(planes, alpha=True))
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 128
    assert picture.pixels[0, 0].tolist() == pytest.approx([255, 0, 0], abs=2)


def test_layers_are_composited_if_there_is_no_merged_picture(tmp_path: Path) -> None:
    from psd_tools import PSDImage  # noqa: PLC0415

    document = PSDImage.new("RGB", (8, 8), color=255)
    document.create_pixel_layer(Image.new("RGB", (4, 8), (200, 0, 0)), name="red", top=0, left=0)
    file = io.BytesIO()
    document.save(file)
    picture = read_content(tmp_path, without_merged_picture(file.getvalue()))
    assert picture.pixels[4, 1].tolist() == [200, 0, 0]
    assert "layers were laid" in picture.notes[0]


def without_merged_picture(content: bytes) -> bytes:
    """Change the version resource so that it states that there is no merged picture."""
    flag = content.index(struct.pack(">4sH", b"8BIM", 1057)) + 16  # behind the name, the length and the version
    return content[:flag] + b"\0" + content[flag + 1 :]


def test_the_colour_profile_survives(tmp_path: Path) -> None:
    content = make_psd(np.moveaxis(colour_values(), -1, 0), resources={1039: SRGB_PROFILE})
    assert read_content(tmp_path, content).icc == SRGB_PROFILE


def test_the_dots_per_inch_survive(tmp_path: Path) -> None:
    resolution = struct.pack(">IHHIHH", 300 << 16, 1, 1, 150 << 16, 1, 1)
    content = make_psd(np.moveaxis(colour_values(), -1, 0), resources={1005: resolution})
    assert read_content(tmp_path, content).dpi == (300, 150)


def test_a_psd_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(make_psd(np.zeros((3, 4, 4), np.uint8)))
    content[14:22] = struct.pack(">II", 30_000, 30_000)
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "30,000 x 30,000")
