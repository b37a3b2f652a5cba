"""Recall at a precision: the lowest threshold that is precise enough."""

import numpy as np
import pytest

from experiments.shared.score_threshold import recall_at_precision


def test_the_lowest_threshold_with_enough_precision_counts() -> None:
    right, wrong = np.array([0.9, 0.8, 0.4, 0.0]), np.array([0.5, 0.3])
    assert recall_at_precision(right, wrong, 0.95) == (0.8, 0.5)
    assert recall_at_precision(right, wrong, 0.75) == (0.4, 0.75)


def test_pairs_that_were_not_found_never_count() -> None:
    assert recall_at_precision(np.array([0.0, 0.9]), np.array([]), 0.5).recall == 0.5


def test_without_precision_nothing_is_found() -> None:
    assert recall_at_precision(np.array([0.1]), np.array([0.5]), 0.9) == (float("inf"), 0)


@pytest.mark.parametrize("precision", [0.0, 1.0])
def test_without_wrong_pairs_all_are_found(precision: float) -> None:
    assert recall_at_precision(np.array([0.1, 0.2]), np.array([]), precision) == (0.1, 1)
