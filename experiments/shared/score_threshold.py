"""Recall at a given precision: how many of the true scores reach a threshold that few wrong scores reach."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class ScoreThreshold(NamedTuple):
    """A threshold for scores, and the share of the true scores that reach it."""

    threshold: float  # infinite if no threshold is precise enough
    recall: float


def recall_at_precision(right: NDArray[np.float64], wrong: NDArray[np.float64], precision: float) -> ScoreThreshold:
    """Choose the lowest threshold above zero at which so many of the scores that reach it are right.

    Args:
        right: The scores of true pairs (n,); 0 for those that were not found.
        wrong: The scores of wrong pairs (m,).
        precision: 0 to 1.
    """
    thresholds = np.unique(right[right > 0])
    true_pairs = np.array([(right >= threshold).sum() for threshold in thresholds])
    false_pairs = np.array([(wrong >= threshold).sum() for threshold in thresholds])
    precise = np.flatnonzero(true_pairs >= precision * (true_pairs + false_pairs))
    if not len(precise):
        return ScoreThreshold(float("inf"), 0.0)
    return ScoreThreshold(float(thresholds[precise[0]]), float(true_pairs[precise[0]] / len(right)))
