"""The database engine of an index (SQLite in a file, or a server by URL), and database errors in plain words."""

import sqlite3
import weakref
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from pochade.errors import DatabaseAway, IndexDamaged, OutputUnwritable, PochadeError, UsageError, install_hint
from pochade.index.path_rules import DAMAGED_HINT
from pochade.index.sqlite_file import SqliteFile

UNWRITABLE_REASONS = {  # by SQLite's codes
    5: "another process is writing to it",
    6: "another process is writing to it",
    8: "its disk is full or read-only",
    10: "its disk is full or broken",
    13: "its disk is full",
    14: "its disk is full, or there is no permission",
}
BUSY_CODES = {5, 6}
REFUSALS = ("password authentication failed", "no password supplied")  # in the words of Postgres


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
        return _server_error(" ".join(str(cause).split()))
    return IndexDamaged(f"the index can't be read: {cause}", DAMAGED_HINT)


def _server_error(reason: str) -> PochadeError:
    """Say why a server did not do what it was asked, with its own words in one line."""
    if any(words in reason for words in REFUSALS):
        hint = "check the user in the URL, and give the password in PGPASSWORD or in the file ~/.pgpass"
        return UsageError(f"the index's database refuses the password: {reason}", hint)
    return DatabaseAway(f"the index's database does not answer: {reason}", "start it, and check its address")


def _sqlite_engine(path: Path) -> sql.Engine:
    """Create an engine for an SQLite file, whose name need not be UTF-8.

    Every commit is flushed to disk. Transactions begin explicitly: migrations are atomic, and a writer takes the write
    lock before it reads.
    """
    database = SqliteFile(path)

    def begin(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    engine = sql.create_engine("sqlite://", creator=database.connect, poolclass=sql.QueuePool)
    sql.event.listen(engine, "begin", begin)
    weakref.finalize(engine, database.remove_copy)
    return engine


def _server_engine(url: str) -> sql.Engine:
    try:
        return sql.create_engine(url, pool_pre_ping=True)  # a server may have been started again meanwhile
    except (ArgumentError, ImportError, ValueError) as error:  # ValueError: the port is not a number
        raise UsageError(
            f"'{url}' is not the URL of a supported database: {error}",
            f"give postgresql+psycopg://user@host/name, after: {install_hint('postgres')}",
        ) from error
