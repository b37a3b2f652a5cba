"""CLIP, the format of Clip Studio Paint: one of its chunks is an SQLite database with a preview of the canvas.

The format of the layers is not documented, so only the preview, a PNG, can be read.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import sqlite3
import struct
from dataclasses import replace
from typing import Any

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.png import read_png_header
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.zip_formats import PREVIEW_NOTE, open_embedded_png, read_embedded_png
from pochade.system.worker_limits import limit_decoder

_FIRST_CHUNK = 24  # offset: "CSFCHUNK", the file's length and the offset of the first chunk stand before it
_STEPS_PER_CALLBACK = 10_000  # steps of SQLite's virtual machine
MAX_SQLITE_CALLBACKS = 2_000  # a hostile database could keep SQLite busy for ever
_READABLE_TABLES = ("CanvasPreview", "Canvas")
_READABLE_FUNCTIONS = {"length"}
_MAX_QUERY_SECONDS, _MAX_QUERY_BYTES = 5.0, 2**29  # in a worker


def read_clip_header(source: Source) -> Header:
    """Read the header of a CLIP: the canvas's size if the file states it, else the preview's."""
    content = _read_database(source)
    header = read_png_header(_open_preview(source, content))
    width, height = _read_canvas_size(source, content) or (header.width, header.height)
    return replace(header, format="CLIP", width=width, height=height, frames=1)


def read_clip(source: Source, _header: Header, side: int | None) -> RawImage:
    """Read the preview of the canvas."""
    preview = _open_preview(source, _read_database(source))
    return replace(read_embedded_png(preview, side), notes=(PREVIEW_NOTE,))


def _read_database(source: Source) -> bytes:
    """Read the content of the database chunk.

    Raises:
        PictureDamaged: There is no such chunk, or the file ends before it.
        PictureTooLarge: The database is too large.
    """
    offset = _FIRST_CHUNK
    while offset < source.size:
        name, length = struct.unpack(">8sQ", source.read_exactly(offset, 16))
        offset += 16
        if name == b"CHNKSQLi":
            if length > source.max_bytes // 4:
                raise source.size_error(f"the database in it has {length:,} bytes")
            return source.read_exactly(offset, length)
        offset += length
    raise source.truncation_error(offset)


def _first_row(source: Source, content: bytes, table: str, query: str) -> tuple[Any, ...] | None:
    """The first row of a query on a table of a database in memory.

    The database is a stranger's: what looks like a table may be a view, or have columns that are computed, and both
    can make one step of SQLite take for ever. Therefore only plain tables are read.

    Raises:
        sqlite3.Error: There is no such table, or the query takes too many steps.
        PictureDamaged: The table is none, or its columns are computed.
    """
    connection = sqlite3.connect(":memory:")
    callbacks = iter(range(MAX_SQLITE_CALLBACKS))
    try:
        connection.deserialize(content)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(content))
        connection.set_progress_handler(lambda: next(callbacks, None) is None, _STEPS_PER_CALLBACK)
        with limit_decoder(_MAX_QUERY_SECONDS, _MAX_QUERY_BYTES):
            _check_plain_table(source, connection, table)
            connection.set_authorizer(_authorize)
            row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    finally:
        connection.close()
    return row


def _check_plain_table(source: Source, connection: sqlite3.Connection, table: str) -> None:
    query = "SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE AND (type = 'view' OR sql LIKE '%virtual%')"
    is_computed = connection.execute(query, (table,)).fetchone()
    columns = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()  # the last field: 0 if it is stored
    if is_computed or any(column[-1] for column in columns):
        raise source.damage_error(f"'{table}' in its database is not a plain table")


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None) -> int:
    """Allow SQLite to read two tables, and to measure values in them."""
    is_right = {
        sqlite3.SQLITE_SELECT: True,
        sqlite3.SQLITE_READ: first in _READABLE_TABLES,
        sqlite3.SQLITE_FUNCTION: second in _READABLE_FUNCTIONS,
    }
    return sqlite3.SQLITE_OK if is_right.get(action, False) else sqlite3.SQLITE_DENY


def _open_preview(source: Source, content: bytes) -> Source:
    query = "SELECT ImageData FROM CanvasPreview ORDER BY length(ImageData) DESC LIMIT 1"
    row = _first_row(source, content, "CanvasPreview", query)
    if row is None or not isinstance(row[0], bytes):
        raise source.damage_error("there is no preview in it")
    return open_embedded_png(source, row[0])


def _read_canvas_size(source: Source, content: bytes) -> tuple[int, int] | None:
    """Read width and height of the canvas; None if the database does not state them in pixels."""
    try:
        query = "SELECT CanvasWidth, CanvasHeight FROM Canvas WHERE CanvasUnit = 0 LIMIT 1"
        row = _first_row(source, content, "Canvas", query)
    except sqlite3.Error:
        return None  # tables of another version
    if row is None or not all(isinstance(side, int | float) and 1 <= side < 1_000_000 for side in row):
        return None
    return round(row[0]), round(row[1])
