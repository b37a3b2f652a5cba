"""Nested groups of points, found without labels: spectral embedding, then agglomerative clustering.

    points ──►──┤spectral embedding├──►──┤k-means├──► up to 300 small clusters ──►──┤Ward├──► a tree, cut at 3 depths

Ward's method (Ward, "Hierarchical Grouping to Optimize an Objective Function", 1963) merges the small clusters, two
at a time. Outliers, which are far from all other points, get no group.
"""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cut_tree, linkage
from sklearn.cluster import KMeans

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.spectral_embedding import GRAPH_NEIGHBOURS, neighbour_affinity, spectral_embedding

EIGENVECTORS = 11  # of the embedding; with fewer, small groups merge, and with more, noise dominates
MAX_SMALL_CLUSTERS = 300
POINTS_PER_GROUP = (25, 15, 8)  # at each depth: the number of groups is the number of points divided by this ...
MAX_GROUPS = (10, 40, 160)  # ... but at most this
MIN_GROUPED_POINTS = 30  # fewer are one group
MAX_CLUSTERED_POINTS = 20_000  # each other point joins the group of most of its neighbours among these
OUTLIER_DEVIATIONS = 3.0  # a point is an outlier if its mean distance to neighbours exceeds the median by so many
DEVIATION_PER_MAD = 1.4826  # standard deviation of a normal distribution over its median absolute deviation (MAD)
NO_GROUP = -1


def spectral_hierarchy(points: Floats, seed: int = 0) -> Integers:
    """Group points at three depths, so that each group of one depth lies within one group of the depth above.

    Equal points count once. Of more than 20,000 distinct points a random sample is grouped; every other point joins the
    group of most of its neighbours in the sample.

    Args:
        points: (N, D) with meaningful Euclidean distances.
        seed: Decides the sample and the starting points of k-means and of the eigenvectors.

    Returns:
        The group of each point at each depth (depths, N), coarse first; -1 for outliers. Fewer than 30 distinct points
        form a single group at a single depth.
    """
    distinct, inverse = np.unique(points, axis=0, return_inverse=True)
    return _levels_of_distinct(distinct, seed)[:, inverse.ravel()]


def _levels_of_distinct(points: Floats, seed: int) -> Integers:
    if len(points) < MIN_GROUPED_POINTS:
        return np.zeros((1, len(points)), np.int64)
    sample = np.sort(np.random.default_rng(seed).permutation(len(points))[:MAX_CLUSTERED_POINTS])
    inliers = sample[~_outliers(points[sample])]
    inlier_levels = _levels(points[inliers], seed)
    levels = np.full((len(inlier_levels), len(points)), NO_GROUP, np.int64)
    levels[:, inliers] = inlier_levels
    others = np.setdiff1d(np.arange(len(points)), sample, assume_unique=True)
    if len(others):
        levels[:, others] = inlier_levels[:, _typical_neighbours(points[others], points[inliers], inlier_levels[-1])]
    return levels


def _outliers(points: Floats) -> NDArray[np.bool_]:
    """Which points (N,) are much farther from their neighbours than most points are."""
    count = min(GRAPH_NEIGHBOURS, len(points) - 1)
    distance = nearest_neighbours(points, points, count, skip_self=True).distances.mean(1)
    median = np.median(distance)
    deviation = np.median(np.abs(distance - median)) * DEVIATION_PER_MAD
    far: NDArray[np.bool_] = distance > median + OUTLIER_DEVIATIONS * deviation + 1e-6
    return far


def _levels(points: Floats, seed: int) -> Integers:
    """Group distinct points without outliers at each depth, (depths, N)."""
    embedding = spectral_embedding(neighbour_affinity(points), min(EIGENVECTORS, len(points) - 2), seed)
    k_means = KMeans(min(MAX_SMALL_CLUSTERS, len(points) // 3), n_init=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns if equal embeddings make fewer clusters
        cluster_of_point = k_means.fit(embedding.astype(np.float64)).labels_
    tree = linkage(k_means.cluster_centers_, "ward")
    limits = zip(POINTS_PER_GROUP, MAX_GROUPS, strict=True)
    counts = [max(2, min(max_groups, len(points) // per_group)) for per_group, max_groups in limits]
    cuts = cut_tree(tree, [min(count, len(k_means.cluster_centers_)) for count in counts])  # (clusters, depths)
    levels: Integers = cuts[cluster_of_point].T.astype(np.int64)
    return levels


def _typical_neighbours(queries: Floats, points: Floats, groups: Integers) -> Integers:
    """For each query, choose a neighbour whose group is that of most of the query's neighbours.

    Returns:
        The rows of the chosen neighbours in `points` (Q,).
    """
    neighbours = nearest_neighbours(queries, points, min(GRAPH_NEIGHBOURS, len(points))).indices  # (Q, k)
    votes = groups[neighbours]
    agreeing = (votes[:, :, None] == votes[:, None, :]).sum(2)  # (Q, k), neighbours in the same group
    rows: Integers = neighbours[np.arange(len(queries)), agreeing.argmax(1)]
    return rows
