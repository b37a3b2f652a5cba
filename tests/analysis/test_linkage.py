"""Average linkage clusters points whose pairs are likely on the whole, and is not misled by a single pair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pochade.analysis.linkage import average_linkage


def cluster(pairs: dict[tuple[int, int], float]) -> list[list[int]]:
    """The clusters of pairs with these likelihoods."""
    points, likelihoods = np.array(list(pairs), np.int64).reshape(-1, 2), np.array(list(pairs.values()), np.float32)
    return average_linkage(points, likelihoods, 0.75)


def test_likely_pairs_make_clusters_and_doubtful_ones_do_not() -> None:
    assert cluster({(1, 2): 0.9, (2, 3): 0.95, (1, 3): 0.8, (4, 5): 0.99, (6, 7): 0.2}) == [[1, 2, 3], [4, 5]]
    assert cluster({}) == []


def test_one_wrong_pair_does_not_join_two_clusters() -> None:
    inside = {(a, b): 0.95 for part in (range(4), range(4, 8)) for a in part for b in part if a < b}
    between = {(a, b): 0.01 for a in range(4) for b in range(4, 8)} | {(0, 4): 0.9}
    assert cluster(inside | between) == [[0, 1, 2, 3], [4, 5, 6, 7]]


@given(st.dictionaries(st.tuples(st.integers(0, 9), st.integers(10, 19)), st.floats(0, 1), max_size=30))
def test_no_point_is_in_two_clusters_and_the_order_of_pairs_is_free(
    pairs: dict[tuple[int, int], float],
) -> None:
    clusters = cluster(pairs)
    members = [point for points in clusters for point in points]
    assert len(members) == len(set(members))
    assert all(len(points) > 1 for points in clusters)
    if len(set(pairs.values())) == len(pairs):  # no ties
        assert cluster(dict(reversed(pairs.items()))) == clusters
