"""t-SNE: maps on which neighbouring points stay neighbours, and new points on a finished map.

    fit_map, place_points  the map of a collection: only its points and their positions are stored
    TSNEMap                the map of the study: openTSNE's object stays in memory and places new points itself

t-SNE (van der Maaten & Hinton, "Visualizing Data using t-SNE", 2008) is computed by openTSNE. It keeps neighbours
together. The sizes of groups on the map, and the distances between groups, have no meaning.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from openTSNE import TSNE
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors

from pochade.analysis.arrays import Floats
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.pca import PrincipalComponents

MAP_DIMENSIONS = 2  # dimensions of a map
PERPLEXITY = 30  # the effective number of neighbours of a point
TSNE_ITERATIONS = 300  # after the 250 of early exaggeration; with 500, 0.3 % more neighbours stayed neighbours
MAX_LANDMARKS = 50_000  # points laid out by t-SNE; the others are placed among them
MIN_TSNE_POINTS = 20  # fewer points are projected onto their principal plane
MIN_THREADED_POINTS = 2_000  # with fewer points, the threads of `TSNEMap` would mostly wait for each other
MIN_FFT_POINTS = 2_500  # with fewer points Barnes-Hut trees are faster than Fourier transforms
START_SPREAD = 1e-4  # standard deviation of the initial positions
START_NOISE = 1e-6  # standard deviation of noise on these positions, so that points can leave a common line
PLACING_NEIGHBOURS = 10  # that pull a new point
PLACING_STEPS = 20  # of iteratively reweighted least squares
PULL_RADIUS = 2.0  # where a neighbour's pull fades: distance on the map in units of the mean spacing of points
MIN_DISTANCE = 1e-6  # between a new point and a neighbour; a smaller distance counts as this
MAX_COMPONENTS = 50  # principal components in which `TSNEMap` measures distances; the others are mostly noise
PLACING_PERPLEXITY = 5  # of `TSNEMap.place`


# The map of a collection ---------------------------------------------------------------------------------------------


def fit_map(points: Floats, seed: int = 0) -> Floats:
    """Lay points out on a plane with t-SNE.

    Equal points share one position. Of more than 50,000 points a random sample is laid out, and the others are placed
    among them.

    Args:
        points: (N, D) with meaningful Euclidean distances; N from 0 to some 100,000.
        seed: Decides the sample and the initial noise.

    Returns:
        Positions (N, 2) float32 in the square from -1 to 1: their longer side spans it, their shorter side is centred.
    """
    if not len(points):
        return np.empty((0, MAP_DIMENSIONS), np.float32)
    landmarks = np.sort(np.random.default_rng(seed).permutation(len(points))[:MAX_LANDMARKS])
    distinct, inverse = np.unique(points[landmarks], axis=0, return_inverse=True)
    unscaled = _tsne_positions(distinct, seed) if len(distinct) >= MIN_TSNE_POINTS else _principal_plane(distinct)
    positions = np.empty((len(points), MAP_DIMENSIONS), np.float32)
    positions[landmarks] = _fit_to_square(unscaled)[inverse.ravel()]
    others = np.setdiff1d(np.arange(len(points)), landmarks)
    positions[others] = place_points(points[others], points[landmarks], positions[landmarks])
    return positions


def place_points(new: Floats, points: Floats, positions: Floats) -> Floats:
    """Place new points on a map without moving the points already there.

    Each new point is pulled by its 10 nearest neighbours, most strongly by the nearest. As in t-SNE, the pull fades for
    neighbours far away on the map, so a point between two groups joins one of them instead of landing in the gap. Each
    step moves a point to the mean of its neighbours, weighted by their current pulls (iteratively reweighted least
    squares).

    A new point always lands among its neighbours, however dissimilar they are, so its position doesn't prove
    similarity. A new point that equals a point on the map lands on it.

    Args:
        new: (M, D).
        points: The points on the map (N, D), N at least 1.
        positions: Their positions (N, 2), from `fit_map` or an earlier call.

    Returns:
        Positions (M, 2) float32, within the area of the map's points.
    """
    if not len(new):
        return np.empty((0, MAP_DIMENSIONS), np.float32)
    distances, indices = nearest_neighbours(new, points, min(PLACING_NEIGHBOURS, len(points)))
    weights = 1 / np.maximum(distances, MIN_DISTANCE) ** 2  # (M, k)
    weights /= weights.sum(1, keepdims=True)
    neighbours = positions[indices]  # (M, k, 2)
    radius = PULL_RADIUS / np.sqrt(len(points))  # N points share a square whose sides are 2 long
    placed = _start_positions(neighbours, weights, radius)
    for _ in range(PLACING_STEPS):
        pulls = weights / (1 + _squared_distances(placed, neighbours) / radius**2)  # (M, k)
        placed = (pulls[..., None] * neighbours).sum(1) / pulls.sum(1, keepdims=True)
    return placed.astype(np.float32)


def _start_positions(neighbours: Floats, weights: Floats, radius: float) -> Floats:
    """For each new point, the position (M, 2) of the neighbour (M, k, 2) with the least weighted cost to the others."""
    costs = [
        (weights * np.log1p(_squared_distances(neighbours[:, column], neighbours) / radius**2)).sum(1)
        for column in range(neighbours.shape[1])
    ]
    best: Floats = neighbours[np.arange(len(neighbours)), np.argmin(costs, axis=0)]
    return best


def _squared_distances(positions: Floats, neighbours: Floats) -> Floats:
    squared: Floats = np.square(positions[:, None] - neighbours).sum(2)  # (M, k)
    return squared


def _tsne_positions(points: Floats, seed: int) -> Floats:
    """The t-SNE positions (N, 2) of at least four distinct points (N, D), not yet scaled."""
    perplexity = min(PERPLEXITY, (len(points) - 1) // 3)
    distances, indices = nearest_neighbours(points, points, 3 * perplexity, skip_self=True)
    exact = PrecomputedNeighbors(indices, distances.astype(np.float64))  # approximate ones would differ between runs
    # One thread: most of the work is serial, and on a busy machine waiting threads made it take far longer.
    affinities = PerplexityBasedNN(knn_index=exact, perplexity=perplexity, n_jobs=1)
    start = _principal_plane(points).astype(np.float64)
    start *= START_SPREAD / start[:, 0].std()
    start += np.random.default_rng(seed).normal(scale=START_NOISE, size=start.shape)
    gradient = "bh" if len(points) < MIN_FFT_POINTS else "fft"
    tsne = TSNE(n_iter=TSNE_ITERATIONS, negative_gradient_method=gradient, n_jobs=1, random_state=seed)
    return np.array(tsne.fit(affinities=affinities, initialization=start))


def _principal_plane(points: Floats) -> Floats:
    """The first two principal components (N, 2) of distinct points; zeros where there are fewer."""
    plane = np.zeros((len(points), MAP_DIMENSIONS), np.float32)
    if len(points) > 1:
        components = PrincipalComponents.fit(points, MAP_DIMENSIONS)
        plane[:, : components.dimensions] = components.encode(points)
    return plane


def _fit_to_square(positions: Floats) -> Floats:
    """Centre positions (N, 2) and scale both axes by one factor, so that the longer side runs from -1 to 1."""
    low, high = positions.min(0), positions.max(0)
    half = float((high - low).max()) / 2
    centred: Floats = positions - (low + high) / 2
    return centred / (half or 1)


# The map of the study ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TSNEMap:
    """A t-SNE map of points, on which new points can be placed."""

    positions: Floats  # (N, 2)
    components: PrincipalComponents | None  # distances are measured in these; None if the points are their own map
    embedding: Any  # openTSNE's object, which places new points; None if the points are their own map

    @classmethod
    def fit(cls, points: Floats, seed: int = 0, *, threads: int = -1) -> "TSNEMap":
        """Lay points out on a plane; two-dimensional points are their own map.

        Args:
            points: (N, D), N from 10 to some 10,000.
            seed: Decides the initial positions where they are random.
            threads: The number of threads for 2,000 points or more; -1 is one per core. The map is the same.
        """
        if points.shape[1] == MAP_DIMENSIONS:
            return cls(points, None, None)
        perplexity = min(PERPLEXITY, max(2, (len(points) - 1) // 3))
        components = PrincipalComponents.fit(points, MAX_COMPONENTS)
        start = "pca" if components.dimensions > 1 else "random"  # a line has no second component
        jobs = threads if len(points) >= MIN_THREADED_POINTS else 1
        tsne = TSNE(perplexity=perplexity, n_iter=TSNE_ITERATIONS, initialization=start, n_jobs=jobs, random_state=seed)
        embedding = tsne.fit(components.encode(points).astype(np.float64))
        return cls(np.array(embedding), components, embedding)

    def place(self, points: Floats) -> Floats:
        """Place new points (M, D) on the map, which does not move.

        A new point is *always* placed near its nearest neighbours, however far away they are, so its position doesn't
        show whether it is out of distribution. See `out_of_distribution.py`.

        Returns:
            Positions (M, 2).
        """
        if self.components is None:
            return points
        encoded = self.components.encode(points).astype(np.float64)
        placed = self.embedding.transform(encoded, perplexity=PLACING_PERPLEXITY)
        shift = np.asarray(self.embedding)[0] - self.positions[0]  # openTSNE centres its map at the first `transform`
        return np.asarray(placed) - shift
