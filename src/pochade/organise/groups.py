"""Groups of points that hang together, found without labels."""

import warnings

import numpy as np
from sklearn.mixture import GaussianMixture

from pochade.organise.arrays import Floats, Integers
from pochade.organise.nearest import nearest

NEIGHBOURS = 20  # that the manifold keeps together
DIMENSIONS = 10  # of the manifold
MOST_POINTS = 20_000  # laid out and grouped; the rest follow their neighbours among these
VOTERS = 10


def groups(points: Floats, count: int, seed: int = 0) -> Integers:
    """Put points into a given number of groups.

    UMAP unrolls the sheet on which the points lie until neighbourhoods are compact, and a mixture of normal
    distributions tells the lumps apart (McConville et al., "N2D: (Not Too) Deep Clustering", ICPR 2020). Past 20,000
    points that is done for a random sample of so many; every other point joins the group of most of its neighbours
    there.

    Args:
        points: (N, D), with Euclidean distances that mean something; N from 10.
        count: How many groups, from 2.
        seed: Decides the sample and both searches.

    Returns:
        A group number from 0 for each point, (N,).
    """
    chosen = np.sort(np.random.default_rng(seed).permutation(len(points))[:MOST_POINTS])
    sheet = unrolled(points[chosen], seed)
    mixture = GaussianMixture(count, covariance_type="full", n_init=3, random_state=seed)
    known: Integers = mixture.fit_predict(sheet)
    if len(chosen) == len(points):
        return known
    votes = known[nearest(points, points[chosen], VOTERS).indices]  # (N, 10)
    found = np.stack([(votes == group).sum(1) for group in range(count)], axis=1).argmax(1)
    found[chosen] = known
    return found


def unrolled(points: Floats, seed: int) -> Floats:
    """Points (N, D) laid out in ten dimensions, or as many as they allow, by UMAP (McInnes et al., 2018)."""
    from umap import UMAP  # noqa: PLC0415 - it compiles itself when it is imported

    neighbours = min(NEIGHBOURS, len(points) - 1)
    dimensions = min(DIMENSIONS, len(points) - 2, points.shape[1])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_jobs value 1 overridden")  # the price of a repeatable layout
        layout = UMAP(neighbours, dimensions, min_dist=0.0, random_state=seed).fit_transform(points)
    return np.asarray(layout, dtype=np.float64)
