"""CLIP, Clip Studio Paint's file: a row of chunks, one of which is an SQLite database with a preview of the canvas.

The layers are in a form that nobody has written down, so the preview, a PNG, is what can be read.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import sqlite3
import struct
from dataclasses import replace
from typing import Any

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.chunked import png_header, png_raw
from pochade.images.formats.raster import Raw
from pochade.images.formats.zip_formats import PREVIEW_NOTE, inner_png

HEAD = 24  # "CSFCHUNK", the file's length, where the first chunk begins
MOST_STEPS = 2_000  # times ten thousand steps of SQLite; a hostile database could keep it busy for ever


def database(source: Source) -> bytes:
    """The chunk with the database; PictureDamaged when there is none or the file ends before it."""
    position = HEAD
    while position < source.size:
        name, length = struct.unpack(">8sQ", source.exactly(position, 16))
        position += 16
        if name == b"CHNKSQLi":
            if length > source.most_bytes // 4:
                raise source.too_large(f"the database in it has {length:,} bytes")
            return source.exactly(position, length)
        position += length
    raise source.cut_short(position)


def first_row(content: bytes, query: str) -> tuple[Any, ...] | None:
    """A query's first row, from a database in memory that may take only so many steps."""
    connection = sqlite3.connect(":memory:")
    steps = iter(range(MOST_STEPS))
    try:
        connection.deserialize(content)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.set_progress_handler(lambda: next(steps, None) is None, 10_000)
        row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    finally:
        connection.close()
    return row


def preview_png(source: Source, content: bytes) -> Source:
    """The preview as a file of its own."""
    row = first_row(content, "SELECT ImageData FROM CanvasPreview ORDER BY length(ImageData) DESC LIMIT 1")
    if row is None or not isinstance(row[0], bytes):
        raise source.damaged("there is no preview in it")
    return inner_png(source, row[0])


def canvas_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of the canvas; None when the database doesn't tell them in pixels."""
    try:
        row = first_row(content, "SELECT CanvasWidth, CanvasHeight FROM Canvas WHERE CanvasUnit = 0 LIMIT 1")
    except sqlite3.Error:
        return None  # another version's tables
    if row is None or not all(isinstance(side, int | float) and 1 <= side < 1_000_000 for side in row):
        return None
    return round(row[0]), round(row[1])


def clip_header(source: Source) -> Header:
    """Of a CLIP: the canvas's size where it is told, else the preview's."""
    content = database(source)
    header = png_header(preview_png(source, content))
    width, height = canvas_size(content) or (header.width, header.height)
    return replace(header, format="CLIP", width=width, height=height, frames=1)


def clip_raw(source: Source, _header: Header, side: int | None) -> Raw:
    """The preview of the canvas."""
    inner = preview_png(source, database(source))
    own = png_header(inner)
    inner.allow(own.width, own.height, 4 if side is not None else 8 * max(1, own.depth // 8))
    return replace(png_raw(inner, own, side), notes=(PREVIEW_NOTE,))
