"""Stores selections of pictures under short names, because a URL with all keys would be too long."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from pochade.errors import NotKnown

MAX_SELECTIONS = 30  # the latest ones; all are lost when the server ends
NAME_DIGITS = 12


class SelectionStore:
    """The latest selections."""

    def __init__(self) -> None:
        self.numbers_by_name: OrderedDict[str, frozenset[int]] = OrderedDict()

    def add(self, numbers: Iterable[int]) -> str:
        """Store a selection of picture numbers and return its name; equal selections have equal names."""
        selected = frozenset(numbers)
        name = hashlib.sha256(repr(sorted(selected)).encode()).hexdigest()[:NAME_DIGITS]
        self.numbers_by_name[name] = selected
        self.numbers_by_name.move_to_end(name)
        while len(self.numbers_by_name) > MAX_SELECTIONS:
            self.numbers_by_name.popitem(last=False)
        return name

    def get(self, name: str) -> frozenset[int]:
        """Return the picture numbers of a selection.

        Raises:
            NotKnown: The selection was dropped to make room for later ones.
        """
        if name not in self.numbers_by_name:
            raise NotKnown("that selection is forgotten", "select the pictures again")
        return self.numbers_by_name[name]
