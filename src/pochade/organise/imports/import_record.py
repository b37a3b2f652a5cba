"""The record of the last import, by which it can be undone: a file in the folder of the index.

`docs/format.md` describes it. An index may come from a stranger, so everything in the file is checked.

    {"format": "pochade-import-1", "when": "2026-12-01T14:30:00+00:00", "sources": ["Art.library"],
     "pictures": ["<SHA-256>", …], "added": {"harbour": [0, 3, …], …}}
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pochade.errors import IndexDamaged, PochadeError
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.path_rules import check_content_hash
from pochade.organise.imports.bounded_files import read_json, texts_in
from pochade.system.atomic_files import write_atomically
from pochade.system.path_text import printable

IMPORT_FILE, IMPORT_FORMAT = "last-import.json", "pochade-import-1"
MAX_FILE_BYTES = 2**28  # more than the largest import takes


@dataclass(frozen=True)
class LastImport:
    """An import that can be undone."""

    when: str  # ISO 8601, UTC
    sources: tuple[str, ...]  # names of folders
    pictures: tuple[str, ...]  # content hashes of the pictures that got labels
    added: Mapping[str, tuple[int, ...]]  # positions in `pictures`, by label

    @property
    def pair_count(self) -> int:
        """How often a picture got a label."""
        return sum(map(len, self.added.values()))


def record_import(library: Library, added: Mapping[str, set[int]], sources: Sequence[str]) -> None:
    """Write what an import is going to add; the record of the import before is replaced.

    Args:
        library: The collection.
        added: The numbers of the pictures that get each label, by label.
        sources: Names of the folders that the labels come from.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    contents = library.index.contents_by_number()
    numbers = sorted({number for some in added.values() for number in some})
    positions = {number: position for position, number in enumerate(numbers)}
    data = {
        "format": IMPORT_FORMAT,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": list(sources),
        "pictures": [contents[number] for number in numbers],
        "added": {label: sorted(positions[number] for number in some) for label, some in added.items()},
    }
    write_atomically(library.home / IMPORT_FILE, json.dumps(data, separators=(",", ":")).encode())


def read_last_import(library: Library) -> LastImport | None:
    """Return the import that can be undone; None if there is none.

    Raises:
        IndexDamaged: Its record is damaged.
    """
    path = library.home / IMPORT_FILE
    if not _exists(path):
        return None
    try:
        return _parse(read_json(path, MAX_FILE_BYTES))
    except (KeyError, TypeError, AttributeError, ValueError, PochadeError) as error:
        raise IndexDamaged(f"'{printable(path)}' is damaged", "remove it: it only serves to undo an import") from error


def forget_last_import(library: Library) -> None:
    """Remove the record: there is nothing to undo any more."""
    with suppress(FileNotFoundError):
        (library.home / IMPORT_FILE).unlink()


def _exists(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _parse(data: Any) -> LastImport:
    if data["format"] != IMPORT_FORMAT:
        raise ValueError(data["format"])
    pictures = tuple(map(check_content_hash, data["pictures"]))
    added = {
        normalise_name(label): tuple(_check_position(value, len(pictures)) for value in positions)
        for label, positions in data["added"].items()
    }
    return LastImport(str(data["when"]), tuple(texts_in(data["sources"])), pictures, added)


def _check_position(value: Any, count: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < count:
        raise ValueError(value)
    return value
