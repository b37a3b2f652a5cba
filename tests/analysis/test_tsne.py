"""A collection laid out on a plane: near stays near, few points are no trouble, and new ones come without a stir."""

import numpy as np
import pytest

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest
from pochade.analysis.tsne import laid_out, placed

CLOUDS = 6


def clouds(count: int, seed: int = 0) -> tuple[Floats, Integers]:
    """Unit vectors in clouds well apart, and which cloud each is from."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLOUDS
    points = np.eye(CLOUDS, 16)[labels] + 0.08 * random.normal(size=(count, 16))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), labels


def share_at_home(positions: Floats, labels: Integers, known: Floats, known_labels: Integers) -> float:
    """The share of the 5 nearest on the map that are of the same cloud."""
    found = nearest(positions, known, 6).indices[:, 1:]
    return float(np.mean(known_labels[found] == labels[:, None]))


def test_clouds_stay_together_on_the_map() -> None:
    points, labels = clouds(240)
    positions = laid_out(points)
    assert positions.shape == (240, 2)
    assert positions.dtype == np.float32
    assert share_at_home(positions, labels, positions, labels) > 0.98


def test_the_same_seed_draws_the_same_map_and_the_map_fills_its_square() -> None:
    points, _ = clouds(60)
    positions = laid_out(points, seed=3)
    assert np.array_equal(positions, laid_out(points, seed=3))
    low, high = positions.min(0), positions.max(0)
    np.testing.assert_allclose(low + high, 0, atol=1e-5)
    assert (high - low).max() == pytest.approx(2)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 19, 20, 21])
@pytest.mark.parametrize("dimensions", [1, 2, 64])
def test_few_points_get_places_of_their_own(count: int, dimensions: int) -> None:
    points = np.random.default_rng(count).normal(size=(count, dimensions)).astype(np.float32)
    positions = laid_out(points)
    assert positions.shape == (count, 2)
    assert np.isfinite(positions).all()
    assert len(np.unique(positions, axis=0)) == count


def test_of_three_points_the_two_that_are_alike_lie_nearer() -> None:
    left, also_left, right = laid_out(np.array([[1, 0, 0, 0], [1, 0.2, 0, 0], [0, 0, 0, 1]], np.float32))
    assert np.linalg.norm(left - also_left) < 0.3 * np.linalg.norm(left - right)


def test_points_on_a_line_are_neighbours_on_the_map_too() -> None:
    line = np.linspace(0, 1, 80)[:, None] * np.ones((1, 7))
    found = nearest(positions := laid_out(line), positions, 2, skip_self=True).indices
    assert np.abs(found - np.arange(80)[:, None]).max() < 10


@pytest.mark.parametrize("count", [7, 50])
def test_equal_points_share_one_position(count: int) -> None:
    assert not laid_out(np.ones((count, 4), np.float32)).any(), "all in the middle"
    points, _ = clouds(count)
    positions = laid_out(np.concatenate([points, points[:3]]))
    assert np.array_equal(positions[count:], positions[:3])


def test_past_the_landmarks_points_join_their_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.tsne.LANDMARKS", 90)
    points, labels = clouds(400)
    positions = laid_out(points)
    assert share_at_home(positions, labels, positions, labels) > 0.95


def test_many_points_are_laid_out_with_fourier_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.tsne.FEW", 0)
    monkeypatch.setattr("pochade.analysis.tsne.ROUNDS", 50)
    points, labels = clouds(240)
    positions = laid_out(points)
    assert share_at_home(positions, labels, positions, labels) > 0.98


def test_new_points_land_in_their_clouds_and_nothing_moves() -> None:
    points, labels = clouds(300)
    positions = laid_out(points[:240])
    before = positions.copy()
    new = placed(points[240:], points[:240], positions)
    assert new.dtype == np.float32
    assert share_at_home(new, labels[240:], positions, labels[:240]) > 0.98
    assert np.array_equal(positions, before)
    assert np.abs(new).max() <= 1


def test_a_new_point_that_is_known_lands_on_its_twin() -> None:
    points, _ = clouds(240)
    positions = laid_out(points)
    np.testing.assert_allclose(placed(points, points, positions), positions, atol=1e-3)


def test_a_new_points_place_does_not_depend_on_its_company() -> None:
    points, _ = clouds(260)
    positions = laid_out(points[:240])
    together = placed(points[240:], points[:240], positions)
    alone = np.concatenate([placed(points[[each]], points[:240], positions) for each in range(240, 260)])
    np.testing.assert_allclose(alone, together, atol=1e-4)


def test_a_point_between_two_clouds_joins_one_of_them() -> None:
    points, labels = clouds(240)
    positions = laid_out(points)
    between = points[labels == 0][:8] + points[labels == 1][:8]
    gaps = nearest(placed(between, points, positions), positions, 1).distances
    middles = np.stack([positions[labels == cloud].mean(0) for cloud in (0, 1)])
    assert gaps.max() < 0.15 * np.linalg.norm(middles[0] - middles[1])


@pytest.mark.parametrize("known", [1, 2, 5])
def test_new_points_find_a_place_on_the_smallest_maps(known: int) -> None:
    points, _ = clouds(known + 4)
    positions = laid_out(points[:known])
    new = placed(points[known:], points[:known], positions)
    assert new.shape == (4, 2)
    assert np.abs(new).max() <= 1


def test_placing_nothing_gives_nothing() -> None:
    points, _ = clouds(30)
    assert placed(points[:0], points, laid_out(points)).shape == (0, 2)
