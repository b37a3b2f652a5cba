"""Spectral clustering finds separate clouds, and gives every cluster the same share if it should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.probes import clustering_accuracy
from pochade.analysis.spectral_clusters import SpectralClustering, sinkhorn_shares
from tests.support.point_clouds import clouds


@pytest.mark.parametrize("equal_sizes", [True, False])
def test_clusters_are_the_clouds_in_any_order(equal_sizes: bool) -> None:
    points, labels = clouds()
    clusters = SpectralClustering(points, 3).clusters(equal_sizes=equal_sizes)
    assert clustering_accuracy(clusters, labels) == 1
    assert np.array_equal(clusters, SpectralClustering(points, 3).clusters(equal_sizes=equal_sizes)), (
        "the same seed gives the same clusters"
    )


def test_points_beyond_the_sample_follow_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.spectral_clusters.MAX_CLUSTERED_POINTS", 150)
    points, labels = clouds(600)
    clusters = SpectralClustering(points, 3, seed=2).clusters(equal_sizes=True)
    assert clustering_accuracy(clusters, labels) > 0.9, "a sample holds the clouds in not quite equal shares"


@settings(max_examples=20, deadline=None)
@given(count=st.integers(2, 6), seed=st.integers(0, 99))
def test_every_point_has_one_share_and_every_cluster_gets_as_many(count: int, seed: int) -> None:
    costs = np.random.default_rng(seed).exponential(size=(60, count))
    shares = sinkhorn_shares(costs)
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(shares.sum(0), 60 / count, rtol=0.02)
