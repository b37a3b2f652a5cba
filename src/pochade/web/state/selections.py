"""Pieces that a person selected, under a name for addresses, which would be too long with all of them."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from pochade.errors import NotKnown

MOST = 30  # that are kept, the latest, as long as the server runs
DIGITS = 12


class Selections:
    """Of one server."""

    def __init__(self) -> None:
        self.kept: OrderedDict[str, frozenset[int]] = OrderedDict()

    def add(self, numbers: Iterable[int]) -> str:
        """Keep pieces by their numbers. The name follows from them, so that the same ones have the same."""
        chosen = frozenset(numbers)
        name = hashlib.sha256(repr(sorted(chosen)).encode()).hexdigest()[:DIGITS]
        self.kept[name] = chosen
        self.kept.move_to_end(name)
        while len(self.kept) > MOST:
            self.kept.popitem(last=False)
        return name

    def get(self, name: str) -> frozenset[int]:
        """The pieces of a selection.

        Raises:
            NotKnown: It was forgotten.
        """
        if name not in self.kept:
            raise NotKnown("that selection is forgotten", "select the pieces again")
        return self.kept[name]
