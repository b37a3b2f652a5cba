"""Undo for changes of the groups, step by step."""

from collections import deque
from dataclasses import dataclass

from pochade.collection import Collection
from pochade.index.group_tree import GroupTree

MAX_UNDO_STEPS = 20


@dataclass(frozen=True)
class GroupChange:
    """The groups before and after one change."""

    description: str  # such as "the merging"
    before: GroupTree
    after: GroupTree


class GroupUndo:
    """The latest changes that were made through this server."""

    def __init__(self) -> None:
        self.steps: deque[GroupChange] = deque(maxlen=MAX_UNDO_STEPS)

    def record(self, description: str, before: GroupTree, after: GroupTree) -> None:
        """Remember a change."""
        if before != after:
            self.steps.append(GroupChange(description, before, after))

    def undoable_change(self, current: GroupTree) -> str | None:
        """Return the description of the change that `undo` would undo; None if the groups were changed elsewhere."""
        return self.steps[-1].description if self.steps and self.steps[-1].after == current else None

    def undo(self, collection: Collection) -> None:
        """Restore the groups as they were before the last change; do nothing if there is none.

        Raises:
            UsageError: Something else has changed the groups since; they stay as they are.
        """
        if self.steps:
            collection.restore_groups(self.steps[-1].after, self.steps[-1].before)
            self.steps.pop()
