"""Each measure of strokes, hatching and colours sees the harm that it is made for, and no other."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="the extra `bench` is not installed")
pytest.importorskip("skimage", reason="the extra `bench` is not installed")

from experiments.bench.cleaning_rivals import leave_as_is, median_filter
from experiments.bench.cleaning_strokes import colour_error, find_strokes, measure_hatching, stroke_f1
from tests.experiments.bench.line_drawings import line_drawing, on_uneven_paper


def test_strokes_are_found_whatever_the_light() -> None:
    strokes = find_strokes(line_drawing())
    assert stroke_f1(strokes, find_strokes(line_drawing()), 0.002) == 1
    assert stroke_f1(strokes, find_strokes(on_uneven_paper(line_drawing())), 0.002) > 0.99


def test_a_shifted_stroke_is_right_only_within_the_tolerance() -> None:
    truth = find_strokes(line_drawing())
    assert stroke_f1(truth, np.roll(truth, 1, 0), 0.004) == 1
    assert stroke_f1(truth, np.roll(truth, 6, 0), 0.004) < 0.1


def test_lost_and_invented_strokes_both_count() -> None:
    whole, part = find_strokes(line_drawing()), find_strokes(line_drawing(half=True))
    assert stroke_f1(whole, part, 0.002) == pytest.approx(2 / 3, abs=0.05)
    assert stroke_f1(part, whole, 0.002) == pytest.approx(2 / 3, abs=0.05)


@pytest.mark.slow
def test_hatching_survives_untouched_and_is_lost_in_a_median() -> None:
    same = measure_hatching(leave_as_is, 300, np.random.default_rng(0))
    assert all(grating["kept"] == pytest.approx(1, abs=0.05) for grating in same)
    smoothed = measure_hatching(lambda picture: median_filter(picture, 5), 300, np.random.default_rng(0))
    assert np.mean([grating["kept"] for grating in smoothed]) < 0.6


def test_colours_are_compared_in_paint_away_from_defects() -> None:
    paint = np.full((60, 60, 3), (200, 80, 60), np.uint8)
    paint[:, 30:] = 255
    stained = paint.copy()
    stained[10:20, 10:20] = 0
    stained[:, 40:] = 240  # paper: not counted
    defects = np.zeros((60, 60), bool)
    assert colour_error(paint, stained, defects) > 1
    defects[10:20, 10:20] = True
    assert colour_error(paint, stained, defects) == 0
