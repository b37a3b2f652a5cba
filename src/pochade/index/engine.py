"""The database engine of an index (SQLite in a file, or a server by URL), and database errors in plain words."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from pochade.errors import IndexDamaged, OutputUnwritable, PochadeError, UsageError, install_hint

LOCK_TIMEOUT_SECONDS = 30.0  # how long to wait while another process writes
UNWRITABLE_CODES = {5, 6, 8, 10, 13, 14}  # SQLite: busy, locked, read-only, I/O error, full, cannot open


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
    if code is not None and code & 0xFF in UNWRITABLE_CODES:
        return OutputUnwritable(
            f"the index can't be written: {cause}", "make room, or keep the index elsewhere with --index DIR"
        )
    if code is None and isinstance(error, OperationalError):
        return UsageError(
            f"the index's database does not answer: {str(cause).strip()}", "start it, and check its address"
        )
    return IndexDamaged(
        f"the index can't be read: {cause}", "move '.pochade' away and learn again; the art is untouched"
    )


def _sqlite_engine(path: Path) -> sql.Engine:
    """Create an engine for an SQLite file, whose name need not be UTF-8.

    A write-ahead log allows reading during a write, and every commit is flushed to disk. Transactions begin
    explicitly: migrations are atomic, and a writer takes the write lock before it reads. If the folder is read-only,
    the file is opened as immutable, because SQLite could not create its log.
    """

    def connect() -> sqlite3.Connection:
        if path.exists() and not os.access(path.parent, os.W_OK):
            url = f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1"
            return sqlite3.connect(url, uri=True, check_same_thread=False, isolation_level=None)
        connection = sqlite3.connect(
            os.fsencode(path), LOCK_TIMEOUT_SECONDS, check_same_thread=False, isolation_level=None
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def begin(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    engine = sql.create_engine("sqlite://", creator=connect, poolclass=sql.QueuePool)
    sql.event.listen(engine, "begin", begin)
    return engine


def _server_engine(url: str) -> sql.Engine:
    try:
        return sql.create_engine(url)
    except (ArgumentError, ImportError, ValueError) as error:  # ValueError: the port is not a number
        raise UsageError(
            f"'{url}' is not the URL of a supported database: {error}",
            f"give postgresql+psycopg://user@host/name, after: {install_hint('postgres')}",
        ) from error
