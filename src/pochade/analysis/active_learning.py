"""Active learning: score all rows for a label from a few examples, and choose which rows to ask a person about.

    features, labels ──►──┤kernel ridge regression├──►──┬──► a score for each unjudged row
                                                        └──►──┤uncertainty sampling├──► rows to ask about

A label is a person's own word, so no model can have been trained for it; about ten examples must do. The targets are 1
for confirmed rows and -1 for refused rows. Rows sampled from all unjudged ones count as weak negatives, because hardly
any of them has the label (Elkan & Noto, "Learning Classifiers from Only Positive and Unlabeled Data", KDD 2008). The
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

MAX_EXAMPLES = 1_000  # of each kind (confirmed, refused, unjudged) that are fitted
KERNEL_SHARPNESS = 4.0  # how fast the kernel falls with the angle
RIDGE = 0.05  # strength of the regularisation
REFUSED_WEIGHT = 0.3  # of a confirmed row's: soon more rows are refused than confirmed, each for a reason of its own
ROWS_PER_BLOCK = 8_192  # 35 MB with a thousand examples
MAX_CANDIDATES = 500  # most uncertain rows, among which questions are chosen
SIMILARITY_PENALTY = 0.5  # taken off the worth of a question that equals one already chosen


class LabelScores(NamedTuple):
    """The unjudged rows, likeliest first."""

    rows: Integers  # (M,)
    likelihoods: Floats  # (M,), 0 to 1; for ranking, not calibrated: they assume that half of the rows have the label


class _Labels(NamedTuple):
    """The labels that a person gave; no row comes twice."""

    confirmed: Integers  # (P,), rows that have the label
    refused: Integers  # (R,), rows that don't


def score_unlabelled(features: Floats, confirmed: Rows, refused: Rows = (), *, seed: int = 0) -> LabelScores:
    """Score how likely each unjudged row has the label.

    Args:
        features: (N, D); rows are compared by the angle between them, seen from their mean.
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

    Ask a few, then call again with the answers: the same number of questions teaches more in several rounds.

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
    if len(both := np.intersect1d(*labels)):
        raise UsageError(f"row {both[0]} is both confirmed and refused", "decide for one of them")
    if len(bad := np.flatnonzero(~np.isfinite(features).all(1))):
        raise UsageError(f"the features of row {bad[0]} aren't all finite numbers", "compute its features again")
    return labels


def _unit_directions(features: Floats) -> Floats:
    """Turn rows (N, D) into unit vectors from their mean; a row at the mean stays zero."""
    centred: Floats = np.asarray(features, np.float32) - features.mean(0, dtype=np.float64).astype(np.float32)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return centred


def _predict(points: Floats, labels: _Labels, seed: int) -> tuple[Integers, Floats]:
    """Fit the labels and predict the unjudged rows (M,), about 1 for those that have the label to -1 (M,)."""
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
    """The kernel of points (M, D) and examples (E, D): 1 in the same direction, less at an angle; (M, E)."""
    cosines: Floats = points @ examples.T
    cosines -= 1
    cosines *= KERNEL_SHARPNESS
    return np.exp(cosines, out=cosines)
