"""Pictures become pixels of a sheet: grey ones inverted, colour ones as they are."""

import imagecodecs
import numpy as np
import pytest

from pochade.study.figures.picture_grids import GAP, arrange_rows, as_pixels, encode_sheet, enlarge, mark_picture


def test_grey_pictures_are_shown_as_ink_on_paper_and_colour_ones_as_they_are() -> None:
    assert as_pixels(np.zeros((1, 2, 3), np.uint8)).tolist() == np.full((2, 3, 1), 255).tolist()
    colour = np.arange(18, dtype=np.uint8).reshape(3, 2, 3)
    assert (as_pixels(colour) == colour.transpose(1, 2, 0)).all()


@pytest.mark.parametrize("value", [float("nan"), -3.0, 0.0])
def test_values_out_of_range_become_pixels(value: float) -> None:
    assert as_pixels(np.full((1, 2, 2), value, np.float32)).tolist() == np.full((2, 2, 1), 255).tolist()


def test_rows_of_different_length_are_arranged_with_gaps() -> None:
    ink = np.zeros((4, 5, 1), np.uint8)
    sheet = arrange_rows([[ink, ink], [ink]])
    assert sheet.shape == (4 + GAP + 4, 5 + GAP + 5, 1)
    assert (sheet[:4, 5 : 5 + GAP] == 255).all()
    assert (sheet[4 + GAP :, 5:] == 255).all()
    assert (sheet[:4, :5] == 0).all()


def test_a_sheet_has_one_pixel_for_each_pixel_of_a_picture() -> None:
    rows = [np.random.default_rng(0).random((3, 3, 6, 7))]
    assert imagecodecs.png_decode(encode_sheet(rows)).shape == (6, 3 * 7 + 2 * GAP, 3)


def test_a_mark_is_a_bar_at_the_lower_edge() -> None:
    picture = np.zeros((1, 6, 4), np.uint8)
    marked, plain = mark_picture(picture, (10, 20, 30)), mark_picture(picture, None)
    assert marked.shape == plain.shape == (3, 6, 4)
    assert marked[:, -1, 0].tolist() == [10, 20, 30]
    assert (marked[:, :-GAP] == 255).all()
    assert (plain == 255).all()


def test_enlarging_makes_blocks() -> None:
    assert enlarge(np.array([[1.0, 2.0]]), 2, 4).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
