"""What is kept of verdicts on pairs, of groups and of the map, in the index."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sql

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.group_rows import Node, Tree
from pochade.index.schema import GROUPED, GROUPS, PAIRS, PLACES, SETTINGS

Place = tuple[float, float]
MADE = "grouped"  # in the settings: how many pieces there were when the groups were made anew
JUDGE = "pairs"  # in the settings: the net that judged the pairs; an index of before that was kept has none


def setting(connection: sql.Connection, name: str) -> str | None:
    """What the settings say under a name, or None."""
    return connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == name))


def put_setting(connection: sql.Connection, name: str, value: str) -> None:
    """Note something under a name in the settings, in place of what was there."""
    connection.execute(sql.delete(SETTINGS).where(SETTINGS.c.name == name))
    connection.execute(sql.insert(SETTINGS), {"name": name, "value": value})


def verdicts_in(index: Index, net: str) -> list[Any]:
    """Every pair of pieces that this net judged: `first`, `second`, `near`, `version`; what another said is nothing."""
    with index.reading() as connection:
        return list(connection.execute(sql.select(PAIRS))) if setting(connection, JUDGE) == net else []


def add_verdicts(index: Index, net: str, rows: Sequence[dict[str, Any]]) -> None:
    """Remember this net's verdicts on pairs, in place of those of other nets and of another process meanwhile."""
    pair = sql.and_(PAIRS.c.first == sql.bindparam("one"), PAIRS.c.second == sql.bindparam("other"))
    with index.writing() as connection:
        if setting(connection, JUDGE) != net:
            connection.execute(sql.delete(PAIRS))
            put_setting(connection, JUDGE, net)
        if rows:
            keys = [{"one": row["first"], "other": row["second"]} for row in rows]
            connection.execute(sql.delete(PAIRS).where(pair), keys)
            connection.execute(sql.insert(PAIRS), list(rows))


def tree_in(index: Index) -> Tree:
    """The groups as they were left."""
    with index.reading() as connection:
        return tree_of(connection)


def tree_of(connection: sql.Connection) -> Tree:
    """The groups as a transaction sees them."""
    nodes = {
        row.id: Node(row.id, row.parent, row.name, row.description, row.kept)
        for row in connection.execute(sql.select(GROUPS))
    }
    homes = list(connection.execute(sql.select(GROUPED)))
    made = setting(connection, MADE)
    pinned = {row.piece for row in homes if row.pinned}
    return Tree(nodes, {row.piece: row.group for row in homes}, pinned, int(made or 0))


def keep_tree(index: Index, before: Tree, tree: Tree) -> None:
    """Put these groups in place of those that were there, in one transaction.

    Raises:
        UsageError: Another process changed them meanwhile; nothing is done.
    """
    with index.writing() as connection:
        if tree_of(connection) != before:
            raise UsageError("the groups were changed elsewhere at the same time", "give the same command again")
        put_setting(connection, MADE, str(tree.made))
        connection.execute(sql.delete(GROUPED))
        connection.execute(sql.delete(GROUPS))
        rows = [
            {
                "id": node.id,
                "parent": node.parent,
                "name": node.name,
                "description": node.description,
                "kept": node.kept,
            }
            for node in outermost_first(tree)
        ]
        homes = [{"piece": piece, "group": home, "pinned": piece in tree.pinned} for piece, home in tree.homes.items()]
        for table, values in ((GROUPS, rows), (GROUPED, homes)):
            if values:
                connection.execute(sql.insert(table), values)


def outermost_first(tree: Tree, below: int | None = None) -> Iterable[Node]:
    """Every group after the one that it lies in, as the tables want them."""
    for node in tree.children(below):
        yield node
        yield from outermost_first(tree, node.id)


def places_in(index: Index) -> dict[int, Place]:
    """Where pieces lie on the map, by their numbers."""
    with index.reading() as connection:
        return {row.piece: (row.x, row.y) for row in connection.execute(sql.select(PLACES))}


def add_places(index: Index, places: Mapping[int, Place], *, anew: bool = False) -> None:
    """Remember where pieces lie that had no place; or forget all other places, also of pieces whose files are gone."""
    with index.writing() as connection:
        if anew:
            connection.execute(sql.delete(PLACES))
        if places:
            own = PLACES.c.piece == sql.bindparam("one")
            connection.execute(sql.delete(PLACES).where(own), [{"one": number} for number in places])
            connection.execute(sql.insert(PLACES), [{"piece": n, "x": x, "y": y} for n, (x, y) in places.items()])
