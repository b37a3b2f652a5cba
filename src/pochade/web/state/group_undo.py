"""What a person changed in the groups, so that it can be taken back, step by step."""

from collections import deque
from dataclasses import dataclass

from pochade.index.database import Index
from pochade.index.group_rows import Tree
from pochade.index.organisation_store import keep_tree

STEPS = 20  # that are remembered, as long as the server runs


@dataclass(frozen=True)
class Change:
    """The groups before and after something that the person said."""

    words: str
    before: Tree
    after: Tree


class GroupUndo:
    """Of one server."""

    def __init__(self) -> None:
        self.steps: deque[Change] = deque(maxlen=STEPS)

    def note(self, words: str, before: Tree, after: Tree) -> None:
        """Remember a change."""
        if before != after:
            self.steps.append(Change(words, before, after))

    def last(self, now: Tree) -> str | None:
        """What would be taken back; None where nothing can, as others have changed the groups since."""
        return self.steps[-1].words if self.steps and self.steps[-1].after == now else None

    def undo(self, index: Index) -> None:
        """Put the groups back as they were before the last change.

        Raises:
            UsageError: Something else changed them since; nothing is done.
        """
        if self.steps:
            keep_tree(index, self.steps[-1].after, self.steps[-1].before)
            self.steps.pop()
