"""A label spreads: from a few rows that have it to all others, and which rows to ask a person about next.

A label is a word of the person's own, so no net can have been trained for it; about ten examples must do. A smooth
function is fitted to them: 1 where the label is confirmed, -1 where it is refused and, weakly, at rows drawn from all
that nobody has judged, as hardly any of those has it (Elkan & Noto, "Learning Classifiers from Only Positive and
Unlabeled Data", KDD 2008). It is kernel ridge regression (Saunders, Gammerman & Vovk, ICML 1998), since the examples
of one label are often of several kinds, and a single direction, as logistic regression seeks, lies between them all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve

from pochade.analysis.arrays import Floats, Integers
from pochade.errors import UsageError

Rows = Sequence[int] | Integers

EXAMPLES = 1_000  # of each kind, at most, that the function is fitted to
SHARPNESS = 4.0  # how fast an example's say fades with the angle to it
STIFFNESS = 0.05  # how little the function bends for an example
REFUSAL = 0.3  # of a confirmed row's say is a refused one's: there are soon more of them, each with a reason of its own
BLOCK = 8_192  # rows judged at once: 35 MB for a thousand examples
DOUBTFUL = 500  # rows that are considered as questions
SPREAD = 0.5  # how much of a question's worth another one just like it takes away


class Suggestions(NamedTuple):
    """The rows that nobody has judged, likeliest first."""

    rows: Integers  # (M,)
    likelihoods: Floats  # (M,), 0 to 1, as if half of the rows had the label: they rank and don't count


class Labelled(NamedTuple):
    """What a person has said; no row twice."""

    confirmed: Integers  # (P,), rows that have the label
    refused: Integers  # (R,), rows that don't


def suggested(features: Floats, confirmed: Rows, refused: Rows = (), *, seed: int = 0) -> Suggestions:
    """How likely each row that nobody has judged has the label.

    Args:
        features: (N, D); rows are compared by the angle between them, seen from their mean.
        confirmed: Rows that have the label: one at least, five to ten to be of use.
        refused: Rows that don't have it.
        seed: Decides which rows stand for all that nobody has judged.

    Raises:
        UsageError: No row is confirmed, a row is confirmed and refused, or there is no such row; features aren't
            numbers.
    """
    labelled, points = checked(features, confirmed, refused), directions(features)
    rows, scores = judged(points, labelled, seed)
    order = np.lexsort((rows, -scores))
    return Suggestions(rows[order], np.clip((scores[order] + 1) / 2, 0, 1))


def worth_asking(features: Floats, confirmed: Rows, refused: Rows = (), *, count: int = 5, seed: int = 0) -> list[int]:
    """The rows whose answers teach the most, best first: those in doubt, and not two that look alike.

    Ask a few, and then again with their answers: the same number of questions teaches more in several rounds.

    Args:
        features: As for `suggested`, as are `confirmed`, `refused` and `seed`.
        confirmed: Rows that have the label.
        refused: Rows that don't have it.
        count: How many; fewer come when fewer are left.
        seed: Decides which rows stand for all that nobody has judged.

    Raises:
        UsageError: As for `suggested`.
    """
    labelled, points = checked(features, confirmed, refused), directions(features)
    rows, scores = judged(points, labelled, seed)
    worth = -np.abs(scores)
    doubtful = np.lexsort((rows, -worth))[:DOUBTFUL]
    rows, worth, chosen = rows[doubtful], worth[doubtful], list[int]()
    for _ in range(min(count, len(rows))):
        best = int(worth.argmax())
        chosen.append(int(rows[best]))
        worth -= SPREAD * kernel(points[rows], points[rows[best : best + 1]])[:, 0]
        worth[best] = -np.inf
    return chosen


def checked(features: Floats, confirmed: Rows, refused: Rows) -> Labelled:
    """What was said of the rows, each once; UsageError when it can't be meant."""
    labelled = Labelled(*(np.unique(np.asarray(rows, np.int64)) for rows in (confirmed, refused)))
    both = np.concatenate(labelled)
    if not len(labelled.confirmed):
        raise UsageError("a label can't be learnt without an example", "confirm at least one piece, better five")
    if len(wrong := both[(both < 0) | (both >= len(features))]):
        raise UsageError(f"there is no row {wrong[0]} among {len(features)}", "give rows of these features")
    if len(twice := np.intersect1d(*labelled)):
        raise UsageError(f"row {twice[0]} is both confirmed and refused", "decide for one of them")
    if len(bad := np.flatnonzero(~np.isfinite(features).all(1))):
        raise UsageError(f"the features of row {bad[0]} aren't all numbers", "make its features anew")
    return labelled


def directions(features: Floats) -> Floats:
    """The rows (N, D) as unit vectors from their mean; a row at the mean stays zero."""
    centred: Floats = np.asarray(features, np.float32) - features.mean(0, dtype=np.float64).astype(np.float32)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return centred


def judged(points: Floats, labelled: Labelled, seed: int) -> tuple[Integers, Floats]:
    """The rows that nobody has judged (M,) and the function there (M,), about 1 to -1."""
    others = np.setdiff1d(np.arange(len(points)), np.concatenate(labelled))
    if not len(others):
        return others, np.empty(0, np.float32)
    random = np.random.default_rng(seed)
    drawn = [random.permutation(rows)[:EXAMPLES] for rows in (*labelled, others)]
    examples = points[np.concatenate(drawn)]  # (E, D)
    strengths = fitted(examples, *(len(rows) for rows in drawn)).astype(np.float32)  # (E,)
    starts = range(0, len(others), BLOCK)
    return others, np.concatenate(
        [kernel(points[others[start : start + BLOCK]], examples) @ strengths for start in starts]
    )


def fitted(examples: Floats, confirmed: int, refused: int, others: int) -> Floats:
    """How strongly each example (E, D) pulls the function its way, (E,).

    All that are confirmed have together as much say as all that stand for the others.
    """
    says = np.repeat([0.5 / confirmed, 0.5 * REFUSAL / confirmed, 0.5 / others], [confirmed, refused, others])
    wanted = np.repeat([1.0, -1.0, -1.0], [confirmed, refused, others])
    pulls = kernel(examples, examples).astype(np.float64) + np.diag(STIFFNESS / says)
    strengths: Floats = solve(pulls, wanted, assume_a="pos")
    return strengths


def kernel(points: Floats, examples: Floats) -> Floats:
    """How much of an example's (E, D) say reaches a point (M, D), (M, E): 1 in its own direction, less at an angle."""
    cosines: Floats = points @ examples.T
    cosines -= 1
    cosines *= SHARPNESS
    return np.exp(cosines, out=cosines)
