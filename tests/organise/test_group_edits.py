"""Groups are renamed, merged, split and pinned without losing a picture."""

import numpy as np
import pytest

from pochade.errors import UsageError
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.organise.group_edits import merge, pin, rename, split


def nested_groups() -> GroupTree:
    """A group with two subgroups, and another group beside it."""
    nodes = {1: GroupNode(1, None), 2: GroupNode(2, 1), 3: GroupNode(3, 1), 4: GroupNode(4, None)}
    return GroupTree(nodes, {10: 2, 11: 2, 12: 3, 13: 3, 14: 4, 15: 4, 16: 1, 17: None})


def test_merge_moves_everything_into_the_first_group() -> None:
    tree = nested_groups()
    merge(tree, 4, 1)
    assert sorted(tree.pictures(4)) == [10, 11, 12, 13, 14, 15, 16]
    assert tree.nodes[4].kept
    with pytest.raises(UsageError, match="contains the other"):
        merge(tree, 4, 2)


def test_split_replaces_a_group_by_its_parts() -> None:
    tree = nested_groups()
    split(tree, 1, {})
    assert [node.id for node in tree.children(None)] == [2, 3, 4]
    assert set(tree.group_of) == set(nested_groups().group_of)
    flat_tree = GroupTree({1: GroupNode(1, None)}, dict.fromkeys(range(8), 1))
    split(flat_tree, 1, {number: np.array([number > 3, 0.1 * number], np.float32) for number in range(8)})
    assert sorted(sorted(flat_tree.pictures(node.id)) for node in flat_tree.children(None)) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
    ]
    with pytest.raises(UsageError, match="too small"):
        split(flat_tree, flat_tree.children(None)[0].id, {})


@pytest.mark.parametrize("name", ["  ", "two\nlines", "caf\udce9", "x" * 300])
def test_a_group_needs_a_printable_name(name: str) -> None:
    with pytest.raises(UsageError, match="1 to 256 characters"):
        rename(nested_groups(), 1, name)


def test_pinned_pictures_are_marked() -> None:
    tree = nested_groups()
    pin(tree, [17], 4)
    assert tree.group_of[17] == 4
    assert tree.pinned == {17}
