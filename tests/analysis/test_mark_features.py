"""Marks are measured with their surroundings."""

import numpy as np
import pytest

from pochade.analysis.mark_features import MarkFeatures, measure_marks

DOTS_PER_MM = 10.0
PAPER = 0.9


def measure(boxes: list[tuple[int, int, int, int]], tones: list[float], left: float = 0.0) -> MarkFeatures:
    """Measure boxes (top, left, height, width); a share of their contrast is left in the other picture."""
    picture, mask = np.full((3, 150, 150), PAPER, np.float32), np.zeros((150, 150), bool)
    for (top, side, height, width), tone in zip(boxes, tones, strict=True):
        picture[:, top : top + height, side : side + width] = tone
        mask[top : top + height, side : side + width] = True
    without = PAPER + left * (picture - PAPER)
    without[:, 100:104, 20:130] = picture[:, 100:104, 20:130] = 0.2  # a stroke
    return measure_marks(picture, without, mask, DOTS_PER_MM, ink_mm=1.5, far_mm=4, alike_mm=4)


def test_size_contrast_and_removed_share() -> None:
    features = measure([(20, 20, 5, 8), (20, 90, 4, 4)], [0.3, 1.0], left=0.25)
    np.testing.assert_allclose(features.lengths, [0.8, 0.4])
    np.testing.assert_allclose(features.contrasts, [0.6, -0.1], atol=0.01)
    np.testing.assert_allclose(features.removed, [0.75, 0.75], atol=0.02)


@pytest.mark.parametrize(("top", "is_near"), [(20, False), (88, True)])
def test_ink_counts_within_reach(top: int, is_near: bool) -> None:
    features = measure([(top, 60, 4, 4)], [0.3])
    assert (features.near_ink[0] > 0.5) == is_near


def test_marks_alike_in_tone_and_size_are_counted_within_reach() -> None:
    boxes = [(20, 20, 4, 4), (20, 50, 4, 4), (40, 30, 4, 4), (20, 120, 4, 4), (45, 45, 9, 9)]
    assert measure(boxes, [0.3, 0.3, 0.7, 0.3, 0.3]).alike.tolist() == [1, 1, 0, 0, 0]


def test_a_page_without_marks_is_measured_too() -> None:
    assert not len(measure([], []).lengths)
