"""Marks are removed as a whole or not at all, and drawn ones stay."""

import numpy as np
import pytest

from pochade.analysis.mark_features import FEATURE_NAMES
from pochade.cleaning.speck_choice import SpeckRule, choose_specks
from pochade.models import weights
from pochade.models.mark_classifier import MarkClassifier

DOTS_PER_MM = 10.0
PAPER, INK = 0.95, 0.15
Box = tuple[int, int, int, int]  # top, left, height, width
SPECK: Box = (60, 60, 4, 4)


class TrustingClassifier(MarkClassifier):
    """As sure as the denoiser is."""

    def __init__(self) -> None:
        pass

    def sureness(self, features: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-features[:, FEATURE_NAMES.index("strongest_defect")]))


SHIPPED = MarkClassifier(weights.FOLDER / weights.MARK_FILE)


def chosen(
    boxes: list[Box],
    classifier: MarkClassifier,
    strength: float = 1,
    probability: float = 0.9,
    largest: float = 1.0,
    tone: float = INK,
) -> np.ndarray:
    """Which of the pixels (120, 120) of a page are removed; the denoiser wants to remove all of the boxes."""
    x, change, defect = page_with(boxes, tone, probability)
    rule = SpeckRule(DOTS_PER_MM, largest)
    return choose_specks(classifier, x, change, defect, strength, rule).sureness > 0


def page_with(boxes: list[Box], tone: float, probability: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A page (3, 120, 120), the change of the denoiser, and its probabilities (120, 120)."""
    x, change = np.full((3, 120, 120), PAPER, np.float32), np.zeros((3, 120, 120), np.float32)
    defect = np.zeros((120, 120), np.float32)
    for top, left, height, width in boxes:
        place = (..., slice(top, top + height), slice(left, left + width))
        x[place], change[place], defect[place] = tone, PAPER - tone, probability
    return x, change, defect


def test_a_speck_is_removed_with_its_border() -> None:
    removed = chosen([SPECK], TrustingClassifier())
    assert removed[59:65, 59:65].all()
    assert int(removed.sum()) == 36


@pytest.mark.parametrize(("length", "goes"), [(10, True), (11, False)])
def test_a_mark_of_more_than_a_millimetre_stays(length: int, goes: bool) -> None:
    assert chosen([(60, 60, 3, length)], TrustingClassifier()).any() == goes
    assert chosen([(60, 60, 3, length)], TrustingClassifier(), largest=1.1).any()


def test_a_lower_strength_removes_only_surer_specks_and_always_as_a_whole() -> None:
    classifier = TrustingClassifier()
    assert chosen([SPECK], classifier, strength=0.5, probability=0.9).any()
    assert not chosen([SPECK], classifier, strength=0.5, probability=0.7).any()
    assert chosen([SPECK], classifier, strength=1, probability=0.7).any()
    assert not chosen([SPECK], classifier, strength=0).any()


def test_sureness_is_given_for_each_pixel_of_a_speck() -> None:
    x, change, defect = page_with([SPECK], INK, 0.9)
    choice = choose_specks(TrustingClassifier(), x, change, defect, 1, SpeckRule(DOTS_PER_MM))
    np.testing.assert_allclose(choice.sureness[59:65, 59:65], 0.9, atol=1e-3)
    assert choice.marks[60, 60]


def test_the_shipped_model_removes_a_lonely_faint_speck() -> None:
    assert chosen([SPECK], SHIPPED, probability=0.99, tone=0.6).any()


def test_the_shipped_model_leaves_rows_of_dots_that_the_denoiser_doubts() -> None:
    dots = [(row, column, 4, 4) for row in range(10, 110, 14) for column in range(10, 110, 14)]
    assert not chosen(dots, SHIPPED, probability=0.4).any()
