"""A collection laid out on a plane, near what is alike; and new points placed on it while nothing else moves.

A map of t-SNE's usually dies with the object that drew it. This one lives on in two arrays, its points and their
positions, and they are all that placing a new point needs.
"""

import numpy as np
from openTSNE import TSNE
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors

from pochade.analysis.arrays import Floats
from pochade.analysis.nearest_neighbours import nearest
from pochade.analysis.pca import PrincipalComponents

LANDMARKS = 50_000  # laid out themselves; the rest is placed among them
FEWEST = 20  # fewer points have no neighbourhoods to keep: they lie as their principal components do
PERPLEXITY = 30  # about how many neighbours a point keeps close
FEW = 2_500  # for fewer points the Barnes-Hut tree is quicker than Fourier transforms
ROUNDS = 300  # after the 250 of early exaggeration; 500 kept 0.3 % more of the neighbours
START, JITTER = 1e-4, 1e-6  # spread of the first positions, and of the noise that lets a line leave its line
NEIGHBOURS = 10  # that a new point is placed by
REACH = 2.0  # mean distances between points on the map, beyond which a neighbour's pull lets go
STEPS = 20
SAME = 1e-6  # a distance that counts as none


def laid_out(points: Floats, seed: int = 0) -> Floats:
    """Lay points out on a plane so that near ones stay near: t-SNE (van der Maaten & Hinton, 2008) by openTSNE.

    Sizes of groups, and distances between them, mean nothing. Equal points get one position. Past 50,000 points that
    is done for a random sample of so many; the others are placed among these.

    Args:
        points: (N, D), with Euclidean distances that mean something; N from 0 to some 100,000.
        seed: Decides the sample and the noise at the start.

    Returns:
        Positions (N, 2) float32 that fill the square from -1 to 1: the longer side of what they cover spans it, the
        shorter one lies in its middle.
    """
    if not len(points):
        return np.empty((0, 2), np.float32)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(points))[:LANDMARKS])
    distinct, which = np.unique(points[chosen], axis=0, return_inverse=True)
    known = in_square(neighbour_map(distinct, seed) if len(distinct) >= FEWEST else principal_plane(distinct))
    positions = np.empty((len(points), 2), np.float32)
    positions[chosen] = known[which.ravel()]
    others = np.setdiff1d(np.arange(len(points)), chosen)
    positions[others] = placed(points[others], points[chosen], positions[chosen])
    return positions


def placed(new: Floats, points: Floats, positions: Floats) -> Floats:
    """Positions for new points on a map of others, which stay where they are.

    A new point is pulled by its 10 nearest points, the more the nearer they are to it, by the force with which t-SNE
    pulls: it lets go of a neighbour that lies far off on the map, so that a point between two groups joins one of them
    instead of landing in the void between. Each step goes to the mean that the pulls of the last one weigh (iteratively
    reweighted least squares). A new point that equals a known one lands on it.

    Every point lands among its nearest, however far away these are: a place on the map is no proof of likeness.

    Args:
        new: (M, D).
        points: (N, D), those on the map; N at least 1.
        positions: (N, 2), of `laid_out` or of an earlier call.

    Returns:
        (M, 2) float32, never outside of what the known positions cover.
    """
    if not len(new):
        return np.empty((0, 2), np.float32)
    distances, indices = nearest(new, points, min(NEIGHBOURS, len(points)))
    weights = 1 / np.maximum(distances, SAME) ** 2  # (M, k)
    weights /= weights.sum(1, keepdims=True)
    around = positions[indices]  # (M, k, 2)
    reach = REACH / np.sqrt(len(points))  # the map's own unit: so many points share a square of sides 2
    found = strongest_pull(around, weights, reach)
    for _ in range(STEPS):
        pulls = weights / (1 + squared_distances(found, around) / reach**2)  # (M, k)
        found = (pulls[..., None] * around).sum(1) / pulls.sum(1, keepdims=True)
    return found.astype(np.float32)


def strongest_pull(around: Floats, weights: Floats, reach: float) -> Floats:
    """Of each point's neighbours on the map (M, k, 2), the position (M, 2) nearest to the others, by their weights."""
    costs = [
        (weights * np.log1p(squared_distances(around[:, each], around) / reach**2)).sum(1)
        for each in range(around.shape[1])
    ]
    best: Floats = around[np.arange(len(around)), np.argmin(costs, axis=0)]
    return best


def squared_distances(positions: Floats, around: Floats) -> Floats:
    """Of each position (M, 2) to its neighbours' (M, k, 2): (M, k)."""
    distances: Floats = np.square(positions[:, None] - around).sum(2)
    return distances


def neighbour_map(points: Floats, seed: int) -> Floats:
    """The t-SNE map (N, 2) of distinct points (N, D), in units of its own; N at least 4."""
    perplexity = min(PERPLEXITY, (len(points) - 1) // 3)
    distances, indices = nearest(points, points, 3 * perplexity, skip_self=True)
    known = PrecomputedNeighbors(indices, distances.astype(np.float64))  # exact, and the same on every run
    # One thread: most of the work is serial, and threads that wait for each other on a busy machine took far longer.
    affinities = PerplexityBasedNN(knn_index=known, perplexity=perplexity, n_jobs=1)
    start = principal_plane(points).astype(np.float64)
    start *= START / start[:, 0].std()
    start += np.random.default_rng(seed).normal(scale=JITTER, size=start.shape)
    repulsion = "bh" if len(points) < FEW else "fft"
    layout = TSNE(n_iter=ROUNDS, negative_gradient_method=repulsion, n_jobs=1, random_state=seed)
    return np.array(layout.fit(affinities=affinities, initialization=start))


def principal_plane(points: Floats) -> Floats:
    """Distinct points (N, D) seen from where they spread most: (N, 2), zeros for directions that are not there."""
    plane = np.zeros((len(points), 2), np.float32)
    if len(points) > 1:
        components = PrincipalComponents.fit(points, plane.shape[1])
        plane[:, : components.dimensions] = components.encode(points)
    return plane


def in_square(positions: Floats) -> Floats:
    """Positions (N, 2) moved and scaled, the same in both directions, until the longer side runs from -1 to 1."""
    low, high = positions.min(0), positions.max(0)
    half = float((high - low).max()) / 2
    centred: Floats = positions - (low + high) / 2
    return centred / (half or 1)
