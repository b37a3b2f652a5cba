"""Settings in the database: values by name."""

import sqlalchemy as sql

from pochade.index.database import Index
from pochade.index.schema import SETTINGS

READER_SETTING = "readers"  # the version of the readers that last tried the files without a picture


def read_setting(index: Index, name: str) -> str | None:
    """Read a setting; None if it was never written."""
    with index.reading() as connection:
        return setting_in(connection, name)


def write_setting(index: Index, name: str, value: str) -> None:
    """Store a setting."""
    with index.writing() as connection:
        write_setting_in(connection, name, value)


def setting_in(connection: sql.Connection, name: str) -> str | None:
    """Read a setting within a transaction."""
    return connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == name))


def write_setting_in(connection: sql.Connection, name: str, value: str) -> None:
    """Store a setting within a transaction."""
    delete_setting_in(connection, name)
    connection.execute(sql.insert(SETTINGS), {"name": name, "value": value})


def delete_setting_in(connection: sql.Connection, name: str) -> None:
    """Delete a setting within a transaction."""
    connection.execute(sql.delete(SETTINGS).where(SETTINGS.c.name == name))
