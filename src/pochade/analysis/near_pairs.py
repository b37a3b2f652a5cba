"""Which points are near each other, among as many as there are: in blocks, so that memory stays small."""

from collections.abc import Iterator

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from pochade.analysis.arrays import Floats, Integers

AT_ONCE = 16_000_000  # cosines: 64 MB
RUN = 64  # columns


def near_pairs(points: Floats, cosine: float) -> Iterator[Integers]:
    """Every pair of unit vectors (N, D) of at least that cosine, once: (M, 2) at a time, the lower row first."""
    block = max(1, AT_ONCE // max(1, len(points)))
    for start in range(0, len(points), block):
        near = np.argwhere(points[start : start + block] @ points[start:].T >= cosine)  # of (b, N - start)
        yield near[near[:, 0] < near[:, 1]] + start


def nearest_pairs(points: Floats, cosine: float, most: int) -> tuple[Integers, Floats]:
    """Of unit vectors (N, D), each one with its nearest, at least of that cosine, and so many at most.

    Returns:
        Pairs (M, 2), each once, the lower row first, and their cosines (M,); the nearest pairs first.
    """
    block, count = max(1, AT_ONCE // max(1, len(points))), min(most, len(points))
    every = torch.from_numpy(np.ascontiguousarray(points, np.float32))
    found: list[tuple[Integers, Floats]] = [(np.empty((0, 2), np.int64), np.empty(0, np.float32))]
    for start in range(0, len(points), block):
        cosines = every[start : start + block] @ every.T  # (b, N)
        own = torch.arange(len(cosines))
        cosines[own, start + own] = -torch.inf
        values, others = largest(cosines, count)
        rows, places = torch.nonzero(values >= cosine, as_tuple=True)
        pairs = torch.stack([rows + start, others[rows, places]], 1)
        found.append((pairs.numpy(), values[rows, places].numpy()))
    return each_once(np.concatenate([pairs for pairs, _ in found]), np.concatenate([values for _, values in found]))


def largest(rows: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest numbers of each row (B, N) and their columns, (B, count) each.

    They lie in those runs of 64 columns whose own largest numbers are the largest: in long rows `topk` alone takes ten
    times as long.
    """
    whole = rows.shape[1] // RUN * RUN
    if whole < 2 * RUN * count:
        short = rows.topk(count)
        return short.values, short.indices
    runs = rows[:, :whole].unflatten(1, (-1, RUN)).amax(2).topk(count).indices  # (B, count)
    columns = (runs.unsqueeze(2) * RUN + torch.arange(RUN)).flatten(1)
    rest = torch.arange(whole, rows.shape[1]).expand(len(rows), -1)
    columns = torch.cat([columns, rest], 1)
    values, places = rows.gather(1, columns).topk(count)
    return values, columns.gather(1, places)


def each_once(pairs: Integers, values: Floats) -> tuple[Integers, Floats]:
    """Pairs (M, 2), of which some come both ways, each once, the lower row first; those of the largest values first."""
    low, high = pairs.min(1), pairs.max(1)
    _, places = np.unique(low * (high.max(initial=0) + 1) + high, return_index=True)
    order = places[np.argsort(-values[places], kind="stable")]
    return np.stack([low[order], high[order]], 1), values[order]


def alike(points: Floats, cosine: float) -> Integers:
    """A number for each unit vector (N, D), the same for those that are linked by steps of at least that cosine."""
    forest = np.empty((0, 2), np.int64)  # each point with the first that it is linked to, so far
    for pairs in near_pairs(points, cosine):
        numbers = linked(np.concatenate([forest, pairs]), len(points))
        first = np.unique(numbers, return_index=True)[1]
        forest = np.stack([first[numbers], np.arange(len(points))], 1)
    return linked(forest, len(points))


def linked(pairs: Integers, count: int) -> Integers:
    """A number for each of so many points, the same for those that pairs (M, 2) of them link, by way of others too."""
    links = csr_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (count, count))
    numbers: Integers = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers
