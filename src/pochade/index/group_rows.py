"""The groups of a collection as rows: the tree of groups, and the group of each picture."""

from dataclasses import dataclass, field

from pochade.errors import UsageError


@dataclass(frozen=True)
class Node:
    """A group, without its pieces."""

    id: int
    parent: int | None
    name: str | None = None  # the person's
    description: str = ""
    kept: bool = False  # the person changed it


@dataclass
class Tree:
    """All groups, and which piece is in which."""

    nodes: dict[int, Node] = field(default_factory=dict)
    homes: dict[int, int | None] = field(default_factory=dict)  # from a piece's number; None when it fits nowhere
    pinned: set[int] = field(default_factory=set)  # pieces that the person put where they are
    made: int = 0  # pieces there were when the groups were last made anew

    def children(self, number: int | None) -> list[Node]:
        """The groups right below one, or the topmost, by number."""
        return [node for _, node in sorted(self.nodes.items()) if node.parent == number]

    def below(self, number: int) -> set[int]:
        """A group and all groups below it."""
        return {number}.union(*(self.below(child.id) for child in self.children(number)))

    def pieces(self, number: int) -> list[int]:
        """The pieces of a group and of all groups below it."""
        return self.members()[number]

    def members(self) -> dict[int, list[int]]:
        """The pieces of every group and of all groups below it, in one pass."""
        found: dict[int, list[int]] = {number: [] for number in self.nodes}
        for piece, home in self.homes.items():
            above = home
            while above is not None:
                found[above].append(piece)
                above = self.nodes[above].parent
        return found

    def free_id(self) -> int:
        """A number above those of all groups."""
        return max(self.nodes, default=0) + 1

    def node(self, number: int) -> Node:
        """A group by its number.

        Raises:
            UsageError: There is none.
        """
        if number not in self.nodes:
            raise UsageError(f"there is no group {number}", "`pochade groups` lists them with their numbers")
        return self.nodes[number]
