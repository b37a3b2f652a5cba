"""Nearest neighbours of patches: exactly among all of them, or among those that continue the neighbours' sources."""

from typing import NamedTuple

import torch
from torch import Tensor

from pochade.analysis.patch_grid import PATCH_SIDE, gather_patches, grid_corners

COMPLETENESS = 0.02  # alpha of GPNN, as a share of the typical distance: the smaller, the more every patch is used
MIN_DISTANCE = 1e-4  # squared, of two patches; a smaller one counts as this one
MAX_COMPONENTS = 24  # principal components by which patches are compared
PATCHES_PER_BLOCK = 4_096  # whose proposals are compared at once: 30 MB
JITTERS = 4  # random places near the source of a patch that are tried beside those of its neighbours
MAX_FITTED = 8_000  # patches to which the principal components are fitted


class SourceTable(NamedTuple):
    """The nearest patch of every real picture for every patch of a grid."""

    distances: Tensor  # (n * n, S), each relative to how near that patch is to any other place
    rows: Tensor  # (n * n, S), of the upper left pixels of these patches in the stack


def search_all(queries: Tensor, keys: Tensor, rows: Tensor) -> SourceTable:
    """Find the nearest patch of each picture for each query, so that all patches are used about equally.

    A distance counts relative to the smallest distance of that patch to any query: a patch that is much nearer to
    another query gives way (Granot et al., "Drop the GAN", CVPR 2022).

    Args:
        queries: Descriptors (Q, d).
        keys: Descriptors of the patches of each picture (S, K, d).
        rows: The rows of the patches' upper left pixels in the stack (S, K).
    """
    norms = queries.square().sum(1, keepdim=True)
    alpha = COMPLETENESS * float(norms.mean()) + MIN_DISTANCE
    distances, indices = [], []
    for points in keys:
        table = torch.addmm(points.square().sum(1)[None] + norms, queries, points.T, alpha=-2).clamp_(min=0)
        table /= table.amin(0, keepdim=True) + alpha
        nearest = table.min(1)
        distances.append(nearest.values)
        indices.append(nearest.indices)
    chosen = torch.stack(indices)
    return SourceTable(torch.stack(distances, 1), rows.gather(1, chosen).T.contiguous())


def fit_components(patches: Tensor, generator: torch.Generator) -> Tensor:
    """The principal directions (147, d) of patches (K, 147), by an exact eigendecomposition of a sample of them."""
    sample = patches[torch.randperm(len(patches), generator=generator)[:MAX_FITTED]].double()
    sample = sample - sample.mean(0)
    directions = torch.linalg.eigh(sample.T @ sample)[1].flip(1)[:, :MAX_COMPONENTS]
    return directions.float()


def continue_neighbours(rows: Tensor, side: int, stride: int, generator: torch.Generator) -> Tensor:
    """Propose sources for each patch of a grid: those that continue the sources of its neighbours, and places nearby.

    Args:
        rows: The row of each patch's source, (n, n) by the patch's place on the grid.
        side: Of each picture of the stack, in pixels.
        stride: Of the grid.
        generator: Decides the places nearby.

    Returns:
        Rows of sources, (n, n, 9 + `JITTERS`); the first is the one it has.
    """
    count = len(rows)
    corners = grid_corners(side, stride)
    places = torch.arange(count)
    source, y, x = split_rows(rows, side)
    proposals = [rows]
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if not (down or right):
                continue
            line, column = (places + down).clamp(0, count - 1), (places + right).clamp(0, count - 1)
            dy = (corners - corners[line])[:, None]
            dx = (corners - corners[column])[None]
            near = (line[:, None], column[None])
            proposals.append(join_rows(source[near], y[near] + dy, x[near] + dx, side))
    for power in range(JITTERS):
        reach = 2 ** (power + 1)
        jitter = torch.randint(-reach, reach + 1, (2, count, count), generator=generator)
        proposals.append(join_rows(source, y + jitter[0], x + jitter[1], side))
    return torch.stack(proposals, -1)


def choose_proposals(patches: Tensor, pixels: Tensor, proposals: Tensor, side: int, penalties: Tensor) -> Tensor:
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
    chosen = list[Tensor]()
    for block, candidates in zip(patches.split(PATCHES_PER_BLOCK), proposals.split(PATCHES_PER_BLOCK), strict=True):
        differences = gather_patches(pixels, candidates, side).sub_(block[:, None])
        distances = (differences.square_().sum(-1) + MIN_DISTANCE) * penalties[candidates // (side * side)]
        chosen.append(candidates.gather(1, distances.argmin(1, keepdim=True))[:, 0])
    return torch.cat(chosen)


def split_rows(rows: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """Split rows into the picture of the stack, the y and the x of a patch's upper left pixel."""
    return rows // (side * side), rows % (side * side) // side, rows % side


def join_rows(source: Tensor, y: Tensor, x: Tensor, side: int) -> Tensor:
    """Join what `split_rows` splits; patches that would leave their picture are moved inside."""
    last = side - PATCH_SIDE
    return source * (side * side) + y.clamp(0, last) * side + x.clamp(0, last)
