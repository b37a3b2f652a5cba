"""Fit groups to the pictures of a collection: new pictures join existing groups, or the groups are fitted again."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.nearest_neighbours import nearest_neighbours
from pochade.analysis.spectral_hierarchy import NO_GROUP, spectral_hierarchy
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.organise.group_edits import MIN_GROUP_PICTURES

REFIT_GROWTH = 1.2  # the groups are fitted again once there are this many times the pictures
NEIGHBOURS = 10  # that decide the group of a new picture
DISTANCE_SAMPLE = 2_000  # points from which the usual distance is measured
MAX_RELATIVE_DISTANCE = 1.5  # times the usual distance to neighbours, above which a new picture joins no group


def fit_groups(tree: GroupTree, pictures: Integers, features: Floats) -> GroupTree:
    """Put all pictures into groups.

    New pictures join the groups of their neighbours. If the collection has grown by a fifth since the last fit, all
    groups that the person has not edited are fitted again.

    Args:
        tree: The groups so far.
        pictures: The numbers of all pictures (N,).
        features: The features of the pictures (N, D).

    Returns:
        The groups with all pictures.
    """
    is_new = np.array([picture not in tree.group_of for picture in pictures.tolist()], bool)
    if not is_new.any():
        return tree
    new_homes = _join(tree, pictures[~is_new], features[~is_new], features[is_new])
    joined = zip(pictures[is_new].tolist(), new_homes, strict=True)
    grouped_before = min(tree.grouped_count, int((~is_new).sum()))  # the files of some grouped pictures may be gone
    if len(pictures) < REFIT_GROWTH * grouped_before:
        return replace(tree, group_of=tree.group_of | dict(joined))
    kept_groups = _kept_groups(tree)
    homes = tree.group_of | {picture: home for picture, home in joined if home in kept_groups}
    return refit_groups(replace(tree, group_of=homes), pictures, features)


def _join(tree: GroupTree, known: Integers, features: Floats, new: Floats) -> list[int | None]:
    """Find the group of each new point (M, D): the most frequent one of its neighbours, None if they are too far."""
    count = min(NEIGHBOURS, len(known) - 1)
    if count < 1:
        return [None] * len(new)
    sample = np.random.default_rng(0).permutation(len(features))[:DISTANCE_SAMPLE]
    usual = np.median(nearest_neighbours(features[sample], features, count + 1).distances[:, 1:].mean(1))
    distances, indices = nearest_neighbours(new, features, count)
    neighbour_homes = [[tree.group_of[picture] for picture in known[row].tolist()] for row in indices]
    return [
        Counter(homes).most_common(1)[0][0] if distance <= MAX_RELATIVE_DISTANCE * usual else None
        for homes, distance in zip(neighbour_homes, distances.mean(1).tolist(), strict=True)
    ]


def refit_groups(tree: GroupTree, pictures: Integers, features: Floats) -> GroupTree:
    """Fit groups to all pictures outside of kept groups; kept groups stay where they are in the tree.

    Args:
        tree: The groups so far.
        pictures: The numbers of all pictures (N,).
        features: The features of the pictures (N, D).
    """
    kept_groups = _kept_groups(tree)
    homes: dict[int, int | None] = {picture: home for picture, home in tree.group_of.items() if home in kept_groups}
    nodes = {number: tree.nodes[number] for number in _staying_groups(tree)}
    fitted = GroupTree(nodes, homes, tree.pinned & set(homes), len(pictures))
    free = np.array([picture not in homes for picture in pictures.tolist()], bool)
    levels = spectral_hierarchy(features[free]) if free.any() else np.empty((0, 0), np.int64)
    innermost: list[int | None] = [None] * int(free.sum())  # the smallest group so far of each free picture
    number = tree.free_id()  # numbers of removed groups are not used again: the person may remember one
    for labels in levels:
        for (parent, _), places in _groups_of_level(labels, innermost):
            fitted.nodes[number] = GroupNode(number, parent)
            for place in places:
                innermost[place] = number
            number += 1
    fitted.group_of |= dict(zip(pictures[free].tolist(), innermost, strict=True))
    return fitted


def _groups_of_level(labels: Integers, parents: list[int | None]) -> list[tuple[tuple[int | None, int], list[int]]]:
    """List the groups of one level, the largest first, without groups that are too small or as large as their parent.

    Args:
        labels: The cluster of each point (N,).
        parents: The group of each point one level above.

    Returns:
        For each group its parent and cluster, and the positions of its points.
    """
    members: dict[tuple[int | None, int], list[int]] = defaultdict(list)
    for place, label in enumerate(labels.tolist()):
        if label != NO_GROUP:
            members[parents[place], label].append(place)
    parent_sizes = Counter(parents)
    groups = [
        (key, places)
        for key, places in members.items()
        if len(places) >= MIN_GROUP_PICTURES and (key[0] is None or len(places) < parent_sizes[key[0]])
    ]
    return sorted(groups, key=lambda group: -len(group[1]))


def _kept_groups(tree: GroupTree) -> set[int]:
    """The groups that the person edited, and all groups in them."""
    return set().union(*(tree.subtree(node.id) for node in tree.nodes.values() if node.kept))


def _staying_groups(tree: GroupTree) -> set[int]:
    """The groups that the person edited, all groups in them, and all groups above them."""
    return _kept_groups(tree).union(*(_ancestors(tree, node) for node in tree.nodes.values() if node.kept))


def _ancestors(tree: GroupTree, node: GroupNode) -> Iterator[int]:
    while node.parent is not None:
        yield node.parent
        node = tree.nodes[node.parent]
