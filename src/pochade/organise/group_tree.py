"""The groups of a collection: made once, then kept. New pieces join them; what the person said of them stands.

A piece is in one group, which may lie in another. Groups that the person named, merged, split or pinned a piece to are
kept, with their pieces, when the others are made anew, which happens only after the collection has grown by a fifth.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.errors import UsageError
from pochade.index.group_rows import Node, Tree

LONGEST = 256  # letters of a name
UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of letters, ends of lines and paragraphs
FEWEST = 3  # pieces of a group; fewer stay in the group above


# What the person says ------------------------------------------------------------------------------------------------


def rename(tree: Tree, number: int, name: str) -> None:
    """Give a group a name.

    Raises:
        UsageError: There is no such group, or the name is empty.
    """
    tree.nodes[number] = replace(tree.node(number), name=word(name), kept=True)


def word(given: str) -> str:
    """A person's word for something, without blanks about it.

    Raises:
        UsageError: It is empty, too long, or no Unicode.
    """
    said = given.strip()
    if not 0 < len(said) <= LONGEST or any(unicodedata.category(letter) in UNPRINTABLE for letter in said):
        raise UsageError(f"a name needs letters, at most {LONGEST}, that can be printed on one line")
    return said


def merge(tree: Tree, number: int, other: int) -> None:
    """Put all of the second group into the first.

    Raises:
        UsageError: One of them is missing, or lies in the other.
    """
    tree.node(number), tree.node(other)
    if number in tree.below(other) or other in tree.below(number):
        raise UsageError(
            f"of the groups {number} and {other} one lies in the other", "name two that stand side by side"
        )
    for child in tree.children(other):
        tree.nodes[child.id] = replace(child, parent=number)
    tree.homes |= {piece: number for piece, home in tree.homes.items() if home == other}
    del tree.nodes[other]
    tree.nodes[number] = replace(tree.nodes[number], kept=True, description="")


def pin(tree: Tree, pieces: Iterable[int], number: int) -> None:
    """Put pieces into a group for good.

    Raises:
        UsageError: There is no such group.
    """
    tree.nodes[number] = replace(tree.node(number), kept=True)
    for piece in pieces:
        tree.homes[piece] = number
        tree.pinned.add(piece)


def split(tree: Tree, number: int, features: dict[int, Floats]) -> None:
    """Make of one group the two or more that it is made of; they take its place.

    Args:
        tree: The groups.
        number: The one to split.
        features: Of the pieces in it.

    Raises:
        UsageError: There is no such group, or it has too few pieces.
    """
    node, parts = tree.node(number), tree.children(number)
    free = [piece for piece, home in tree.homes.items() if home == number and piece not in tree.pinned]
    loose = [piece for piece in free if piece in features]  # the others' files are gone
    if not parts:
        if len(loose) < 2 * FEWEST:
            raise UsageError(f"group {number} is too small to be split", f"it takes {2 * FEWEST} pieces")
        halves = two_halves(np.stack([features[piece] for piece in loose]))
        for half in (0, 1):
            made = Node(tree.free_id(), node.parent, kept=True)
            tree.nodes[made.id] = made
            parts.append(made)
            tree.homes |= {piece: made.id for piece, side in zip(loose, halves, strict=True) if side == half}
    elif len(parts) == 1 and loose:
        parts.append(Node(tree.free_id(), node.parent, kept=True))
        tree.nodes[parts[-1].id] = parts[-1]
        tree.homes |= dict.fromkeys(loose, parts[-1].id)
    for part in parts:
        tree.nodes[part.id] = replace(tree.nodes[part.id], parent=node.parent, kept=True)
    left = [piece for piece, home in tree.homes.items() if home == number]
    tree.homes |= {piece: parts[0].id if piece in tree.pinned else node.parent for piece in left}
    del tree.nodes[number]


def two_halves(points: Floats) -> Integers:
    """Which side of their main direction points (N, D) lie on, each side with at least a quarter of them: 0 or 1."""
    centred = points - points.mean(0)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    low, high = np.quantile(along, (0.25, 0.75))
    sides: Integers = (along > np.clip(0.0, low, high)).astype(np.int64)
    return sides if 0 < sides.sum() < len(sides) else (np.arange(len(points)) % 2)
