"""Groups of points that hang together, found without labels: spectral clustering on the graph of neighbours."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import eigsh
from sklearn.mixture import GaussianMixture

from pochade.organise.arrays import Floats, Integers
from pochade.organise.nearest import nearest

NEIGHBOURS = 10  # each point is joined to so many others
REGULARISER = 1e-4  # added to the variances of coordinates that have variance one


def groups(points: Floats, count: int, seed: int = 0) -> Integers:
    """Put points into a given number of groups.

    Points are joined to their nearest neighbours; the slowest vibrations of that net of springs are nearly constant
    within a group (von Luxburg, "A Tutorial on Spectral Clustering", 2007), and a mixture of normal distributions,
    which allows groups of unlike size and shape, tells them apart.

    Args:
        points: (N, D), with Euclidean distances that mean something.
        count: How many groups, from 2.
        seed: Decides where the search for the mixture starts.

    Returns:
        A group number from 0 for each point, (N,).
    """
    coordinates = spectral_coordinates(neighbour_graph(points, min(NEIGHBOURS, len(points) - 1)), count - 1, seed)
    mixture = GaussianMixture(count, covariance_type="full", reg_covar=REGULARISER, random_state=seed)
    labels: Integers = mixture.fit_predict(coordinates)
    return labels


def neighbour_graph(points: Floats, k: int) -> sparse.csr_array:
    """Who is among whose k nearest, as a symmetric sparse matrix (N, N): 1 where both agree, 1/2 where one does."""
    found = nearest(points, points, k, skip_self=True).indices  # (N, k)
    rows = np.repeat(np.arange(len(points)), k)
    joined = sparse.csr_array((np.ones(rows.size), (rows, found.ravel())), shape=(len(points), len(points)))
    return (joined + joined.T) / 2


def spectral_coordinates(graph: sparse.csr_array, dimensions: int, seed: int) -> Floats:
    """The slowest non-constant vibrations (N, dimensions) of a graph, each scaled to deviation one."""
    root = np.sqrt(graph.sum(1))
    scale = sparse.diags_array(1 / root)
    start = np.random.default_rng(seed).normal(size=len(root))
    values, vectors = eigsh(scale @ graph @ scale, dimensions + 1, which="LA", v0=start, tol=1e-3)
    slowest_first = vectors[:, np.argsort(-values)]
    vibrations = slowest_first[:, 1:] / root[:, None]
    return (vibrations - vibrations.mean(0)) / vibrations.std(0)
