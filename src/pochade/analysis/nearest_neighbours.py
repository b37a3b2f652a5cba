"""Exact nearest neighbours, computed block by block so that memory stays small.

    nearest_rows        one query, unit vectors that may be on disk  ->  its k nearest rows
    nearest_neighbours  many queries, Euclidean distance             ->  the k nearest points of each query
    nearest_pairs       unit vectors                                 ->  each vector paired with its k nearest ones
    near_pairs          unit vectors, a minimum cosine               ->  all pairs at least that similar
    single_linkage      unit vectors, a minimum cosine               ->  clusters connected by such pairs

Unit vectors are compared by their cosine.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers

ROWS_PER_BLOCK = 65_536  # read from disk at once: 16 MB with 64 dimensions
QUERIES_PER_BLOCK = 1_000  # 1,000 x 60,000 distances take 240 MB
COSINES_PER_BLOCK = 16_000_000  # 64 MB
COLUMNS_PER_RUN = 64  # of `top_k_per_row`


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
    database = torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32))
    norms = database.square().sum(1)  # (N,)
    distances, indices = list[Tensor](), list[Tensor]()
    for block in _blocks(len(queries), QUERIES_PER_BLOCK):
        batch = torch.from_numpy(np.ascontiguousarray(queries[block], dtype=np.float32))
        squared = torch.addmm(norms[None], batch, database.T, alpha=-2)  # (b, N), without each query's squared norm
        if skip_self:
            rows = torch.arange(len(batch))
            squared[rows, block.start + rows] = torch.inf
        values, columns = squared.topk(k, largest=False)
        values += batch.square().sum(1, keepdim=True)
        distances.append(values.clamp(min=0).sqrt())
        indices.append(columns)
    return Neighbours(torch.cat(distances).numpy(), torch.cat(indices).numpy())


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
    database = torch.from_numpy(np.ascontiguousarray(points, np.float32))
    pairs, cosines = [np.empty((0, 2), np.int64)], [np.empty(0, np.float32)]
    for block in _blocks(len(points), _rows_per_block(len(points))):
        similarity = database[block] @ database.T  # (b, N)
        rows = torch.arange(len(similarity))
        similarity[rows, block.start + rows] = -torch.inf
        values, columns = top_k_per_row(similarity, k)
        near, ranks = torch.nonzero(values >= cosine, as_tuple=True)
        pairs.append(torch.stack([near + block.start, columns[near, ranks]], 1).numpy())
        cosines.append(values[near, ranks].numpy())
    return _unique_pairs(np.concatenate(pairs), np.concatenate(cosines))


def near_pairs(points: Floats, cosine: float) -> Iterator[Integers]:
    """Find all pairs of unit vectors (N, D) whose cosine is at least `cosine`.

    Yields:
        Pairs (M, 2), block by block; each pair is yielded once, the lower row first.
    """
    for block in _blocks(len(points), _rows_per_block(len(points))):
        near = np.argwhere(points[block] @ points[block.start :].T >= cosine)  # in a matrix (b, N - start)
        yield near[near[:, 0] < near[:, 1]] + block.start


def top_k_per_row(values: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Find the k largest values of each row of (B, N), and their columns; (B, k) each.

    `Tensor.topk` takes ten times as long on long rows. So first the k runs of 64 columns with the largest maxima are
    found, which must contain the k largest values.
    """
    run_columns = values.shape[1] // COLUMNS_PER_RUN * COLUMNS_PER_RUN
    if run_columns < 2 * COLUMNS_PER_RUN * k:
        short = values.topk(k)
        return short.values, short.indices
    runs = values[:, :run_columns].unflatten(1, (-1, COLUMNS_PER_RUN)).amax(2).topk(k).indices  # (B, k)
    columns = (runs.unsqueeze(2) * COLUMNS_PER_RUN + torch.arange(COLUMNS_PER_RUN)).flatten(1)
    remaining = torch.arange(run_columns, values.shape[1]).expand(len(values), -1)
    columns = torch.cat([columns, remaining], 1)
    largest, positions = values.gather(1, columns).topk(k)
    return largest, columns.gather(1, positions)


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
