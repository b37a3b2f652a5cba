"""Which pairs of pictures are worth comparing closely.

    embeddings, edge maps ──►──┤nearest neighbours├──►── pairs ──►──┤edges aligned├──►── likely pairs

Embeddings find most pairs. Edge maps find pictures that are drawn alike but look different, such as cards of a deck.
Both steps are cheap and let too much through: the likely pairs are then compared by their pixels.
"""

from typing import NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_pairs
from pochade.analysis.pca import PrincipalComponents
from pochade.analysis.registration import align
from pochade.system.progress import Progress, Report

NEIGHBOURS = 10  # nearest pictures that are proposed as partners of a picture
MIN_COSINE = 0.6  # of the embeddings of a proposed pair
EDGE_NEIGHBOURS = 4  # pictures with the nearest edges that are proposed, too
EDGE_COMPONENTS = 32  # principal components of edge maps in which neighbours are sought
EDGE_SAMPLE = 4_000  # edge maps to which the components are fitted
MIN_CORRELATION = 0.8  # of the edges of a pair that only they propose, before and after they are aligned
MAPS_PER_BLOCK = 20_000  # edge maps that are projected at once: 80 MB
PAIRS_PER_BLOCK = 20_000  # edge maps are correlated so many pairs at a time
EDGE_WEIGHT = 0.5  # of the correlation of edges, beside the cosine
MIN_LIKENESS = 1.0  # of a likely pair
PAIRS_PER_PICTURE = 6  # aligned in one run, the nearest first
MIN_PAIRS, MAX_PAIRS = 30_000, 300_000  # bounds of the number of pairs that one run aligns
PAIRS_PER_BATCH = 2_048


class LikelyPairs(NamedTuple):
    """Pairs of pictures that may be related."""

    pairs: Integers  # (P, 2), rows of the pictures
    cosines: Floats  # (P,), of their embeddings
    transforms: Floats  # (P, 2, 3), from coordinates (-1 to 1) of the first subject's square to those of the second's


def propose_pairs(embeddings: Floats, edges: Floats, rows: Integers) -> tuple[Integers, Floats]:
    """Propose pairs of pictures by their embeddings and their edges.

    Args:
        embeddings: The embeddings of all pictures (N, 64), of unit length.
        edges: The edge maps of all pictures (N, 32, 32).
        rows: The rows (n,) of the pictures to pair.

    Returns:
        Pairs of rows (P, 2) and the cosines of their embeddings (P,): the nearest embeddings first, then pairs that
        only the edges propose.
    """
    vectors = embeddings[rows]
    pairs, cosines = nearest_pairs(vectors, MIN_COSINE, NEIGHBOURS)
    known = set(map(tuple, pairs.tolist()))
    others = [pair for pair in _pairs_by_edges(edges[rows]).tolist() if tuple(pair) not in known]
    by_edges = np.array(others, np.int64).reshape(-1, 2)
    more = np.einsum("pd,pd->p", vectors[by_edges[:, 0]], vectors[by_edges[:, 1]])
    return rows[np.concatenate([pairs, by_edges])], np.concatenate([cosines, more])


def _pairs_by_edges(edges: Floats) -> Integers:
    """Pairs (P, 2) of edge maps (n, 32, 32) that correlate, the nearest first."""
    if not len(edges):
        return np.empty((0, 2), np.int64)
    flat = edges.reshape(len(edges), -1)
    sample = flat[:: max(1, len(flat) // EDGE_SAMPLE)].astype(np.float32)
    if not np.ptp(sample, axis=0).any():  # too few pictures, or nothing in which they differ
        return np.empty((0, 2), np.int64)
    principal = PrincipalComponents.fit(sample, EDGE_COMPONENTS)
    blocks = (flat[start : start + MAPS_PER_BLOCK] for start in range(0, len(flat), MAPS_PER_BLOCK))
    components = np.concatenate([principal.encode(block.astype(np.float32)) for block in blocks])
    unit = components / np.maximum(np.linalg.norm(components, axis=1, keepdims=True), 1e-12)
    pairs, _ = nearest_pairs(unit.astype(np.float32), MIN_CORRELATION, EDGE_NEIGHBOURS)
    return pairs[_correlations(flat, pairs) >= MIN_CORRELATION]


def _correlations(flat: Floats, pairs: Integers) -> Floats:
    """The correlation (P,) of two rows (n, 1024), for each pair (P, 2)."""
    correlations = [np.empty(0, np.float32)]
    for start in range(0, len(pairs), PAIRS_PER_BLOCK):
        first, second = (
            rows - rows.mean(1, keepdims=True)
            for rows in (flat[side].astype(np.float32) for side in pairs[start : start + PAIRS_PER_BLOCK].T)
        )
        norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
        correlations.append(np.einsum("pd,pd->p", first, second) / np.maximum(norms, 1e-6))
    return np.concatenate(correlations)


def max_aligned_pairs(pictures: int) -> int:
    """The maximum number of pairs that one run aligns in a collection of this many pictures."""
    return min(MAX_PAIRS, max(MIN_PAIRS, PAIRS_PER_PICTURE * pictures))


def select_likely_pairs(
    edges: Floats, pairs: Integers, cosines: Floats, report: Report, *, everything: bool = False
) -> LikelyPairs:
    """Align the edges of pairs, and keep the pairs whose edges agree, or whose embeddings are very near.

    Args:
        edges: The edge maps of all pictures (N, 32, 32).
        pairs: Rows of the edge maps (P, 2).
        cosines: Of the pictures' embeddings (P,).
        report: Called with the progress.
        everything: Keep all pairs.
    """
    correlations, transforms = np.empty(len(pairs), np.float32), np.empty((len(pairs), 2, 3), np.float64)
    for start in range(0, len(pairs), PAIRS_PER_BATCH):
        batch = slice(start, start + PAIRS_PER_BATCH)
        rows, places = np.unique(pairs[batch], return_inverse=True)
        alignment = align(edges[rows].astype(np.float32), places.reshape(-1, 2))
        correlations[batch], transforms[batch] = alignment.correlation, alignment.transforms
        report(Progress("comparing edges", min(start + PAIRS_PER_BATCH, len(pairs)), len(pairs)))
    is_like = cosines + EDGE_WEIGHT * correlations >= MIN_LIKENESS
    likely = np.full(len(pairs), fill_value=True) if everything else is_like | (correlations >= MIN_CORRELATION)
    return LikelyPairs(pairs[likely], cosines[likely], transforms[likely])
