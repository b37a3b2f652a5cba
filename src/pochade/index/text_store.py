"""The texts of pictures' files in the database, and their techniques; and which pictures still lack them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sql

from pochade.images.metadata.picture_texts import TEXT_READER_VERSION, PictureTexts
from pochade.index.database import Index
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import TEXTS
from pochade.index.search_rows import refresh_words


class PictureWithoutTexts(NamedTuple):
    """A picture whose texts were never read, or by an earlier reader."""

    number: int
    path: bytes  # of one of its files, below the collection's folder
    content: str  # SHA-256
    has_alpha: bool


def text_columns(texts: PictureTexts, technique: str) -> dict[str, Any]:
    """The columns of `TEXTS` without the picture's number.

    Args:
        texts: The texts of the picture's file.
        technique: A few words, such as "line art"; empty if it was not measured.
    """
    columns = {"captions": texts.captions, "prompts": texts.prompts, "technique": technique}
    return columns | {"reader": TEXT_READER_VERSION}


def pictures_without_texts(index: Index) -> list[PictureWithoutTexts]:
    """The pictures that have a file, but no texts of the current reader, by path."""
    with index.reading() as connection:
        query = sql.select(TEXTS.c.piece).where(TEXTS.c.reader == TEXT_READER_VERSION)
        done = set(connection.scalars(query))
    rows = {row.id: row for row in index.picture_files() if row.id not in done}
    return [PictureWithoutTexts(row.id, row.path, row.hash, row.has_alpha) for row in rows.values()]


def store_texts(index: Index, columns: Mapping[int, Mapping[str, Any]]) -> None:
    """Store the texts of pictures, by the pictures' numbers; earlier ones are replaced.

    Args:
        index: The database.
        columns: What `text_columns` returns for each picture.
    """
    with index.writing() as connection:
        for chunk in query_chunks(list(columns)):
            connection.execute(sql.delete(TEXTS).where(TEXTS.c.piece.in_(chunk)))
        rows = [{"piece": number, **values} for number, values in columns.items()]
        if rows:
            connection.execute(sql.insert(TEXTS), rows)
        refresh_words(connection, columns)
