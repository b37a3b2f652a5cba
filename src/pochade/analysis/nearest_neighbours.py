"""Exact nearest neighbours, computed block by block so that memory stays small.

    nearest_rows        one query, unit vectors that may be on disk  ->  its k nearest rows
    nearest_neighbours  many queries, Euclidean distance             ->  the k nearest points of each query
    nearest_pairs       unit vectors                                 ->  each vector paired with its k nearest ones
    near_pairs          unit vectors, a minimum cosine               ->  all pairs at least that similar
    single_linkage      unit vectors, a minimum cosine               ->  clusters connected by such pairs

Unit vectors are compared by their cosine. Of points that are equally near, those in lower rows come first; if there are
more of them than are asked for, any of them may be left out.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats, Integers

ROWS_PER_BLOCK = 65_536  # read from disk at once: 16 MB with 64 dimensions
COSINES_PER_BLOCK = 16_000_000  # or distances: 64 MB
COLUMNS_PER_GROUP = 64  # of `top_k_per_row`


class NearestRows(NamedTuple):
    """The k rows nearest to one query, nearest first."""

    distances: Floats  # (k,), 1 - cosine
    rows: Integers  # (k,)


class Neighbours(NamedTuple):
    """The k nearest points of each query, nearest first."""

    distances: Floats  # (Q, k), Euclidean
    indices: Integers  # (Q, k), rows of the points searched


def _blocks(count: int, size: int) -> Iterator[slice]:
    for start in range(0, count, size):
        yield slice(start, start + size)


# One query -----------------------------------------------------------------------------------------------------------


def nearest_rows(query: Floats, points: Floats, k: int, allowed: NDArray[np.bool_] | None = None) -> NearestRows:
    """Find the k unit vectors with the largest cosine to one query.

    Args:
        query: Unit vector (D,).
        points: Unit vectors (N, D); may be a memory map.
        k: How many rows to find; fewer are returned when fewer are allowed.
        allowed: Which rows may be returned (N,); all of them when None.
    """
    cosines = np.empty(len(points), np.float32)
    for block in _blocks(len(points), ROWS_PER_BLOCK):
        np.matmul(points[block], query, out=cosines[block])
    if allowed is not None:
        cosines[~allowed] = -np.inf
        k = min(k, int(allowed.sum()))
    k = min(k, len(points))
    best = np.argpartition(-cosines, k - 1)[:k] if k else np.empty(0, np.intp)
    best = best[np.lexsort((best, -cosines[best]))]
    return NearestRows(np.clip(1 - cosines[best], 0, 2), best)


# Many queries --------------------------------------------------------------------------------------------------------


def nearest_neighbours(queries: Floats, points: Floats, k: int, *, skip_self: bool = False) -> Neighbours:
    """Find the k nearest points of each query by Euclidean distance.

    Args:
        queries: (Q, D).
        points: (N, D).
        k: How many neighbours, at most N.
        skip_self: Set this when the queries are the points, so that no point is its own neighbour.

    Raises:
        ValueError: There are fewer than k points, not counting the query itself if `skip_self`.
    """
    if k + skip_self > len(points):
        raise ValueError(f"{len(points)} points are too few for {k} neighbours")
    database = np.ascontiguousarray(points, dtype=np.float32)
    database = np.column_stack([database, -np.square(database).sum(1) / 2])  # (N, D + 1), see `_similarities`
    distances: list[Floats] = [np.empty((0, k), np.float32)]
    indices: list[Integers] = [np.empty((0, k), np.int64)]
    for block in _blocks(len(queries), _rows_per_block(len(points))):
        batch = np.ascontiguousarray(queries[block], dtype=np.float32)
        similarity = _similarities(batch, database)
        if skip_self:
            rows = np.arange(len(batch))
            similarity[rows, block.start + rows] = -np.inf
        values, columns = top_k_per_row(similarity, k)
        squared = np.square(batch).sum(1, keepdims=True) - 2 * values
        distances.append(np.sqrt(np.maximum(squared, 0)))
        indices.append(columns)
    return Neighbours(np.concatenate(distances), np.concatenate(indices))


def _similarities(queries: Floats, database: Floats) -> Floats:
    """The inner products of queries (b, D) and points, less half of each point's squared norm: (b, N).

    The point that is nearest to a query has the largest one, and one matrix product computes them all.

    Args:
        queries: (b, D).
        database: The points, with minus half of their squared norms as the last column (N, D + 1).
    """
    similarities: Floats = np.column_stack([queries, np.ones(len(queries), np.float32)]) @ database.T
    return similarities


# Pairs ---------------------------------------------------------------------------------------------------------------


def nearest_pairs(points: Floats, cosine: float, k: int) -> tuple[Integers, Floats]:
    """Pair each unit vector with those of its k nearest neighbours that are similar enough.

    Args:
        points: Unit vectors (N, D).
        cosine: The minimum cosine of a pair.
        k: How many neighbours of each vector to consider.

    Returns:
        Pairs (M, 2), each once and with the lower row first, and their cosines (M,). The nearest pairs come first.
    """
    k = min(k, len(points))
    database = np.ascontiguousarray(points, np.float32)
    pairs, cosines = [np.empty((0, 2), np.int64)], [np.empty(0, np.float32)]
    for block in _blocks(len(points), _rows_per_block(len(points))):
        similarity = database[block] @ database.T  # (b, N)
        rows = np.arange(len(similarity))
        similarity[rows, block.start + rows] = -np.inf
        values, columns = top_k_per_row(similarity, k)
        near, ranks = np.nonzero(values >= cosine)
        pairs.append(np.stack([near + block.start, columns[near, ranks]], 1))
        cosines.append(values[near, ranks])
    return _unique_pairs(np.concatenate(pairs), np.concatenate(cosines))


def near_pairs(points: Floats, cosine: float) -> Iterator[Integers]:
    """Find all pairs of unit vectors (N, D) whose cosine is at least `cosine`.

    Yields:
        Pairs (M, 2), block by block; each pair is yielded once, the lower row first.
    """
    for block in _blocks(len(points), _rows_per_block(len(points))):
        near = np.argwhere(points[block] @ points[block.start :].T >= cosine)  # in a matrix (b, N - start)
        yield near[near[:, 0] < near[:, 1]] + block.start


def top_k_per_row(values: Floats, k: int) -> tuple[Floats, Integers]:
    """Find the k largest values of each row of (B, N), the largest first, and their columns; (B, k) each.

    Partitioning long rows is slow. So the columns are divided into groups of 64, and only the k groups with the largest
    maxima are searched: they must contain the k largest values.
    """
    group_count = values.shape[1] // COLUMNS_PER_GROUP
    if group_count < 2 * k:
        return _largest_among(values, _partition(values, k))
    grouped = values[:, : group_count * COLUMNS_PER_GROUP].reshape(len(values), COLUMNS_PER_GROUP, group_count)
    groups = _partition(grouped.max(1), k)  # (B, k); a group has every `group_count`th column
    steps = np.arange(COLUMNS_PER_GROUP)[:, None] * group_count
    columns = (groups[:, None] + steps).reshape(len(values), -1)
    remaining = np.arange(group_count * COLUMNS_PER_GROUP, values.shape[1])
    columns = np.concatenate([columns, np.broadcast_to(remaining, (len(values), len(remaining)))], 1)
    positions = _partition(np.take_along_axis(values, columns, 1), k)
    return _largest_among(values, np.take_along_axis(columns, positions, 1))


def _partition(values: Floats, k: int) -> Integers:
    """The columns (B, k) of the k largest values of each row of (B, N), in any order."""
    smaller = values.shape[1] - k
    return np.argpartition(values, min(smaller, values.shape[1] - 1), axis=1)[:, smaller:]


def _largest_among(values: Floats, columns: Integers) -> tuple[Floats, Integers]:
    """The values (B, k) in these columns (B, k) of (B, N), the largest first, and their columns in this order."""
    columns = np.sort(columns, axis=1)
    largest = np.take_along_axis(values, columns, 1)
    order = np.argsort(-largest, axis=1, kind="stable")
    return np.take_along_axis(largest, order, 1), np.take_along_axis(columns, order, 1)


def _rows_per_block(count: int) -> int:
    return max(1, COSINES_PER_BLOCK // max(1, count))


def _unique_pairs(pairs: Integers, values: Floats) -> tuple[Integers, Floats]:
    """Keep each pair (M, 2) once, with the lower row first, sorted by falling value."""
    low, high = pairs.min(1), pairs.max(1)
    _, first_rows = np.unique(low * (high.max(initial=0) + 1) + high, return_index=True)
    order = first_rows[np.argsort(-values[first_rows], kind="stable")]
    return np.stack([low[order], high[order]], 1), values[order]


# Clusters of near points ---------------------------------------------------------------------------------------------


def single_linkage(points: Floats, cosine: float) -> Integers:
    """Single-linkage clustering of unit vectors (N, D): pairs with at least the cosine `cosine` connect a cluster.

    Returns:
        The cluster of each point, from 0 (N,).
    """
    forest = np.empty((0, 2), np.int64)  # connects each point to the first point of its cluster so far
    for pairs in near_pairs(points, cosine):
        labels = connected_components(np.concatenate([forest, pairs]), len(points))
        first = np.unique(labels, return_index=True)[1]
        forest = np.stack([first[labels], np.arange(len(points))], 1)
    return connected_components(forest, len(points))


def connected_components(pairs: Integers, count: int) -> Integers:
    """Label the connected components of a graph.

    Args:
        pairs: The edges (M, 2).
        count: The number of nodes.

    Returns:
        The component of each node, from 0 (count,).
    """
    from scipy.sparse import csgraph, csr_matrix  # noqa: PLC0415  slow to import, and most commands don't need it

    edges = csr_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (count, count))
    labels: Integers = csgraph.connected_components(edges, directed=False)[1].astype(np.int64)
    return labels
