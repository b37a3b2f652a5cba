"""What is kept beside a cleaned file: of what it was made, how, and with what outcome, as JSON.

By it a run knows what has been done already, and what may be replaced: only a file that still has the bytes that this
program wrote. It is written before its file, and remembers the bytes that the file had before: so that a run may be
killed between the two.
"""

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.errors import FileUnreachable
from pochade.images.base.source import printable
from pochade.system.atomic_files import write_atomically

FORMAT = "pochade-cleaned-1"
RECORD, PREVIEW = ".json", ".preview.jpg"  # follow the whole name: two results may differ in their endings alone


@dataclass(frozen=True)
class Amounts:
    """How much of each kind of damage goes, 0 to 100."""

    light: int
    paper: int
    grain: int
    specks: int
    smudges: int

    @classmethod
    def of(cls, strength: int, **own: int | None) -> "Amounts":
        """The same strength for all, but for those with one of their own."""
        names = [field.name for field in dataclasses.fields(cls)]
        values = {name: own.get(name) for name in names}
        return cls(**{name: strength if value is None else value for name, value in values.items()})


@dataclass(frozen=True)
class Record:
    """What is kept beside one file."""

    pochade: str  # the version
    asked: dict[str, Any]  # strengths, masks, net: the same again need not be done again
    original: str  # its whole path
    original_sha256: str
    result_sha256: str
    replaced_sha256: str | None  # of what was there before
    preview_sha256: str | None  # None where none was drawn
    dpi: float | None  # as the original tells it, but for a screen's
    notes: tuple[str, ...]
    already_clean: bool
    changed: float  # share of the pixels


def record_path(result: Path) -> Path:
    """Where the record of a cleaned file is."""
    return result.with_name(result.name + RECORD)


def preview_path(result: Path) -> Path:
    """Where the preview of a cleaned file is."""
    return result.with_name(result.name + PREVIEW)


def record_of(result: Path) -> Record | None:
    """What is kept beside a file; None when nothing is, or not by this program."""
    try:
        found = json.loads(record_path(result).read_bytes())
        if found.pop("format") != FORMAT:
            return None
        return Record(**(found | {"notes": tuple(found["notes"])}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep_record(result: Path, record: Record, *, new: bool) -> None:
    """Write it beside the file; `new` where there must be none yet.

    Raises:
        OutputUnwritable: No permission, no space, or there is one though it ought to be new.
    """
    found = {"format": FORMAT} | dataclasses.asdict(record)
    write_atomically(record_path(result), (json.dumps(found, indent=2) + "\n").encode(), new=new)


def is_made_here(path: Path) -> bool:
    """Whether a file is a result or a preview of this program's, with the bytes that it wrote."""
    if record := record_of(path):
        known = {record.result_sha256, record.replaced_sha256}
    elif path.name.endswith(PREVIEW) and (record := record_of(path.with_name(path.name.removesuffix(PREVIEW)))):
        known = {record.preview_sha256}
    else:
        return False
    try:
        return sha256_of(path) in known
    except FileUnreachable:  # which is told where it is read as a scan
        return False


def sha256_of(path: Path) -> str:
    """Of a file's content.

    Raises:
        FileUnreachable: It can't be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error


def sha256_if_there(path: Path) -> str | None:
    """The same; None where there is no file."""
    return sha256_of(path) if os.path.lexists(path) else None
