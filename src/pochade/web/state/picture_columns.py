"""All files of a snapshot in columns, made once: from them a wall of a hundred thousand is chosen, sorted and told."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from pochade.index.pictures import Filter, PictureFile

Array = np.ndarray[Any, Any]
SORTS = ("modified", "bytes", "pixels")  # besides by path, as the index gives them


class PictureColumns:
    """What a wall shows of each file, and by what it is chosen and sorted.

    Args:
        pieces: Every file, by path.
        names: Their paths as they are shown.
        keys: Their keys.
    """

    def __init__(self, pieces: list[PictureFile], names: list[str], keys: list[str]) -> None:
        self.names, self.keys = names, keys
        self.widths, self.heights = whole(one.width for one in pieces), whole(one.height for one in pieces)
        self.numbers = whole(one.number for one in pieces)
        self.words = {
            "format": np.array([one.format.lower() for one in pieces], np.str_),
            "shape": np.array([one.shape for one in pieces], np.str_),
            "colour": np.array([one.colour for one in pieces], np.str_),
        }
        by = {
            "modified": np.array([one.modified for one in pieces], "datetime64[us]"),
            "bytes": whole(one.bytes for one in pieces),
            "pixels": self.widths * self.heights,
        }
        self.orders = {sort: np.argsort(by[sort], kind="stable") for sort in SORTS}

    def chosen(self, among: Filter, below: str | None, numbers: set[int] | None) -> Array:
        """Which files (N,) bool pass a filter, lie below a folder, and are of the pieces with these numbers."""
        found = np.ones(len(self.names), np.bool_)
        for name, column in self.words.items():
            if (word := getattr(among, name)) is not None:
                found &= column == word.lower()
        if numbers is not None:
            found &= np.isin(self.numbers, whole(numbers))
        if start := (below or "").strip("/"):
            found &= np.array([name.startswith(f"{start}/") for name in self.names], np.bool_)
        return found

    def sorted(self, chosen: Array, sort: str, *, descending: bool) -> Array:
        """The places (n,) of those that were chosen, in order."""
        order = self.orders.get(sort)
        found = np.flatnonzero(chosen) if order is None else order[chosen[order]]
        return found[::-1] if descending else found

    def told(self, places: Array, offset: int, limit: int) -> bytes:
        """A part of them as JSON."""
        part = places[offset : offset + limit]
        keys, names = self.keys, self.names
        columns = {
            "total": len(places), "offset": offset,
            "keys": [keys[place] for place in part.tolist()], "paths": [names[place] for place in part.tolist()],
            "widths": self.widths[part].tolist(), "heights": self.heights[part].tolist(),
        }  # fmt: skip
        return json.dumps(columns, separators=(",", ":")).encode()


def whole(numbers: Iterable[int]) -> Array:
    """Whole numbers as an array."""
    return np.fromiter(numbers, np.int64)
