"""A picture is flattened onto paper, in 8 bits."""

from pathlib import Path

import numpy as np

from tests.support.picture_checks import read_content
from tests.support.picture_files import WIDTH, files_of_every_format

FILES = files_of_every_format()


def test_paper_may_have_a_colour(tmp_path: Path) -> None:
    paper = read_content(tmp_path, FILES["PNG"]).on_paper((10, 20, 30))
    np.testing.assert_array_equal(paper[12:], np.broadcast_to(np.array([10, 20, 30], np.uint8), (4, WIDTH, 3)))


def test_deep_pictures_are_laid_on_paper_in_8_bits(tmp_path: Path) -> None:
    deep, shallow = read_content(tmp_path, FILES["PNG:16"]).on_paper(), read_content(tmp_path, FILES["PNG"]).on_paper()
    assert deep.dtype == np.uint8
    assert np.abs(deep.astype(int) - shallow).max() <= 1
