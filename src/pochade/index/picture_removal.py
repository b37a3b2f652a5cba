"""Remove pictures whose files are gone, so that their labels, thumbnails and vectors take no room any more.

The rows of the vector files must have no gaps, so the last rows move to the places of the removed pictures. First the
database lists what is to be removed, then the vectors are copied, then one transaction removes the pictures and changes
the rows. If a run is interrupted between these steps, the next one repeats them with the same result.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import sqlalchemy as sql

from pochade.errors import PochadeError
from pochade.index.database import Index
from pochade.index.index_home import VECTOR_PATTERNS
from pochade.index.label_store import labels_by_picture
from pochade.index.library import Library
from pochade.index.picture_records import GonePicture
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import FILES, PICTURES, TABLES
from pochade.index.search_table import delete_rows
from pochade.index.settings_store import delete_setting_in, setting_in, write_setting_in
from pochade.index.thumbnails import remove_thumbnail
from pochade.index.vectors import copy_rows

REMOVAL_SETTING = "removal"  # the numbers of the pictures that an unfinished run removes, as JSON
CACHED_LATENTS = "paintings-*.f32"  # of a generator; they are computed again


class _Removal(NamedTuple):
    numbers: list[int]  # the pictures to remove
    contents: list[str]
    moves: dict[int, int]  # from a row to its new place
    row_count: int  # before


def pictures_without_files(index: Index) -> list[GonePicture]:
    """The pictures without any file, with what the person said about them."""
    labels = labels_by_picture(index)
    query = sql.select(PICTURES).where(PICTURES.c.id.not_in(_numbers_with_files())).order_by(PICTURES.c.id)
    with index.reading() as connection:
        return [
            GonePicture(row.id, row.hash, row.format, row.width, row.height, tuple(sorted(labels.get(row.id, {}))))
            for row in connection.execute(query)
        ]


def remove_pictures(library: Library, pictures: Sequence[GonePicture]) -> int:
    """Remove pictures from the index. Pictures that have a file again stay.

    Returns:
        How many pictures were removed.

    Raises:
        UsageError: Another process is learning the folder.
    """
    with library.lock():
        finish_removal(library)
        numbers = sorted(picture.number for picture in pictures)
        with library.index.writing() as connection:
            write_setting_in(connection, REMOVAL_SETTING, json.dumps(numbers))
        return finish_removal(library)


def finish_removal(library: Library) -> int:
    """Remove the pictures that `remove_pictures` listed; do nothing if there are none. Return their number."""
    with library.index.reading() as connection:
        listed = setting_in(connection, REMOVAL_SETTING)
        if listed is None:
            return 0
        removal = _plan_removal(connection, set(json.loads(listed)))
    for path in library.home.glob(CACHED_LATENTS):
        path.unlink(missing_ok=True)
    for path in (path for pattern in VECTOR_PATTERNS for path in library.home.glob(pattern)):
        copy_rows(path, removal.moves, removal.row_count)
    with library.index.writing() as connection:
        _delete_pictures(connection, removal)
        delete_setting_in(connection, REMOVAL_SETTING)
    for content in removal.contents:
        with suppress(OSError, PochadeError):  # a thumbnail that stays does no harm
            remove_thumbnail(library.thumbnails, content)
    return len(removal.numbers)


def _numbers_with_files() -> sql.Select[tuple[int]]:
    return sql.select(FILES.c.piece).where(FILES.c.piece.is_not(None))


def _plan_removal(connection: sql.Connection, listed: set[int]) -> _Removal:
    """Choose which rows move: the last ones take the places that become free."""
    with_files = set(connection.scalars(_numbers_with_files()))
    rows = connection.execute(sql.select(PICTURES.c.id, PICTURES.c.row, PICTURES.c.hash).order_by(PICTURES.c.row)).all()
    removed = [row for row in rows if row.id in listed - with_files]
    staying = [row.row for row in rows if row.id not in listed - with_files]
    free = sorted(set(range(len(staying))) - set(staying))
    beyond = [row for row in staying if row >= len(staying)]
    count = rows[-1].row + 1 if rows else 0
    return _Removal(
        [row.id for row in removed], [row.hash for row in removed], dict(zip(beyond, free, strict=True)), count
    )


def _delete_pictures(connection: sql.Connection, removal: _Removal) -> None:
    """Delete pictures and everything that refers to them, then write the new rows of the others."""
    delete_rows(connection, removal.numbers)
    for numbers in query_chunks(removal.numbers):
        for table in TABLES.tables.values():
            for column in table.columns:
                if table is not FILES and any(key.column is PICTURES.c.id for key in column.foreign_keys):
                    connection.execute(sql.delete(table).where(column.in_(numbers)))
        connection.execute(sql.delete(PICTURES).where(PICTURES.c.id.in_(numbers)))
    if removal.moves:
        changes = [{"before": before, "after": after} for before, after in removal.moves.items()]
        at_row = PICTURES.c.row == sql.bindparam("before")
        connection.execute(sql.update(PICTURES).where(at_row).values(row=sql.bindparam("after")), changes)
