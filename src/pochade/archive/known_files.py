"""What the last run of `compress` knew: the SHA-256 of each file, and that the archive was intact.

What has not changed since need not be read again. docs/format.md describes the list, which is in the person's cache
folder, because inodes mean nothing on another machine.
"""

import hashlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from pochade.system.atomic_files import write_without_flush
from pochade.system.cache_folder import cache_folder

FORMAT = "pochade-known-files-1"
FOLDER = "archives"  # in the cache folder
MAX_LISTS = 100
MAX_FILES = 500_000  # in a list; the oldest go first
MAX_LIST_BYTES = 2**29
SETTLED_NS = 2 * 10**9  # a later change might leave the times of a younger file as they are: FAT counts in 2 seconds
TICK_NS = 20 * 10**6  # as long as the clock of other file systems may stand still
Stamp = tuple[int, int, int, int]  # size, mtime, ctime, inode


class KnownFiles:
    """The list for one archive.

    Args:
        archive: The archive's path.
        trusted: Whether what the last run knew is trusted.
    """

    def __init__(self, archive: Path, *, trusted: bool = True) -> None:
        digest = hashlib.sha256(os.fsencode(os.path.realpath(archive))).hexdigest()
        self.archive, self.path = archive, cache_folder() / FOLDER / f"{digest}.json"
        self.known = _read_list(self.path) if trusted else {}
        self.files: dict[str, list[Any]] = {}

    def sha256(self, path: Path, status: os.stat_result) -> str | None:
        """Return the SHA-256 of a file that has not changed since the last run; None if it must be read."""
        row = self._known_rows().get(str(path))
        if not isinstance(row, list) or row[:-1] != list(_stamp(status)) or not _is_sha256(row[-1]):
            return None
        self.files[str(path)] = row
        return str(row[-1])

    def remember(self, path: Path, status: os.stat_result, sha256: str) -> None:
        """List a file that was hashed.

        Args:
            path: The file.
            status: What the system said of it before it was read.
            sha256: Of its content, in hexadecimal digits.
        """
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > SETTLED_NS:
            self.files[str(path)] = [*_stamp(status), sha256]

    def is_archive_unchanged(self) -> bool:
        """Return whether the archive is as the last run left it, which then was intact."""
        try:
            return bool(self.known.get("archive") == list(_stamp(self.archive.stat())))
        except OSError:
            return False

    def save(self, *, is_sound: bool) -> None:
        """Store the list; where that is not possible, everything is read again the next time.

        Args:
            is_sound: Whether the archive is known to be intact.
        """
        rows = list({**self._known_rows(), **self.files}.items())  # other runs add other folders to the same archive
        self._write(dict(rows[-MAX_FILES:]), is_sound=is_sound)

    def save_archive(self, *, is_sound: bool) -> None:
        """Store that the archive was changed, and keep the list of files as it was."""
        self._write(self._known_rows(), is_sound=is_sound)

    def _known_rows(self) -> dict[str, Any]:
        files = self.known.get("files")
        return files if isinstance(files, dict) else {}

    def _write(self, files: dict[str, Any], *, is_sound: bool) -> None:
        with suppress(OSError, UnicodeError):
            stamp = _settled_stamp(self.archive) if is_sound else None
            data = {"format": FORMAT, "archive": stamp, "files": files}
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_without_flush(self.path, json.dumps(data).encode())
            lists = sorted(self.path.parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
            for path in lists[:-MAX_LISTS]:
                path.unlink()

    def forget(self) -> None:
        """Remove the list, so that everything is read again the next time."""
        with suppress(OSError):
            self.path.unlink()


def _settled_stamp(path: Path) -> list[int] | None:
    """Return the stamp of a file that was just written, once every later change would give it another one.

    Returns:
        None if the clock of its file system is too coarse for that.
    """
    status = path.stat()
    is_fine = status.st_mtime_ns % 10**9 != 0 and status.st_ctime_ns % 10**9 != 0
    age = time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns)
    if age < 0 or (age < SETTLED_NS and not is_fine):
        return None
    time.sleep(max(0, TICK_NS - age) / 10**9)
    return list(_stamp(status))


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _is_sha256(value: Any) -> bool:
    return isinstance(value, str) and len(value) == hashlib.sha256().digest_size * 2


def _read_list(path: Path) -> dict[str, Any]:
    """The list; empty if there is none, or it is damaged or of another format."""
    with suppress(OSError, ValueError, RecursionError):
        with path.open("rb") as file:
            data = json.loads(file.read(MAX_LIST_BYTES))
        if isinstance(data, dict) and data.get("format") == FORMAT:
            return data
    return {}
