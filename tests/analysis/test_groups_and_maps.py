"""Neighbours, components, densities, groups and maps, checked against the slow and simple way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis import near_pairs as alike_module
from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.balanced_spectral import groups, shared_out
from pochade.analysis.density import Density
from pochade.analysis.nearest_neighbours import nearest
from pochade.analysis.out_of_distribution import emptiness
from pochade.analysis.pca import PrincipalComponents
from pochade.analysis.probes import clustering_accuracy, knn_accuracy, linear_accuracy, normalised_mutual_information
from pochade.analysis.tsne_map import Map


def clouds(count: int = 300, dimensions: int = 5, groups_: int = 3, seed: int = 0) -> tuple[Floats, Integers]:
    """Points in well separated clouds, and which cloud each is from."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % groups_
    centres = 12 * np.eye(groups_, dimensions)
    return (centres[labels] + random.normal(size=(count, dimensions))).astype(np.float32), labels


@settings(max_examples=30, deadline=None)
@given(queries=st.integers(1, 30), points=st.integers(6, 40), k=st.integers(1, 5), seed=st.integers(0, 99))
def test_nearest_finds_what_sorting_all_distances_finds(queries: int, points: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    asked, known = random.normal(size=(queries, 3)), random.normal(size=(points, 3))
    distances = np.linalg.norm(asked[:, None] - known[None], axis=2)
    found = nearest(asked, known, k)
    assert np.array_equal(found.indices, np.argsort(distances, axis=1)[:, :k])
    np.testing.assert_allclose(found.distances, np.sort(distances, axis=1)[:, :k], atol=1e-3)


def test_nearest_works_across_blocks_and_can_skip_the_point_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.nearest_neighbours.BLOCK", 7)
    points = np.random.default_rng(0).normal(size=(40, 3))
    assert np.array_equal(nearest(points, points, 1).indices[:, 0], np.arange(40))
    others = nearest(points, points, 3, skip_self=True).indices
    assert not (others == np.arange(40)[:, None]).any()


def test_nearest_refuses_more_neighbours_than_there_are() -> None:
    points = np.zeros((3, 2))
    with pytest.raises(ValueError, match="3 neighbours asked for among 3 points"):
        nearest(points, points, 3, skip_self=True)


def test_principal_components_errors_are_those_of_decoding() -> None:
    random = np.random.default_rng(0)
    known = random.normal(size=(200, 8)) @ random.normal(size=(8, 8)) + 3
    asked = random.normal(size=(50, 8)) @ random.normal(size=(8, 8)) + 2
    errors = PrincipalComponents.fit(known, 8).errors(asked, (1, 3, 8, 99))
    assert sorted(errors) == [1, 3, 8]
    for k, error in errors.items():
        fitted = PrincipalComponents.fit(known, k)
        copy = fitted.decode(fitted.encode(asked))
        assert error == pytest.approx(np.square(copy - asked).mean(), abs=1e-9)


def test_fingerprints_are_unit_vectors() -> None:
    points, _ = clouds()
    prints = PrincipalComponents.fit(points, 4).fingerprint(points)
    assert prints.shape == (300, 4)
    np.testing.assert_allclose(np.linalg.norm(prints, axis=1), 1, atol=1e-5)


def test_probes_see_clouds_apart_and_are_at_chance_without_them() -> None:
    points, labels = clouds()
    noise = np.random.default_rng(1).normal(size=(300, 5))
    for probe in (knn_accuracy, linear_accuracy):
        assert probe(points[:200], labels[:200], points[200:], labels[200:]) == 1
        assert probe(noise[:200], labels[:200], noise[200:], labels[200:]) < 0.55


def test_clustering_accuracy_pairs_groups_with_classes_one_to_one() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert clustering_accuracy(np.array([2, 2, 0, 0, 1, 1]), labels) == 1
    assert clustering_accuracy(np.array([0, 0, 0, 0, 1, 1]), labels) == pytest.approx(4 / 6)
    assert normalised_mutual_information(np.array([2, 2, 0, 0, 1, 1]), labels) == pytest.approx(1)
    assert normalised_mutual_information(np.zeros(6, dtype=int), labels) == 0


def test_groups_are_the_clouds_in_whatever_order() -> None:
    points, labels = clouds()
    found = groups(points, 3)
    assert clustering_accuracy(found, labels) == 1
    assert np.array_equal(found, groups(points, 3)), "the same seed gives the same groups"


def test_groups_past_the_sample_follow_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.balanced_spectral.MOST_POINTS", 150)
    points, labels = clouds(600)
    found = groups(points, 3, seed=2)
    assert clustering_accuracy(found, labels) > 0.9, "a sample holds the clouds in not quite equal shares"


@settings(max_examples=20, deadline=None)
@given(count=st.integers(2, 6), seed=st.integers(0, 99))
def test_sharing_out_gives_every_point_one_share_and_every_group_as_many(count: int, seed: int) -> None:
    costs = np.random.default_rng(seed).exponential(size=(60, count))
    shares = shared_out(costs)
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(shares.sum(0), 60 / count, rtol=0.02)


def test_a_density_is_high_in_the_clouds_and_low_between_them() -> None:
    points, _ = clouds(900)
    density = Density.fit(points, sizes=(1, 3))
    assert density.size == 3, "three clouds are likelier under three distributions than under one"
    inside, between = density.log_density(points[:100]), density.log_density(np.full((1, 5), 4.0))
    assert between[0] < inside.min()


def test_samples_of_a_density_lie_in_the_clouds() -> None:
    points, _ = clouds(900)
    drawn = Density.fit(points, sizes=(3,)).sample(500, seed=1)
    assert drawn.shape == (500, 5)
    assert nearest(drawn, points, 1).distances.max() < 4
    shares = np.bincount(nearest(drawn, 12 * np.eye(3, 5), 1).indices[:, 0]) / 500
    np.testing.assert_allclose(shares, 1 / 3, atol=0.08)


def test_given_normal_numbers_lead_to_the_same_points_and_all_together_to_the_density() -> None:
    points, _ = clouds(900)
    density = Density.fit(points, sizes=(3,))
    numbers = np.random.default_rng(0).standard_normal((4_000, 5))
    drawn = density.from_normal(numbers)
    assert np.array_equal(drawn[:7], density.from_normal(numbers[:7]))
    np.testing.assert_allclose(drawn.mean(0), points.mean(0), atol=0.4)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(points.T), atol=2)


def test_a_map_keeps_clouds_together_and_places_new_points_without_moving() -> None:
    points, labels = clouds(150)
    drawn = Map.draw(points)
    before = drawn.positions.copy()
    placed = drawn.place(points[:9] + 0.01)
    neighbours = nearest(placed, drawn.positions, 5).indices
    assert np.mean(labels[neighbours] == labels[:9, None]) > 0.9
    assert np.array_equal(drawn.positions, before)


def judged(point: Floats) -> tuple[bool, dict[str, bool]]:
    points, _ = clouds(900, groups_=1)
    known, held_out = points[:600], points[600:]
    verdict = emptiness(point, known, held_out, Density.fit(known, sizes=(1,)), lambda codes: np.clip(codes, -5, 17))
    return verdict.empty, {name: test.unusual for name, test in verdict.tests.items()}


def test_a_point_among_the_codes_is_not_empty() -> None:
    empty, unusual = judged(np.array([12, 0.5, -0.5, 0.5, -0.5]))
    assert not empty
    assert not any(unusual.values())


def test_a_point_far_from_the_codes_is_empty_by_every_test() -> None:
    empty, unusual = judged(np.full(5, 40.0))
    assert empty
    assert all(unusual.values())


def test_the_very_centre_is_as_unusual_as_the_far_out() -> None:
    """In many dimensions no code lies near the mean: Mahalanobis has a lower bound too."""
    random = np.random.default_rng(0)
    codes = random.normal(size=(2_000, 60))
    verdict = emptiness(
        codes[:1_500].mean(0), codes[:1_500], codes[1_500:], Density.fit(codes[:1_500], (1,)), lambda z: z
    )
    assert verdict.mahalanobis.unusual
    assert not verdict.empty, "one test of four is not enough"


@pytest.mark.parametrize("at_once", [1, 90, 16_000_000])
def test_what_is_alike_by_steps_has_one_number_however_it_is_cut(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike_module, "AT_ONCE", at_once)
    angles = np.array([0.0, 0.1, 2.0, 0.2, 2.1, 4.0, 0.3])  # those less than 0.15 apart are linked
    points = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    assert alike_module.alike(points, float(np.cos(0.15))).tolist() == [0, 0, 1, 0, 1, 2, 0]
    assert alike_module.alike(points[:0], 0.9).tolist() == []
