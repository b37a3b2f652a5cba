"""Rows of pictures and files: read and written within a transaction of the caller's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

from pochade.index.query_chunks import query_chunks
from pochade.index.schema import FILES, PICTURES, TEXTS
from pochade.index.search_rows import refresh_words
from pochade.system.file_stamp import FileStamp


@dataclass(frozen=True)
class FileRow:
    """A file as the index knows it."""

    path: bytes  # below the collection's folder
    stamp: FileStamp
    picture: int | None  # the number of the picture that it holds
    problem: str | None  # why it gave no picture


def insert_pictures(
    connection: sql.Connection,
    pictures: Sequence[dict[str, Any]],
    files: Sequence[FileRow],
    contents: Sequence[str | None],
    texts: Mapping[str, dict[str, Any]],
) -> dict[str, int]:
    """Add new pictures, and the files that hold them.

    Args:
        connection: A transaction that writes.
        pictures: The columns of `PICTURES`, without `id`.
        files: The files to write. Their `picture` is ignored; the number is looked up by content.
        contents: The content hash of each file, or None for a file with a problem.
        texts: The columns of `TEXTS` without `piece`, by the content hash of a new picture.

    Returns:
        The numbers of the pictures, by content hash.
    """
    if pictures:
        connection.execute(sql.insert(PICTURES), list(pictures))
    numbers = numbers_of_contents(connection, (content for content in contents if content))
    if texts:
        rows = [{"piece": numbers[content], **columns} for content, columns in texts.items()]
        connection.execute(sql.insert(TEXTS), rows)
    earlier_numbers = _write_files(connection, [
        FileRow(file.path, file.stamp, numbers[content] if content else None, file.problem)
        for file, content in zip(files, contents, strict=True)
    ])  # fmt: skip
    refresh_words(connection, {*numbers.values(), *earlier_numbers})
    return numbers


def count_rows(connection: sql.Connection) -> int:
    """The number of rows that pictures use in each vector file, which is also the next free row."""
    last = connection.scalar(sql.select(sql.func.max(PICTURES.c.row)))
    return 0 if last is None else int(last) + 1


def numbers_of_contents(connection: sql.Connection, contents: Iterable[str]) -> dict[str, int]:
    """The numbers of the pictures with these content hashes, by hash; unknown hashes are left out."""
    numbers = dict[str, int]()
    for chunk in query_chunks(sorted(set(contents))):
        rows = connection.execute(sql.select(PICTURES.c.hash, PICTURES.c.id).where(PICTURES.c.hash.in_(chunk)))
        numbers |= {row.hash: row.id for row in rows}
    return numbers


def to_file_row(row: Any) -> FileRow:
    """A row of `FILES` as the rest of the program knows it."""
    return FileRow(row.path, FileStamp(row.size, row.mtime, int(row.inode), row.ctime), row.piece, row.problem)


def stamp_columns(stamp: FileStamp) -> dict[str, Any]:
    """The columns of `FILES` that hold a stamp."""
    return {"size": stamp.size, "mtime": stamp.mtime, "inode": str(stamp.inode), "ctime": stamp.ctime}


def _write_files(connection: sql.Connection, files: Sequence[FileRow]) -> set[int]:
    """Write the rows of files; return the numbers of the pictures that they held before."""
    earlier_numbers = delete_files(connection, [file.path for file in files])
    rows = [
        {"path": file.path, "piece": file.picture, "problem": file.problem, **stamp_columns(file.stamp)}
        for file in files
    ]
    if rows:
        connection.execute(sql.insert(FILES), rows)
    return earlier_numbers


def delete_files(connection: sql.Connection, paths: Sequence[bytes]) -> set[int]:
    """Delete the rows of files; return the numbers of the pictures that they held."""
    numbers = set[int]()
    for chunk in query_chunks(paths):
        held = sql.select(FILES.c.piece).where(FILES.c.path.in_(chunk), FILES.c.piece.is_not(None))
        numbers |= set(connection.scalars(held))
        connection.execute(sql.delete(FILES).where(FILES.c.path.in_(chunk)))
    return numbers
