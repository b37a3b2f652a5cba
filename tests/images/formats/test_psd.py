"""PSD: colour modes, alpha, missing merged pictures, resources and false sizes."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.errors import PictureTooLarge
from pochade.images.io.read import read_preview
from tests.support.format_bombs import make_psd_of_layers
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


@pytest.mark.parametrize("key", [b"Mt16", b"Mtrn"])
def test_a_deep_merged_picture_has_alpha_if_a_block_says_so(key: bytes, tmp_path: Path) -> None:
    planes = np.broadcast_to(np.array([65535, 32767, 32767, 32767], np.uint16)[:, None, None], (4, 4, 4))
    content = with_layer_section(make_psd(planes, packbits=False), make_block(key, b""))
    picture = read_content(tmp_path, content)
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 32767
    assert picture.pixels[0, 0].tolist() == [65535, 0, 0]


def test_a_deep_merged_picture_has_alpha_if_its_layers_are_counted_negatively(tmp_path: Path) -> None:
    planes = np.full((4, 4, 4), 1000, np.uint16)
    content = with_layer_section(make_psd(planes, packbits=False), make_block(b"Lr16", struct.pack(">hH", -1, 0)))
    assert read_content(tmp_path, content).header.has_alpha


def test_alpha_of_32_bits_is_linear_and_the_matte_is_removed_in_linear_light(tmp_path: Path) -> None:
    planes = np.broadcast_to(np.array([1, 0.5, 0.5, 0.5], ">f4")[:, None, None], (4, 4, 4))
    content = with_layer_section(make_psd(planes, packbits=False), make_block(b"Lr32", struct.pack(">hH", -1, 0)))
    picture = read_content(tmp_path, content)
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == pytest.approx(32768, abs=1)
    assert picture.pixels[0, 0].tolist() == [65535, 0, 0]


def with_layer_section(content: bytes, blocks: bytes) -> bytes:
    """Replace the section of the layers of a file of `make_psd`: no layers at its start, no mask, then blocks."""
    start, length = 34, struct.unpack(">I", content[34:38])[0]
    section = struct.pack(">II", 0, 0) + blocks
    return content[:start] + struct.pack(">I", len(section)) + section + content[start + 4 + length :]


def make_block(key: bytes, content: bytes) -> bytes:
    return b"8BIM" + key + struct.pack(">I", len(content)) + content


def test_layers_are_composited_if_there_is_no_merged_picture(tmp_path: Path) -> None:
    picture = read_content(tmp_path, without_merged_picture(layered_psd()))
    assert picture.pixels[4, 1].tolist() == [200, 0, 0]
    assert "layers were laid" in picture.notes[0]


def layered_psd(layers: int = 1) -> bytes:
    """A PSD of 8 x 8 pixels, white on the right and red on the left."""
    from psd_tools import PSDImage  # noqa: PLC0415

    document = PSDImage.new("RGB", (8, 8), color=255)
    for _ in range(layers):
        document.create_pixel_layer(Image.new("RGB", (4, 8), (200, 0, 0)), name="red", top=0, left=0)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_layers_are_composited_if_the_merged_picture_is_empty(tmp_path: Path) -> None:
    picture = read_content(tmp_path, with_blank_merged_picture(layered_psd()))
    assert picture.pixels[4, 1].tolist() == [200, 0, 0]
    assert picture.notes == ("its merged picture is empty, so its layers were laid over each other",)
    preview = read_preview(tmp_path / "picture", 8)
    assert preview.pixels[4, 1].tolist() == [200, 0, 0]


def test_a_merged_picture_of_one_colour_without_layers_is_what_it_is(tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_psd(np.full((3, 8, 8), 90, np.uint8)))
    assert picture.pixels[0, 0].tolist() == [90, 90, 90]
    assert picture.notes == ()


def test_layers_that_claim_to_be_huge_are_not_composited(tmp_path: Path) -> None:
    content = with_blank_merged_picture(layered_psd())
    rectangle = struct.pack(">4i", 0, 0, 8, 4)
    assert content.count(rectangle) == 1
    picture = read_content(tmp_path, content.replace(rectangle, struct.pack(">4i", 0, 0, 100_000, 100_000)))
    assert picture.pixels.min() == picture.pixels.max() == 255


def test_layers_that_would_take_too_long_are_refused_before_they_take_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("psd_tools.PSDImage.open")
    path = write_file(tmp_path, make_psd_of_layers())
    assert_unreadable(path, PictureTooLarge, "100 layers of 900 megapixels")


def with_blank_merged_picture(content: bytes) -> bytes:
    """Replace the merged picture of 8 x 8 pixels by plain white."""
    layers = 34 + struct.unpack(">I", content[30:34])[0]
    merged = layers + 4 + struct.unpack(">I", content[layers : layers + 4])[0]
    return content[:merged] + b"\0\0" + 3 * 64 * b"\xff"


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
