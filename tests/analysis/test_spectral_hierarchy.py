"""Groups within groups are found without a given number, nested, and independent of how often a point occurs."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.spectral_hierarchy import NO_GROUP, spectral_hierarchy


def make_clumps(count: int, size: int, seed: int = 0) -> tuple[Floats, Integers]:
    """Points around so many centres (count * size, 12), and which centre each belongs to."""
    random = np.random.default_rng(seed)
    centres = random.normal(0, 5, (count, 12))
    labels = np.repeat(np.arange(count), size)
    return (centres[labels] + random.normal(0, 0.4, (count * size, 12))).astype(np.float32), labels


def assert_groups_are_pure(groups: Integers, labels: Integers) -> None:
    """Check that no group holds points of two clumps."""
    for group in np.unique(groups[groups != NO_GROUP]):
        assert len(np.unique(labels[groups == group])) == 1


@pytest.mark.parametrize("seed", range(3))
def test_clumps_far_apart_are_never_mixed_at_the_finest_depth(seed: int) -> None:
    points, labels = make_clumps(6, 50, seed)
    assert_groups_are_pure(spectral_hierarchy(points)[-1], labels)


@given(st.integers(0, 1000), st.integers(30, 120))
@settings(deadline=None, max_examples=10)
def test_a_group_lies_within_one_group_of_the_depth_above(seed: int, count: int) -> None:
    levels = spectral_hierarchy(np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32))
    for coarse, fine in pairwise(levels):
        for group in np.unique(fine[fine != NO_GROUP]):
            assert len(np.unique(coarse[fine == group])) == 1


def test_equal_points_share_a_group_and_do_not_outweigh_others() -> None:
    points, _ = make_clumps(4, 40)
    with_copies = np.concatenate([points, np.repeat(points[:1], 200, 0)])
    levels = spectral_hierarchy(with_copies)
    assert (levels[:, 160:] == levels[:, :1]).all()
    assert (levels[:, :160] == spectral_hierarchy(points)).all()


def test_points_beyond_the_sample_follow_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.spectral_hierarchy.MAX_CLUSTERED_POINTS", 150)
    points, labels = make_clumps(5, 60)
    assert_groups_are_pure(spectral_hierarchy(points)[-1], labels)


def test_the_same_points_give_the_same_groups() -> None:
    points, _ = make_clumps(5, 40)
    assert (spectral_hierarchy(points) == spectral_hierarchy(points)).all()
