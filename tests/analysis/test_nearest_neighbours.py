"""Nearest neighbours and near pairs agree with sorting all distances, however the work is cut into blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis import nearest_neighbours as module
from pochade.analysis.nearest_neighbours import nearest_neighbours, nearest_pairs, single_linkage, top_k_per_row


@settings(max_examples=30, deadline=None)
@given(queries=st.integers(1, 30), points=st.integers(6, 40), k=st.integers(1, 5), seed=st.integers(0, 99))
def test_nearest_neighbours_are_those_of_sorting_all_distances(queries: int, points: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    query_points, searched_points = random.normal(size=(queries, 3)), random.normal(size=(points, 3))
    distances = np.linalg.norm(query_points[:, None] - searched_points[None], axis=2)
    neighbours = nearest_neighbours(query_points, searched_points, k)
    assert np.array_equal(neighbours.indices, np.argsort(distances, axis=1)[:, :k])
    np.testing.assert_allclose(neighbours.distances, np.sort(distances, axis=1)[:, :k], atol=1e-3)


def test_nearest_neighbours_work_across_blocks_and_can_skip_the_point_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COSINES_PER_BLOCK", 7 * 40)
    points = np.random.default_rng(0).normal(size=(40, 3))
    assert np.array_equal(nearest_neighbours(points, points, 1).indices[:, 0], np.arange(40))
    others = nearest_neighbours(points, points, 3, skip_self=True).indices
    assert not (others == np.arange(40)[:, None]).any()


def test_more_neighbours_than_points_are_refused() -> None:
    points = np.zeros((3, 2))
    with pytest.raises(ValueError, match="3 points are too few for 3 neighbours"):
        nearest_neighbours(points, points, 3, skip_self=True)


@given(st.integers(0, 1000), st.integers(1, 6), st.floats(-0.5, 0.9))
@settings(deadline=None, max_examples=30)
def test_each_point_is_paired_with_its_nearest_and_no_pair_comes_twice(seed: int, k: int, cosine: float) -> None:
    random = np.random.default_rng(seed)
    points = random.normal(size=(40, 5)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    pairs, values = nearest_pairs(points, cosine, k)
    cosines = points @ points.T
    np.fill_diagonal(cosines, -2)
    expected = {
        (min(row, other), max(row, other))
        for row in range(40)
        for other in np.argsort(-cosines[row])[:k].tolist()
        if cosines[row, other] >= cosine
    }
    assert {(first, second) for first, second in pairs.tolist()} == expected
    assert (np.diff(values) <= 0).all()


@given(st.integers(0, 1000), st.integers(1, 5), st.integers(300, 900))
@settings(deadline=None, max_examples=30)
def test_the_largest_values_of_a_long_row_are_found_wherever_they_are(seed: int, k: int, length: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(3, length)).astype(np.float32)
    values, columns = top_k_per_row(rows, k)
    np.testing.assert_array_equal(values, -np.sort(-rows, axis=1)[:, :k])
    np.testing.assert_array_equal(np.take_along_axis(rows, columns, 1), values)


@pytest.mark.parametrize("length", [40, 400])
def test_of_equally_large_values_those_in_lower_columns_come_first(length: int) -> None:
    row = np.zeros((1, length), np.float32)
    row[0, [7, 31, 19]], row[0, 23] = 1, 2
    assert top_k_per_row(row, 4)[1].tolist() == [[23, 7, 19, 31]]


def test_many_equal_points_give_few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COSINES_PER_BLOCK", 3_000)  # several blocks
    points = np.tile(np.array([[1, 0]], np.float32), (300, 1))
    assert len(nearest_pairs(points, 0.5, 10)[0]) <= 3_000


@pytest.mark.parametrize("cosines_per_block", [1, 90, 16_000_000])
def test_chains_of_near_points_are_one_cluster_in_blocks_of_any_size(
    cosines_per_block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COSINES_PER_BLOCK", cosines_per_block)
    angles = np.array([0.0, 0.1, 2.0, 0.2, 2.1, 4.0, 0.3])  # those less than 0.15 apart are near
    points = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    assert single_linkage(points, float(np.cos(0.15))).tolist() == [0, 0, 1, 0, 1, 2, 0]
    assert single_linkage(points[:0], 0.9).tolist() == []
