"""The string method: a path through a mixture that stays where the density is high enough.

After E, Ren & Vanden-Eijnden, "Simplified and improved string method for computing the minimum energy paths in
barrier-crossing events", Journal of Chemical Physics 2007. In each round the inner points of the path move towards
higher density, and are then spread evenly along the path again.
"""

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.gaussian_mixture import GaussianMixture

MAX_ROUNDS = 60
MEAN_SHIFT_STEP = 0.1  # share of the way to the weighted component means, per round
SMOOTHING_STEP = 0.2  # share of the way to the midpoint of both neighbours, per round


def relax_string(path: Floats, mixture: GaussianMixture, min_log_density: float) -> Floats:
    """Move a path to where the density is high enough, with even steps and fixed ends.

    Points that are dense enough are not moved further, because the centre of a component, although denser than nearly
    all of its samples, resembles none of them.

    Args:
        path: The initial path (F, D).
        mixture: The density.
        min_log_density: The log density that is enough, in nats.

    Returns:
        The path (F, D).
    """
    path = _reparametrise(path)
    for _ in range(MAX_ROUNDS):
        inner = path[1:-1]
        log_density, means = mixture.log_density_and_means(inner)
        deficit = np.clip(min_log_density - log_density, 0, 1)[:, None]  # (F - 2, 1)
        if not deficit.any():
            break
        midpoints = (path[:-2] + path[2:]) / 2
        shifted = inner + MEAN_SHIFT_STEP * deficit * (means - inner)
        path[1:-1] = shifted + SMOOTHING_STEP * deficit * (midpoints - inner)
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
    index = np.clip(np.searchsorted(lengths, targets, side="right") - 1, 0, len(path) - 2)
    share = (targets - lengths[index]) / np.maximum(lengths[index + 1] - lengths[index], 1e-12)
    points: Floats = path[index] + np.clip(share, 0, 1)[:, None] * (path[index + 1] - path[index])
    return points
