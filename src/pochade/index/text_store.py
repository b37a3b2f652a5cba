"""The texts of pictures' files in the database, and their techniques; and which pictures still lack them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sql

from pochade.images.metadata.picture_texts import TEXT_READER_VERSION, PictureTexts
from pochade.index.database import Index
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import FILES, PICTURES, TEXTS
from pochade.index.search_rows import refresh_words


class PictureWithoutTexts(NamedTuple):
    """A picture whose texts were never read, or by an earlier reader."""

    number: int
    path: bytes  # of one of its files, below the collection's folder


class StoredTechnique(NamedTuple):
    """The technique of a picture in the database."""

    number: int  # of the picture
    technique: str  # empty if it is not known


def text_columns(texts: PictureTexts, technique: str = "") -> dict[str, Any]:
    """The columns of `TEXTS` without the picture's number.

    Args:
        texts: The texts of the picture's file.
        technique: A few words, such as "line art"; empty until `store_techniques` says it.
    """
    columns = {"captions": texts.captions, "prompts": texts.prompts, "technique": technique}
    return columns | {"reader": TEXT_READER_VERSION}


def pictures_without_texts(index: Index) -> list[PictureWithoutTexts]:
    """The pictures that have a file, but no texts of the current reader, by path."""
    with index.reading() as connection:
        query = sql.select(TEXTS.c.piece).where(TEXTS.c.reader == TEXT_READER_VERSION)
        done = set(connection.scalars(query))
    rows = {row.id: row for row in index.picture_files() if row.id not in done}
    return [PictureWithoutTexts(row.id, row.path) for row in rows.values()]


def pictures_of_technique(index: Index, technique: str) -> set[int]:
    """The numbers of the pictures of a technique, such as "line art"."""
    with index.reading() as connection:
        return set(connection.scalars(sql.select(TEXTS.c.piece).where(TEXTS.c.technique == technique)))


def technique_counts(index: Index) -> dict[str, int]:
    """How many pictures that have a file are of each technique, most frequent first."""
    has_file = sql.exists().where(FILES.c.piece == TEXTS.c.piece)
    query = sql.select(TEXTS.c.technique, sql.func.count().label("pictures")).where(TEXTS.c.technique != "", has_file)
    with index.reading() as connection:
        rows = connection.execute(query.group_by(TEXTS.c.technique).order_by(sql.desc("pictures"), TEXTS.c.technique))
        return {row.technique: row.pictures for row in rows}


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


def techniques_by_row(index: Index) -> dict[int, StoredTechnique]:
    """The stored techniques of the pictures whose texts were read, by the pictures' rows."""
    query = sql.select(PICTURES.c.row, PICTURES.c.id, TEXTS.c.technique).join(TEXTS)
    with index.reading() as connection:
        return {row: StoredTechnique(number, technique) for row, number, technique in connection.execute(query)}


def store_techniques(index: Index, techniques: Mapping[int, str]) -> None:
    """Store techniques of pictures, by the pictures' numbers.

    Args:
        index: The database.
        techniques: A few words, such as "line art"; empty where the technique is not known.
    """
    if not techniques:
        return
    with index.writing() as connection:
        for technique in sorted(set(techniques.values())):
            numbers = [number for number, name in techniques.items() if name == technique]
            for chunk in query_chunks(numbers):
                update = sql.update(TEXTS).where(TEXTS.c.piece.in_(chunk))
                connection.execute(update.values(technique=technique))
        refresh_words(connection, techniques)
