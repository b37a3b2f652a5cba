"""Undo for renamed, merged and deleted labels. Each change has a number, so that a page undoes only what it means."""

from collections import OrderedDict
from dataclasses import dataclass
from itertools import count

from pochade.collection import Collection
from pochade.errors import UsageError
from pochade.index.label_records import LabelRecords, replace_label_records

MAX_CHANGES = 20  # the latest ones


@dataclass(frozen=True)
class LabelEdit:
    """What was said about some labels before and after one change."""

    before: LabelRecords
    after: LabelRecords


class LabelUndo:
    """The latest changes that were made through this server."""

    def __init__(self) -> None:
        self.edits: OrderedDict[int, LabelEdit] = OrderedDict()
        self.numbers = count(1)

    def record(self, before: LabelRecords, after: LabelRecords) -> int:
        """Remember a change, and return its number, counted from 1."""
        number = next(self.numbers)
        self.edits[number] = LabelEdit(before, after)
        while len(self.edits) > MAX_CHANGES:
            self.edits.popitem(last=False)
        return number

    def undo(self, collection: Collection, number: int) -> None:
        """Restore the labels as they were before a change.

        Raises:
            UsageError: The change is undone or forgotten, or the same labels have changed since; they stay as they are.
        """
        edit = self.edits.get(number)
        if edit is None:
            raise UsageError("this change can't be undone any more", "change the labels back by hand")
        replace_label_records(collection.index, edit.after, edit.before)
        del self.edits[number]
