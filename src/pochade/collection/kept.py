"""What is kept of groups and of the map, in the index."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sql

from pochade.collection.groups import Node, Tree
from pochade.collection.index import Index
from pochade.collection.schema import GROUPED, GROUPS, PLACES, SETTINGS
from pochade.errors import UsageError

Place = tuple[float, float]
MADE = "grouped"  # in the settings: how many pieces there were when the groups were made anew


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
    made = connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == MADE))
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
        connection.execute(sql.delete(SETTINGS).where(SETTINGS.c.name == MADE))
        connection.execute(sql.insert(SETTINGS), {"name": MADE, "value": str(tree.made)})
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
