"""Pages for the mark model follow from their seed; dust is all that a dusty page has more."""

import numpy as np
import pytest

from experiments.recipes.drawing_primitives import Rng
from experiments.recipes.mark_pages import MARK_KINDS, PAGE_KINDS, Pixels, add_flakes, draw_mark_page
from tests.support.drawings import drawing


def pick_drawing(rng: Rng) -> Pixels:
    """A drawing of a few."""
    return np.asarray(drawing(int(rng.integers(5)), 120))


@pytest.mark.parametrize("kind", range(len(PAGE_KINDS)))
def test_every_kind_of_page_is_decided_by_its_seed(kind: int) -> None:
    first, again, other = (
        PAGE_KINDS[kind](pick_drawing, np.random.default_rng(seed), 200, 200.0) for seed in (3, 3, 4)
    )
    assert first.shape == (200, 200, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_pages_have_the_resolution_and_the_size_that_they_say() -> None:
    page = draw_mark_page(pick_drawing, np.random.default_rng(1))
    assert 130 < page.dots_per_inch < 670
    assert page.clean.shape == page.dusty.shape
    assert min(page.clean.shape[:2]) >= 512


def test_flakes_are_few_and_change_nothing_else() -> None:
    white = np.full((400, 400, 3), 255, np.uint8)
    changed = [(add_flakes(white, 300, np.random.default_rng(seed)) != white).any(2).mean() for seed in range(6)]
    assert 0 < np.mean(changed) < 0.2


def test_dust_is_light_on_dark_ground() -> None:
    black = np.zeros((400, 400, 3), np.uint8)
    dusty = add_flakes(black, 300, np.random.default_rng(2))
    assert dusty.max() > 80


def test_letters_are_not_mixed_with_dots() -> None:
    assert [len(kinds) for kinds in MARK_KINDS] == [1, 1, 3]
