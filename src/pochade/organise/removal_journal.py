"""The journal of a removal: a file of JSON lines in the folder `removals` of the index, so that it can be undone.

Each line is written before its file goes, so the journal of a killed run knows everything that went. It says what
belongs where, but not where it is in the trash: only the trash itself is believed about that, because an index may come
from a stranger.

    {"pochade-removal": 1}
    {"content": "<SHA-256>", "files": [["old/copy.png", <size>, <mtime>], …],
     "labels": [["<SHA-256>", "harbour", null, true], …]}

The first of `files` is the picture, the others are its sidecars. A label has the content of a picture that stayed, the
label, and whether the picture had it before and has it now: true, false for refused, null for neither.
"""

import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pochade.errors import IndexDamaged, NotKnown, OutputUnwritable, PochadeError
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.path_rules import LinkCheck, check_content_hash, is_inside
from pochade.system.atomic_files import make_folder, unwritable_error

REMOVALS_FOLDER = "removals"  # in the folder of the index
REMOVAL_ID = re.compile(r"[0-9]{8}-[0-9]{12}-[0-9a-f]{4}")  # date, time with microseconds, chance
SUFFIX = ".jsonl"
HEAD = {"pochade-removal": 1}


@dataclass(frozen=True)
class MovedFile:
    """A file that was to be moved, and how it is recognised in the trash."""

    path: Path
    size: int  # bytes; of a link, its own
    mtime_ns: int


@dataclass(frozen=True)
class LabelChange:
    """A label that a picture which stayed got from one that went."""

    content: str  # of the picture that stayed
    label: str
    before: bool | None  # True: it had the label, False: the person refused it, None: neither
    after: bool


@dataclass(frozen=True)
class JournalEntry:
    """One picture's file that was to go."""

    content: str  # SHA-256
    files: tuple[MovedFile, ...]  # the picture's file first, then its sidecars
    labels: tuple[LabelChange, ...]

    @property
    def path(self) -> Path:
        """The picture's file."""
        return self.files[0].path


class RemovalJournal:
    """The journal of a removal that is under way.

    Args:
        library: The collection.
    """

    def __init__(self, library: Library) -> None:
        self.folder = library.folder
        self.id = f"{datetime.now(UTC):%Y%m%d-%H%M%S%f}-{secrets.token_hex(2)}"
        self.path = journal_path(library, self.id)  # written once a file is going

    def add(self, entry: JournalEntry) -> None:
        """Write an entry, and flush it to the disk, before the entry's files go.

        Raises:
            OutputUnwritable: The journal can't be written.
        """
        if not self.path.exists():
            make_folder(self.path.parent)
            self._append(HEAD)
        self._append({
            "content": entry.content,
            "files": [
                [os.fspath(file.path.relative_to(self.folder)), file.size, file.mtime_ns] for file in entry.files
            ],
            "labels": [[change.content, change.label, change.before, change.after] for change in entry.labels],
        })  # fmt: skip

    def _append(self, record: dict[str, Any]) -> None:
        try:
            with self.path.open("ab") as file:
                file.write(json.dumps(record).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable_error(self.path, error) from error


def journal_path(library: Library, removal_id: str) -> Path:
    """The path of a removal's journal.

    Raises:
        NotKnown: The text is no id of a removal.
    """
    if not REMOVAL_ID.fullmatch(removal_id):
        raise _unknown_removal(removal_id)
    return library.home / REMOVALS_FOLDER / f"{removal_id}{SUFFIX}"


def removal_ids(library: Library) -> list[str]:
    """The ids of all removals that can be undone, the latest first."""
    try:
        names = os.listdir(library.home / REMOVALS_FOLDER)  # noqa: PTH208
    except FileNotFoundError:
        return []
    ids = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    return sorted(filter(REMOVAL_ID.fullmatch, ids), reverse=True)


def read_journal(library: Library, removal_id: str) -> list[JournalEntry]:
    """Read the entries of a removal. A line that a killed run left incomplete is ignored: its file did not go.

    Raises:
        NotKnown: There is no such removal, or it was undone.
        IndexDamaged: The journal is damaged, or names files outside of the collection.
    """
    path = journal_path(library, removal_id)
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError as error:
        raise _unknown_removal(removal_id) from error
    except OSError as error:
        raise OutputUnwritable(
            f"'{path}' can't be read: {error.strerror}", "allow reading it, then try again"
        ) from error
    try:
        records = [json.loads(line) for line in lines]
        if records[:1] != [HEAD]:
            raise ValueError("another format")
        return list(_parse_entries(records[1:], library.folder))
    except (KeyError, IndexError, TypeError, ValueError, RecursionError, PochadeError) as error:
        hint = "put the files back from the system's trash, then run 'pochade learn'"
        raise IndexDamaged(f"the record of the removal '{path.name}' is damaged", hint) from error


def _parse_entries(records: list[dict[str, Any]], folder: Path) -> Iterator[JournalEntry]:
    """Yield the entries, and check everything in them."""
    links = LinkCheck(folder)
    for record in records:
        files = tuple(
            MovedFile(_parse_path(name, folder, links), _whole_number(size), _whole_number(time))
            for name, size, time in record["files"]
        )
        labels = tuple(_parse_label(*change) for change in record["labels"])
        if not files:
            raise ValueError("an entry without its file")
        yield JournalEntry(check_content_hash(record["content"]), files, labels)


def _parse_path(text: str, folder: Path, links: LinkCheck) -> Path:
    path = os.fsencode(text)
    if not is_inside(path) or links.leads_through_link(path):
        raise ValueError("a path outside of the collection")
    return folder / text


def _parse_label(content: str, label: str, before: bool | None, after: bool) -> LabelChange:
    if not isinstance(after, bool) or not (before is None or isinstance(before, bool)):
        raise TypeError("a label is given, refused or neither")
    return LabelChange(check_content_hash(content), _plain_label(label), before, after)


def _plain_label(label: str) -> str:
    if normalise_name(label) != label:
        raise ValueError("a label that no collection stores")
    return label


def _whole_number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a size or a time is a whole number")
    return value


def _unknown_removal(removal_id: str) -> NotKnown:
    return NotKnown(f"there is no removal '{removal_id[:99]}' to undo", "it may have been undone already")
