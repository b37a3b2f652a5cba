"""The database engine of an index (SQLite in a file, or a server by URL), and database errors in plain words.

SQLite's write-ahead log (WAL) allows reading during a write, but it shares memory between processes, which network
disks can't. There a rollback journal takes its place.
"""

import os
import shutil
import sqlite3
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from pochade.errors import IndexDamaged, OutputUnwritable, PochadeError, UsageError, install_hint
from pochade.index.path_rules import DAMAGED_HINT
from pochade.system.file_systems import is_network_disk

LOCK_TIMEOUT_SECONDS = 30.0  # how long to wait while another process writes
FULL_DISK_CODES = {10, 13, 14}  # SQLite: I/O error, full, cannot open; which one depends on the file that has no room
UNWRITABLE_REASONS = {  # by SQLite's codes
    5: "another process is writing to it",
    6: "another process is writing to it",
    8: "its disk is full or read-only",
    10: "its disk is full or broken",
    13: "its disk is full",
    14: "its disk is full, or there is no permission",
}
BUSY_CODES = {5, 6}
COPY_FOLDERS = (None, "/dev/shm")  # where a copy may go: the system's folder for temporary files, then memory
SHARED_LOG, ROLLBACK_JOURNAL = "wal", "delete"  # SQLite's names for the two kinds of journal
PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF")  # the last: a stranger may have made the index


def open_engine(place: Path | str) -> sql.Engine:
    """Create the engine for a database.

    Args:
        place: A file for SQLite, or a URL such as `postgresql+psycopg://user@host/name`.

    Raises:
        UsageError: The URL is invalid, or its driver is not installed.
    """
    return _sqlite_engine(place) if isinstance(place, Path) else _server_engine(place)


def translate_error(error: SQLAlchemyError) -> PochadeError:
    """Turn an error of the database into one sentence and a next step."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in UNWRITABLE_REASONS:
        hint = "make room, or keep the index elsewhere with --index DIR"
        if code & 0xFF in BUSY_CODES:
            hint = "wait until it is done, then try again"
        return OutputUnwritable(f"the index can't be written: {UNWRITABLE_REASONS[code & 0xFF]}", hint)
    if isinstance(error, OperationalError) and not isinstance(cause, sqlite3.Error):
        return UsageError(
            f"the index's database does not answer: {str(cause).strip()}", "start it, and check its address"
        )
    return IndexDamaged(f"the index can't be read: {cause}", DAMAGED_HINT)


def _sqlite_engine(path: Path) -> sql.Engine:
    """Create an engine for an SQLite file, whose name need not be UTF-8.

    Every commit is flushed to disk. Transactions begin explicitly: migrations are atomic, and a writer takes the write
    lock before it reads.
    """
    copies: list[Path] = []  # folders that are removed with the engine

    def connect() -> sqlite3.Connection:
        if not path.exists() or os.access(path.parent, os.W_OK):
            try:
                return _connect_writable(path)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in FULL_DISK_CODES or not path.exists():
                    raise  # otherwise there is no room for the log, but enough to read
        if _has_log(path):
            if not copies:
                copies.append(_copy_with_log(path))
                weakref.finalize(engine, shutil.rmtree, copies[0], ignore_errors=True)
            return _connect_writable(copies[0] / path.name, read_only=True)
        return _connect_immutable(path)

    def begin(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    engine = sql.create_engine("sqlite://", creator=connect, poolclass=sql.QueuePool)
    sql.event.listen(engine, "begin", begin)
    return engine


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


def _server_engine(url: str) -> sql.Engine:
    try:
        return sql.create_engine(url)
    except (ArgumentError, ImportError, ValueError) as error:  # ValueError: the port is not a number
        raise UsageError(
            f"'{url}' is not the URL of a supported database: {error}",
            f"give postgresql+psycopg://user@host/name, after: {install_hint('postgres')}",
        ) from error
