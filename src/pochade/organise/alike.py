"""Which points are near each other, among as many as there are: in blocks, so that memory stays small."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from pochade.organise.arrays import Floats, Integers

AT_ONCE = 16_000_000  # cosines: 64 MB


class Pairs(NamedTuple):
    """Pairs of points, each once, the first one's row below the second one's."""

    rows: Integers  # (M, 2)
    cosines: Floats  # (M,)


def near_pairs(points: Floats, cosine: float) -> Pairs:
    """Every pair of unit vectors (N, D) of at least that cosine, nearest first."""
    block = max(1, AT_ONCE // max(1, len(points)))
    rows: list[Integers] = [np.empty((0, 2), np.int64)]
    cosines: list[Floats] = [np.empty(0, np.float32)]
    for start in range(0, len(points), block):
        likeness = points[start : start + block] @ points[start:].T  # (b, N - start)
        first, second = np.nonzero(likeness >= cosine)
        once = first < second
        rows.append(np.stack([first[once], second[once]], 1) + start)
        cosines.append(likeness[first[once], second[once]])
    every, near = np.concatenate(rows), np.concatenate(cosines)
    order = np.argsort(-near, kind="stable")
    return Pairs(every[order], near[order])


def alike(points: Floats, cosine: float) -> Integers:
    """A number for each unit vector (N, D), the same for those that are linked by steps of at least that cosine."""
    return linked(near_pairs(points, cosine).rows, len(points))


def linked(pairs: Integers, count: int) -> Integers:
    """A number for each of so many points, the same for those that pairs (M, 2) of them link, by way of others too."""
    links = csr_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (count, count))
    numbers: Integers = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers
