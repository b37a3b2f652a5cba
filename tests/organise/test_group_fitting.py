"""Groups are fitted to clusters of points, and new points join them."""

import numpy as np
import pytest

from pochade.index.group_tree import GroupTree
from pochade.organise.group_edits import merge, rename
from pochade.organise.group_fitting import fit_groups, refit_groups


def clusters(count: int, seed: int = 0) -> np.ndarray:
    """Points (3 * count, 8) in three clusters far from each other."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.normal(10 * np.eye(8)[cluster], 0.5, (count, 8)) for cluster in range(3)]).astype(
        "f4"
    )


def test_clusters_become_groups_and_an_outlier_is_in_none() -> None:
    points = np.concatenate([clusters(60), np.full((1, 8), 80, np.float32)])
    tree = fit_groups(GroupTree(), np.arange(len(points)), points)
    top = [set(tree.pictures(node.id)) for node in tree.children(None)]
    for cluster in range(3):
        inside = set(range(60 * cluster, 60 * cluster + 60))
        assert all(not group & inside or group <= inside for group in top)
    assert tree.group_of[180] is None


def test_a_few_new_pictures_move_no_other() -> None:
    points = clusters(100)
    first = fit_groups(GroupTree(), np.arange(297), points[:297])
    later = fit_groups(first, np.arange(300), points)
    assert {picture: later.group_of[picture] for picture in first.group_of} == first.group_of
    assert later.group_of[299] in {later.group_of[picture] for picture in range(200, 297)}


def test_fitting_again_uses_no_number_twice() -> None:
    first = fit_groups(GroupTree(), np.arange(90), clusters(30))
    merge(first, *[node.id for node in first.children(None)][:2])
    refitted = refit_groups(first, np.arange(90), clusters(30))
    kept_groups = {node.id for node in first.nodes.values() if node.kept}
    new_groups = set(refitted.nodes) - set().union(*(first.subtree(number) for number in kept_groups))
    assert not new_groups & set(first.nodes)


@pytest.mark.parametrize("count", [0, 1, 2, 5, 29])
def test_few_pictures_are_one_group_or_none(count: int) -> None:
    tree = fit_groups(GroupTree(), np.arange(count), np.random.default_rng(0).normal(size=(count, 8)).astype("f4"))
    assert len(tree.nodes) == (count >= 3)


def test_growing_in_small_steps_ends_in_new_groups() -> None:
    points = clusters(100)
    order = np.random.default_rng(0).permutation(300)
    tree = fit_groups(GroupTree(), order[:60], points[order[:60]])
    before = set(tree.nodes)
    for count in range(66, 301, 6):
        tree = fit_groups(tree, order[:count], points[order[:count]])
    assert not before & set(tree.nodes)
    assert tree.grouped_count > 200


def test_groups_are_fitted_again_when_all_pictures_are_new() -> None:
    points = clusters(30)
    first = fit_groups(GroupTree(), np.arange(len(points)), points)
    later = fit_groups(first, np.arange(1000, 1000 + len(points)), points)
    assert later.nodes
    assert sum(group is not None for picture, group in later.group_of.items() if picture >= 1000) > len(points) // 2


def test_new_pictures_join_kept_groups_when_the_others_are_fitted_again() -> None:
    points = clusters(100)
    first_pictures = np.concatenate([np.arange(40) + 100 * cluster for cluster in range(3)])
    tree = fit_groups(GroupTree(), first_pictures, points[first_pictures])
    for node in tree.children(None):
        rename(tree, node.id, f"kind {node.id}")
    kept_groups = {node.id for node in tree.children(None)}
    later = fit_groups(tree, np.arange(300), points)
    assert sum(len(later.pictures(number)) for number in kept_groups) > 270
