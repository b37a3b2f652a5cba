"""The database of an index: one row per picture, one row per file. The tables are defined in `schema.py`.

A picture is identified by its content. A moved or copied file therefore leads to the same picture, and a picture whose
files are gone stays in the database, with its labels, in case a file comes back.

Rows of files whose path leads out of the collection's folder, or through links, are ignored: `path_rules.py` says why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from pochade.index.checked_indexes import check_once
from pochade.index.engine import open_engine, translate_error
from pochade.index.path_rules import LinkCheck, check_plain_name, is_inside
from pochade.index.picture_rows import (
    FileRow,
    count_rows,
    delete_files,
    insert_pictures,
    numbers_of_contents,
    stamp_columns,
    to_file_row,
)
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import FILES, PICTURES, SETTINGS, check_only_tables, is_current, migrate
from pochade.index.search_rows import create_words, refresh_words
from pochade.index.value_checks import check_values
from pochade.system.file_stamp import FileStamp


class Index:
    """The database of one collection.

    Args:
        place: A file for SQLite, or a database's URL, such as `postgresql+psycopg://user@host/name`.
        folder: The collection's folder. Rows that lead through links below it are ignored; None if there is no folder.

    Raises:
        IndexDamaged: The file is not a database, holds impossible values, or a newer Pochade wrote it.
        OutputUnwritable: The database can't be created.
        UsageError: The URL is invalid, or its database does not answer.
    """

    def __init__(self, place: Path | str, folder: Path | None = None) -> None:
        self.folder = folder
        self.engine = open_engine(place)
        with self.reading() as connection:
            check_only_tables(connection)
            _check_values_once(connection, place)
            ready = is_current(connection)
        if not ready:
            with self.writing() as connection:
                migrate(connection)
                create_words(connection)

    @contextmanager
    def writing(self) -> Iterator[sql.Connection]:
        """Open a transaction for writing; it is committed as a whole, or rolled back.

        Raises:
            IndexDamaged: The database is damaged.
            OutputUnwritable: The disk is full, or another process keeps the database locked.
            UsageError: The database server does not answer.
        """
        try:
            with self.engine.execution_options(writes=True).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise translate_error(error) from error

    @contextmanager
    def reading(self) -> Iterator[sql.Connection]:
        """Open a connection for reading.

        Raises:
            IndexDamaged: The database is damaged.
            OutputUnwritable: The database can't be opened, because its log can't be written.
            UsageError: The database server does not answer.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise translate_error(error) from error

    def close(self) -> None:
        """Close all connections to the database."""
        self.engine.dispose()

    def name(self) -> str:
        """The unique name of this index; the names of cached files contain it."""
        with self.reading() as connection:
            name = connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == "index"))
            return check_plain_name(str(name))

    # Files -----------------------------------------------------------------------------------------------------------

    def files(self) -> dict[bytes, FileRow]:
        """Every known file, by path, even where a link leads to it now: `learn` only compares it with the folder."""
        with self.reading() as connection:
            rows = connection.execute(sql.select(FILES))
            return {row.path: to_file_row(row) for row in rows if is_inside(row.path)}

    def files_at(self, paths: Sequence[bytes]) -> dict[bytes, FileRow]:
        """Those of some files that are known, by path, as `files` returns them."""
        with self.reading() as connection:
            queries = [sql.select(FILES).where(FILES.c.path.in_(chunk)) for chunk in query_chunks(paths)]
            return {row.path: to_file_row(row) for query in queries for row in connection.execute(query)}

    def problems(self) -> list[FileRow]:
        """The files that gave no picture, sorted by path."""
        with self.reading() as connection:
            rows = connection.execute(sql.select(FILES).where(FILES.c.problem.is_not(None)).order_by(FILES.c.path))
            return [to_file_row(row) for row in self._with_safe_paths(rows)]

    def picture_files(self) -> Iterator[Any]:
        """Rows of all files that hold a picture, sorted by path: the picture's columns, `path` and `mtime`."""
        with self.reading() as connection:
            yield from self._with_safe_paths(connection.execute(_picture_files_query().order_by(FILES.c.path)))

    def files_of_rows(self, rows: Iterable[int]) -> Iterator[Any]:
        """Rows like those of `picture_files`, for some pictures and in no particular order.

        Args:
            rows: The rows of the pictures in the vector files.
        """
        with self.reading() as connection:
            for chunk in query_chunks(sorted(rows)):
                query = _picture_files_query().where(PICTURES.c.row.in_(chunk))
                yield from self._with_safe_paths(connection.execute(query))

    def files_of_numbers(self, numbers: Iterable[int]) -> Iterator[Any]:
        """Rows like those of `picture_files`, for pictures with some numbers, and in no particular order."""
        with self.reading() as connection:
            for chunk in query_chunks(sorted(numbers)):
                query = _picture_files_query().where(PICTURES.c.id.in_(chunk))
                yield from self._with_safe_paths(connection.execute(query))

    def path_of(self, content: str) -> bytes | None:
        """The path of a file with this content, or None if no file has it any more."""
        with self.reading() as connection:
            query = sql.select(FILES.c.path).join(PICTURES, FILES.c.piece == PICTURES.c.id)
            rows = self._with_safe_paths(connection.execute(query.where(PICTURES.c.hash == content)))
            return next((row.path for row in rows), None)

    def _with_safe_paths(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Yield the rows whose path leads to a place in the collection's folder."""
        links = LinkCheck(self.folder) if self.folder else None
        for row in rows:
            if is_inside(row.path) and not (links and links.leads_through_link(row.path)):
                yield row

    def forget_files(self, paths: Iterable[bytes]) -> None:
        """Delete the rows of files; their pictures stay."""
        with self.writing() as connection:
            refresh_words(connection, delete_files(connection, list(paths)))

    def update_stamps(self, stamps: Mapping[bytes, FileStamp]) -> None:
        """Store new stamps of files that did not change otherwise, by path."""
        rows = [{"known_path": path, **stamp_columns(stamp)} for path, stamp in stamps.items()]
        if rows:
            with self.writing() as connection:
                connection.execute(sql.update(FILES).where(FILES.c.path == sql.bindparam("known_path")), rows)

    # Pictures --------------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """The number of rows that pictures use in each vector file, which is also the next free row."""
        with self.reading() as connection:
            return count_rows(connection)

    def contents(self) -> list[str]:
        """The content hash of every picture, by row; rows have no gaps."""
        with self.reading() as connection:
            return list(connection.scalars(sql.select(PICTURES.c.hash).order_by(PICTURES.c.row)))

    def picture_numbers(self) -> list[int]:
        """The number of every picture, by row."""
        with self.reading() as connection:
            return list(connection.scalars(sql.select(PICTURES.c.id).order_by(PICTURES.c.row)))

    def numbers_by_content(self, contents: Iterable[str]) -> dict[str, int]:
        """The numbers of the pictures with these content hashes, by hash; unknown hashes are left out."""
        with self.reading() as connection:
            return numbers_of_contents(connection, contents)

    def contents_by_number(self) -> dict[int, str]:
        """The content hash of every picture, by its number."""
        with self.reading() as connection:
            return {row.id: row.hash for row in connection.execute(sql.select(PICTURES.c.id, PICTURES.c.hash))}

    def contents_by_size(self, sizes: Iterable[int] | None = None) -> dict[int, frozenset[str]]:
        """The content hashes of pictures, by file size in bytes.

        Args:
            sizes: The sizes to look up; all of them if None.
        """
        contents: dict[int, set[str]] = {}
        query = sql.select(PICTURES.c.bytes, PICTURES.c.hash)
        if sizes is not None:
            query = query.where(PICTURES.c.bytes.in_(sorted(set(sizes))))
        with self.reading() as connection:
            for row in connection.execute(query):
                contents.setdefault(row.bytes, set()).add(row.hash)
        return {size: frozenset(hashes) for size, hashes in contents.items()}

    def add_pictures(
        self,
        pictures: Sequence[dict[str, Any]],
        files: Sequence[FileRow],
        contents: Sequence[str | None],
        texts: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        """Add new pictures, and the files that hold them, in one transaction.

        Args:
            pictures: The columns of `PICTURES`, without `id`.
            files: The files to write. Their `picture` is ignored; the number is looked up by content.
            contents: The content hash of each file, or None for a file with a problem.
            texts: The columns of `TEXTS` without `piece`, by the content hash of a new picture.
        """
        with self.writing() as connection:
            insert_pictures(connection, pictures, files, contents, texts)

    def pixel_hashes(self) -> dict[int, str]:
        """The pixel hashes that have been computed so far, by picture number."""
        with self.reading() as connection:
            query = sql.select(PICTURES.c.id, PICTURES.c.pixels).where(PICTURES.c.pixels.is_not(None))
            return {row.id: row.pixels for row in connection.execute(query)}

    def record_pixel_hash(self, number: int, digest: str) -> None:
        """Store the hash of a picture's pixels."""
        with self.writing() as connection:
            connection.execute(sql.update(PICTURES).where(PICTURES.c.id == number).values(pixels=digest))

    def drop_pixel_hashes(self) -> None:
        """Delete the hashes of all pictures' pixels, because other readers may decode a file to other pixels."""
        with self.writing() as connection:
            connection.execute(sql.update(PICTURES).where(PICTURES.c.pixels.is_not(None)).values(pixels=None))


def _picture_files_query() -> sql.Select[Any]:
    return sql.select(PICTURES, FILES.c.path, FILES.c.mtime).join(FILES, FILES.c.piece == PICTURES.c.id)


def _check_values_once(connection: sql.Connection, place: Path | str) -> None:
    """Check all values, unless the index is a file that passed before and is unchanged."""
    if isinstance(place, Path):
        check_once(place, lambda: check_values(connection))
