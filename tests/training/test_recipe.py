"""The recipes have the learning rates that they promise."""

import pytest

from pochade.training.recipe import FAST_RECIPE, TUTORIAL_RECIPE, Recipe


def test_the_tutorial_recipe_has_the_values_of_the_tutorial() -> None:
    assert Recipe("tutorial", 10, 64, "adam", 1e-3, one_cycle=False) == TUTORIAL_RECIPE
    assert {TUTORIAL_RECIPE.rate_at(share) for share in (0, 0.5, 0.99)} == {1e-3}


def test_one_cycle_rises_for_a_fifth_and_falls_to_almost_nothing() -> None:
    rates = [FAST_RECIPE.rate_at(step / 100) for step in range(100)]
    assert max(rates) == rates[20] == FAST_RECIPE.learning_rate
    assert rates[0] == pytest.approx(0.01 * FAST_RECIPE.learning_rate)
    assert rates[99] < 0.02 * FAST_RECIPE.learning_rate
