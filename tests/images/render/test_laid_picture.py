"""A picture that is laid into a frame lies where its map says, and has its paper around it."""

import numpy as np

from pochade.images.render.laid_picture import lay_picture, paper_colour
from tests.support.drawings import drawing

PIXELS = np.asarray(drawing(2, 120))


def test_the_identity_changes_nothing() -> None:
    assert (lay_picture(PIXELS, np.eye(2, 3), 120, 120) == PIXELS).all()


def test_a_shift_by_whole_pixels_is_exact_and_the_rest_is_paper() -> None:
    yellow = PIXELS.copy()
    yellow[:4] = yellow[-4:] = (250, 240, 180)
    yellow[:, :4] = yellow[:, -4:] = (250, 240, 180)
    laid = lay_picture(yellow, np.array([[1.0, 0, 30], [0, 1, 12]]), 170, 150)
    assert (laid[12 + 4 : 132 - 4, 30 + 4 : 150 - 4] == yellow[4:-4, 4:-4]).all()
    assert (laid[:8, :20] == (250, 240, 180)).all()


def test_a_mirrored_picture_is_mirrored_back() -> None:
    laid = lay_picture(np.ascontiguousarray(PIXELS[:, ::-1]), np.array([[-1.0, 0, 119], [0, 1, 0]]), 120, 120)
    assert (laid == PIXELS).all()


def test_a_much_smaller_picture_keeps_its_thin_lines() -> None:
    lines = np.full((400, 400, 3), 255, np.uint8)
    lines[:, ::20] = 0
    laid = lay_picture(lines, np.array([[0.1, 0, -0.45], [0, 0.1, -0.45]]), 40, 40)
    assert np.abs(laid[5:35].astype(int) - laid[20].astype(int)).max() <= 1
    assert 235 < laid.mean() < 250


def test_the_paper_is_the_median_of_the_edges() -> None:
    assert paper_colour(PIXELS) == (255, 255, 255)
