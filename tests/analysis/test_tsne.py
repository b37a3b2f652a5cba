"""Maps keep near points near, work for few points, and new points are placed without moving the others."""

import numpy as np
import pytest

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.tsne import TSNEMap, fit_map, place_points
from tests.support.point_clouds import clouds

pytestmark = pytest.mark.slow

CLOUDS = 6


def unit_clouds(count: int, seed: int = 0) -> tuple[Floats, Integers]:
    """Unit vectors in well separated clouds, and which cloud each is from."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLOUDS
    points = np.eye(CLOUDS, 16)[labels] + 0.08 * random.normal(size=(count, 16))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), labels


def neighbour_purity(positions: Floats, labels: Integers, map_positions: Floats, map_labels: Integers) -> float:
    """The share of the 5 nearest points on the map that are of the same cloud."""
    neighbours = nearest_neighbours(positions, map_positions, 6).indices[:, 1:]
    return float(np.mean(map_labels[neighbours] == labels[:, None]))


# The map of a collection ---------------------------------------------------------------------------------------------


def test_clouds_stay_together_on_the_map() -> None:
    points, labels = unit_clouds(240)
    positions = fit_map(points)
    assert positions.shape == (240, 2)
    assert positions.dtype == np.float32
    assert neighbour_purity(positions, labels, positions, labels) > 0.98


def test_the_same_seed_gives_the_same_map_and_it_fills_its_square() -> None:
    points, _ = unit_clouds(60)
    positions = fit_map(points, seed=3)
    assert np.array_equal(positions, fit_map(points, seed=3))
    low, high = positions.min(0), positions.max(0)
    np.testing.assert_allclose(low + high, 0, atol=1e-5)
    assert (high - low).max() == pytest.approx(2)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 19, 20, 21])
@pytest.mark.parametrize("dimensions", [1, 2, 64])
def test_few_points_get_distinct_positions(count: int, dimensions: int) -> None:
    points = np.random.default_rng(count).normal(size=(count, dimensions)).astype(np.float32)
    positions = fit_map(points)
    assert positions.shape == (count, 2)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == count


def test_of_three_points_the_similar_two_are_nearer() -> None:
    first, similar, other = fit_map(np.array([[1, 0, 0, 0], [1, 0.2, 0, 0], [0, 0, 0, 1]], np.float32))
    assert np.linalg.norm(first - similar) < 0.3 * np.linalg.norm(first - other)


def test_points_on_a_line_are_neighbours_on_the_map_too() -> None:
    line = np.linspace(0, 1, 80)[:, None] * np.ones((1, 7))
    positions = fit_map(line)
    neighbours = nearest_neighbours(positions, positions, 2, skip_self=True).indices
    assert np.abs(neighbours - np.arange(80)[:, None]).max() < 10


@pytest.mark.parametrize("count", [7, 50])
def test_equal_points_share_one_position(count: int) -> None:
    assert not fit_map(np.ones((count, 4), np.float32)).any(), "all are in the middle"
    points, _ = unit_clouds(count)
    positions = fit_map(np.concatenate([points, points[:3]]))
    assert np.array_equal(positions[count:], positions[:3])


def test_points_beyond_the_landmarks_join_their_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.tsne.MAX_LANDMARKS", 90)
    points, labels = unit_clouds(400)
    positions = fit_map(points)
    assert neighbour_purity(positions, labels, positions, labels) > 0.95


def test_many_points_are_laid_out_with_fourier_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.tsne.MIN_FFT_POINTS", 0)
    monkeypatch.setattr("pochade.analysis.tsne.TSNE_ITERATIONS", 50)
    points, labels = unit_clouds(240)
    positions = fit_map(points)
    assert neighbour_purity(positions, labels, positions, labels) > 0.98


def test_new_points_land_in_their_clouds_and_nothing_moves() -> None:
    points, labels = unit_clouds(300)
    positions = fit_map(points[:240])
    before = positions.copy()
    new = place_points(points[240:], points[:240], positions)
    assert new.dtype == np.float32
    assert neighbour_purity(new, labels[240:], positions, labels[:240]) > 0.98
    assert np.array_equal(positions, before)
    assert np.abs(new).max() <= 1


def test_a_new_point_that_equals_a_known_one_lands_on_it() -> None:
    points, _ = unit_clouds(240)
    positions = fit_map(points)
    np.testing.assert_allclose(place_points(points, points, positions), positions, atol=1e-3)


def test_a_new_points_position_does_not_depend_on_other_new_points() -> None:
    points, _ = unit_clouds(260)
    positions = fit_map(points[:240])
    together = place_points(points[240:], points[:240], positions)
    alone = np.concatenate([place_points(points[[row]], points[:240], positions) for row in range(240, 260)])
    np.testing.assert_allclose(alone, together, atol=1e-4)


def test_a_point_between_two_clouds_joins_one_of_them() -> None:
    points, labels = unit_clouds(240)
    positions = fit_map(points)
    between = points[labels == 0][:8] + points[labels == 1][:8]
    gaps = nearest_neighbours(place_points(between, points, positions), positions, 1).distances
    middles = np.stack([positions[labels == cloud].mean(0) for cloud in (0, 1)])
    assert gaps.max() < 0.15 * np.linalg.norm(middles[0] - middles[1])


@pytest.mark.parametrize("point_count", [1, 2, 5])
def test_new_points_are_placed_on_the_smallest_maps(point_count: int) -> None:
    points, _ = unit_clouds(point_count + 4)
    positions = fit_map(points[:point_count])
    new = place_points(points[point_count:], points[:point_count], positions)
    assert new.shape == (4, 2)
    assert np.abs(new).max() <= 1


def test_no_new_points_get_no_positions() -> None:
    points, _ = unit_clouds(30)
    assert place_points(points[:0], points, fit_map(points)).shape == (0, 2)


# The map of the study ------------------------------------------------------------------------------------------------


def test_the_studys_map_keeps_clouds_together_and_places_new_points_without_moving() -> None:
    points, labels = clouds(150)
    tsne_map = TSNEMap.fit(points)
    before = tsne_map.positions.copy()
    placed = tsne_map.place(points[:9] + 0.01)
    neighbours = nearest_neighbours(placed, tsne_map.positions, 5).indices
    assert np.mean(labels[neighbours] == labels[:9, None]) > 0.9
    assert np.array_equal(tsne_map.positions, before)
