"""Marks are removed as a whole or not at all, and drawn ones stay."""

import numpy as np
import pytest

from pochade.cleaning.speck_choice import SpeckRule, choose_specks

DOTS_PER_MM = 10.0
PAPER, INK = 0.95, 0.15
Box = tuple[int, int, int, int]  # top, left, height, width
SPECK: Box = (60, 60, 4, 4)
SURE = 0.9


def chosen(
    boxes: list[Box], tone: float = INK, strength: float = 1, removed: float = 1, probability: float = SURE
) -> np.ndarray:
    """Which of the pixels (120, 120) of a page are removed; the model wants to remove all of the boxes."""
    x, change, defect = page_with(boxes, tone, removed, probability)
    return choose_specks(x, change, defect, strength, SpeckRule(DOTS_PER_MM)).sureness > 0


def page_with(
    boxes: list[Box], tone: float, removed: float, probability: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A page (3, 120, 120), the change of the model, and its probabilities (120, 120)."""
    x, change = np.full((3, 120, 120), PAPER, np.float32), np.zeros((3, 120, 120), np.float32)
    defect = np.zeros((120, 120), np.float32)
    for top, left, height, width in boxes:
        place = (..., slice(top, top + height), slice(left, left + width))
        x[place], change[place], defect[place] = tone, removed * (PAPER - tone), probability
    return x, change, defect


def test_a_lonely_speck_is_removed_with_its_border() -> None:
    removed = chosen([SPECK])
    assert removed[59:65, 59:65].all()
    assert int(removed.sum()) == 36


@pytest.mark.parametrize("removed", [0.2, 0.45])
def test_a_mark_that_the_model_removes_only_in_part_stays(removed: float) -> None:
    assert not chosen([SPECK], removed=removed).any()


@pytest.mark.parametrize(("length", "goes"), [(9, True), (11, False)])
def test_a_mark_of_more_than_a_millimetre_stays(length: int, goes: bool) -> None:
    assert bool(chosen([(60, 60, 3, length)]).any()) == goes


def test_a_mark_beside_ink_as_dark_stays_and_a_fainter_one_goes() -> None:
    for tone, goes in ((INK, False), (0.75, True)):
        x, change, defect = page_with([SPECK], tone, 1, SURE)
        x[..., 70:73, 30:90] = INK  # a stroke, half a millimetre below the mark
        choice = choose_specks(x, change, defect, 1, SpeckRule(DOTS_PER_MM))
        assert bool(choice.sureness.any()) == goes


def test_a_mark_stays_if_ink_further_away_is_just_as_dark() -> None:
    for tone, goes in ((INK, False), (0.55, True)):
        x, change, defect = page_with([SPECK], tone, 1, SURE)
        x[..., 90:93, 30:90] = INK  # a stroke, nearly three millimetres below the mark
        choice = choose_specks(x, change, defect, 1, SpeckRule(DOTS_PER_MM))
        assert bool(choice.sureness.any()) == goes


def test_marks_that_repeat_stay() -> None:
    assert not chosen([SPECK, (60, 80, 4, 4), (75, 70, 4, 4), (80, 90, 4, 4)]).any()


def test_a_lower_strength_removes_only_surer_specks_and_always_as_a_whole() -> None:
    assert chosen([SPECK], strength=0.5, probability=0.9).any()
    assert not chosen([SPECK], strength=0.5, probability=0.5).any()
    assert not chosen([SPECK], strength=0).any()
