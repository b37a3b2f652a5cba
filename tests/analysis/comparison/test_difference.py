"""What differs between two pictures is measured and located."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade.analysis.comparison.difference import difference_figures, difference_map, largest_region, overlay
from pochade.analysis.comparison.picture_view import PictureView
from tests.support.drawings import drawing


def view(picture: Image.Image) -> PictureView:
    """A view of a picture."""
    return PictureView(np.asarray(picture.convert("RGB")))


def test_a_part_that_was_added_is_the_largest_region() -> None:
    picture = drawing(4, 256)
    changed = picture.copy()
    ImageDraw.Draw(changed).ellipse((150, 60, 180, 90), fill=(0, 200, 90))
    both = overlay(view(picture), view(changed), np.eye(2, 3))
    difference = difference_map(both, both.moved)
    box = largest_region(difference)
    assert box is not None
    assert box == pytest.approx((150, 60, 31, 31), abs=5)
    assert difference_figures(difference, both).clear_largest > 0.005


def test_nothing_differs_between_a_picture_and_itself_shifted_by_half_a_pixel() -> None:
    first = view(drawing(4, 256))
    both = overlay(first, first, np.array([[1, 0, 0.5], [0, 1, 0.5]]))
    figures = difference_figures(difference_map(both, both.moved), both)
    assert figures.clear_share == figures.clear_largest == 0
    assert largest_region(np.zeros((8, 8), np.float32)) is None
