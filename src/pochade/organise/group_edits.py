"""The edits of groups by a person: rename, merge, pin and split.

A picture is in one group, which may be a subgroup of another. Every edited group is marked as `kept`. When the
collection grows and the other groups are fitted again, kept groups stay with their pictures.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.errors import UsageError
from pochade.index.group_tree import GroupNode, GroupTree
from pochade.index.name_rules import normalise_name

MIN_GROUP_PICTURES = 3  # smaller groups dissolve into the group above


def rename(tree: GroupTree, number: int, name: str) -> None:
    """Give a group a name.

    Raises:
        UsageError: There is no such group, or the name is invalid.
    """
    tree.nodes[number] = replace(tree.node(number), name=normalise_name(name), kept=True)


def merge(tree: GroupTree, number: int, other: int) -> None:
    """Move everything in the second group to the first, and remove the second.

    Args:
        tree: The groups.
        number: The group that stays.
        other: The group that is removed.

    Raises:
        UsageError: One of the groups is missing, or contains the other.
    """
    tree.node(number), tree.node(other)  # raise if a group is missing
    if number in tree.subtree(other) or other in tree.subtree(number):
        raise UsageError(f"one of the groups {number} and {other} contains the other", "choose two separate groups")
    for child in tree.children(other):
        tree.nodes[child.id] = replace(child, parent=number)
    tree.group_of |= {picture: number for picture, group in tree.group_of.items() if group == other}
    del tree.nodes[other]
    tree.nodes[number] = replace(tree.nodes[number], kept=True, description="")


def pin(tree: GroupTree, pictures: Iterable[int], number: int) -> None:
    """Put pictures into a group, where they stay when groups are fitted again.

    Args:
        tree: The groups.
        pictures: The numbers of the pictures.
        number: The group.

    Raises:
        UsageError: There is no such group.
    """
    tree.nodes[number] = replace(tree.node(number), kept=True)
    for picture in pictures:
        tree.group_of[picture] = number
        tree.pinned.add(picture)


def split(tree: GroupTree, number: int, features: dict[int, Floats]) -> None:
    """Replace a group by its subgroups, or by two halves if it has no subgroups.

    Args:
        tree: The groups.
        number: The group to split.
        features: The features (D,) of each picture, by the picture's number.

    Raises:
        UsageError: There is no such group, or it has too few pictures.
    """
    node, parts = tree.node(number), tree.children(number)
    unpinned = [picture for picture, group in tree.group_of.items() if group == number and picture not in tree.pinned]
    movable = [picture for picture in unpinned if picture in features]  # pictures without features have no file
    if not parts:
        parts = _add_halves(tree, node, movable, features)
    elif len(parts) == 1 and movable:
        parts = [*parts, _add_sibling(tree, node, movable)]
    for part in parts:
        tree.nodes[part.id] = replace(tree.nodes[part.id], parent=node.parent, kept=True)
    remaining = [picture for picture, group in tree.group_of.items() if group == number]
    tree.group_of |= {picture: parts[0].id if picture in tree.pinned else node.parent for picture in remaining}
    del tree.nodes[number]


def _add_halves(tree: GroupTree, node: GroupNode, pictures: list[int], features: dict[int, Floats]) -> list[GroupNode]:
    if len(pictures) < 2 * MIN_GROUP_PICTURES:
        raise UsageError(
            f"group {node.id} is too small to be split", f"choose a group of {2 * MIN_GROUP_PICTURES} pictures or more"
        )
    sides = _halve(np.stack([features[picture] for picture in pictures]))
    return [
        _add_sibling(tree, node, [picture for picture, side in zip(pictures, sides, strict=True) if side == half])
        for half in (0, 1)
    ]


def _add_sibling(tree: GroupTree, node: GroupNode, pictures: list[int]) -> GroupNode:
    sibling = GroupNode(tree.free_id(), node.parent, kept=True)
    tree.nodes[sibling.id] = sibling
    tree.group_of |= dict.fromkeys(pictures, sibling.id)
    return sibling


def _halve(points: Floats) -> Integers:
    """Divide points (N, D) along their first principal axis into sides 0 and 1, each with about a quarter or more."""
    centred = points - points.mean(0)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    low, high = np.quantile(along, (0.25, 0.75))
    sides: Integers = (along > np.clip(0.0, low, high)).astype(np.int64)
    return sides if 0 < sides.sum() < len(sides) else (np.arange(len(points)) % 2)
