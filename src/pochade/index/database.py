"""What is known of each piece, in a database: SQLite beside the art, or Postgres by URL. The tables are in `schema.py`.

A piece is its content: a file that moves, or is copied, leads to the same piece, and a piece whose files are gone is
kept, so that what is known of it is there when it comes back.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from pochade.errors import IndexDamaged, OutputUnwritable, PochadeError, UsageError, pip_for
from pochade.index.schema import FILES, LABELS, NETS, PAIRS, PIECES, SETTINGS, is_current, migrate
from pochade.system.folder_walk import FileStamp

PATIENCE = 30.0  # seconds to wait while another process writes
UNWRITABLE = {5, 6, 8, 10, 13, 14}  # SQLite's codes: busy, locked, read-only, trouble of the disk, full, can't open
CHUNK = 500  # values in one IN (...): databases have limits


@dataclass(frozen=True)
class FileRow:
    """A file as the index knows it."""

    path: bytes
    stamp: FileStamp
    piece: int | None
    problem: str | None


class Index:
    """The database of one collection.

    Args:
        place: A file for SQLite, or a database's address, such as `postgresql+psycopg://…`.

    Raises:
        IndexDamaged: It is no database, or a newer Pochade wrote it.
        OutputUnwritable: It can't be created.
        UsageError: The address is none, or its database does not answer.
    """

    def __init__(self, place: Path | str) -> None:
        self.engine = sqlite_engine(place) if isinstance(place, Path) else engine_at(place)
        with self.reading() as connection:
            ready = is_current(connection)
        if not ready:
            with self.writing() as connection:
                migrate(connection)

    @contextmanager
    def writing(self) -> Iterator[sql.Connection]:
        """One transaction: all of it happens, or nothing.

        Raises:
            IndexDamaged: The database is damaged.
            OutputUnwritable: There is no room, or another process keeps it locked.
        """
        try:
            with self.engine.execution_options(writes=True).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise trouble(error) from error

    @contextmanager
    def reading(self) -> Iterator[sql.Connection]:
        """A view of the database that nothing is written through.

        Raises:
            IndexDamaged: The database is damaged.
            OutputUnwritable: It lies where not even its log can be written.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise trouble(error) from error

    def name(self) -> str:
        """This index's own name."""
        with self.reading() as connection:
            return str(connection.scalar(sql.select(SETTINGS.c.value).where(SETTINGS.c.name == "index")))

    def files(self) -> dict[bytes, FileRow]:
        """Every file known, by path."""
        with self.reading() as connection:
            rows = connection.execute(sql.select(FILES))
            return {
                row.path: FileRow(row.path, FileStamp(row.size, row.mtime, int(row.inode)), row.piece, row.problem)
                for row in rows
            }

    def pieces_by_hash(self, hashes: Iterable[str]) -> dict[str, int]:
        """The number of each piece that is known among these contents."""
        with self.reading() as connection:
            return numbers_of(connection, hashes)

    def contents_by_size(self) -> dict[int, frozenset[str]]:
        """The contents of each size in bytes: a file of another size is surely new."""
        found: dict[int, set[str]] = {}
        with self.reading() as connection:
            for row in connection.execute(sql.select(PIECES.c.bytes, PIECES.c.hash)):
                found.setdefault(row.bytes, set()).add(row.hash)
        return {size: frozenset(hashes) for size, hashes in found.items()}

    def rows_used(self) -> int:
        """How many rows of the fingerprint files belong to pieces: the next one to write."""
        with self.reading() as connection:
            last = connection.scalar(sql.select(sql.func.max(PIECES.c.row)))
            return 0 if last is None else int(last) + 1

    def add_pieces(
        self, pieces: Sequence[dict[str, Any]], files: Sequence[FileRow], hashes: Sequence[str | None]
    ) -> None:
        """New pieces and the files that hold them, in one transaction.

        Args:
            pieces: Columns of `PIECES`, without the number.
            files: What to write down of each file; its `piece` is looked up by the hash beside it.
            hashes: The content of each file, or None for one with a problem.
        """
        with self.writing() as connection:
            if pieces:
                connection.execute(sql.insert(PIECES), list(pieces))
            numbers = numbers_of(connection, (content for content in hashes if content))
            put_files(connection, [
                FileRow(file.path, file.stamp, numbers[content] if content else None, file.problem)
                for file, content in zip(files, hashes, strict=True)
            ])  # fmt: skip

    def forget_files(self, paths: Iterable[bytes]) -> None:
        """Files that are gone; their pieces stay."""
        with self.writing() as connection:
            remove_files(connection, list(paths))

    def problems(self) -> list[FileRow]:
        """Files that gave no picture, by path."""
        with self.reading() as connection:
            rows = connection.execute(sql.select(FILES).where(FILES.c.problem.is_not(None)).order_by(FILES.c.path))
            return [
                FileRow(row.path, FileStamp(row.size, row.mtime, int(row.inode)), None, row.problem) for row in rows
            ]

    def known(self) -> Iterator[Any]:
        """Every file that holds a piece, with the piece's columns and `path`, `mtime`, by path."""
        with self.reading() as connection:
            query = sql.select(PIECES, FILES.c.path, FILES.c.mtime).join(FILES, FILES.c.piece == PIECES.c.id)
            yield from connection.execute(query.order_by(FILES.c.path))

    def files_of_rows(self, rows: Iterable[int]) -> Iterator[Any]:
        """The files of pieces with these rows, as `known` gives them, in no order."""
        wanted = sorted(rows)
        query = sql.select(PIECES, FILES.c.path, FILES.c.mtime).join(FILES, FILES.c.piece == PIECES.c.id)
        with self.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                yield from connection.execute(query.where(PIECES.c.row.in_(wanted[start : start + CHUNK])))

    def contents(self) -> list[str]:
        """The content of every piece, by row: rows are handed out without gaps."""
        with self.reading() as connection:
            return list(connection.scalars(sql.select(PIECES.c.hash).order_by(PIECES.c.row)))

    def numbers(self) -> list[int]:
        """The number of every piece, by row."""
        with self.reading() as connection:
            return list(connection.scalars(sql.select(PIECES.c.id).order_by(PIECES.c.row)))

    def path_of(self, content: str) -> bytes | None:
        """A file with that content, or None when there is none any more."""
        with self.reading() as connection:
            query = sql.select(FILES.c.path).join(PIECES, FILES.c.piece == PIECES.c.id).where(PIECES.c.hash == content)
            return connection.scalar(query.limit(1))

    def label(self, pieces: Iterable[int], label: str, *, refused: bool = False) -> None:
        """Note that these pieces have a label, or that they don't, in place of what was noted."""
        chosen = sorted(set(pieces))
        with self.writing() as connection:
            remove_labels(connection, chosen, label)
            rows = [{"piece": piece, "label": label, "refused": refused} for piece in chosen]
            if rows:
                connection.execute(sql.insert(LABELS), rows)

    def unlabel(self, pieces: Iterable[int], label: str) -> None:
        """Forget what was noted of these pieces and a label."""
        with self.writing() as connection:
            remove_labels(connection, sorted(set(pieces)), label)

    def labelled(self, label: str, *, refused: bool = False) -> set[int]:
        """The pieces with that label, or those of which the person said that they don't have it."""
        query = sql.select(LABELS.c.piece).where(LABELS.c.label == label, LABELS.c.refused.is_(refused))
        with self.reading() as connection:
            return set(connection.scalars(query))

    def labels(self) -> dict[str, int]:
        """How many pieces have each label, by label."""
        query = sql.select(LABELS.c.label, sql.func.count()).where(LABELS.c.refused.is_(False))
        with self.reading() as connection:
            rows = connection.execute(query.group_by(LABELS.c.label).order_by(LABELS.c.label))
            return {row.label: row[1] for row in rows}

    def all_labels(self) -> dict[int, dict[str, bool]]:
        """What the person said of each piece: whether it has a label."""
        said: dict[int, dict[str, bool]] = {}
        with self.reading() as connection:
            for row in connection.execute(sql.select(LABELS).order_by(LABELS.c.label)):
                said.setdefault(row.piece, {})[row.label] = not row.refused
        return said

    def pixels(self) -> dict[int, str]:
        """The hash of each piece's pixels, where it was asked for before."""
        with self.reading() as connection:
            rows = connection.execute(sql.select(PIECES.c.id, PIECES.c.pixels).where(PIECES.c.pixels.is_not(None)))
            return {row.id: row.pixels for row in rows}

    def note_pixels(self, piece: int, digest: str) -> None:
        """Remember the hash of a piece's pixels."""
        with self.writing() as connection:
            connection.execute(sql.update(PIECES).where(PIECES.c.id == piece).values(pixels=digest))

    def prepare_net(self, name: str, learnt: str, figures: dict[str, Any]) -> None:
        """A net that shall be used as soon as every piece has a fingerprint by it."""
        with self.writing() as connection:
            connection.execute(sql.delete(NETS).where(NETS.c.in_use.is_(False)))
            if not connection.scalar(sql.select(NETS.c.name).where(NETS.c.name == name)):
                row = {"name": name, "learnt": learnt, "figures": figures, "in_use": False}
                connection.execute(sql.insert(NETS), row)

    def use_net(self, name: str) -> None:
        """From now on the fingerprints are those of this net, which was prepared; others are forgotten."""
        with self.writing() as connection:
            connection.execute(sql.delete(NETS).where(NETS.c.name != name))
            connection.execute(sql.update(NETS).values(in_use=True))
            connection.execute(sql.delete(PAIRS))  # verdicts rest on the looks

    def note_training(self, figures: dict[str, Any]) -> None:
        """What the last training gave, though its nets were not kept."""
        with self.writing() as connection:
            connection.execute(sql.update(NETS).where(NETS.c.in_use).values(figures=figures))

    def net_prepared(self) -> Any | None:
        """The row of a net that is not in use yet, or None."""
        with self.reading() as connection:
            return connection.execute(sql.select(NETS).where(NETS.c.in_use.is_(False))).first()

    def net_in_use(self) -> Any | None:
        """The row of the net whose fingerprints count, or None while nothing was learnt."""
        with self.reading() as connection:
            return connection.execute(sql.select(NETS).where(NETS.c.in_use)).first()

    def close(self) -> None:
        """Let go of the database's files."""
        self.engine.dispose()


def numbers_of(connection: sql.Connection, hashes: Iterable[str]) -> dict[str, int]:
    """The number of each piece that is known among these contents."""
    wanted, found = sorted(set(hashes)), dict[str, int]()
    for start in range(0, len(wanted), CHUNK):
        query = sql.select(PIECES.c.hash, PIECES.c.id).where(PIECES.c.hash.in_(wanted[start : start + CHUNK]))
        found |= {row.hash: row.id for row in connection.execute(query)}
    return found


def put_files(connection: sql.Connection, files: Sequence[FileRow]) -> None:
    """Write down files, in place of what was known of their paths."""
    remove_files(connection, [file.path for file in files])
    rows = [
        {"path": file.path, "size": file.stamp.size, "mtime": file.stamp.mtime, "inode": str(file.stamp.inode),
         "piece": file.piece, "problem": file.problem}
        for file in files
    ]  # fmt: skip
    if rows:
        connection.execute(sql.insert(FILES), rows)


def remove_files(connection: sql.Connection, paths: Sequence[bytes]) -> None:
    """Forget these paths."""
    for start in range(0, len(paths), CHUNK):
        connection.execute(sql.delete(FILES).where(FILES.c.path.in_(paths[start : start + CHUNK])))


def remove_labels(connection: sql.Connection, pieces: Sequence[int], label: str) -> None:
    """Forget whether these pieces have a label."""
    for start in range(0, len(pieces), CHUNK):
        among = LABELS.c.piece.in_(pieces[start : start + CHUNK])
        connection.execute(sql.delete(LABELS).where(LABELS.c.label == label, among))


def trouble(error: SQLAlchemyError) -> PochadeError:
    """What a database says, in words."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in UNWRITABLE:
        return OutputUnwritable(
            f"the index can't be written: {cause}", "make room, or keep it elsewhere with --index DIR"
        )
    if code is None and isinstance(error, OperationalError):
        return UsageError(
            f"the index's database does not answer: {str(cause).strip()}", "is it running, and is the address right?"
        )
    return IndexDamaged(
        f"the index can't be read: {cause}", "move '.pochade' away and learn again; the art is untouched"
    )


def sqlite_engine(path: Path) -> sql.Engine:
    """SQLite in a file, whose name may be no UTF-8.

    A write-ahead log lets others read while one writes; every commit reaches the disk. Transactions begin where we say,
    so that a migration happens whole or not at all, and who means to write waits for its turn before it reads. Where
    the folder can't be written to, not even a log can be kept: then the file is read as one that never changes.
    """

    def connected() -> sqlite3.Connection:
        if path.exists() and not os.access(path.parent, os.W_OK):
            address = f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1"
            return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
        connection = sqlite3.connect(os.fsencode(path), PATIENCE, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def begun(connection: sql.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    engine = sql.create_engine("sqlite://", creator=connected, poolclass=sql.QueuePool)
    sql.event.listen(engine, "begin", begun)
    return engine


def engine_at(address: str) -> sql.Engine:
    """The database at an address.

    Raises:
        UsageError: It is no address, or its driver is not installed.
    """
    try:
        return sql.create_engine(address)
    except (ArgumentError, ImportError, ValueError) as error:  # a port that is no number is the last
        raise UsageError(
            f"'{address}' is no address of a database that is known here: {error}",
            f"postgresql+psycopg://user@host/name, after: {pip_for('postgres')}",
        ) from error
