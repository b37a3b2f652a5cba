"""A given number of groups of about equal size, found without labels: balanced spectral clustering."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh
from sklearn.cluster import KMeans

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest

NEIGHBOURS = 10  # each point is joined to so many others
MOST_POINTS = 20_000  # grouped themselves; the rest follow their neighbours among these
ROUNDS = 30  # of moving the centres
BALANCING = 50  # rounds of Sinkhorn's scaling, enough to agree to a percent


def groups(points: Floats, count: int, seed: int = 0) -> Integers:
    """Put points into a given number of groups of about equal size.

    Points are joined to their nearest neighbours. The slowest vibrations of that net of springs hardly vary within a
    group (Ng, Jordan & Weiss, "On Spectral Clustering", 2001), so in their coordinates soft k-means finds the groups;
    each round shares the points out so that every group gets as much (Asano et al., "Self-labelling via Simultaneous
    Clustering and Representation Learning", ICLR 2020). Without that, a kind of picture with two clear sub-kinds is
    split before two kinds that touch. Where groups are of very unequal size, this is the wrong tool.

    Past 20,000 points that is done for a random sample of so many; every other point joins the group of most of its
    neighbours there.

    Args:
        points: (N, D), with Euclidean distances that mean something; N at least 20 and several times `count`.
        count: How many groups, from 2.
        seed: Decides the sample and where the searches start.

    Returns:
        A group number from 0 for each point, (N,).
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(points))[:MOST_POINTS])
    coordinates = spectral_coordinates(neighbour_graph(points[chosen]), count + 1, seed)
    known = balanced(coordinates, count, seed)
    if len(chosen) == len(points):
        return known
    votes = known[nearest(points, points[chosen], NEIGHBOURS).indices]  # (N, 10)
    found: Integers = np.stack([(votes == group).sum(1) for group in range(count)], axis=1).argmax(1)
    found[chosen] = known
    return found


def neighbour_graph(points: Floats) -> sparse.csr_array:
    """Who is among whose 10 nearest, as a symmetric sparse matrix (N, N): 1 where both agree, 1/2 where one does."""
    found = nearest(points, points, NEIGHBOURS, skip_self=True).indices  # (N, 10)
    rows = np.repeat(np.arange(len(points)), NEIGHBOURS)
    joined = sparse.csr_array((np.ones(rows.size), (rows, found.ravel())), shape=(len(points), len(points)))
    return (joined + joined.T) / 2


def spectral_coordinates(graph: sparse.csr_array, dimensions: int, seed: int) -> Floats:
    """Each point's place in the slowest vibrations of a graph (N, dimensions), as a unit vector."""
    scale = sparse.diags_array(1 / np.sqrt(graph.sum(1)))
    start = np.random.default_rng(seed).normal(size=graph.shape[0])
    # To the last digit: parts that nothing joins share one eigenvalue, and a looser search would find only one of them.
    _, vibrations = eigsh(scale @ graph @ scale, dimensions, which="LA", v0=start)
    unit: Floats = vibrations / np.maximum(np.linalg.norm(vibrations, axis=1, keepdims=True), 1e-12)
    return unit


def balanced(points: Floats, count: int, seed: int) -> Integers:
    """Soft k-means of points (N, D) whose groups all get an equal share; each point's likeliest group (N,)."""
    centres = KMeans(count, n_init=10, random_state=seed).fit(points).cluster_centers_
    for _ in range(ROUNDS):
        distances = np.square(points[:, None] - centres[None]).sum(2)  # (N, count)
        shares = shared_out(distances / distances.min(1).mean())
        centres = (shares.T @ points) / shares.sum(0)[:, None]
    likeliest: Integers = shares.argmax(1)
    return likeliest


def shared_out(costs: Floats) -> Floats:
    """Each point's shares in the groups (N, K), adding up to one a point and to N / K a group.

    The shares that lean to low costs as much as the two sums allow, by Sinkhorn's alternate scaling (Cuturi, NeurIPS
    2013).
    """
    shares: Floats = np.exp(costs.min(1, keepdims=True) - costs)
    for _ in range(BALANCING):
        shares = shares / shares.sum(0)
        shares = shares / shares.sum(1, keepdims=True)
    return shares
