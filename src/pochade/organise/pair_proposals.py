"""Which pairs of pictures are worth comparing closely.

    embeddings ──►──┤nearest neighbours├──►── pairs ──►──┤edges aligned├──►── likely pairs

Both steps are cheap and let too much through: the likely pairs are then compared by their pixels.
"""

from typing import NamedTuple

import numpy as np
import torch

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_pairs
from pochade.analysis.registration import align
from pochade.system.progress import Progress, Report

NEIGHBOURS = 10  # nearest pictures that are proposed as partners of a picture
MIN_COSINE = 0.6  # of the embeddings of a proposed pair
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


def propose_pairs(embeddings: Floats, rows: Integers) -> tuple[Integers, Floats]:
    """Propose pairs of pictures by their embeddings.

    Args:
        embeddings: The embeddings of all pictures (N, 64), of unit length.
        rows: The rows (n,) of the pictures to pair.

    Returns:
        Pairs of rows (P, 2) and their cosines (P,), the nearest first.
    """
    pairs, cosines = nearest_pairs(embeddings[rows], MIN_COSINE, NEIGHBOURS)
    return rows[pairs], cosines


def max_aligned_pairs(pictures: int) -> int:
    """The maximum number of pairs that one run aligns in a collection of this many pictures."""
    return min(MAX_PAIRS, max(MIN_PAIRS, PAIRS_PER_PICTURE * pictures))


def select_likely_pairs(
    edges: Floats, pairs: Integers, cosines: Floats, report: Report, *, everything: bool = False
) -> LikelyPairs:
    """Align the edges of pairs, and keep the pairs whose edges agree or whose embeddings are very near.

    Args:
        edges: The edge maps of all pictures (N, 32, 32).
        pairs: Rows of the edge maps (P, 2).
        cosines: Of the pictures' embeddings (P,).
        report: Called with the progress.
        everything: Keep all pairs.
    """
    likeness, transforms = np.empty(len(pairs), np.float32), np.empty((len(pairs), 2, 3), np.float64)
    for start in range(0, len(pairs), PAIRS_PER_BATCH):
        batch = slice(start, start + PAIRS_PER_BATCH)
        rows, places = np.unique(pairs[batch], return_inverse=True)
        maps = torch.from_numpy(edges[rows].astype(np.float32))
        with torch.inference_mode():
            alignment = align(maps, torch.from_numpy(places.reshape(-1, 2)))
        likeness[batch] = cosines[batch] + EDGE_WEIGHT * alignment.correlation.numpy()
        transforms[batch] = alignment.transforms.numpy()
        report(Progress("comparing edges", min(start + PAIRS_PER_BATCH, len(pairs)), len(pairs)))
    likely = np.full(len(pairs), fill_value=True) if everything else likeness >= MIN_LIKENESS
    return LikelyPairs(pairs[likely], cosines[likely], transforms[likely])
