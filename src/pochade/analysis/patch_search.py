"""Nearest neighbours of patches: exactly among all of them, or among those that continue the neighbours' sources."""

from typing import NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.patch_grid import PATCH_SIDE, gather_patches, grid_corners

COMPLETENESS = 0.02  # alpha of GPNN, as a share of the typical distance: the smaller, the more every patch is used
MIN_DISTANCE = 1e-4  # squared, of two patches; a smaller one counts as this one
MAX_COMPONENTS = 24  # principal components by which patches are compared
PATCHES_PER_BLOCK = 4_096  # whose proposals are compared at once: 30 MB
JITTERS = 4  # random places near the source of a patch that are tried beside those of its neighbours
MAX_FITTED = 8_000  # patches to which the principal components are fitted


class SourceTable(NamedTuple):
    """The nearest patch of every real picture for every patch of a grid."""

    distances: Floats  # (n * n, S), each relative to how near that patch is to any other place
    rows: Integers  # (n * n, S), of the upper left pixels of these patches in the stack


def search_all(queries: Floats, keys: Floats, rows: Integers) -> SourceTable:
    """Find the nearest patch of each picture for each query, so that all patches are used about equally.

    A distance counts relative to the smallest distance of that patch to any query: a patch that is much nearer to
    another query gives way (Granot et al., "Drop the GAN", CVPR 2022).

    Args:
        queries: Descriptors (Q, d).
        keys: Descriptors of the patches of each picture (S, K, d).
        rows: The rows of the patches' upper left pixels in the stack (S, K).
    """
    norms = np.square(queries).sum(1, keepdims=True)
    alpha = COMPLETENESS * float(norms.mean()) + MIN_DISTANCE
    factors = np.column_stack([-2 * queries, norms, np.ones_like(norms)])  # one product computes squared distances
    distances, chosen = list[Floats](), list[Integers]()
    for points, point_rows in zip(keys, rows, strict=True):
        squared_norms = np.square(points).sum(1, keepdims=True)
        table = factors @ np.column_stack([points, np.ones_like(squared_norms), squared_norms]).T  # (Q, K)
        np.maximum(table, 0, out=table)
        table /= table.min(0) + alpha
        nearest = table.argmin(1)
        distances.append(np.take_along_axis(table, nearest[:, None], 1)[:, 0])
        chosen.append(point_rows[nearest])
    return SourceTable(np.stack(distances, 1), np.stack(chosen, 1))


def fit_components(patches: Floats, random: np.random.Generator) -> Floats:
    """The principal directions (147, d) of patches (K, 147), by an exact eigendecomposition of a sample of them."""
    sample = patches[random.permutation(len(patches))[:MAX_FITTED]].astype(np.float64)
    sample -= sample.mean(0)
    directions: Floats = np.linalg.eigh(sample.T @ sample)[1][:, ::-1][:, :MAX_COMPONENTS]
    return directions.astype(np.float32)


def continue_neighbours(rows: Integers, side: int, stride: int, random: np.random.Generator) -> Integers:
    """Propose sources for each patch of a grid: those that continue the sources of its neighbours, and places nearby.

    Args:
        rows: The row of each patch's source, (n, n) by the patch's place on the grid.
        side: Of each picture of the stack, in pixels.
        stride: Of the grid.
        random: Decides the places nearby.

    Returns:
        Rows of sources, (n, n, 9 + `JITTERS`); the first is the one it has.
    """
    count = len(rows)
    corners = grid_corners(side, stride)
    places = np.arange(count)
    source, y, x = split_rows(rows, side)
    proposals = [rows]
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if not (down or right):
                continue
            line, column = (places + down).clip(0, count - 1), (places + right).clip(0, count - 1)
            dy = (corners - corners[line])[:, None]
            dx = (corners - corners[column])[None]
            near = (line[:, None], column[None])
            proposals.append(join_rows(source[near], y[near] + dy, x[near] + dx, side))
    for power in range(JITTERS):
        reach = 2 ** (power + 1)
        jitter = random.integers(-reach, reach + 1, (2, count, count))
        proposals.append(join_rows(source, y + jitter[0], x + jitter[1], side))
    return np.stack(proposals, -1)


def choose_proposals(patches: Floats, pixels: Floats, proposals: Integers, side: int, penalties: Floats) -> Integers:
    """Choose the nearest of the proposed sources of each patch.

    Args:
        patches: What the sources ought to look like, (n, 147).
        pixels: The stack of real pictures, (S * side * side, 3).
        proposals: Rows of sources, (n, c).
        side: Of each picture, in pixels.
        penalties: Factors by which the distances to patches of each picture of the stack are multiplied, (S,).

    Returns:
        The chosen rows, (n,).
    """
    chosen = np.empty(len(patches), np.int64)
    for start in range(0, len(patches), PATCHES_PER_BLOCK):
        block = slice(start, start + PATCHES_PER_BLOCK)
        candidates = proposals[block]
        differences = gather_patches(pixels, candidates, side)
        differences -= patches[block, None]
        distances = np.einsum("ncd,ncd->nc", differences, differences) + MIN_DISTANCE
        nearest = (distances * penalties[candidates // (side * side)]).argmin(1)
        chosen[block] = np.take_along_axis(candidates, nearest[:, None], 1)[:, 0]
    return chosen


def split_rows(rows: Integers, side: int) -> tuple[Integers, Integers, Integers]:
    """Split rows into the picture of the stack, the y and the x of a patch's upper left pixel."""
    return rows // (side * side), rows % (side * side) // side, rows % side


def join_rows(source: Integers, y: Integers, x: Integers, side: int) -> Integers:
    """Join what `split_rows` splits; patches that would leave their picture are moved inside."""
    last = side - PATCH_SIDE
    return source * (side * side) + y.clip(0, last) * side + x.clip(0, last)
