"""Shrinking counts every pixel by its area, keeps transparent colours out, and gives the same in bands."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.images.geometry.resize import preview_side
from pochade.images.io.read import read_preview
from tests.support.picture_checks import read_content, write_file
from tests.support.picture_files import colour_values, encode_with_pillow, files_of_every_format, rgba_image

FILES = files_of_every_format()


def test_transparent_colours_do_not_bleed(tmp_path: Path) -> None:
    values = np.zeros((64, 64, 4), np.uint8)
    values[..., 0] = 255  # red, but all of it transparent
    values[:, 32:] = [0, 0, 255, 255]
    pixels = read_preview(write_file(tmp_path, encode_with_pillow(Image.fromarray(values), "PNG")), 7).pixels
    assert (pixels[..., 2] == 255).all()
    assert (pixels[..., 0] == pixels[..., 1]).all()  # from white to blue, without red


def test_every_pixel_counts_by_its_area(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (333, 517, 3), dtype=np.uint8)
    pixels = read_preview(write_file(tmp_path, encode_with_pillow(Image.fromarray(noise), "PNG")), 40).pixels
    assert pixels.mean() == pytest.approx(noise.mean(), abs=1)


def test_a_preview_is_the_same_in_several_bands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = rgba_image().resize((240, 160))
    path = write_file(tmp_path, encode_with_pillow(large, "PNG"))
    in_one_band = read_preview(path, 20).pixels
    monkeypatch.setattr("pochade.images.geometry.resize.BAND_PIXELS", 2000)
    np.testing.assert_array_equal(read_preview(path, 20).pixels, in_one_band)


def test_a_picture_is_the_same_in_several_bands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.images.geometry.resize.BAND_PIXELS", 100)
    picture = read_content(tmp_path, FILES["PNG"])
    np.testing.assert_array_equal(picture.pixels, colour_values())


def test_white_ink_on_transparency_is_laid_on_a_ground_on_which_it_is_seen(tmp_path: Path) -> None:
    values = np.zeros((64, 64, 4), np.uint8)
    values[20:40, 10:50] = 255
    preview = read_preview(write_file(tmp_path, encode_with_pillow(Image.fromarray(values), "PNG")), 32)
    assert np.ptp(preview.pixels) > 100
    assert preview.notes == ("is shown on grey, because it can't be seen on white",)


def test_dark_ink_on_transparency_lies_on_white(tmp_path: Path) -> None:
    values = np.zeros((64, 64, 4), np.uint8)
    values[20:40, 10:50] = [0, 0, 0, 255]
    preview = read_preview(write_file(tmp_path, encode_with_pillow(Image.fromarray(values), "PNG")), 32)
    assert preview.pixels[0, 0].tolist() == [255, 255, 255]
    assert preview.notes == ()


def test_a_preview_of_a_strip_keeps_detail_on_its_shorter_side(tmp_path: Path) -> None:
    stripes = np.random.default_rng(0).integers(0, 256, (4000, 100, 3), np.uint8)
    assert read_preview(
        write_file(tmp_path, encode_with_pillow(Image.fromarray(stripes), "PNG")), 256
    ).pixels.shape == (
        2560,
        64,
        3,
    )


@pytest.mark.parametrize(("width", "height"), [(100, 400), (400, 100), (256, 256)])
def test_a_picture_that_is_no_strip_has_the_side_asked_for(width: int, height: int) -> None:
    assert preview_side(width, height, 256) == 256


def test_the_preview_of_the_longest_strip_is_bounded() -> None:
    assert preview_side(1, 10**9, 256) == 16 * 256
    assert preview_side(1, 10**9, 4000) == 16_000
