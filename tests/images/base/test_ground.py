"""A transparent picture is laid on white, unless nearly nothing of it would be seen there."""

import numpy as np
import pytest

from pochade.images.base.ground import DARK_GREY, MID_GREY, WHITE_GROUND, choose_ground
from tests.support.picture_files import Array


def stroke_on_transparency(*colours: int, kind: type[np.uint8 | np.uint16] = np.uint8) -> tuple[Array, Array]:
    """Pixels (64, 64, 1) and alpha (64, 64): each grey is a stroke of one row on transparency."""
    full = np.iinfo(kind).max
    pixels, alpha = np.zeros((64, 64, 1), kind), np.zeros((64, 64), kind)
    for row, colour in enumerate(colours):
        pixels[row], alpha[row] = colour * (full // 255), full
    return pixels, alpha


@pytest.mark.parametrize("ink", [0, 90, 128, 200])
def test_ink_that_is_seen_on_white_stays_on_white(ink: int) -> None:
    assert choose_ground(*stroke_on_transparency(ink)) == WHITE_GROUND


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("ink", [255, 250, 240])
def test_white_ink_is_laid_on_dark_grey(ink: int, kind: type[np.uint8 | np.uint16]) -> None:
    ground = choose_ground(*stroke_on_transparency(ink, kind=kind))
    assert (ground.colour, ground.differs) == (DARK_GREY, True)


def test_white_ink_with_a_few_dark_pixels_is_laid_where_both_are_seen() -> None:
    pixels, alpha = stroke_on_transparency(*[255] * 32)
    pixels[3, :20] = DARK_GREY[0]
    assert choose_ground(pixels, alpha).colour == MID_GREY


def test_white_paper_with_dark_outlines_stays_on_white() -> None:
    assert choose_ground(*stroke_on_transparency(*[255] * 30, 0)) == WHITE_GROUND


def test_pale_yellow_ink_is_seen_on_white() -> None:
    pixels, alpha = stroke_on_transparency(255)
    yellow = pixels * np.array([255, 250, 180]) // 255
    assert choose_ground(yellow.astype(np.uint8), alpha) == WHITE_GROUND


@pytest.mark.parametrize("opacity", [0, 255])
def test_where_no_ground_makes_a_difference_it_is_white(opacity: int) -> None:
    pixels = np.full((8, 8, 3), 255, np.uint8)
    assert choose_ground(pixels, np.full((8, 8), opacity, np.uint8)) == WHITE_GROUND
    assert choose_ground(pixels, None) == WHITE_GROUND


def test_a_tint_that_is_seen_on_no_ground_stays_on_white() -> None:
    pixels, alpha = stroke_on_transparency(0)
    assert choose_ground(pixels, alpha // 30) == WHITE_GROUND
