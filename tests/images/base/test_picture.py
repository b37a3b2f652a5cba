"""A picture is flattened onto paper, in 8 bits, and shown in sRGB on a ground on which it can be seen."""

from pathlib import Path

import numpy as np
import pytest

from pochade import read_picture
from pochade.images.base.ground import DARK_GREY
from tests.support.picture_checks import read_content
from tests.support.picture_files import (
    WIDTH,
    encode_png,
    encode_with_pillow,
    files_of_every_format,
    make_exif,
    rgb_image,
)

FILES = files_of_every_format()


def test_paper_may_have_a_colour(tmp_path: Path) -> None:
    paper = read_content(tmp_path, FILES["PNG"]).on_paper((10, 20, 30))
    np.testing.assert_array_equal(paper[12:], np.broadcast_to(np.array([10, 20, 30], np.uint8), (4, WIDTH, 3)))


def test_deep_pictures_are_laid_on_paper_in_8_bits(tmp_path: Path) -> None:
    deep, shallow = read_content(tmp_path, FILES["PNG:16"]).on_paper(), read_content(tmp_path, FILES["PNG"]).on_paper()
    assert deep.dtype == np.uint8
    assert np.abs(deep.astype(int) - shallow).max() <= 1


@pytest.mark.parametrize("name", ["PNG", "PNG:16"])
def test_a_picture_without_a_profile_is_shown_on_white(name: str, tmp_path: Path) -> None:
    picture = read_content(tmp_path, FILES[name])
    np.testing.assert_array_equal(picture.srgb(), picture.on_paper())
    np.testing.assert_array_equal(picture.srgb((10, 20, 30)), picture.on_paper((10, 20, 30)))


def test_white_ink_is_shown_on_a_ground_on_which_it_is_seen(tmp_path: Path) -> None:
    values = np.zeros((16, 24, 4), np.uint8)
    values[4:6] = 255
    (tmp_path / "ink.png").write_bytes(encode_png(values))
    shown = read_picture(tmp_path / "ink.png").srgb()
    assert (shown[0, 0].tolist(), shown[5, 0].tolist()) == (list(DARK_GREY), [255, 255, 255])


def test_a_turned_grey_picture_is_shown_upright_in_three_channels(tmp_path: Path) -> None:
    content = encode_with_pillow(rgb_image().convert("L"), "JPEG", exif=make_exif(6))
    shown = read_content(tmp_path, content).srgb()
    assert shown.shape == (24, 16, 3)
    assert shown.dtype == np.uint8
