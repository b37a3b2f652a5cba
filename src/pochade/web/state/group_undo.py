"""Undo for changes of the groups, step by step. Each step has a number, so that a page undoes only what it means."""

from collections import deque
from dataclasses import dataclass
from itertools import count

from pochade.collection import Collection
from pochade.errors import UsageError
from pochade.index.group_tree import GroupTree

MAX_UNDO_STEPS = 20


@dataclass(frozen=True)
class GroupChange:
    """The groups before and after one change."""

    number: int  # counted from 1
    description: str  # such as "the merging"
    before: GroupTree
    after: GroupTree


class GroupUndo:
    """The latest changes that were made through this server."""

    def __init__(self) -> None:
        self.steps: deque[GroupChange] = deque(maxlen=MAX_UNDO_STEPS)
        self.numbers = count(1)

    def record(self, description: str, before: GroupTree, after: GroupTree) -> None:
        """Remember a change."""
        if before != after:
            self.steps.append(GroupChange(next(self.numbers), description, before, after))

    def undoable_change(self, current: GroupTree) -> GroupChange | None:
        """Return the change that `undo` would undo; None if there is none, or the groups were changed elsewhere."""
        return self.steps[-1] if self.steps and self.steps[-1].after == current else None

    def undo(self, collection: Collection, number: int | None = None) -> None:
        """Restore the groups as they were before the last change; do nothing if there is none.

        Args:
            collection: The collection whose groups they are.
            number: The number of the change to undo, which must be the last one; None for whichever is the last one.

        Raises:
            UsageError: Something else has changed the groups since; they stay as they are.
        """
        if number is not None and (not self.steps or self.steps[-1].number != number):
            raise UsageError("the groups have changed since, and this can't be undone", "undo the later change first")
        if self.steps:
            collection.restore_groups(self.steps[-1].after, self.steps[-1].before)
            self.steps.pop()
