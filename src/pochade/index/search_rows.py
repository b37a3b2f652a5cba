"""Keep the searched words of pictures right: whatever changes a name, a label or a text calls `refresh_words`.

It does so within its own transaction, so that a search never finds what the rest of the index no longer says.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sql

from pochade.index.picture_records import shape_of
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import FILES, LABELS, PICTURES, TEXTS
from pochade.index.search_table import BREAK, Fields, create_search_table, write_rows
from pochade.index.search_words import MAX_FIELD_CHARACTERS, words_of


def create_words(connection: sql.Connection) -> None:
    """Create the table of searched words, and fill it with those of all pictures."""
    create_search_table(connection)
    refresh_words(connection, connection.scalars(sql.select(PICTURES.c.id)).all())


def refresh_words(connection: sql.Connection, numbers: Iterable[int]) -> None:
    """Read again what is searched of some pictures, and write it; numbers without a picture are passed over.

    Args:
        connection: A transaction that has made its changes.
        numbers: The numbers of the pictures.
    """
    for chunk in query_chunks(sorted(set(numbers))):
        names, labels = _names_of(connection, chunk), _labels_of(connection, chunk)
        query = sql.select(PICTURES, TEXTS).outerjoin(TEXTS).where(PICTURES.c.id.in_(chunk))
        rows = {
            row.id: _fields(row, names.get(row.id, []), labels.get(row.id, [])) for row in connection.execute(query)
        }
        write_rows(connection, rows)


def _names_of(connection: sql.Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    """The paths of the files of each picture, by its number."""
    paths: dict[int, list[str]] = {}
    query = sql.select(FILES.c.piece, FILES.c.path).where(FILES.c.piece.in_(numbers)).order_by(FILES.c.path)
    for row in connection.execute(query):
        paths.setdefault(row.piece, []).append(os.fsdecode(row.path))
    return paths


def _labels_of(connection: sql.Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    labels: dict[int, list[str]] = {}
    query = sql.select(LABELS.c.piece, LABELS.c.label).where(LABELS.c.piece.in_(numbers), LABELS.c.refused.is_(False))
    for row in connection.execute(query.order_by(LABELS.c.label)):
        labels.setdefault(row.piece, []).append(row.label)
    return labels


def _fields(row: Any, paths: Sequence[str], labels: Sequence[str]) -> Fields:
    """The words of one picture, from its row of pictures and texts; the columns of texts are None if it has none."""
    parts = [path.rpartition("/") for path in paths]
    return {
        "names": _words(part[2] for part in parts),
        "folders": _words(dict.fromkeys(part[0] for part in parts)),
        "labels": _words(labels),
        "captions": _words((row.captions or "").split("\n")),
        "prompts": _words((row.prompts or "").split("\n")),
        "facts": _words([row.format, row.colour, shape_of(row.width, row.height)]),
        "technique": _words([row.technique or ""]),
    }


def _words(texts: Iterable[str]) -> list[str]:
    """The words of several texts with a break behind each, within the maximum length."""
    words, room = list[str](), MAX_FIELD_CHARACTERS
    for word in _words_and_breaks(texts):
        room -= len(word) + 1
        if room < 0:
            break
        words.append(word)
    return words


def _words_and_breaks(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from words_of(text)
        yield BREAK
