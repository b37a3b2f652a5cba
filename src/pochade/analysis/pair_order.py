"""An order of pairs in which those of an item follow each other closely, so that few items are in memory at once."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, depth_first_order, minimum_spanning_tree

from pochade.analysis.arrays import Floats, Integers

MIN_DISTANCE = 1e-6  # a graph has no edges of length 0


def order_pairs(pairs: Integers, distances: Floats) -> Integers:
    """Find an order in which pairs that share a thing are near each other.

    Things are ranked as a walk through the minimum spanning tree of the pairs meets them, branch by branch, and pairs
    are sorted by these ranks.

    Args:
        pairs: Numbers of things (P, 2), from 0.
        distances: How far the two things of each pair are apart (P,), 0 or more.

    Returns:
        The positions (P,) of the pairs, in that order.
    """
    if not len(pairs):
        return np.empty(0, np.int64)
    ends = np.sort(_ranks(pairs, distances)[pairs], axis=1)
    return np.lexsort((ends[:, 1], ends[:, 0]))


def _ranks(pairs: Integers, distances: Floats) -> Integers:
    """The ranks (N,) of all things."""
    count = int(pairs.max()) + 1
    lengths = np.maximum(distances, MIN_DISTANCE).astype(np.float64)
    graph = coo_array((lengths, tuple(pairs.T)), shape=(count + 1, count + 1)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    _, parts = connected_components(graph[:count, :count], directed=False)
    _, roots = np.unique(parts, return_index=True)  # a thing of each part, to be joined to one more
    ends = np.concatenate([np.column_stack(tree.coords), np.column_stack([np.full_like(roots, count), roots])])
    joined = coo_array((np.ones(len(ends)), tuple(ends.T)), shape=(count + 1, count + 1)).tocsr()
    walk, _ = depth_first_order(joined, count, directed=False)
    ranks = np.empty(count + 1, np.int64)
    ranks[walk] = np.arange(count + 1)
    return ranks
