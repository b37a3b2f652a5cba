"""The nearest neighbours of points among points, exactly, block by block so that memory stays small."""

from typing import NamedTuple

import numpy as np
import torch

from pochade.analysis.arrays import Floats, Integers

BLOCK = 1_000  # queries at once: 1,000 x 60,000 distances are 240 MB


class Neighbours(NamedTuple):
    """The k nearest points of each query, nearest first."""

    distances: Floats  # (Q, k), Euclidean
    indices: Integers  # (Q, k), rows of the points searched


def nearest(queries: Floats, points: Floats, k: int, *, skip_self: bool = False) -> Neighbours:
    """The k nearest points of each query by Euclidean distance.

    Args:
        queries: (Q, D).
        points: (N, D).
        k: How many neighbours, at most N.
        skip_self: The queries are the points, and none shall count as its own neighbour.

    Raises:
        ValueError: k is more than there are points.
    """
    if k + skip_self > len(points):
        raise ValueError(f"{k} neighbours asked for among {len(points)} points")
    database = torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32))
    norms = database.square().sum(1)  # (N,)
    found: list[tuple[torch.Tensor, torch.Tensor]] = []
    for start in range(0, len(queries), BLOCK):
        block = torch.from_numpy(np.ascontiguousarray(queries[start : start + BLOCK], dtype=np.float32))
        squared = torch.addmm(norms[None], block, database.T, alpha=-2)  # (b, N), less each query's own norm
        if skip_self:
            rows = torch.arange(len(block))
            squared[rows, start + rows] = torch.inf
        values, indices = squared.topk(k, largest=False)
        values += block.square().sum(1, keepdim=True)
        found.append((values.clamp(min=0).sqrt(), indices))
    return Neighbours(
        torch.cat([distances for distances, _ in found]).numpy(), torch.cat([indices for _, indices in found]).numpy()
    )
