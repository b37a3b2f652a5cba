"""Groups within groups, found without labels and without being told how many there are.

Points are joined to their nearest neighbours, and the slowest vibrations of that net of springs place them so that
what hangs together lies together (Ng, Jordan & Weiss, "On Spectral Clustering", 2001). There, many small clumps are
joined two by two, the most alike first (Ward, "Hierarchical Grouping", 1963), and the tree is cut at three depths.
A point far from everything stays alone.
"""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage
from sklearn.cluster import KMeans

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.balanced_spectral import neighbour_graph, spectral_coordinates
from pochade.analysis.nearest_neighbours import nearest

NEIGHBOURS = 10
DIMENSIONS = 11  # of the vibrations: with fewer small groups melt, with more noise takes over
CLUMPS = 300
SHARES, MOST = (25, 15, 8), (10, 40, 160)  # points for a group at each depth, at least, and groups at most
FEWEST = 30  # points to be grouped by their vibrations; fewer are one group
MOST_POINTS = 20_000  # grouped themselves; the rest follow their neighbours among these
LONELY = 3.0  # times the usual spread of the distance to neighbours, from which a point stays alone
ALONE = -1


class Hierarchy(NamedTuple):
    """Groups at several depths; each of one depth lies whole in one of the depth above."""

    levels: Integers  # (depths, N), the number of each point's group at each depth, coarse first; -1 for none


def hierarchy(points: Floats, seed: int = 0) -> Hierarchy:
    """Groups of points (N, D), with Euclidean distances that mean something.

    Args:
        points: Past 20,000 a random sample is grouped, and the others follow most of their neighbours in it.
        seed: Decides the sample and where searches start.
    """
    distinct, which = np.unique(points, axis=0, return_inverse=True)
    return Hierarchy(hierarchy_of_distinct(distinct, seed)[:, which.ravel()])


def hierarchy_of_distinct(points: Floats, seed: int) -> Integers:
    """The same of points no two of which are equal, (depths, N): equal ones would only be each other's neighbours."""
    if len(points) < FEWEST:
        return np.zeros((1, len(points)), np.int64)
    chosen = np.sort(np.random.default_rng(seed).permutation(len(points))[:MOST_POINTS])
    together = chosen[~lonely(points[chosen])]
    known = levels_of(points[together], seed)
    levels = np.full((len(known), len(points)), ALONE, np.int64)
    levels[:, together] = known
    others = np.setdiff1d(np.arange(len(points)), chosen, assume_unique=True)
    if len(others):
        levels[:, others] = known[:, followed(points[others], points[together], known[-1])]
    return levels


def lonely(points: Floats) -> np.ndarray:
    """Which points (N,) are much further from their neighbours than is usual."""
    distance = nearest(points, points, min(NEIGHBOURS, len(points) - 1), skip_self=True).distances.mean(1)
    middle = np.median(distance)
    spread = np.median(np.abs(distance - middle)) * 1.4826  # of a normal distribution, the deviation
    far: np.ndarray = distance > middle + LONELY * spread + 1e-6
    return far


def levels_of(points: Floats, seed: int) -> Integers:
    """The groups of points that are all grouped, (depths, N)."""
    coordinates = spectral_coordinates(neighbour_graph(points), min(DIMENSIONS, len(points) - 2), seed)
    clumps = KMeans(min(CLUMPS, len(points) // 3), n_init=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # equal points make fewer clumps than were asked for
        of_clump = clumps.fit(coordinates.astype(np.float64)).labels_
    tree = linkage(clumps.cluster_centers_, "ward")
    counts = [max(2, min(most, len(points) // share)) for share, most in zip(SHARES, MOST, strict=True)]
    cuts = cut_tree(tree, [min(count, len(clumps.cluster_centers_)) for count in counts])  # (clumps, depths)
    levels: Integers = cuts[of_clump].T.astype(np.int64)
    return levels


def followed(asked: Floats, known: Floats, groups: Integers) -> Integers:
    """Of the known points, one of the group of most of each asked point's neighbours, (Q,)."""
    found = nearest(asked, known, min(NEIGHBOURS, len(known))).indices  # (Q, k)
    votes = groups[found]
    agreeing = (votes[:, :, None] == votes[:, None, :]).sum(2)  # (Q, k), how many of the neighbours say the same
    row: Integers = found[np.arange(len(asked)), agreeing.argmax(1)]
    return row
