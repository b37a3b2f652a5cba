"""HEIC: colours and orientation."""

from pathlib import Path

import numpy as np

from pochade.images.metadata.exif import read_orientation
from tests.support.picture_checks import read_content
from tests.support.picture_files import encode_heic, files_of_every_format, make_exif, rgb_image

FILES = files_of_every_format()


def test_heic_is_read(tmp_path: Path) -> None:
    picture = read_content(tmp_path, FILES["HEIC"])
    large = np.asarray(rgb_image().resize((96, 64))).astype(int)
    assert np.abs(picture.pixels - large).mean() < 3


def test_a_heic_is_turned_once(tmp_path: Path) -> None:
    large = rgb_image().resize((96, 64))
    picture = read_content(tmp_path, encode_heic(large, exif=make_exif(6)))
    assert picture.pixels.shape == (96, 64, 3)
    assert read_orientation(picture.exif) == 1
