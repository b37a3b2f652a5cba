"""How much detail pictures have, and how much of it they share."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pochade.analysis.comparison.affine import invert_affine
from pochade.analysis.comparison.detail_features import detail_figures, share_corners
from pochade.analysis.comparison.picture_view import PictureView
from tests.support.drawings import drawing

SAME_PLACE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
QUARTER_TURN = np.array([[0.0, -1.0, 255.0], [1.0, 0.0, 0.0]])  # of a square of 256 pixels


def view(picture: Image.Image) -> PictureView:
    """A view of a picture."""
    return PictureView(np.asarray(picture.convert("RGB")))


def disc() -> Image.Image:
    """A black disc on white."""
    picture = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(picture).ellipse((40, 40, 216, 216), fill="black")
    return picture


def flag() -> Image.Image:
    """A red field with a black corner, which looks like itself in no other orientation."""
    picture = Image.new("RGB", (256, 256), "white")
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((40, 40, 216, 216), fill="red")
    canvas.rectangle((40, 40, 110, 90), fill="black")
    return picture


def test_a_drawing_has_more_corners_and_colours_than_a_disc() -> None:
    simple, detailed = view(disc()), view(drawing(5, 256))
    assert len(detailed.corners) > len(simple.corners)
    assert detailed.colour_count > simple.colour_count == 2


def test_only_what_looks_alike_in_another_orientation_is_symmetric() -> None:
    assert view(disc()).symmetry > 0.9
    assert view(flag()).symmetry < 0.85
    assert view(drawing(5, 256)).symmetry < 0.6


def test_a_turned_drawing_shares_all_corners_with_the_drawing() -> None:
    first, turned = view(drawing(5, 256)), view(drawing(5, 256).transpose(Image.Transpose.ROTATE_270))
    corners = share_corners(first, turned, QUARTER_TURN)
    assert corners.shared == pytest.approx(len(first.corners), rel=0.1)
    assert corners.share_alone < 0.1


def test_another_drawing_shares_few_corners() -> None:
    assert share_corners(view(drawing(5, 256)), view(drawing(6, 256)), SAME_PLACE).share_alone > 0.5


def test_corners_that_were_cut_off_are_not_missed() -> None:
    whole = drawing(5, 256)
    part = whole.crop((0, 0, 256, 128))
    assert share_corners(view(whole), view(part), SAME_PLACE).share_alone < 0.2


def test_without_corners_nothing_is_shared_and_nothing_missed() -> None:
    blank = view(Image.new("RGB", (64, 64), "white"))
    assert share_corners(blank, blank, SAME_PLACE) == (0, 0)


def test_the_order_of_two_pictures_does_not_matter() -> None:
    first, second = view(drawing(5, 256)), view(drawing(6, 256))
    figures = detail_figures(first, second, QUARTER_TURN, 50)
    assert len(figures) == 9
    assert figures == pytest.approx(detail_figures(second, first, invert_affine(QUARTER_TURN), 50))
