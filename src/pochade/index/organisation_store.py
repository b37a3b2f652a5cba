"""The results of organising in the database: groups, and places on the map."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sql

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.index.schema import GROUPED, GROUPS, PLACES
from pochade.index.settings_store import setting_in, write_setting_in

MapPlace = tuple[float, float]
GROUPED_SETTING = "grouped"  # the number of pictures when the groups were last fitted
FEATURES_SETTING = "group features"  # the version of the features to which the groups were fitted; missing before 2
GROUP_FEATURES = "2"  # outlines, style and themes; version 1 had no themes. The key of an eye follows, if there is one
ANY_FEATURES = "any"  # of imported groups, which are not fitted again when the features change


# Groups --------------------------------------------------------------------------------------------------------------


def read_groups(index: Index) -> GroupTree:
    """Read the stored groups."""
    with index.reading() as connection:
        return _read_groups(connection)


def write_groups(index: Index, before: GroupTree, tree: GroupTree) -> None:
    """Replace the stored groups in one transaction, which writes only the rows that differ.

    Args:
        index: The database.
        before: The groups that the change started from.
        tree: The new groups.

    Raises:
        UsageError: The stored groups are no longer those of `before`; nothing is written.
    """
    with index.writing() as connection:
        if _read_groups(connection) != before:
            raise UsageError("the groups were changed elsewhere at the same time", "give the same command again")
        if tree.grouped_count != before.grouped_count:
            write_setting_in(connection, GROUPED_SETTING, str(tree.grouped_count))
        _write_nodes(connection, before, tree)
        _write_members(connection, before, tree)
        obsolete = [{"number": node.id} for node in _parents_first(before) if node.id not in tree.nodes]
        if obsolete:
            connection.execute(sql.delete(GROUPS).where(GROUPS.c.id == sql.bindparam("number")), obsolete[::-1])


def _write_nodes(connection: sql.Connection, before: GroupTree, tree: GroupTree) -> None:
    """Write the groups that are new or that differ; obsolete ones stay until nothing refers to them."""
    new = [vars(node) for node in _parents_first(tree) if node.id not in before.nodes]
    changed = [
        {f"new_{name}": value for name, value in vars(node).items()}
        for node in tree.nodes.values()
        if before.nodes.get(node.id, node) != node
    ]
    if new:
        connection.execute(sql.insert(GROUPS), new)
    if changed:
        values: dict[str, sql.BindParameter[Any]] = {
            name: sql.bindparam(f"new_{name}") for name in ("parent", "name", "description", "kept")
        }
        connection.execute(sql.update(GROUPS).where(GROUPS.c.id == sql.bindparam("new_id")).values(values), changed)


def _write_members(connection: sql.Connection, before: GroupTree, tree: GroupTree) -> None:
    """Write the pictures whose group, or whose pin, differs."""

    def members(groups: GroupTree) -> dict[int, tuple[int | None, bool]]:
        return {picture: (group, picture in groups.pinned) for picture, group in groups.group_of.items()}

    earlier, later = members(before), members(tree)
    changed = {picture: member for picture, member in later.items() if earlier.get(picture) != member}
    stale = [{"number": number} for number in {*earlier} - {*later} | {*earlier} & {*changed}]
    if stale:
        connection.execute(sql.delete(GROUPED).where(GROUPED.c.piece == sql.bindparam("number")), stale)
    if changed:
        rows = [{"piece": number, "group": group, "pinned": pin} for number, (group, pin) in changed.items()]
        connection.execute(sql.insert(GROUPED), rows)


def _read_groups(connection: sql.Connection) -> GroupTree:
    nodes = {
        row.id: GroupNode(row.id, row.parent, row.name, row.description, row.kept)
        for row in connection.execute(sql.select(GROUPS))
    }
    rows = list(connection.execute(sql.select(GROUPED)))
    pinned = {row.piece for row in rows if row.pinned}
    grouped_count = int(setting_in(connection, GROUPED_SETTING) or 0)
    return GroupTree(nodes, {row.piece: row.group for row in rows}, pinned, grouped_count)


def _parents_first(tree: GroupTree, below: int | None = None) -> Iterator[GroupNode]:
    """Yield each parent before its children, as the foreign key of a group requires."""
    for node in tree.children(below):
        yield node
        yield from _parents_first(tree, node.id)


# The map -------------------------------------------------------------------------------------------------------------


def read_map_places(index: Index) -> dict[int, MapPlace]:
    """Read the places (x, y) of pictures on the map, by the pictures' numbers."""
    with index.reading() as connection:
        return {row.piece: (row.x, row.y) for row in connection.execute(sql.select(PLACES))}


def add_map_places(index: Index, places: Mapping[int, MapPlace], *, replace: bool = False) -> None:
    """Store places of pictures on the map.

    Args:
        index: The database.
        places: Places by the pictures' numbers.
        replace: Delete all other places, including those of pictures without files.
    """
    with index.writing() as connection:
        if replace:
            connection.execute(sql.delete(PLACES))
        if places:
            picture = PLACES.c.piece == sql.bindparam("number")
            connection.execute(sql.delete(PLACES).where(picture), [{"number": number} for number in places])
            connection.execute(sql.insert(PLACES), [{"piece": n, "x": x, "y": y} for n, (x, y) in places.items()])
