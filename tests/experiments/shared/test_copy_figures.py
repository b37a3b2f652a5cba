"""Recall counts copies above one threshold at which nearly all pairs are copies; related pictures are left out."""

import numpy as np
import pytest

from experiments.shared.copy_figures import copy_figures, least_direction


def likeness_of(own: list[list[float]], other: float) -> np.ndarray:
    """Likenesses (N, E, N) of copies with their originals, and one value for all other pairs."""
    likeness = np.full((len(own), len(own[0]), len(own)), other)
    for row, values in enumerate(own):
        likeness[row, :, row] = values
    return likeness


def test_copies_that_are_nearer_than_all_others_are_found() -> None:
    figures = copy_figures(likeness_of([[0.9, 0.2], [0.8, 0.95]], other=0.5))
    assert figures.threshold == pytest.approx(0.8)
    assert figures.recalls.tolist() == [1, 0.5]
    assert figures.recalls_at_1.tolist() == [1, 0.5]
    assert figures.recall == 0.75


def test_a_variant_raises_the_threshold_unless_it_is_ignored() -> None:
    likeness = likeness_of([[0.9], [0.8]], other=0.1)
    likeness[0, 0, 1] = 0.85  # a copy of the first is nearly as near to the second
    related = np.array([[False, True], [True, False]])
    assert copy_figures(likeness).recall == 0.5
    assert copy_figures(likeness, related).recall == 1


def test_without_precision_nothing_is_found() -> None:
    figures = copy_figures(likeness_of([[0.1], [0.1]], other=0.5))
    assert figures.threshold == np.inf
    assert figures.recall == 0


def test_the_least_direction_is_one_if_all_are_used_evenly_and_zero_if_one_is_unused() -> None:
    even = np.eye(4)
    assert least_direction(even) == pytest.approx(1)
    assert least_direction(even[:3]) == pytest.approx(0)
