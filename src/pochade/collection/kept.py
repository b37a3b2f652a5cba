"""What is kept of groups and of the map, in the index."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sql

from pochade.collection.groups import Node, Tree
from pochade.collection.index import Index
from pochade.collection.schema import GROUPED, GROUPS, PLACES

Place = tuple[float, float]


def tree_in(index: Index) -> Tree:
    """The groups as they were left."""
    with index.reading() as connection:
        nodes = {
            row.id: Node(row.id, row.parent, row.name, row.description, row.kept)
            for row in connection.execute(sql.select(GROUPS))
        }
        homes = list(connection.execute(sql.select(GROUPED)))
    return Tree(nodes, {row.piece: row.group for row in homes}, {row.piece for row in homes if row.pinned})


def keep_tree(index: Index, tree: Tree) -> None:
    """Put these groups in place of those that were there, in one transaction."""
    with index.writing() as connection:
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


def add_places(index: Index, places: Mapping[int, Place]) -> None:
    """Remember where pieces lie that had no place."""
    with index.writing() as connection:
        if places:
            connection.execute(sql.insert(PLACES), [{"piece": n, "x": x, "y": y} for n, (x, y) in places.items()])


def forget_places(index: Index) -> None:
    """Begin a new map."""
    with index.writing() as connection:
        connection.execute(sql.delete(PLACES))
