"""Sheets on a desk or in a scanner's border are found; drawn frames and paintings on white paper are not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade.analysis.sheet_outline import find_sheet
from tests.support.text_pages import drawing_page, framed_page, on_desk, text_page


@pytest.mark.parametrize("degrees", [-6.0, -0.5, 0.0, 3.2])
def test_the_corners_of_a_sheet_on_a_desk_are_found(degrees: float) -> None:
    photograph, corners = on_desk(drawing_page(1), degrees)
    sheet = find_sheet(photograph)
    assert sheet is not None
    assert sheet.is_sure
    assert np.abs(sheet.corners - corners).max() < 3


def test_the_black_border_of_a_scanner_is_cut_off() -> None:
    scan = np.array(text_page(0))
    scan[:, 590:], scan[800:] = 8, 8
    sheet = find_sheet(scan)
    assert sheet is not None
    assert sheet.is_sure
    np.testing.assert_allclose(sheet.corners[2], [589, 799], atol=2)


def test_a_page_without_a_ground_is_no_sheet() -> None:
    for page in (text_page(0), framed_page(0), drawing_page(0)):
        assert find_sheet(np.array(page)) is None


def test_a_painting_on_white_paper_is_no_sheet() -> None:
    page = Image.new("RGB", (600, 500), "white")
    ImageDraw.Draw(page).rectangle([60, 50, 520, 440], fill=(120, 90, 160))
    assert find_sheet(np.array(page)) is None


def test_an_even_black_frame_may_be_drawn_and_is_not_sure() -> None:
    scan = np.zeros((500, 600, 3), np.uint8)
    scan[30:-30, 30:-30] = 245
    sheet = find_sheet(scan)
    assert sheet is not None
    assert not sheet.is_sure
