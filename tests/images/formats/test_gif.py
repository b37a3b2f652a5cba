"""GIF: palettes and false sizes."""

from pathlib import Path

import numpy as np

from pochade.errors import PictureTooLarge
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import encode_with_pillow, files_of_every_format, rgb_image

FILES = files_of_every_format()


def test_a_palette_is_resolved(tmp_path: Path) -> None:
    image = rgb_image().quantize(16)
    picture = read_content(tmp_path, encode_with_pillow(image, "GIF"))
    np.testing.assert_array_equal(picture.pixels, np.asarray(image.convert("RGB")))


def test_a_gif_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content = bytearray(FILES["GIF"])
    content[6:10] = b"\xff\xff\xff\xff"
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "65,535 x 65,535")
