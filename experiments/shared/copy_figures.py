"""How well copies are found by embeddings or hashes: recall at 99 % precision, recall at rank 1, directions in use."""

from typing import NamedTuple

import numpy as np

PRECISION = 0.99


class CopyFigures(NamedTuple):
    """Figures of the copies of N pictures, each with E edits."""

    threshold: float  # the lowest likeness at which 99 % of the pairs that reach it are copies
    recalls: np.ndarray  # (E,): the share of the copies of each edit that reach the threshold
    recalls_at_1: np.ndarray  # (E,): the share whose nearest picture is their original

    @property
    def recall(self) -> float:
        """The share of all copies that reach the threshold."""
        return float(self.recalls.mean())


def copy_figures(likeness: np.ndarray, ignored: np.ndarray | None = None) -> CopyFigures:
    """Measure how well copies are told from other pictures, with one threshold for all edits.

    Args:
        likeness: Of each edit of each original to each original, (N, E, N); larger is nearer.
        ignored: Which originals are doubles or variants of each other (N, N): their pairs are neither right nor wrong.
    """
    count = len(likeness)
    rows = np.arange(count)
    own_likeness = likeness[rows, :, rows]  # (N, E)
    others = likeness.astype(np.float32)
    others[rows, :, rows] = -np.inf
    if ignored is not None:
        others = np.where(ignored[:, None, :], -np.inf, others)
    wrong_pairs = np.sort(others[np.isfinite(others)])
    thresholds = np.sort(own_likeness.ravel())[::-1]
    true_pairs = np.arange(1, own_likeness.size + 1)
    false_pairs = len(wrong_pairs) - np.searchsorted(wrong_pairs, thresholds)
    precise = np.flatnonzero(true_pairs / (true_pairs + false_pairs) >= PRECISION)
    threshold = float(thresholds[precise[-1]]) if len(precise) else np.inf
    return CopyFigures(threshold, (own_likeness >= threshold).mean(0), (own_likeness > others.max(2)).mean(0))


def least_direction(embeddings: np.ndarray) -> float:
    """The variance along the least used direction of embeddings (N, D), as a share of an even distribution's."""
    variances = np.linalg.eigvalsh(embeddings.T @ embeddings / len(embeddings))
    return float(variances.min() * embeddings.shape[1])
