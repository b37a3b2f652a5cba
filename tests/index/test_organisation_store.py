"""A change of the groups writes only the rows that differ."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sql

from pochade.index.database import Index
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.index.organisation_store import read_groups, write_groups
from tests.support.indexed_pictures import index_with_pictures

PICTURES = 200


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index with 200 pictures in nested groups."""
    with index_with_pictures(tmp_path, PICTURES) as opened:
        write_groups(opened, GroupTree(), nested_groups())
        yield opened


def nested_groups() -> GroupTree:
    """A group with two subgroups, and another group beside it."""
    nodes = {1: GroupNode(1, None), 2: GroupNode(2, 1), 3: GroupNode(3, 1), 4: GroupNode(4, None)}
    return GroupTree(nodes, {number: number % 4 + 1 for number in range(1, PICTURES + 1)}, set(), PICTURES)


def test_renaming_a_group_rewrites_no_picture(index: Index) -> None:
    tree = nested_groups()
    tree.nodes[2] = replace(tree.nodes[2], name="mine", kept=True)
    statements = list[str]()
    sql.event.listen(index.engine, "before_cursor_execute", lambda *words: statements.append(words[2]))
    write_groups(index, nested_groups(), tree)
    assert read_groups(index) == tree
    assert not [text for text in statements if text.startswith(("INSERT", "DELETE"))]
    assert len([text for text in statements if text.startswith("UPDATE")]) == 1


def test_pinning_a_picture_rewrites_its_row_alone(index: Index) -> None:
    tree = nested_groups()
    tree.group_of[5], tree.pinned = 4, {5}
    changed = list[object]()
    sql.event.listen(index.engine, "before_cursor_execute", lambda *words: changed.append(words[2:4]))
    write_groups(index, nested_groups(), tree)
    assert read_groups(index) == tree
    written = [words for words in changed if str(words).startswith(("('INSERT", "('DELETE"))]
    assert len(written) == 2


def test_groups_can_be_replaced_as_a_whole_and_back(index: Index) -> None:
    new = GroupTree({7: GroupNode(7, None), 2: GroupNode(2, 7)}, {1: 2, 2: 7, 3: None}, {1}, 3)
    write_groups(index, nested_groups(), new)
    assert read_groups(index) == new
    write_groups(index, new, nested_groups())
    assert read_groups(index) == nested_groups()
    write_groups(index, nested_groups(), GroupTree())
    assert read_groups(index) == GroupTree()
