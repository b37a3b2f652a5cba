"""Which points are so near to each other that they count as one."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from pochade.organise.arrays import Floats, Integers

BLOCK = 1_000  # points at once


def alike(points: Floats, cosine: float) -> Integers:
    """A number for each unit vector (N, D), the same for those that are linked by steps of at least that cosine."""
    pairs = []
    for start in range(0, len(points), BLOCK):
        near = np.argwhere(points[start : start + BLOCK] @ points.T >= cosine)
        near[:, 0] += start
        pairs.append(near)
    rows, columns = np.concatenate(pairs).T if pairs else np.empty((2, 0), np.intp)
    links = csr_matrix((np.ones(len(rows), bool), (rows, columns)), (len(points), len(points)))
    numbers: Integers = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers
