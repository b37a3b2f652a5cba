"""The record beside each cleaned file, as JSON: its original, the options, and what changed.

A later run reads from the records what is already done, and which files it may replace: only those that still have the
bytes that Pochade wrote. A record is written before its result. It also holds the hash of the previous result, so a run
that is killed between the two can be continued.
"""

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.cleaning.output_folder import temporary_path
from pochade.errors import FileUnreachable
from pochade.system.atomic_files import write_atomically
from pochade.system.hashing import sha256_of_file
from pochade.system.path_text import printable

RECORD_FORMAT = "pochade-cleaned-1"
RECORD_SUFFIX, PREVIEW_SUFFIX = ".json", ".preview.jpg"  # appended, because two results may differ only in their suffix
SPECKS_SUFFIX = ".specks.png"
MAX_SCREEN_DPI = 96  # programs write such a value if they don't know the resolution; scans have more dots per inch


@dataclass(frozen=True)
class CleanRecord:
    """How one cleaned file was made. These are the fields of the JSON."""

    pochade: str  # the version
    asked: dict[str, Any]  # the options: strengths, masks, model
    original: str  # absolute path
    original_sha256: str
    result_sha256: str
    replaced_sha256: str | None  # of the result that this one replaced
    preview_sha256: str | None  # None if no preview was drawn
    dpi: float | None  # dots per inch of the original; None if unknown
    notes: tuple[str, ...]  # for people
    already_clean: bool  # nothing was changed, because no damage was found
    changed: float  # share of the pixels that changed
    specks_sha256: str | None = None  # of the mask of removed specks; None if none was drawn
    geometry: dict[str, Any] | None = None  # how the page was straightened and cropped; None if it was not


def usual_scan_dpi(dpi: tuple[float, float] | None) -> float | None:
    """A scan's dots per inch; None if its file states none, or only those of a screen."""
    mean = sum(dpi) / 2 if dpi else 0.0
    return round(mean, 2) if mean > MAX_SCREEN_DPI else None


def record_path(result: Path) -> Path:
    """The path of a result's record."""
    return result.with_name(result.name + RECORD_SUFFIX)


def preview_path(result: Path) -> Path:
    """The path of a result's preview."""
    return result.with_name(result.name + PREVIEW_SUFFIX)


def specks_path(result: Path) -> Path:
    """The path of the mask of a result's removed specks."""
    return result.with_name(result.name + SPECKS_SUFFIX)


def read_record(result: Path) -> CleanRecord | None:
    """Read the record of a result; None if there is none, or none that Pochade wrote."""
    try:
        data = json.loads(record_path(result).read_bytes())
        if data.pop("format") != RECORD_FORMAT:
            return None
        return CleanRecord(**(data | {"notes": tuple(data["notes"])}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_record(result: Path, record: CleanRecord, *, new: bool) -> None:
    """Write the record of a result.

    Args:
        result: The path of the result.
        record: Its record.
        new: Whether to refuse to replace an existing record.

    Raises:
        OutputUnwritable: The record can't be written, or one exists although `new` is set.
    """
    data = {"format": RECORD_FORMAT} | dataclasses.asdict(record)
    content = (json.dumps(data, indent=2) + "\n").encode()
    write_atomically(record_path(result), content, new=new, temporary=temporary_path(result))


def is_own_output(path: Path) -> bool:
    """Whether a file is a result or a preview that still has the bytes that Pochade wrote, or a mask beside a result.

    A person may have corrected the mask.
    """
    if path.name.endswith(SPECKS_SUFFIX):
        return read_record(path.with_name(path.name.removesuffix(SPECKS_SUFFIX))) is not None
    if record := read_record(path):
        hashes = {record.result_sha256, record.replaced_sha256}
    elif path.name.endswith(PREVIEW_SUFFIX) and (record := read_record(_result_of_preview(path))):
        hashes = {record.preview_sha256}
    else:
        return False
    try:
        return hash_file(path) in hashes
    except FileUnreachable:  # the error is reported when the file is read as a scan
        return False


def _result_of_preview(preview: Path) -> Path:
    return preview.with_name(preview.name.removesuffix(PREVIEW_SUFFIX))


def hash_file(path: Path) -> str:
    """Hash the content of a file: SHA-256 in hexadecimal digits.

    Raises:
        FileUnreachable: The file can't be read.
    """
    try:
        with path.open("rb") as file:
            return sha256_of_file(file)[0]
    except OSError as error:
        raise FileUnreachable.about(printable(path), f"can't be read: {error.strerror}") from error


def hash_if_exists(path: Path) -> str | None:
    """Hash the content of a file; None if there is no file.

    Raises:
        FileUnreachable: The file can't be read.
    """
    return hash_file(path) if os.path.lexists(path) else None
