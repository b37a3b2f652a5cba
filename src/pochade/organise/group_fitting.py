"""Pieces put into groups: new ones join what is there, or all but what the person said is grouped anew."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest
from pochade.analysis.spectral_hierarchy import ALONE, hierarchy
from pochade.index.group_rows import Node, Tree
from pochade.organise.group_tree import FEWEST

GROWN = 1.2  # times as many pieces as were grouped make a new grouping worth while
NEIGHBOURS = 10  # that a new piece follows
ASKED = 2_000  # points that tell what distance is usual
STRANGE = 1.5  # times the usual distance to neighbours, from which a new piece joins no group


def grouped(tree: Tree, pieces: Integers, features: Floats) -> Tree:
    """The groups with all pieces in them: new ones join what is there, or all but what is kept is grouped anew.

    Args:
        tree: The groups so far.
        pieces: The numbers of all pieces (N,).
        features: What they are grouped by (N, D).
    """
    new = np.array([piece not in tree.homes for piece in pieces.tolist()], bool)
    if not new.any():
        return tree
    found = joined(tree, pieces[~new], features[~new], features[new])
    if len(pieces) < GROWN * min(tree.made, int((~new).sum())):  # of those that were grouped, many may be gone
        return replace(tree, homes=tree.homes | dict(zip(pieces[new].tolist(), found, strict=True)))
    kept = under_kept(tree)
    homes = dict(tree.homes)
    homes |= {piece: home for piece, home in zip(pieces[new].tolist(), found, strict=True) if home in kept}
    return anew(replace(tree, homes=homes), pieces, features)


def joined(tree: Tree, known: Integers, features: Floats, new: Floats) -> list[int | None]:
    """The group of each new point (M, D): that of most of its neighbours, unless it is too far from them."""
    count = min(NEIGHBOURS, len(known) - 1)
    if count < 1:
        return [None] * len(new)
    some = np.random.default_rng(0).permutation(len(features))[:ASKED]
    usual = np.median(nearest(features[some], features, count + 1).distances[:, 1:].mean(1))
    distances, indices = nearest(new, features, count)
    homes = [[tree.homes[piece] for piece in known[row].tolist()] for row in indices]
    return [
        Counter(each).most_common(1)[0][0] if distance <= STRANGE * usual else None
        for each, distance in zip(homes, distances.mean(1).tolist(), strict=True)
    ]


def anew(tree: Tree, pieces: Integers, features: Floats) -> Tree:
    """Group all pieces but those of kept groups; the kept ones stay as they are, and keep their place in the tree."""
    kept = under_kept(tree)
    homes: dict[int, int | None] = {piece: home for piece, home in tree.homes.items() if home in kept}
    nodes = {number: tree.nodes[number] for number in staying(tree)}
    made = Tree(nodes, homes, tree.pinned & set(homes), len(pieces))
    free = np.array([piece not in homes for piece in pieces.tolist()], bool)
    levels = hierarchy(features[free]).levels if free.any() else np.empty((0, 0), np.int64)
    above: list[int | None] = [None] * int(free.sum())
    first = tree.free_id()  # not those of groups that go: the person may have written one down
    for labels in levels:
        for (parent, _), places in divided(labels, above):
            made.nodes[first] = Node(first, parent)
            for place in places:
                above[place] = first
            first += 1
    made.homes |= dict(zip(pieces[free].tolist(), above, strict=True))
    return made


def divided(labels: Integers, above: list[int | None]) -> list[tuple[tuple[int | None, int], list[int]]]:
    """The groups of one depth, with the group that each lies in, the largest first: the places (of N) of their points.

    Too small ones are left out, and those that are all of the group above.
    """
    members: dict[tuple[int | None, int], list[int]] = defaultdict(list)
    for place, label in enumerate(labels.tolist()):
        if label != ALONE:
            members[above[place], label].append(place)
    sizes = Counter(above)
    real = [
        (key, places)
        for key, places in members.items()
        if len(places) >= FEWEST and (key[0] is None or len(places) < sizes[key[0]])
    ]
    return sorted(real, key=lambda item: -len(item[1]))


def under_kept(tree: Tree) -> set[int]:
    """The kept groups, and all that lie in them."""
    return set().union(*(tree.below(node.id) for node in tree.nodes.values() if node.kept))


def staying(tree: Tree) -> set[int]:
    """The kept groups, all that lie in them, and those that they lie in."""
    return under_kept(tree).union(*(ancestors(tree, node) for node in tree.nodes.values() if node.kept))


def ancestors(tree: Tree, node: Node) -> Iterator[int]:
    """The groups that a group lies in."""
    while node.parent is not None:
        yield node.parent
        node = tree.nodes[node.parent]
