"""A path, a Pillow image and an array of one picture give the same pixels."""

from pathlib import Path

import numpy as np
import pytest

from pochade.errors import PictureUnreadable, UsageError
from pochade.images.io.input_reading import read_input
from tests.support.drawings import drawing


def test_paths_images_and_arrays_are_read_alike(tmp_path: Path) -> None:
    picture, path = drawing(1, 90), tmp_path / "picture.png"
    picture.save(path)
    for image in (path, str(path), picture, np.asarray(picture)):
        np.testing.assert_array_equal(read_input(image, 256), np.asarray(picture))
    assert read_input(path, 45).shape == (45, 45, 3)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PictureUnreadable):
        read_input(tmp_path / "gone.png", 256)
    with pytest.raises(UsageError):
        read_input(np.zeros((4, 4), np.float64), 256)
