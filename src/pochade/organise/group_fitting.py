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
NEIGHBOURS = 10  # grouped pictures nearest to a new picture, which decide its group
DISTANCE_SAMPLE = 2_000  # pictures whose distance to their neighbours is measured
MAX_RELATIVE_DISTANCE = 1.5  # of a new picture to its neighbours, in typical distances; farther pictures join no group


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
    neighbour_groups = _groups_of_neighbours(tree, pictures[~is_new], features[~is_new], features[is_new])
    group_of_new = dict(zip(pictures[is_new].tolist(), neighbour_groups, strict=True))
    grouped_before = min(tree.grouped_count, int((~is_new).sum()))  # the files of some grouped pictures may be gone
    if len(pictures) < REFIT_GROWTH * grouped_before:
        return replace(tree, group_of=tree.group_of | group_of_new)
    kept_groups = _kept_groups(tree)
    group_of = tree.group_of | {picture: group for picture, group in group_of_new.items() if group in kept_groups}
    return refit_groups(replace(tree, group_of=group_of), pictures, features)


def _groups_of_neighbours(
    tree: GroupTree, pictures: Integers, features: Floats, new_features: Floats
) -> list[int | None]:
    """Find the most frequent group among the neighbours of each new picture.

    Args:
        tree: The groups so far.
        pictures: The numbers of the grouped pictures (N,).
        features: Their features (N, D).
        new_features: The features of the new pictures (M, D).

    Returns:
        A group for each new picture; None if its neighbours are too far, or belong to no group.
    """
    count = min(NEIGHBOURS, len(pictures) - 1)
    if count < 1:
        return [None] * len(new_features)
    sample = np.random.default_rng(0).permutation(len(features))[:DISTANCE_SAMPLE]
    typical_distance = np.median(nearest_neighbours(features[sample], features, count + 1).distances[:, 1:].mean(1))
    distances, indices = nearest_neighbours(new_features, features, count)
    neighbour_groups = [[tree.group_of[picture] for picture in pictures[row].tolist()] for row in indices]
    return [
        Counter(groups).most_common(1)[0][0] if distance <= MAX_RELATIVE_DISTANCE * typical_distance else None
        for groups, distance in zip(neighbour_groups, distances.mean(1).tolist(), strict=True)
    ]


def refit_groups(tree: GroupTree, pictures: Integers, features: Floats) -> GroupTree:
    """Fit groups to all pictures outside kept groups; kept groups keep their pictures and their place in the tree.

    Args:
        tree: The groups so far.
        pictures: The numbers of all pictures (N,).
        features: The features of the pictures (N, D).
    """
    kept_groups = _kept_groups(tree)
    group_of: dict[int, int | None] = {
        picture: group for picture, group in tree.group_of.items() if group in kept_groups
    }
    nodes = {number: tree.nodes[number] for number in _staying_groups(tree)}
    refitted = GroupTree(nodes, group_of, tree.pinned & set(group_of), len(pictures))
    is_free = np.array([picture not in group_of for picture in pictures.tolist()], bool)
    levels = spectral_hierarchy(features[is_free]) if is_free.any() else np.empty((0, 0), np.int64)
    innermost: list[int | None] = [None] * int(is_free.sum())  # the smallest group so far of each free picture
    number = tree.free_id()  # numbers of removed groups are not used again: the person may remember them
    for labels in levels:
        for (parent, _), positions in _groups_of_level(labels, innermost):
            refitted.nodes[number] = GroupNode(number, parent)
            for position in positions:
                innermost[position] = number
            number += 1
    refitted.group_of |= dict(zip(pictures[is_free].tolist(), innermost, strict=True))
    return refitted


def _groups_of_level(labels: Integers, parents: list[int | None]) -> list[tuple[tuple[int | None, int], list[int]]]:
    """List the groups of one level, the largest first. A group that is too small or equals its parent is left out.

    Args:
        labels: The cluster of each point (N,).
        parents: The group of each point one level above.

    Returns:
        For each group its parent and cluster, and the positions of its points.
    """
    members: dict[tuple[int | None, int], list[int]] = defaultdict(list)
    for position, label in enumerate(labels.tolist()):
        if label != NO_GROUP:
            members[parents[position], label].append(position)
    parent_sizes = Counter(parents)
    groups = [
        (key, positions)
        for key, positions in members.items()
        if len(positions) >= MIN_GROUP_PICTURES and (key[0] is None or len(positions) < parent_sizes[key[0]])
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
