"""AVIF of more than 8 bits."""

from pathlib import Path

import numpy as np

from tests.support.picture_checks import read_content
from tests.support.picture_files import colour_values, files_of_every_format

FILES = files_of_every_format()


def test_ten_bits_are_stretched_to_sixteen(tmp_path: Path) -> None:
    pixels = read_content(tmp_path, FILES["AVIF:10"]).pixels
    assert pixels.dtype == np.uint16
    assert np.abs(pixels / 65535 - colour_values(10) / 1023).max() < 0.01
