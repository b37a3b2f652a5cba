"""A path through a mixture: a string between two places that is pulled to where it is dense enough, and kept even."""

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import Mixture

ROUNDS = 60
PULL = 0.1  # of the way to the middles of the distributions near by, in one round
SMOOTH = 0.2  # of the way to the middle between both neighbours


def string(places: Floats, mixture: Mixture, dense: float) -> Floats:
    """The path (F, D), its ends where they were, its steps alike, and drawn in where it was less dense than asked for.

    It is drawn no further: the very middle of a distribution is denser than almost anything in it, and like nothing in
    it (after E, Ren & Vanden-Eijnden, "Simplified and improved string method", 2007).

    Args:
        places: Where the path begins to be looked for (F, D).
        mixture: The density.
        dense: The log of the density that is enough.
    """
    path = even(places)
    for _ in range(ROUNDS):
        inner = path[1:-1]
        found, middles = mixture.middles(inner)
        lacking = np.clip(dense - found, 0, 1)[:, None]  # (F - 2, 1)
        if not lacking.any():
            break
        between = (path[:-2] + path[2:]) / 2
        path[1:-1] = inner + PULL * lacking * (middles - inner) + SMOOTH * lacking * (between - inner)
        path = even(path)
    return path


def even(path: Floats) -> Floats:
    """Places (F, D) on the same way, at equal distances along it."""
    return placed(path, np.linspace(0, 1, len(path)))


def placed(path: Floats, shares: Floats) -> Floats:
    """Places (F, D) at shares (F,) of the way's length."""
    lengths = np.concatenate([[0.0], np.linalg.norm(np.diff(path, axis=0), axis=1).cumsum()])
    if not lengths[-1]:
        return path[np.zeros(len(shares), int)]
    wanted = shares * lengths[-1]
    before = np.clip(np.searchsorted(lengths, wanted, side="right") - 1, 0, len(path) - 2)
    part = (wanted - lengths[before]) / np.maximum(lengths[before + 1] - lengths[before], 1e-12)
    found: Floats = path[before] + np.clip(part, 0, 1)[:, None] * (path[before + 1] - path[before])
    return found
