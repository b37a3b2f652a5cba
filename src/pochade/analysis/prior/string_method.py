"""The string method: a path through a mixture that keeps to where the density is high enough.

After E, Ren & Vanden-Eijnden, "Simplified and improved string method for computing the minimum energy paths in
barrier-crossing events", Journal of Chemical Physics 2007. In each round the inner points of the path move towards
higher density, and are then spread evenly along the path again.
"""

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import GaussianMixture

ROUNDS = 60
MEAN_SHIFT_STEP = 0.1  # share of the way to the nearby component means, in one round
SMOOTHING_STEP = 0.2  # share of the way to the middle of both neighbours, in one round


def relax_string(path: Floats, mixture: GaussianMixture, min_log_density: float) -> Floats:
    """Move a path to where it is dense enough, with even steps and fixed ends.

    Points that are dense enough don't move: the centre of a component is denser than nearly all of its samples, and
    resembles none of them.

    Args:
        path: The initial path (F, D).
        mixture: The density.
        min_log_density: The log density that is enough, in nats.

    Returns:
        The path (F, D).
    """
    path = _reparametrise(path)
    for _ in range(ROUNDS):
        inner = path[1:-1]
        log_density, means = mixture.log_density_and_means(inner)
        lacking = np.clip(min_log_density - log_density, 0, 1)[:, None]  # (F - 2, 1)
        if not lacking.any():
            break
        midpoints = (path[:-2] + path[2:]) / 2
        shifted = inner + MEAN_SHIFT_STEP * lacking * (means - inner)
        path[1:-1] = shifted + SMOOTHING_STEP * lacking * (midpoints - inner)
        path = _reparametrise(path)
    return path


def _reparametrise(path: Floats) -> Floats:
    """Spread the points of a path (F, D) evenly along it."""
    return points_along(path, np.linspace(0, 1, len(path)))


def points_along(path: Floats, shares: Floats) -> Floats:
    """The points of a path (K, D) at shares (F,) of its length, interpolated linearly: (F, D)."""
    lengths = np.concatenate([[0.0], np.linalg.norm(np.diff(path, axis=0), axis=1).cumsum()])
    if not lengths[-1]:
        return path[np.zeros(len(shares), int)]
    targets = shares * lengths[-1]
    before = np.clip(np.searchsorted(lengths, targets, side="right") - 1, 0, len(path) - 2)
    part = (targets - lengths[before]) / np.maximum(lengths[before + 1] - lengths[before], 1e-12)
    points: Floats = path[before] + np.clip(part, 0, 1)[:, None] * (path[before + 1] - path[before])
    return points
