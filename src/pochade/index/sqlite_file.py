"""Connections to the SQLite file of an index, whose name need not be UTF-8.

SQLite's write-ahead log (WAL) allows reading during a write, but it shares memory between processes, which network
disks can't. There a rollback journal takes its place.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from pochade.errors import OutputUnwritable
from pochade.system.file_systems import is_network_disk

LOCK_TIMEOUT_SECONDS = 30.0  # how long to wait while another process writes
FULL_DISK_CODES = {10, 13, 14}  # SQLite: I/O error, full, cannot open; which one depends on the file that has no room
COPY_FOLDERS = (None, "/dev/shm")  # where a copy may go: the system's folder for temporary files, then memory
SHARED_LOG, ROLLBACK_JOURNAL = "wal", "delete"  # SQLite's names for the two kinds of journal
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")  # the last: a stranger may have made the index


class SqliteFile:
    """The SQLite file of an index, and the ways in which it can be opened.

    Args:
        path: The file. It is made by the first connection that writes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._copy: Path | None = None  # the folder of a copy, where the file itself can't be read

    def connect(self) -> sqlite3.Connection:
        """Open the file for writing; or for reading only, where nothing can be written.

        Raises:
            OutputUnwritable: There is no room for what SQLite needs, or another process keeps the index from this one.
            sqlite3.Error: The file can't be opened.
        """
        if not self.path.exists() or os.access(self.path.parent, os.W_OK):
            try:
                return _connect_writable(self.path)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in FULL_DISK_CODES or not self.path.exists():
                    raise  # otherwise there is no room for the log, but enough to read
        if not _has_log(self.path):
            return _connect_immutable(self.path)
        if self._copy is None:
            self._copy = _copy_with_log(self.path)
        return _connect_writable(self._copy / self.path.name, read_only=True)

    def remove_copy(self) -> None:
        """Remove the copy that a connection may have needed; call it when all connections are closed."""
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)


def _connect_writable(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(os.fsencode(path), LOCK_TIMEOUT_SECONDS, check_same_thread=False, isolation_level=None)
    try:
        _choose_journal(connection, path)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _choose_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Use a shared log, except on a network disk. SQLite may refuse: then a rollback journal is as safe.

    Raises:
        OutputUnwritable: The index on the network disk has a shared log, which another process is using.
    """
    preferred = ROLLBACK_JOURNAL if is_network_disk(path.parent) else SHARED_LOG
    (answer,) = connection.execute(f"PRAGMA journal_mode={preferred}").fetchone()
    if answer not in {preferred, ROLLBACK_JOURNAL}:
        raise OutputUnwritable(
            f"the index is on a network disk, and another process uses it with the journal '{answer}'",
            "close the other process, or keep the index elsewhere with --index DIR",
        )


def _has_log(path: Path) -> bool:
    """Whether commits are waiting in a log beside the database."""
    with suppress(OSError):
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    return False


def _copy_with_log(path: Path) -> Path:
    """Copy a database and its log to a temporary folder: SQLite can't read a log where it can't write beside it."""
    for place in COPY_FOLDERS:
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="pochade-index-", dir=place))
            try:
                for name in (path.name, f"{path.name}-wal"):
                    shutil.copyfile(path.with_name(name), folder / name)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            return folder
    raise OutputUnwritable("the index can't be read: there is no room for its log", "make room on the disk")


def _connect_immutable(path: Path) -> sqlite3.Connection:
    """Open a database in a read-only folder, where SQLite could create neither a log nor a lock."""
    url = f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1"
    connection = sqlite3.connect(url, uri=True, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection
