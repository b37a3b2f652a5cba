"""What a run of `learn` does with the files of a folder: only new and changed ones are read, and each step is kept."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import Squares
from pochade.index.database import FileRow, Index
from pochade.index.descriptor_schema import as_rows
from pochade.index.ingest_file import IngestResult, IngestTask
from pochade.index.vectors import VectorFile
from pochade.system.folder_walk import FileStamp, FolderListing
from pochade.system.progress import Progress, Report
from pochade.system.worker_pool import TaskResult, WorkerPool

KEPT_AT_ONCE = 64  # pieces between two commits: what a crash can cost
FEWEST = 200  # pieces: with fewer, the tenth that is held out is too small to judge by
GROWN = 1.2  # times as many pieces as the last time make training worth while again
PIECES_A_MINUTE = 1_000
MOST_MINUTES = 5.0
LARGEST = 2**31 - 1  # what a column holds: a preview's file may claim any canvas, and must not stop the run
MOST_KNOWN = 100  # contents of one size that are told to a reading process
Read = TaskResult[IngestTask, IngestResult]  # a file, and what it gave
NEVER = FileStamp(-1, -1, 0)  # the stamp of a file that is to be tried again each time


class Prints(Protocol):
    """Codes (n, 256) and looks (n, 64)."""

    @property
    def codes(self) -> Any: ...  # noqa: D102
    @property
    def looks(self) -> Any: ...  # noqa: D102


@dataclass
class Changes:
    """What differs between a folder and its index."""

    unread: list[bytes] = field(default_factory=list)  # new or changed
    gone: list[bytes] = field(default_factory=list)
    unchanged: int = 0


@dataclass
class Counts:
    """What a run found."""

    new: int = 0  # pieces that were not known
    again: int = 0  # files whose content was known: moved, renamed or copied


def minutes_that_help(pieces: int, trained_on: int) -> float:
    """How long to train: not at all on few pieces, or on those of the last time; then longer for more, up to 5 minutes.

    Args:
        pieces: That are known now.
        trained_on: That were known when the nets were last trained.
    """
    if pieces < FEWEST or pieces < GROWN * trained_on:
        return 0.0
    return min(MOST_MINUTES, pieces / PIECES_A_MINUTE)


def changes(found: FolderListing, known: dict[bytes, FileRow]) -> Changes:
    """Compare what lies in a folder with what is known; nothing is opened."""
    changed = Changes()
    for path in sorted(found.files):
        row = known.get(path)
        if row and row.stamp == found.files[path]:
            changed.unchanged += 1
        else:
            changed.unread.append(path)
    listed = set(found.files)
    hidden = tuple(folder + b"/" for folder in found.unreadable if folder)  # not gone: not to be seen just now
    if b"" not in found.unreadable:
        changed.gone = [path for path in known if path not in listed and not path.startswith(hidden or (b"\0",))]
    return changed


def requests(
    folder: Path, found: FolderListing, paths: list[bytes], known: dict[int, frozenset[str]], thumbnails: Path
) -> Iterator[IngestTask]:
    """A request for each path; contents of the same size need only be hashed, unless too many are of it."""
    root = os.fsencode(folder)
    for path in paths:
        stamp = found.files[path]
        same_size = known.get(stamp.size, frozenset())
        yield IngestTask(
            root + b"/" + path, stamp, same_size if len(same_size) < MOST_KNOWN else frozenset(), thumbnails
        )


@dataclass
class BatchWriter:
    """Takes readings, makes fingerprints of new pieces, and writes both down in whole batches.

    Args:
        index: The collection's database.
        looks: Where looks go.
        codes: Where codes go.
        measured: Where what else was measured goes.
        fingerprint: Squares to fingerprints.
        root: Length of the folder's path with its slash, which files' paths are below.
    """

    index: Index
    looks: VectorFile
    codes: VectorFile
    measured: VectorFile
    fingerprint: Callable[[list[Squares]], Prints]
    root: int
    counts: Counts = field(default_factory=Counts)
    waiting: list[Read] = field(default_factory=list)
    new: set[str] = field(default_factory=set)  # contents among those waiting that need a fingerprint

    def take(self, answer: Read) -> None:
        """One more reading."""
        self.waiting.append(answer)
        if answer.reading.squares and answer.reading.content:
            self.new.add(answer.reading.content)
        if len(self.new) >= KEPT_AT_ONCE or len(self.waiting) >= 8 * KEPT_AT_ONCE:
            self.keep()

    def keep(self) -> None:
        """Write down what is waiting: the vectors first, then in one transaction what names them."""
        readings = [answer.reading for answer in self.waiting]
        known = self.index.pieces_by_hash(reading.content for reading in readings if reading.content)
        fresh = {r.content: a for a in self.waiting if (r := a.reading).squares and r.content not in known}
        row = self.index.rows_used()
        if fresh:
            squares = [answer.reading.squares for answer in fresh.values() if answer.reading.squares]
            prints = self.fingerprint(squares)
            self.looks.write(row, prints.looks)
            self.codes.write(row, prints.codes)
            self._keep_measured(row, [answer.reading.numbers for answer in fresh.values()])
        pieces = [columns(answer, row + number) for number, answer in enumerate(fresh.values())]
        self.index.add_pieces(pieces, [self._file(answer) for answer in self.waiting], [r.content for r in readings])
        self._count(len(fresh))
        self.waiting, self.new = [], set()

    def _keep_measured(self, row: int, numbers: list[Array | None]) -> None:
        """Write down what was measured, unless that of pieces before is missing: then all is measured later."""
        if self.measured.count() >= row:
            self.measured.write(row, as_rows(numbers))

    def _file(self, answer: Read) -> FileRow:
        path, reading = answer.request.path[self.root :], answer.reading
        return FileRow(path, NEVER if reading.again else answer.request.stamp, None, reading.problem)

    def _count(self, fresh: int) -> None:
        problems = sum(answer.reading.problem is not None for answer in self.waiting)
        self.counts.new += fresh
        self.counts.again += len(self.waiting) - fresh - problems


def columns(answer: Read, row: int) -> dict[str, Any]:
    """A reading as a row of the index."""
    header = answer.reading.header
    assert header is not None  # a reading with squares has one
    return {
        "hash": answer.reading.content,
        "row": row,
        "format": header.format,
        "width": min(header.width, LARGEST),
        "height": min(header.height, LARGEST),
        "depth": header.depth,
        "has_alpha": header.has_alpha,
        "frames": min(header.frames, LARGEST),
        "bytes": answer.request.stamp.size,
        "colour": answer.reading.colour,
        "notes": json.dumps(answer.reading.notes),
    }


def read_all(asked: Iterator[IngestTask], total: int, keeper: BatchWriter, report: Report) -> None:
    """Read files with a pool of processes, and keep what they give."""
    with WorkerPool() as readers:
        for done, answer in enumerate(readers.read(asked), 1):
            keeper.take(answer)
            report(Progress("reading", done, total))
    keeper.keep()
