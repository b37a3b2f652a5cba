"""Paths of files as the manifest stores them.

A byte that isn't UTF-8, or that would mean something on another system, is stored as the character U+DC00 plus the
byte. This is how Python's `surrogateescape` decodes bytes that aren't UTF-8.
"""

import os
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from pochade.archive.container.reserved_names import names_index
from pochade.errors import ArchiveDamaged, OutputUnwritable

ESCAPE_BY_CHARACTER = {ord("\\"): "\udc5c", ord(":"): "\udc3a"}
CHARACTER_BY_ESCAPE = {ord(escape): chr(byte) for byte, escape in ESCAPE_BY_CHARACTER.items()}
UNPORTABLE_CHARACTERS = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]')  # not allowed in file names on some system
MAX_NAME_BYTES = 255  # of one part of a path
MAX_SUFFIX_BYTES = 40
MAX_PATH_LENGTH = 8192  # characters: twice what a system opens, so that a path with a date added still fits
MAX_PATH_PARTS = 2048  # as many as the longest path that a system opens can have
STRANGER_HINT = "don't trust this archive; any zip tool shows what is in it"
StoredPath = str


def to_stored_path(path: bytes) -> StoredPath:
    """Convert a relative path from this system's bytes to the manifest's spelling."""
    return path.decode("utf-8", "surrogateescape").translate(ESCAPE_BY_CHARACTER)


def to_system_path(text: StoredPath) -> bytes:
    """Convert a checked path from the manifest's spelling to this system's bytes.

    Raises:
        OutputUnwritable: This system doesn't allow such a name.
    """
    plain = text.translate(CHARACTER_BY_ESCAPE)
    if os.name == "nt" and UNPORTABLE_CHARACTERS.search(text):
        raise OutputUnwritable(
            f"this system does not allow the file name '{printable_path(text)}'",
            "extract the archive on another system",
        )
    return plain.encode("utf-8", "surrogateescape")


def printable_path(text: StoredPath) -> str:
    """Return a path as people read it, with a replacement character for each byte that isn't UTF-8."""
    return text.translate(CHARACTER_BY_ESCAPE).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check_path(text: StoredPath) -> None:
    """Check that a path stays in its folder and is written as `to_stored_path` writes it.

    Raises:
        ArchiveDamaged: The path leads elsewhere or into an index, is too long, or is spelled differently.
    """
    if len(text) > MAX_PATH_LENGTH:
        raise ArchiveDamaged(f"its manifest has a path of {len(text):,} characters")
    parts = text.split("/")
    if len(parts) > MAX_PATH_PARTS:
        raise ArchiveDamaged(f"its manifest has a path of {len(parts):,} folders")
    if any(part in {"", ".", ".."} for part in parts) or "\0" in text:
        raise ArchiveDamaged(f"its manifest has the path {text!a}, which leads elsewhere")
    plain = text.translate(CHARACTER_BY_ESCAPE)
    try:
        is_canonical = to_stored_path(plain.encode("utf-8", "surrogateescape")) == text
    except UnicodeEncodeError:
        is_canonical = False
    if not is_canonical:
        raise ArchiveDamaged(f"its manifest has the path {text!a}, which Pochade never writes")
    if names_index(plain):
        raise ArchiveDamaged(
            f"its manifest has the path {text!a}, which leads into a collection's index", STRANGER_HINT
        )


def check_paths(paths: list[StoredPath], folders: list[StoredPath]) -> None:
    """Check all paths of a manifest.

    Raises:
        ArchiveDamaged: A path is invalid or occurs twice, or a file is also a folder.
    """
    for path in [*paths, *folders]:
        check_path(path)
    if len(set(paths)) < len(paths) or len(set(folders)) < len(folders):
        raise ArchiveDamaged("its manifest has the same path twice")
    in_order = sorted([(f"{path}/", False) for path in paths] + [(f"{folder}/", True) for folder in folders])
    for (path, is_folder), (following, _) in pairwise(in_order):
        if not is_folder and following.startswith(path):
            raise ArchiveDamaged(f"its manifest has a file where {following!a} needs a folder")


class FolderSearch:
    """Tells quickly which paths are folders of others, however long and deep these are.

    Args:
        paths: Paths of files and of empty folders.
    """

    def __init__(self, paths: Iterable[StoredPath]) -> None:
        self.paths = sorted(paths)

    def is_folder(self, path: StoredPath) -> bool:
        """Return whether something lies below a path."""
        start = bisect_left(self.paths, path + "/")
        return start < len(self.paths) and self.paths[start].startswith(path + "/")


def parent_paths(path: StoredPath) -> list[StoredPath]:
    """Return the folders above a path, the topmost first."""
    return [path[:position] for position, character in enumerate(path) if character == "/"]


def dated_path(path: StoredPath, mtime_ns: int, attempt: int = 1) -> StoredPath:
    """Return another path for a content whose path is taken: with its modification time before the suffix.

    Args:
        path: The path that is taken.
        mtime_ns: The content's modification time, in nanoseconds since 1970.
        attempt: 1 for a date alone; from 2 on, the number is added, in case earlier attempts gave taken paths.
    """
    time = _format_time(mtime_ns)
    return path_with_note(path, time if attempt == 1 else f"{time}, {attempt}")


def path_with_note(path: StoredPath, note: str) -> StoredPath:
    """Return a path with a note in brackets before its suffix; the name is cut to what systems allow."""
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".") if "." in name[1:] else (name, "", "")
    if byte_length(suffix) > MAX_SUFFIX_BYTES:
        stem, dot, suffix = name, "", ""
    ending = f" ({note}){dot}{suffix}"
    return folder + slash + truncate(stem, MAX_NAME_BYTES - byte_length(ending)) + ending


def path_with_suffix(path: StoredPath, suffix: str) -> StoredPath:
    """Return a path with a suffix added; the name is cut to what systems allow."""
    folder, slash, name = path.rpartition("/")
    return folder + slash + truncate(name, MAX_NAME_BYTES - byte_length(suffix)) + suffix


def rename_lookalikes(paths: list[StoredPath]) -> dict[StoredPath, StoredPath]:
    """Return second names for paths that some systems can't tell from an earlier one.

    Such paths differ only in upper and lower case, or in how accents are encoded.
    """
    counts: Counter[str] = Counter()
    renamed = {}
    for path in paths:
        folded = unicodedata.normalize("NFC", path).casefold()
        counts[folded] += 1
        if counts[folded] > 1:
            renamed[path] = path_with_note(path, str(counts[folded]))
    return renamed


def truncate(text: StoredPath, max_bytes: int) -> StoredPath:
    """Return the beginning of a name, at most `max_bytes` long on a file system."""
    text = text[: max(0, max_bytes)]  # every character has at least one byte
    while text and byte_length(text) > max_bytes:
        text = text[:-1]
    return text


def byte_length(text: StoredPath) -> int:
    """Return how many bytes a name has on a file system."""
    return len(text.translate(CHARACTER_BY_ESCAPE).encode("utf-8", "surrogateescape"))


def _format_time(mtime_ns: int) -> str:
    """Format nanoseconds since 1970 as a date and time that file names may contain."""
    try:
        return datetime.fromtimestamp(mtime_ns // 10**9, UTC).strftime("%Y-%m-%d %H.%M.%S")
    except (OverflowError, OSError, ValueError):
        return f"{mtime_ns // 10**9} s"
