"""Pictures of any shape are fitted into squares, and the paper around their subject is trimmed."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.images.geometry.letterbox import SQUARE_SIDE, fold_strip, letterbox, make_squares, trim_paper
from tests.support.drawings import drawing


@given(st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=40, deadline=None)
def test_the_longer_side_fills_the_square(width: int, height: int) -> None:
    square = letterbox(np.zeros((height, width, 3), np.uint8))
    assert max(square.width, square.height) == SQUARE_SIDE
    assert square.pixels.shape == (SQUARE_SIDE, SQUARE_SIDE, 3)
    assert (square.pixels == 0).all(2).sum() == square.width * square.height


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80), st.integers(0, 80))
@settings(max_examples=40, deadline=None)
def test_the_subject_is_the_same_whatever_paper_surrounds_it(left: int, top: int, right: int, bottom: int) -> None:
    subject = np.asarray(drawing(1))
    with_paper = np.pad(subject, ((top, bottom), (left, right), (0, 0)), constant_values=255)
    small, large = trim_paper(subject).shape, trim_paper(with_paper).shape
    assert abs(small[0] - large[0]) <= 16
    assert abs(small[1] - large[1]) <= 16


def test_a_picture_without_a_subject_is_not_trimmed() -> None:
    assert trim_paper(np.full((40, 60, 3), 200, np.uint8)).shape == (40, 60, 3)


def test_a_slow_change_of_light_is_no_subject() -> None:
    light = np.linspace(255, 180, 300)[None, :, None]
    scan = np.asarray(drawing(2).resize((100, 100)).convert("RGB"), np.float32)
    page = np.full((300, 300, 3), 255, np.float32)
    page[100:200, 100:200] = scan
    assert max(trim_paper((page * light / 255).astype(np.uint8)).shape[:2]) < 130


def test_a_picture_gives_a_whole_and_a_subject_square() -> None:
    whole, subject = make_squares(np.asarray(drawing(4)))
    assert whole.pixels.shape == subject.pixels.shape == (SQUARE_SIDE, SQUARE_SIDE, 3)


def test_a_strip_is_folded_into_windows_that_fill_the_square() -> None:
    strip = np.random.default_rng(0).integers(0, 256, (2400, 64, 3), np.uint8)
    whole, subject = make_squares(strip)
    assert whole.width < 5  # a line
    assert min(subject.width, subject.height) > SQUARE_SIDE // 2


def test_windows_of_a_strip_lie_beside_each_other_in_order() -> None:
    strip = np.repeat(np.arange(0, 90, 10, dtype=np.uint8), 10)[:, None, None].repeat(10, 1).repeat(3, 2)  # 90 x 10
    folded = fold_strip(strip)
    assert folded.shape == (30, 30, 3)
    assert folded[0, ::10, 0].tolist() == [0, 30, 60]
    np.testing.assert_array_equal(fold_strip(strip.swapaxes(0, 1)), folded.swapaxes(0, 1))


def test_no_row_of_a_strip_is_left_out() -> None:
    strip = np.arange(101, dtype=np.uint8)[:, None, None].repeat(7, 1).repeat(3, 2)
    assert set(fold_strip(strip).flat) == set(range(101))


def test_a_picture_of_one_to_four_is_no_strip() -> None:
    pixels = np.zeros((250, 1000, 3), np.uint8)
    assert fold_strip(pixels) is pixels
