"""Which points are near each other, among as many as there are: in blocks, so that memory stays small."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from pochade.organise.arrays import Floats, Integers

AT_ONCE = 16_000_000  # cosines: 64 MB


def near_pairs(points: Floats, cosine: float) -> Integers:
    """Every pair of unit vectors (N, D) of at least that cosine, once: (M, 2), the lower row first."""
    block = max(1, AT_ONCE // max(1, len(points)))
    pairs: list[Integers] = [np.empty((0, 2), np.int64)]
    for start in range(0, len(points), block):
        near = np.argwhere(points[start : start + block] @ points[start:].T >= cosine)  # of (b, N - start)
        pairs.append(near[near[:, 0] < near[:, 1]] + start)
    return np.concatenate(pairs)


def alike(points: Floats, cosine: float) -> Integers:
    """A number for each unit vector (N, D), the same for those that are linked by steps of at least that cosine."""
    return linked(near_pairs(points, cosine), len(points))


def linked(pairs: Integers, count: int) -> Integers:
    """A number for each of so many points, the same for those that pairs (M, 2) of them link, by way of others too."""
    links = csr_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (count, count))
    numbers: Integers = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers
