"""Groups within groups: found without being told how many, nested, and blind to how often a point comes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pochade.analysis.spectral_hierarchy import ALONE, hierarchy


def clumps(count: int, each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points about so many centres, (count * each, 12), and which centre."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(0, 5, (count, 12))
    which = np.repeat(np.arange(count), each)
    return (centres[which] + chance.normal(0, 0.4, (count * each, 12))).astype(np.float32), which


@pytest.mark.parametrize("seed", range(3))
def test_far_apart_clumps_are_never_mixed_at_the_finest_depth(seed: int) -> None:
    points, which = clumps(6, 50, seed)
    finest = hierarchy(points).levels[-1]
    for group in np.unique(finest[finest != ALONE]):
        assert len(np.unique(which[finest == group])) == 1


@given(st.integers(0, 1000), st.integers(30, 120))
@settings(deadline=None, max_examples=10)
def test_a_fine_group_lies_whole_in_one_of_the_depth_above(seed: int, count: int) -> None:
    levels = hierarchy(np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)).levels
    for coarse, fine in pairwise(levels):
        for group in np.unique(fine[fine != ALONE]):
            assert len(np.unique(coarse[fine == group])) == 1


def test_equal_points_share_a_group_and_do_not_outweigh_others() -> None:
    points, _ = clumps(4, 40)
    many = np.concatenate([points, np.repeat(points[:1], 200, 0)])
    levels = hierarchy(many).levels
    assert (levels[:, 160:] == levels[:, :1]).all()
    assert (levels[:, :160] == hierarchy(points).levels).all()


def test_points_past_the_sample_follow_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.analysis.spectral_hierarchy.MOST_POINTS", 150)
    points, which = clumps(5, 60)
    finest = hierarchy(points).levels[-1]
    for group in np.unique(finest[finest != ALONE]):
        assert len(np.unique(which[finest == group])) == 1


def test_the_same_points_give_the_same_groups() -> None:
    points, _ = clumps(5, 40)
    assert (hierarchy(points).levels == hierarchy(points).levels).all()
