"""The points nearest to one point, exactly, among millions on disk: block by block, so that memory stays small."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats, Integers

BLOCK = 65_536  # points at once: 16 MB of 64 numbers


class Closest(NamedTuple):
    """The k nearest points, nearest first."""

    distances: Floats  # (k,), 1 - cosine
    rows: Integers  # (k,)


def closest(query: Floats, points: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> Closest:
    """The k unit vectors that point most nearly the same way.

    Args:
        query: (D,), unit length.
        points: (N, D), unit length; may be a memory map.
        k: How many, fewer when fewer are allowed.
        allowed: Which points count (N,); all when None.
    """
    cosines = np.empty(len(points), np.float32)
    for start in range(0, len(points), BLOCK):
        np.matmul(points[start : start + BLOCK], query, out=cosines[start : start + BLOCK])
    if allowed is not None:
        cosines[~allowed] = -np.inf
        k = min(k, int(allowed.sum()))
    k = min(k, len(points))
    best = np.argpartition(-cosines, k - 1)[:k] if k else np.empty(0, np.intp)
    best = best[np.lexsort((best, -cosines[best]))]
    return Closest(np.clip(1 - cosines[best], 0, 2), best)
