"""Marks are measured: their size, their tone, what the denoiser makes of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.mark_features import BORDER, FEATURE_NAMES, FEATURES, MarkFeatures, measure_marks
from pochade.analysis.plane_filters import widen_regions

DOTS_PER_MM = 10.0
PAPER = 0.9
Box = tuple[int, int, int, int]  # top, left, height, width


def measure(boxes: list[Box], tones: list[float], left: float = 0.0, probability: float = 0.9) -> MarkFeatures:
    """Measure boxes on paper; a share of their contrast is left in the other picture."""
    picture, mask = np.full((3, 150, 150), PAPER, np.float32), np.zeros((150, 150), bool)
    for (top, side, height, width), tone in zip(boxes, tones, strict=True):
        picture[:, top : top + height, side : side + width] = tone
        mask[top : top + height, side : side + width] = True
    without = PAPER + left * (picture - PAPER)
    defect = probability * mask.astype(np.float32)
    return measure_marks(picture, without, defect, widen_regions(mask, BORDER), DOTS_PER_MM)


def column(features: MarkFeatures, name: str) -> np.ndarray:
    """One feature of all marks."""
    return features.table[:, FEATURE_NAMES.index(name)]


def test_sizes_and_tones_are_those_of_the_mark_without_its_border() -> None:
    features = measure([(20, 20, 5, 8), (20, 90, 4, 4)], [0.3, 1.0])
    np.testing.assert_allclose(features.lengths, [0.8, 0.4])
    np.testing.assert_allclose(column(features, "contrast"), [0.6, 0.1], atol=0.01)
    assert column(features, "is_dark").tolist() == [1, 0]
    np.testing.assert_allclose(np.exp(column(features, "box_px")), [8, 4], rtol=1e-5)


def test_a_thin_mark_is_long_whatever_its_direction() -> None:
    picture, mask = np.full((3, 150, 150), PAPER, np.float32), np.zeros((150, 150), bool)
    for step in range(30):
        mask[20 + step, 20 + step : 22 + step] = True
    mask[100:102, 20:62] = True
    picture[:, mask] = 0.2
    without = np.full_like(picture, PAPER)
    features = measure_marks(picture, without, mask.astype(np.float32), widen_regions(mask, BORDER), DOTS_PER_MM)
    diagonal, straight = np.exp(column(features, "width_mm")).tolist()
    assert diagonal < 0.25
    assert straight < 0.3
    first, second = np.exp(column(features, "length_mm")).tolist()
    assert first == pytest.approx(second, rel=0.1)
    assert (column(features, "elongation") > 2).all()


@pytest.mark.parametrize("left", [0.0, 0.25, 1.0])
def test_the_share_that_the_denoiser_removes_is_measured(left: float) -> None:
    np.testing.assert_allclose(column(measure([(20, 20, 6, 6)], [0.3], left), "removed"), [1 - left], atol=0.05)


def test_a_surer_denoiser_gives_a_higher_logit() -> None:
    unsure, sure = (column(measure([(20, 20, 6, 6)], [0.3], probability=p), "strongest_defect")[0] for p in (0.4, 0.9))
    assert unsure < 0 < sure


def test_a_page_without_marks_is_measured_too() -> None:
    features = measure([], [])
    assert features.table.shape == (0, FEATURES)
    assert not len(features.lengths)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 29), st.integers(1, 9), st.integers(1, 30)), max_size=6),
    st.floats(3, 60),
    st.integers(0, 5),
)
def test_all_features_are_finite_whatever_the_picture_is(boxes: list[Box], dots_per_mm: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture, without = rng.random((2, 3, 40, 30), np.float32)
    defect, mask = rng.random((40, 30), np.float32).round(seed), np.zeros((40, 30), bool)
    for top, left, height, width in boxes:
        mask[top : top + height, left : left + width] = True
    features = measure_marks(picture, without, defect, mask, dots_per_mm)
    assert features.table.shape == (len(features.regions.areas), FEATURES)
    assert np.isfinite(features.table).all()
