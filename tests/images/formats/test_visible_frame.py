"""An animation whose first frame is empty is shown by a later one."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import write_file
from tests.support.picture_files import encode_with_pillow, rgb_image

BLACK = Image.new("RGB", (24, 16))


def animation(kind: str, *frames: Image.Image) -> bytes:
    """An animation in a format of Pillow; PNG becomes APNG."""
    options = {"lossless": True} if kind == "WEBP" else {}
    return encode_with_pillow(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, **options)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_a_black_start_is_passed_over(kind: str, tmp_path: Path) -> None:
    nearly_black = Image.new("RGB", BLACK.size, (3, 3, 3))
    path = write_file(tmp_path, animation(kind, BLACK, nearly_black, rgb_image()))
    preview = read_preview(path, 24)
    assert np.abs(preview.pixels.astype(int) - np.asarray(rgb_image())).mean() < 12
    assert "is shown by frame 3, because its first frame is empty" in preview.notes


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_plain_frames_the_first_change_is_shown(kind: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", BLACK.size, colour) for colour in ((0, 0, 0), (255, 0, 0), (0, 255, 0))]
    path = write_file(tmp_path, animation(kind, *frames))
    assert read_preview(path, 24).pixels[8, 8].tolist() == pytest.approx([255, 0, 0], abs=2)


def test_a_picture_for_programs_that_know_no_animation_is_passed_over_if_it_is_empty(tmp_path: Path) -> None:
    red = Image.new("RGB", BLACK.size, (255, 0, 0))
    content = encode_with_pillow(BLACK, "PNG", save_all=True, append_images=[red], default_image=True)
    assert read_preview(write_file(tmp_path, content), 24).pixels[8, 8].tolist() == [255, 0, 0]


def test_a_transparent_start_is_passed_over(tmp_path: Path) -> None:
    start, ink = Image.new("RGBA", (24, 16)), Image.new("RGBA", (24, 16))
    ink.paste((0, 0, 0, 255), (4, 4, 12, 12))
    path = write_file(tmp_path, animation("WEBP", start, ink))
    assert read_preview(path, 24).pixels[8, 8].tolist() == [0, 0, 0]


def test_an_animation_that_begins_with_a_picture_shows_that(tmp_path: Path) -> None:
    preview = read_preview(write_file(tmp_path, animation("GIF", rgb_image(), BLACK)), 24)
    assert preview.pixels.max() > 200
    assert preview.notes == ()


def test_the_whole_picture_is_always_the_first_frame(tmp_path: Path) -> None:
    assert not read_picture(write_file(tmp_path, animation("GIF", BLACK, rgb_image()))).pixels.any()


def test_damage_in_later_frames_leaves_the_first_frame(tmp_path: Path) -> None:
    content = animation("PNG", BLACK, rgb_image())
    place = content.index(b"fdAT") + 12
    path = write_file(tmp_path, content[:place] + bytes(40) + content[place + 40 :])
    assert read_preview(path, 24).pixels.shape == (16, 24, 3)
