"""The tables of an index, the version of the schema, and the migrations from older versions.

`settings`   name -> value                    versions of schema and readers, name of the index, name of the pair model
`pieces`     one row per content (SHA-256)    a picture's properties, and its row in the vector files
`files`      one row per path                 size, mtime, inode, ctime; the file's picture, or its problem
`labels`     (picture, label)                 the person's labels, given or refused
`withdrawn`  (picture, label)                 labels that were taken back, and may still be in a sidecar
`nets`       one row per trained model        when it was trained, and its figures
`relations`  (picture, picture)               how likely each relation of the two is, and where they differ
`verdicts`   (picture, picture)               what the person said about the two
`groups`     one row per group                the tree of groups of similar pictures, and the person's changes
`grouped`    picture -> group
`places`     picture -> x, y                  its place on the map
`texts`      one row per picture              texts in its file, and its technique; missing until they were read
`search`     one row per picture              the words that are searched, made of the others; see `search_table.py`

A picture is called `piece` in the names of tables and columns, and a model `net`.
"""

import unicodedata
import uuid
from collections.abc import Sequence

import sqlalchemy as sql

from pochade.errors import IndexDamaged
from pochade.index.path_rules import DAMAGED_HINT
from pochade.index.schema_version import SCHEMA_VERSION
from pochade.index.search_table import SEARCH_TABLE, SQLITE_DEFINITION

FIRST_SCHEMA_WITH_NFC = 3
MIGRATION_LOCK = 1_886_348_138  # any number; `server_lock.py` has the others
TABLES = sql.MetaData()
SETTINGS = sql.Table(
    "settings",
    TABLES,
    sql.Column("name", sql.String(64), primary_key=True),
    sql.Column("value", sql.Text, nullable=False),
)
PICTURES = sql.Table(
    "pieces",
    TABLES,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("hash", sql.String(64), nullable=False, unique=True),
    sql.Column("row", sql.Integer, nullable=False, unique=True),  # in the vector files
    sql.Column("format", sql.String(16), nullable=False),
    sql.Column("width", sql.Integer, nullable=False),
    sql.Column("height", sql.Integer, nullable=False),
    sql.Column("depth", sql.Integer, nullable=False),  # bits per channel
    sql.Column("has_alpha", sql.Boolean, nullable=False),
    sql.Column("frames", sql.Integer, nullable=False),
    sql.Column("bytes", sql.BigInteger, nullable=False),
    sql.Column("colour", sql.String(16), nullable=False),  # the name of the dominant colour
    sql.Column("notes", sql.Text, nullable=False),
    sql.Column("pixels", sql.String(64), nullable=True),  # SHA-256 of its pixels; None until it is needed
)
FILES = sql.Table(
    "files",
    TABLES,
    sql.Column("path", sql.LargeBinary(4096), primary_key=True),  # below the folder, in the file system's encoding
    sql.Column("size", sql.BigInteger, nullable=False),
    sql.Column("mtime", sql.BigInteger, nullable=False),  # nanoseconds
    sql.Column("inode", sql.String(20), nullable=False),  # decimal digits, as it may be an unsigned 64-bit number
    sql.Column("piece", sql.ForeignKey("pieces.id"), nullable=True),
    sql.Column("problem", sql.Text, nullable=True),
    sql.Column("ctime", sql.BigInteger, nullable=True),  # nanoseconds; None: not recorded yet; see `FileStamp`
    sql.Index("ix_files_piece_mtime", "piece", "mtime"),  # searches read the dates of a picture's files from it alone
)
LABELS = sql.Table(
    "labels",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("label", sql.String(256), primary_key=True),
    sql.Column("refused", sql.Boolean, nullable=False, server_default=sql.false()),  # the person refused the label
)
WITHDRAWN_LABELS = sql.Table(
    "withdrawn",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("label", sql.String(256), primary_key=True),
)
MODELS = sql.Table(
    "nets",
    TABLES,
    sql.Column("name", sql.String(64), primary_key=True),
    sql.Column("learnt", sql.String(32), nullable=False),  # ISO 8601, UTC
    sql.Column("figures", sql.JSON, nullable=False),
    sql.Column("in_use", sql.Boolean, nullable=False),
)
RELATIONS = sql.Table(
    "relations",
    TABLES,
    sql.Column("first", sql.ForeignKey("pieces.id"), primary_key=True),  # the smaller number
    sql.Column("second", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("resave", sql.Float, nullable=False),  # likelihood, 0 to 1
    sql.Column("edit", sql.Float, nullable=False),
    sql.Column("version", sql.Float, nullable=False),
    sql.Column("variant", sql.Float, nullable=False),
    sql.Column("region", sql.JSON(none_as_null=True), nullable=True),  # that differs: two times x, y, width, height
    sql.Column("proven", sql.Boolean, nullable=True),  # whether the originals are one picture; None: not compared
)
VERDICTS = sql.Table(
    "verdicts",
    TABLES,
    sql.Column("first", sql.ForeignKey("pieces.id"), primary_key=True),  # the smaller number
    sql.Column("second", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("verdict", sql.String(16), nullable=False),
)
GROUPS = sql.Table(
    "groups",
    TABLES,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("parent", sql.ForeignKey("groups.id"), nullable=True),
    sql.Column("name", sql.String(256), nullable=True),  # given by the person
    sql.Column("description", sql.Text, nullable=False),  # made from measurements
    sql.Column("kept", sql.Boolean, nullable=False),  # whether the person edited it: it is not fitted again
)
GROUPED = sql.Table(
    "grouped",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("group", sql.ForeignKey("groups.id"), nullable=True, index=True),  # None: it fits into no group
    sql.Column("pinned", sql.Boolean, nullable=False),  # whether the person put it into its group
)
PLACES = sql.Table(
    "places",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("x", sql.Float, nullable=False),
    sql.Column("y", sql.Float, nullable=False),
)
TEXTS = sql.Table(
    "texts",
    TABLES,
    sql.Column("piece", sql.ForeignKey("pieces.id"), primary_key=True),
    sql.Column("captions", sql.Text, nullable=False),  # titles, captions and keywords, a line each
    sql.Column("prompts", sql.Text, nullable=False),  # of the generator that made it, a line each
    sql.Column("technique", sql.String(64), nullable=False),  # a few words; empty if it was not measured
    sql.Column("reader", sql.Integer, nullable=False),  # the version of the reader of texts
)
MIGRATIONS: dict[int, Sequence[str]] = {  # from a version to the next; missing tables are created afterwards
    1: (
        f"ALTER TABLE {PICTURES.name} ADD COLUMN pixels VARCHAR(64)",
        f"ALTER TABLE {LABELS.name} ADD COLUMN refused BOOLEAN NOT NULL DEFAULT FALSE",
    ),
    2: (f"ALTER TABLE {FILES.name} ADD COLUMN ctime BIGINT",),
    3: ("DROP TABLE IF EXISTS pairs", f"DELETE FROM {SETTINGS.name} WHERE name = 'pairs'"),  # computed again
    4: (  # `search_rows.py` creates the table of searched words
        "DROP INDEX IF EXISTS ix_files_piece",
        f"CREATE INDEX ix_files_piece_mtime ON {FILES.name} ({FILES.c.piece.name}, mtime)",
    ),
}


def is_current(connection: sql.Connection) -> bool:
    """Whether a database has the schema that this code writes.

    Raises:
        IndexDamaged: The database does not state its version.
    """
    return _stored_version(connection) == SCHEMA_VERSION and _index_name(connection) is not None


def migrate(connection: sql.Connection) -> None:
    """Create the tables of an empty database, or migrate an older schema step by step; `create_words` does the rest.

    Raises:
        IndexDamaged: A newer Pochade wrote the database.
    """
    _wait_for_others(connection)
    version = _stored_version(connection)
    if version is None:
        TABLES.create_all(connection)
        connection.execute(sql.insert(SETTINGS), {"name": "schema", "value": str(SCHEMA_VERSION)})
        _ensure_index_name(connection)
        return
    if version > SCHEMA_VERSION:
        raise IndexDamaged(
            f"a newer Pochade wrote the index: schema {version}, and this Pochade knows schema {SCHEMA_VERSION}",
            "install a newer Pochade",
        )
    for step in range(version, SCHEMA_VERSION):
        for statement in MIGRATIONS[step]:
            connection.execute(sql.text(statement))
    TABLES.create_all(connection)
    if version < FIRST_SCHEMA_WITH_NFC:
        _compose_names(connection)
    _ensure_index_name(connection)
    connection.execute(sql.update(SETTINGS).where(SETTINGS.c.name == "schema").values(value=str(SCHEMA_VERSION)))


def _wait_for_others(connection: sql.Connection) -> None:
    """Let only one of several machines create or migrate the tables; SQLite's write lock does the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(sql.text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK}, hashtext(current_schema()))"))


def check_only_tables(connection: sql.Connection) -> None:
    """Refuse an SQLite database with views, triggers or virtual tables, except for the one that Pochade makes.

    A stranger's index could have them to run for ever, or to change rows of its own choice. The table of searched words
    must therefore be defined letter by letter as Pochade defines it.

    Raises:
        IndexDamaged: The database has such a thing.
    """
    if connection.dialect.name == "sqlite":
        query = (
            "SELECT name FROM sqlite_master WHERE type IN ('view', 'trigger')"
            " OR (sql LIKE 'create virtual%' AND (name <> :table OR sql <> :definition))"
        )
        values = {"table": SEARCH_TABLE, "definition": SQLITE_DEFINITION}
        if name := connection.scalar(sql.text(query), values):
            raise IndexDamaged(f"the index has {str(name)[:80]!a}, which Pochade did not make", DAMAGED_HINT)


def _compose_names(connection: sql.Connection) -> None:
    """Write labels and names of groups in Unicode's composed form (NFC), as `normalise_name` does since schema 3."""
    rows = connection.execute(sql.select(LABELS)).all()
    known = {(row.piece, row.label) for row in rows}
    for row in rows:
        if (name := unicodedata.normalize("NFC", row.label)) == row.label:
            continue
        stored_row = sql.and_(LABELS.c.piece == row.piece, LABELS.c.label == row.label)
        if (row.piece, name) in known:  # the same word in both forms
            connection.execute(sql.delete(LABELS).where(stored_row))
        else:
            connection.execute(sql.update(LABELS).where(stored_row).values(label=name))
            known.add((row.piece, name))
    for group in connection.execute(sql.select(GROUPS.c.id, GROUPS.c.name).where(GROUPS.c.name.is_not(None))).all():
        name = unicodedata.normalize("NFC", group.name)
        connection.execute(sql.update(GROUPS).where(GROUPS.c.id == group.id).values(name=name))


def _stored_version(connection: sql.Connection) -> int | None:
    """The schema version of a database; None if it is empty."""
    if not sql.inspect(connection).has_table("settings"):
        return None
    version = connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == "schema")) or ""
    if not version.isdecimal():
        raise IndexDamaged("the index is damaged: it has no version", DAMAGED_HINT)
    return int(version)


def _index_name(connection: sql.Connection) -> str | None:
    return connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == "index"))


def _ensure_index_name(connection: sql.Connection) -> None:
    """Give an index a unique name, so that cached files of another index are not mistaken for its own."""
    if _index_name(connection) is None:
        connection.execute(sql.insert(SETTINGS), {"name": "index", "value": uuid.uuid4().hex[:16]})
