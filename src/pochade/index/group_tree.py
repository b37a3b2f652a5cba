"""The groups of a collection in memory: a tree of groups, and the group of each picture."""

from dataclasses import dataclass, field

from pochade.errors import UsageError


@dataclass(frozen=True)
class GroupNode:
    """A group, without its pictures."""

    id: int  # the number of the group, which never changes
    parent: int | None  # the number of the group that contains it; None at the top
    name: str | None = None  # given by the person
    description: str = ""  # made from measurements
    kept: bool = False  # whether the person edited the group


@dataclass
class GroupTree:
    """All groups, and the group of each picture."""

    nodes: dict[int, GroupNode] = field(default_factory=dict)
    group_of: dict[int, int | None] = field(default_factory=dict)  # by picture number; None if it fits into no group
    pinned: set[int] = field(default_factory=set)  # pictures that the person put into their group
    grouped_count: int = 0  # how many pictures there were when the groups were last fitted

    def children(self, number: int | None) -> list[GroupNode]:
        """The groups directly below a group, or the top-level groups for None, by number."""
        return [node for _, node in sorted(self.nodes.items()) if node.parent == number]

    def subtree(self, number: int) -> set[int]:
        """The numbers of a group and of all groups below it."""
        return {number}.union(*(self.subtree(child.id) for child in self.children(number)))

    def pictures(self, number: int) -> list[int]:
        """The numbers of the pictures in a group and in all groups below it."""
        return self.members()[number]

    def members(self) -> dict[int, list[int]]:
        """The numbers of the pictures in each group and in all groups below it, by the group's number."""
        members: dict[int, list[int]] = {number: [] for number in self.nodes}
        for picture, group in self.group_of.items():
            ancestor = group
            while ancestor is not None:
                members[ancestor].append(picture)
                ancestor = self.nodes[ancestor].parent
        return members

    def free_id(self) -> int:
        """The next number that no group has."""
        return max(self.nodes, default=0) + 1

    def node(self, number: int) -> GroupNode:
        """Look up a group by its number.

        Raises:
            UsageError: There is no such group.
        """
        if number not in self.nodes:
            raise UsageError(f"there is no group {number}", "'pochade groups' lists the numbers of all groups")
        return self.nodes[number]
