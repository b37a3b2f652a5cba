"""Fits one rule that changes all colours of a picture into those of another, as an edit of its tones does.

A second-degree polynomial in CIELAB is fitted, as camera profiles do (Hong, Luo and Rhodes, "A study of digital camera
colorimetric characterization based on polynomial modelling", 2001), again and again with less weight for the pixels
that deviate, so that a changed part doesn't bend the rule.
"""

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.comparison.picture_view import Colours

MAX_SAMPLES = 3_000  # pixels that are fitted
ROUNDS = 4
RIDGE = 1e-5  # relative to the number of samples
MIN_DEVIATION = 1.5  # CIELAB units: smaller deviations don't reduce a pixel's weight by much
TYPICAL_DEVIATIONS = 2.0  # times the median deviation, at which a pixel's weight is a quarter


def fit_tones(source: Colours, target: Colours, inside: NDArray[np.bool_]) -> Colours:
    """Change the colours of a picture by the rule that comes nearest to those of another.

    Args:
        source: CIELAB (h, w, 3).
        target: CIELAB (h, w, 3) of the other picture, at the same places.
        inside: Where the two overlap (h, w).

    Returns:
        The source in new colours (h, w, 3).
    """
    rows = np.flatnonzero(inside)
    rows = rows[:: len(rows) // MAX_SAMPLES + 1]
    terms, goals = _polynomial(source.reshape(-1, 3)[rows]), target.reshape(-1, 3)[rows]
    weights = np.ones(len(rows), np.float32)
    ridge = RIDGE * max(len(rows), 1) * np.eye(terms.shape[1], dtype=np.float32)
    coefficients = np.zeros((terms.shape[1], 3), np.float32)
    for _ in range(ROUNDS):
        weighted = terms * weights[:, None]
        coefficients = np.linalg.solve(weighted.T @ terms + ridge, weighted.T @ goals)
        deviations = np.linalg.norm(terms @ coefficients - goals, axis=1)
        typical = max(TYPICAL_DEVIATIONS * float(np.median(deviations)), MIN_DEVIATION) if len(rows) else 1.0
        weights = (1 + (deviations / typical) ** 2) ** -2
    fitted: Colours = (_polynomial(source.reshape(-1, 3)) @ coefficients).reshape(source.shape).astype(np.float32)
    return fitted


def _polynomial(colours: Colours) -> NDArray[np.float32]:
    """All products of up to two of L, a and b, scaled to about 1: (n, 10)."""
    light, a, b = colours[:, 0] / 50 - 1, colours[:, 1] / 50, colours[:, 2] / 50
    ones = np.ones_like(light)
    return np.stack([ones, light, a, b, light * light, light * a, light * b, a * a, a * b, b * b], 1)
