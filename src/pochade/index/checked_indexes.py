"""Remembers which indexes passed the check of their values, so that an unchanged one is not checked again.

A stranger's index must not be able to say that it was checked. The list is therefore in the person's cache folder, and
holds what the system says of the database: size, times and inode, of its log, too. Times can be forged by who writes to
the disk itself, such as a memory stick. Only an index on the disk of the list is therefore remembered: who can change
that disk could change the list as well.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from pochade._version import __version__
from pochade.errors import PochadeError
from pochade.system.atomic_files import write_without_flush
from pochade.system.cache_folder import cache_folder
from pochade.system.file_systems import SETTLED_NS

LIST_FILE = "checked-indexes.json"
MAX_INDEXES = 64  # the last ones
MAX_LIST_BYTES = 2**16
KEEPS_CHANGE_TIMES = sys.platform != "win32"  # where `st_ctime` is when a file was made
CHECK_SOURCES = ("schema.py", "schema_version.py", "value_checks.py")  # not imported, because they import SQLAlchemy
LOG_SUFFIXES = ("-wal", "-journal")  # what SQLite reads beside the database
Stamp = list[Any]


def check_once(place: Path, check: Callable[[], None]) -> None:
    """Check an SQLite index, unless it passed before and is unchanged.

    Args:
        place: The file of the database, which is open already.
        check: Raises an error if a value is impossible.
    """
    before = _stamp_of(place)
    if _is_remembered(place, before):
        return
    check()
    if before is not None and _stamp_of(place) == before:
        _remember(os.path.realpath(place), before)


def passed_before(place: Path) -> bool:
    """Whether an SQLite index passed its check, and is unchanged since."""
    return _is_remembered(place, _stamp_of(place))


def _is_remembered(place: Path, stamp: Stamp | None) -> bool:
    return stamp is not None and _read_list().get(os.path.realpath(place)) == stamp


def _stamp_of(place: Path) -> Stamp | None:
    """What the system says of a database and its log; None if it may change unseen, or could be forged."""
    now, stamp = time.time_ns(), Stamp([_rules_digest()])
    if not KEEPS_CHANGE_TIMES:
        return None
    try:
        disk = place.stat().st_dev
        if disk != _nearest_folder(cache_folder()).stat().st_dev:
            return None
        for path in (place, *(place.with_name(place.name + suffix) for suffix in LOG_SUFFIXES)):
            status = path.stat() if path == place or path.exists() else None
            if status is not None and (status.st_size or path == place):
                if status.st_ctime_ns > now - SETTLED_NS:
                    return None
                stamp.append([path.name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, disk])
    except OSError:
        return None
    return stamp


def _nearest_folder(folder: Path) -> Path:
    """A folder, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


@cache
def _rules_digest() -> str:
    """What is checked: a newer Pochade may check more. An application in one folder has no sources, only a version."""
    digest = hashlib.sha256(__version__.encode())
    for path in map(Path(__file__).with_name, CHECK_SOURCES):
        with suppress(OSError):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read_list() -> dict[str, Stamp]:
    """The stamps by path; empty if there is no list, or it is damaged."""
    with suppress(OSError, ValueError, RecursionError):
        with (cache_folder() / LIST_FILE).open("rb") as file:
            stamps = json.loads(file.read(MAX_LIST_BYTES))
        return stamps if isinstance(stamps, dict) else {}
    return {}


def _remember(key: str, stamp: Stamp) -> None:
    """Add an index to the list. Where that is not possible, it is checked again the next time."""
    stamps = {known: value for known, value in _read_list().items() if known != key} | {key: stamp}
    latest = dict(list(stamps.items())[-MAX_INDEXES:])
    with suppress(OSError, UnicodeError, PochadeError):
        cache_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        write_without_flush(cache_folder() / LIST_FILE, json.dumps(latest).encode())
