"""Active learning: score rows for a label from a few examples, and choose which rows to ask a person about.

    features, labels ──►──┤kernel ridge regression├──►──┬──► a score for each unjudged row
                                                        └──►──┤uncertainty sampling├──► rows to ask about

A label is a word that a person chose, so no model was trained for it, and about ten examples must be enough. The target
is 1 for confirmed and -1 for refused rows. A sample of the unjudged rows serves as weak negatives, because hardly any
of them has the label (Elkan & Noto, "Learning Classifiers from Only Positive and Unlabeled Data", KDD 2008). The
examples of one label are often of several kinds; kernel ridge regression (Saunders, Gammerman & Vovk, ICML 1998) fits
them all, where logistic regression would look for a single direction between them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve

from pochade.analysis.arrays import Floats, Integers
from pochade.errors import UsageError

Rows = Sequence[int] | Integers

MAX_EXAMPLES = 1_000  # that are fitted, of each kind: confirmed, refused, unjudged
KERNEL_SHARPNESS = 4.0  # how fast the kernel falls with the angle
RIDGE = 0.05  # strength of the regularisation
REFUSED_WEIGHT = 0.3  # of a refused row, relative to a confirmed one: refused rows soon outnumber the confirmed ones
ROWS_PER_BLOCK = 8_192  # predicted at once; 35 MB with a thousand examples
MAX_CANDIDATES = 500  # questions are chosen among so many of the most uncertain rows
SIMILARITY_PENALTY = 0.5  # subtracted from the worth of a question that equals one already chosen


class LabelScores(NamedTuple):
    """The unjudged rows, likeliest first."""

    rows: Integers  # (M,)
    likelihoods: Floats  # (M,), 0 to 1, for ranking; not calibrated, as if half of the rows had the label


class _Labels(NamedTuple):
    """The labels that a person gave, without repetitions."""

    confirmed: Integers  # (P,), rows that have the label
    refused: Integers  # (R,), rows that don't


def score_unlabelled(features: Floats, confirmed: Rows, refused: Rows = (), *, seed: int = 0) -> LabelScores:
    """Score how likely each unjudged row is to have a label.

    Args:
        features: (N, D); rows are compared by the cosine of their differences from the mean.
        confirmed: Rows that have the label: at least one, five to ten to be useful.
        refused: Rows that don't have it.
        seed: Decides which unjudged rows serve as weak negatives.

    Raises:
        UsageError: No row is confirmed, a row is confirmed and refused, a row doesn't exist, or a feature isn't finite.
    """
    labels, points = _checked_labels(features, confirmed, refused), _unit_directions(features)
    rows, scores = _predict(points, labels, seed)
    order = np.lexsort((rows, -scores))
    return LabelScores(rows[order], np.clip((scores[order] + 1) / 2, 0, 1))


def choose_questions(
    features: Floats, confirmed: Rows, refused: Rows = (), *, count: int = 5, seed: int = 0
) -> list[int]:
    """Choose the unjudged rows whose labels would teach the most: uncertain ones that don't resemble each other.

    Asking few questions at a time, in several rounds, teaches more than asking the same number at once.

    Args:
        features: (N, D), as for `score_unlabelled`.
        confirmed: Rows that have the label.
        refused: Rows that don't have it.
        count: How many rows to choose; fewer are returned when fewer are unjudged.
        seed: Decides which unjudged rows serve as weak negatives.

    Returns:
        Rows, the best question first.

    Raises:
        UsageError: As for `score_unlabelled`.
    """
    labels, points = _checked_labels(features, confirmed, refused), _unit_directions(features)
    rows, scores = _predict(points, labels, seed)
    worth = -np.abs(scores)  # highest at the decision boundary
    candidates = np.lexsort((rows, -worth))[:MAX_CANDIDATES]
    rows, worth, chosen = rows[candidates], worth[candidates], list[int]()
    for _ in range(min(count, len(rows))):
        best = int(worth.argmax())
        chosen.append(int(rows[best]))
        worth -= SIMILARITY_PENALTY * _kernel(points[rows], points[rows[best : best + 1]])[:, 0]
        worth[best] = -np.inf
    return chosen


def _checked_labels(features: Floats, confirmed: Rows, refused: Rows) -> _Labels:
    labels = _Labels(*(np.unique(np.asarray(rows, np.int64)) for rows in (confirmed, refused)))
    rows = np.concatenate(labels)
    if not len(labels.confirmed):
        raise UsageError("a label can't be learnt without an example", "confirm at least one picture, better five")
    if len(missing := rows[(rows < 0) | (rows >= len(features))]):
        raise UsageError(f"there is no row {missing[0]} among {len(features)}", "give rows of these features")
    if len(conflicting := np.intersect1d(*labels)):
        raise UsageError(f"row {conflicting[0]} is both confirmed and refused", "decide for one of them")
    if len(not_finite := np.flatnonzero(~np.isfinite(features).all(1))):
        raise UsageError(f"the features of row {not_finite[0]} aren't all finite numbers", "compute its features again")
    return labels


def _unit_directions(features: Floats) -> Floats:
    """The directions of rows (N, D) from their mean as unit vectors; zero for a row at the mean."""
    centred: Floats = np.asarray(features, np.float32) - features.mean(0, dtype=np.float64).astype(np.float32)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return centred


def _predict(points: Floats, labels: _Labels, seed: int) -> tuple[Integers, Floats]:
    """Fit the labels; returns the unjudged rows (M,) and their predictions (M,), from -1 to about 1 for the label."""
    unjudged = np.setdiff1d(np.arange(len(points)), np.concatenate(labels))
    if not len(unjudged):
        return unjudged, np.empty(0, np.float32)
    random = np.random.default_rng(seed)
    sampled = [random.permutation(rows)[:MAX_EXAMPLES] for rows in (*labels, unjudged)]
    examples = points[np.concatenate(sampled)]  # (E, D)
    coefficients = _fit_coefficients(examples, *(len(rows) for rows in sampled)).astype(np.float32)  # (E,)
    blocks = (unjudged[start : start + ROWS_PER_BLOCK] for start in range(0, len(unjudged), ROWS_PER_BLOCK))
    return unjudged, np.concatenate([_kernel(points[block], examples) @ coefficients for block in blocks])


def _fit_coefficients(examples: Floats, confirmed: int, refused: int, unjudged: int) -> Floats:
    """Fit kernel ridge regression to examples (E, D) and return a coefficient for each, (E,).

    The confirmed rows together weigh as much as the sampled unjudged rows together.
    """
    counts = [confirmed, refused, unjudged]
    weights = np.repeat([0.5 / confirmed, 0.5 * REFUSED_WEIGHT / confirmed, 0.5 / unjudged], counts)
    targets = np.repeat([1.0, -1.0, -1.0], counts)
    gram = _kernel(examples, examples).astype(np.float64) + np.diag(RIDGE / weights)
    coefficients: Floats = solve(gram, targets, assume_a="pos")
    return coefficients


def _kernel(points: Floats, examples: Floats) -> Floats:
    """The kernel (M, E) of points (M, D) and examples (E, D): 1 for equal directions, less the larger the angle."""
    cosines: Floats = points @ examples.T
    cosines -= 1
    cosines *= KERNEL_SHARPNESS
    return np.exp(cosines, out=cosines)
