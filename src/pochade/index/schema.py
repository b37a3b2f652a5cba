"""The tables of an index, their version, and how older ones are led to it.

settings   name -> value                    the schema's version, the index's name, the net that judged the pairs
pieces     one row a content (SHA-256)      what it is, and its row in the fingerprint files
files      one row a path below the folder  size, mtime, inode; the piece it holds, or the problem it has
labels     (piece, label)                   the person's own words: given, or refused
nets       one row a net that was learnt    when, on what, with what figures
pairs      two pieces                       the verdict on them: near, versions of one work, or neither
groups     a tree                           the groups by look, and what the person said of them
grouped    piece -> group
places     piece -> x, y                    its place on the map
"""

import uuid
from collections.abc import Sequence

import sqlalchemy as sql

from pochade.errors import IndexDamaged

SCHEMA = 2  # the version that this code writes; MIGRATIONS lead older ones here
MIGRATIONS: dict[int, Sequence[str]] = {  # from a version to the next; tables that are missing are made afterwards
    1: (
        "ALTER TABLE pieces ADD COLUMN pixels VARCHAR(64)",
        "ALTER TABLE labels ADD COLUMN refused BOOLEAN NOT NULL DEFAULT FALSE",
    ),
}

TABLES = sql.MetaData()
SETTINGS = sql.Table(
    "settings",
    TABLES,
    sql.Column("name", sql.String(64), primary_key=True),
    sql.Column("value", sql.Text, nullable=False),
)
PIECES = sql.Table(
    "pieces",
    TABLES,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("hash", sql.String(64), nullable=False, unique=True),
    sql.Column("row", sql.Integer, nullable=False, unique=True),  # in the fingerprint files
    sql.Column("format", sql.String(16), nullable=False),
    sql.Column("width", sql.Integer, nullable=False),
    sql.Column("height", sql.Integer, nullable=False),
    sql.Column("depth", sql.Integer, nullable=False),  # bits a channel
    sql.Column("has_alpha", sql.Boolean, nullable=False),
    sql.Column("frames", sql.Integer, nullable=False),
    sql.Column("bytes", sql.BigInteger, nullable=False),
    sql.Column("colour", sql.String(16), nullable=False),  # the one that stands out, in a word
    sql.Column("notes", sql.Text, nullable=False),
    sql.Column("pixels", sql.String(64), nullable=True),  # SHA-256 of its pixels, where that was asked for
)
FILES = sql.Table(
    "files",
    TABLES,
    sql.Column("path", sql.LargeBinary(4096), primary_key=True),  # below the folder, in the bytes the system has for it
    sql.Column("size", sql.BigInteger, nullable=False),
    sql.Column("mtime", sql.BigInteger, nullable=False),  # nanoseconds
    sql.Column("inode", sql.String(20), nullable=False),  # digits: it may need 64 bits without a sign
    sql.Column("piece", sql.ForeignKey("pieces.id"), nullable=True, index=True),
    sql.Column("problem", sql.Text, nullable=True),
)
LABELS = sql.Table(
    "labels",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("label", sql.String(256), primary_key=True),
    sql.Column("refused", sql.Boolean, nullable=False, server_default=sql.false()),  # the person said that it is not so
)
NETS = sql.Table(
    "nets",
    TABLES,
    sql.Column("name", sql.String(64), primary_key=True),
    sql.Column("learnt", sql.String(32), nullable=False),  # ISO 8601, UTC
    sql.Column("figures", sql.JSON, nullable=False),
    sql.Column("in_use", sql.Boolean, nullable=False),
)
PAIRS = sql.Table(
    "pairs",
    TABLES,
    sql.Column("first", sql.ForeignKey("pieces.id"), primary_key=True),  # the lower number
    sql.Column("second", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("near", sql.Float, nullable=False),  # likelihood
    sql.Column("version", sql.Float, nullable=False),
)
GROUPS = sql.Table(
    "groups",
    TABLES,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("parent", sql.ForeignKey("groups.id"), nullable=True),
    sql.Column("name", sql.String(256), nullable=True),  # the person's; None while it has only a description
    sql.Column("description", sql.Text, nullable=False),  # made from what was measured
    sql.Column("kept", sql.Boolean, nullable=False),  # the person changed it: no new grouping takes it apart
)
GROUPED = sql.Table(
    "grouped",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("group", sql.ForeignKey("groups.id"), nullable=True, index=True),  # None: it fits nowhere
    sql.Column("pinned", sql.Boolean, nullable=False),  # the person put it there
)
PLACES = sql.Table(
    "places",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("x", sql.Float, nullable=False),
    sql.Column("y", sql.Float, nullable=False),
)


def schema_of(connection: sql.Connection) -> int | None:
    """The version of a database's schema; None when it is empty.

    Raises:
        IndexDamaged: It has none.
    """
    if not sql.inspect(connection).has_table("settings"):
        return None
    version = connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == "schema")) or ""
    if not version.isdecimal():
        raise IndexDamaged("the index does not say its schema", "move '.pochade' away and learn again")
    return int(version)


def is_current(connection: sql.Connection) -> bool:
    """Whether a database has the schema that this code writes.

    Raises:
        IndexDamaged: It does not say.
    """
    return schema_of(connection) == SCHEMA and name_of(connection) is not None


def migrate(connection: sql.Connection) -> None:
    """Make the tables of an empty database, or lead an older schema to this one, step by step.

    Raises:
        IndexDamaged: A newer Pochade wrote it.
    """
    version = schema_of(connection)
    if version is None:
        TABLES.create_all(connection)
        connection.execute(sql.insert(SETTINGS), {"name": "schema", "value": str(SCHEMA)})
        name_index(connection)
        return
    if version > SCHEMA:
        raise IndexDamaged(
            f"the index has schema {version}, and this Pochade knows schemas up to {SCHEMA}", "install a newer Pochade"
        )
    for step in range(version, SCHEMA):
        for statement in MIGRATIONS[step]:
            connection.execute(sql.text(statement))
    TABLES.create_all(connection)
    name_index(connection)
    connection.execute(sql.update(SETTINGS).where(SETTINGS.c.name == "schema").values(value=str(SCHEMA)))


def name_index(connection: sql.Connection) -> None:
    """Give an index a name that no other has: files beside it that go by its rows are of no use to another index."""
    if name_of(connection) is None:
        connection.execute(sql.insert(SETTINGS), {"name": "index", "value": uuid.uuid4().hex[:16]})


def name_of(connection: sql.Connection) -> str | None:
    """An index's own name."""
    return connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == "index"))
