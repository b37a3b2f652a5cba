"""Locks in a Postgres database: who learns a collection, and who hands out rows of the vector files.

A database server frees the locks of a connection that ends, also when its process was killed, so no lock stays behind.
An SQLite index needs none of them: its folder has a lock file.

    learning   held by the process that learns the collection, as long as it does
    rows       held until the end of a transaction that adds pictures, so that their rows have no gaps

A schema of the database holds one index, so the name of the schema is part of the lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.engine import translate_error

LEARNING, ROWS = 1_886_348_136, 1_886_348_137  # any two numbers; "poch" in ASCII, and the next one
SCHEMA_KEY = "hashtext(current_schema())"
KEEPALIVE = "SELECT set_config('tcp_keepalives_idle', '20', false), set_config('tcp_keepalives_interval', '10', false)"
LEARNER = sql.text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    f" AND classid = {LEARNING} AND objid = ({SCHEMA_KEY}::bigint & 4294967295)::oid"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).columns(pid=sql.Integer)


@contextmanager
def server_lock(index: Index, activity: str) -> Iterator[None]:
    """Let only one process on any machine learn a collection whose index is on a server.

    Args:
        index: The database; for SQLite nothing is done.
        activity: What a process with the lock does; the error says "another process is {activity}".

    Raises:
        UsageError: Another process holds the lock, or the server does not answer.
    """
    if index.engine.dialect.name != "postgresql":
        yield
        return
    connection = _take_lock(index, activity)
    server_connection = connection.connection.dbapi_connection
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):  # the server frees the lock by itself, but not at once
            connection.execute(sql.text(f"SELECT pg_advisory_unlock({LEARNING}, {SCHEMA_KEY})"))
        with suppress(SQLAlchemyError):
            connection.close()
        if server_connection is not None:  # left open if the server was away
            server_connection.close()


def _take_lock(index: Index, activity: str) -> sql.Connection:
    """Lock with a connection of its own, which frees the lock when it ends."""
    try:
        connection = index.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # closing it ends it, instead of giving it back to the pool with the lock
        connection.execute(sql.text(KEEPALIVE))  # the server notices within a minute that this machine is gone
        if not connection.scalar(sql.text(f"SELECT pg_try_advisory_lock({LEARNING}, {SCHEMA_KEY})")):
            connection.close()
            raise UsageError(f"another process is {activity}", "wait until it is done, then try again")
        connection.execute(sql.text(f"SELECT pg_advisory_lock({ROWS}, {SCHEMA_KEY})"))  # the last worker has finished
        connection.execute(sql.text(f"SELECT pg_advisory_unlock({ROWS}, {SCHEMA_KEY})"))
    except SQLAlchemyError as error:
        raise translate_error(error) from error
    return connection


def lock_rows(connection: sql.Connection) -> None:
    """Wait until no other transaction adds pictures; the lock ends with the transaction."""
    connection.execute(sql.text(f"SELECT pg_advisory_xact_lock({ROWS}, {SCHEMA_KEY})"))


def learner_of(connection: sql.Connection) -> int | None:
    """The number of the server's process for the connection that holds the lock; None if nobody learns."""
    return connection.scalar(LEARNER)
