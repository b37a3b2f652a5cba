"""Which points are near each other, among as many as there are: in blocks, so that memory stays small."""

import numpy as np
import torch
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


def nearest_pairs(points: Floats, cosine: float, most: int) -> tuple[Integers, Floats]:
    """Of unit vectors (N, D), each one with its nearest, at least of that cosine, and so many at most.

    Returns:
        Pairs (M, 2), each once, the lower row first, and their cosines (M,); the nearest pairs first.
    """
    block = max(1, AT_ONCE // max(1, len(points)))
    every = torch.from_numpy(np.ascontiguousarray(points, np.float32))
    found: list[tuple[Integers, Floats]] = [(np.empty((0, 2), np.int64), np.empty(0, np.float32))]
    for start in range(0, len(points), block):
        cosines = every[start : start + block] @ every.T  # (b, N)
        own = torch.arange(len(cosines))
        cosines[own, start + own] = -1
        near = cosines >= cosine
        crowded = torch.nonzero(near.sum(1) > most).flatten()
        near[crowded] = False
        near[crowded.unsqueeze(1), cosines[crowded].topk(min(most, len(points))).indices] = True
        rows, others = torch.nonzero(near, as_tuple=True)
        found.append((torch.stack([rows + start, others], 1).numpy(), cosines[rows, others].numpy()))
    pairs, values = np.sort(np.concatenate([each for each, _ in found]), 1), np.concatenate([each for _, each in found])
    once, places = np.unique(pairs, axis=0, return_index=True)
    order = np.argsort(-values[places], kind="stable")
    return once[order], values[places][order]


def alike(points: Floats, cosine: float) -> Integers:
    """A number for each unit vector (N, D), the same for those that are linked by steps of at least that cosine."""
    return linked(near_pairs(points, cosine), len(points))


def linked(pairs: Integers, count: int) -> Integers:
    """A number for each of so many points, the same for those that pairs (M, 2) of them link, by way of others too."""
    links = csr_matrix((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), (count, count))
    numbers: Integers = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers
