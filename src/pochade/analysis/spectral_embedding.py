"""Spectral embedding: points as leading eigenvectors of the normalised affinity of their nearest-neighbour graph.

    points (N, D) ──►──┤10 nearest neighbours├──► affinity (N, N), sparse ──►──┤eigenvectors├──► unit vectors (N, K)

The leading eigenvectors of the normalised affinity are the smoothest ones of the graph's Laplacian: they hardly vary
within a group of well-connected points (Ng, Jordan & Weiss, "On Spectral Clustering", 2001).
"""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh

from pochade.analysis.arrays import Floats
from pochade.analysis.nearest_neighbours import nearest_neighbours

GRAPH_NEIGHBOURS = 10


def neighbour_affinity(points: Floats) -> sparse.csr_array:
    """The affinity (N, N) of points (N, D): 1 where both are among the other's 10 nearest, 1/2 where one is."""
    neighbours = nearest_neighbours(points, points, GRAPH_NEIGHBOURS, skip_self=True).indices  # (N, 10)
    rows = np.repeat(np.arange(len(points)), GRAPH_NEIGHBOURS)
    directed = sparse.csr_array((np.ones(rows.size), (rows, neighbours.ravel())), shape=(len(points), len(points)))
    return (directed + directed.T) / 2


def spectral_embedding(affinity: sparse.csr_array, dimensions: int, seed: int) -> Floats:
    """Embed each point of a graph as a unit vector in the affinity's leading eigenvectors, (N, dimensions).

    Args:
        affinity: Symmetric (N, N), with a positive sum in every row.
        dimensions: The number of eigenvectors, less than N.
        seed: Decides the starting vector of the eigensolver.
    """
    scale = sparse.diags_array(1 / np.sqrt(affinity.sum(1)))
    start = np.random.default_rng(seed).normal(size=affinity.shape[0])
    # Full precision: unconnected parts have the same eigenvalue, and with a tolerance only one of them would be found.
    _, eigenvectors = eigsh(scale @ affinity @ scale, dimensions, which="LA", v0=start)
    unit: Floats = eigenvectors / np.maximum(np.linalg.norm(eigenvectors, axis=1, keepdims=True), 1e-12)
    return unit
