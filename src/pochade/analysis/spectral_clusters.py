"""Spectral clustering into a given number of clusters, of about equal size or of any size, without labels."""

import numpy as np
from sklearn.cluster import KMeans

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.spectral_embedding import GRAPH_NEIGHBOURS, neighbour_affinity, spectral_embedding

MAX_CLUSTERED_POINTS = 20_000  # each other point joins the cluster of most of its neighbours among these
K_MEANS_ROUNDS = 30
SINKHORN_ROUNDS = 50  # enough for the row and column sums to be right to a percent


class SpectralClustering:
    """Clusters points into a given number of clusters, by k-means in the spectral embedding of their neighbour graph.

    Of more than 20,000 points a random sample is clustered; every other point joins the cluster of most of its
    neighbours in the sample. The graph and its embedding are computed once.

    Args:
        points: (N, D) with meaningful Euclidean distances; N at least 20 and several times `count`.
        count: The number of clusters, from 2.
        seed: Decides the sample and the starting points of k-means and of the eigenvectors.
    """

    def __init__(self, points: Floats, count: int, seed: int = 0) -> None:
        self.count, self.seed = count, seed
        self._sample = np.sort(np.random.default_rng(seed).permutation(len(points))[:MAX_CLUSTERED_POINTS])
        sampled = points[self._sample]
        self._embedding = spectral_embedding(neighbour_affinity(sampled), count + 1, seed)
        is_whole = len(sampled) == len(points)
        self._neighbours = None if is_whole else nearest_neighbours(points, sampled, GRAPH_NEIGHBOURS).indices

    def clusters(self, *, equal_sizes: bool) -> Integers:
        """Find the clusters.

        With equal sizes, optimal transport assigns the points so that every cluster gets the same amount (Asano,
        Rupprecht & Vedaldi, "Self-labelling via Simultaneous Clustering and Representation Learning", ICLR 2020).
        Without this, one class with two clear subclasses is split before two classes that touch are separated. Don't
        ask for equal sizes where they are very unequal.

        Args:
            equal_sizes: Whether the clusters are to have about equal sizes.

        Returns:
            The cluster of each point, from 0 (N,).
        """
        find_clusters = _balanced_k_means if equal_sizes else _k_means
        sampled = find_clusters(self._embedding, self.count, self.seed)
        if self._neighbours is None:
            return sampled
        votes = sampled[self._neighbours]  # (N, 10)
        clusters: Integers = np.stack([(votes == number).sum(1) for number in range(self.count)], axis=1).argmax(1)
        clusters[self._sample] = sampled
        return clusters


def _k_means(points: Floats, count: int, seed: int) -> Integers:
    clusters: Integers = KMeans(count, n_init=10, random_state=seed).fit_predict(points).astype(np.int64)
    return clusters


def _balanced_k_means(points: Floats, count: int, seed: int) -> Integers:
    """Soft k-means of points (N, D) with clusters of equal size; returns the likeliest cluster of each point (N,)."""
    centres = KMeans(count, n_init=10, random_state=seed).fit(points).cluster_centers_
    for _ in range(K_MEANS_ROUNDS):
        distances = np.square(points[:, None] - centres[None]).sum(2)  # (N, count)
        shares = sinkhorn_shares(distances / distances.min(1).mean())
        centres = (shares.T @ points) / shares.sum(0)[:, None]
    likeliest: Integers = shares.argmax(1)
    return likeliest


def sinkhorn_shares(costs: Floats) -> Floats:
    """Assign N points softly to K clusters of equal size at a low cost, by Sinkhorn iterations.

    This is entropic optimal transport (Cuturi, "Sinkhorn Distances", NeurIPS 2013).

    Args:
        costs: The cost of assigning each point to each cluster (N, K).

    Returns:
        The share of each point in each cluster (N, K). Rows sum to 1, columns to about N / K.
    """
    shares: Floats = np.exp(costs.min(1, keepdims=True) - costs)
    for _ in range(SINKHORN_ROUNDS):
        shares = shares / shares.sum(0)
        shares = shares / shares.sum(1, keepdims=True)
    return shares
