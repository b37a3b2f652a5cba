"""Read the new and changed files of a folder with a pool of workers, and store the results in batches."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import Squares
from pochade.index.database import FileRow, Index
from pochade.index.descriptor_schema import stack_descriptors
from pochade.index.descriptor_store import open_descriptors
from pochade.index.library import Library
from pochade.index.text_store import text_columns
from pochade.index.vectors import VectorFile
from pochade.learn.ingest_file import IngestResult, IngestTask
from pochade.system.file_stamp import FileStamp
from pochade.system.folder_walk import FolderListing, settle_stamp
from pochade.system.progress import Progress, Report
from pochade.system.worker_pool import TaskResult, WorkerPool

PICTURES_PER_BATCH = 64  # new pictures between two commits; a crash loses at most one batch
FILES_PER_BATCH = 512  # files between two commits, if few of them are new pictures
MAX_COLUMN_VALUE = 2**31 - 1  # of an integer in the database; a file may claim a larger picture
MAX_KNOWN_CONTENTS = 100  # contents of one size that are sent to a worker
RETRY_STAMP = FileStamp(-1, -1, 0)  # the stamp of a file that every run tries again
Answer = TaskResult[IngestTask, IngestResult]


class FingerprintArrays(Protocol):
    """The sketches (n, 256) and embeddings (n, 64) of n pictures."""

    @property
    def sketches(self) -> Any: ...  # noqa: D102
    @property
    def embeddings(self) -> Any: ...  # noqa: D102


@dataclass
class IngestCounts:
    """How many new pictures, further files of known pictures, and unchanged files a run stored."""

    new: int = 0  # new pictures
    again: int = 0  # files whose content was known: moved, renamed or copied
    unchanged: int = 0  # files that were compared with their content in the index, and had not changed


@dataclass(frozen=True)
class IngestPlan:
    """The files of a folder to read, and what the index knows about them."""

    listing: FolderListing
    listed_ns: int  # when the listing began, in nanoseconds since 1970
    paths: list[bytes]  # the files to read
    doubtful: frozenset[bytes]  # those of them that may be unchanged
    expected_contents: dict[bytes, str]  # the content of each doubtful file that gave a picture, by path
    earlier_rows: dict[bytes, FileRow]  # of all files that the index knows, by path


def ingest_files(library: Library, plan: IngestPlan, report: Report) -> IngestCounts:
    """Read files, embed new pictures, and store everything.

    Args:
        library: The collection.
        plan: The files to read.
        report: Called with the progress.
    """
    models = library.models
    embedding_file, sketch_file = models.vector_files(models.embedder.name)
    root_length = len(os.fsencode(library.folder).rstrip(b"/")) + 1
    writer = BatchWriter(
        library.index, embedding_file, sketch_file, open_descriptors(models), models.embedder.fingerprint, root_length,
        plan,
    )  # fmt: skip
    with WorkerPool(preload=(IngestTask.__module__,)) as workers:
        for done, answer in enumerate(workers.run(_ingest_tasks(library, plan)), 1):
            writer.add(answer)
            report(Progress("reading", done, len(plan.paths)))
    writer.flush()
    return writer.counts


def _ingest_tasks(library: Library, plan: IngestPlan) -> Iterator[IngestTask]:
    """Make a task for each path, with the known contents of the file's size unless there are too many of them."""
    root, contents_by_size = os.fsencode(library.folder), library.index.contents_by_size()
    for path in plan.paths:
        stamp = plan.listing.files[path]
        contents = contents_by_size.get(stamp.size, frozenset())
        if len(contents) >= MAX_KNOWN_CONTENTS:
            contents = frozenset()
        if path in plan.expected_contents:
            contents |= {plan.expected_contents[path]}
        yield IngestTask(root + b"/" + path, stamp, contents, library.thumbnails)


@dataclass
class BatchWriter:
    """Collects the answers of workers, embeds new pictures, and stores both in batches.

    Vectors are written first. One transaction then refers to them, so an interruption between the two loses nothing.

    Args:
        index: The database.
        embedding_file: The file of the embeddings.
        sketch_file: The file of the sketches.
        descriptor_file: The file of the descriptors.
        fingerprint: A function from squares to embeddings and sketches.
        root_length: The length of the folder's path with its slash, which all paths begin with.
        plan: The files to read, and what the index knows about them.
    """

    index: Index
    embedding_file: VectorFile
    sketch_file: VectorFile
    descriptor_file: VectorFile
    fingerprint: Callable[[list[Squares]], FingerprintArrays]
    root_length: int
    plan: IngestPlan
    counts: IngestCounts = field(default_factory=IngestCounts)
    batch: list[Answer] = field(default_factory=list)  # not stored yet
    unembedded: set[str] = field(default_factory=set)  # contents of pictures in the batch

    def add(self, answer: Answer) -> None:
        """Add an answer, and store the batch if it is full."""
        self.batch.append(answer)
        if answer.result.squares and answer.result.content:
            self.unembedded.add(answer.result.content)
        if len(self.unembedded) >= PICTURES_PER_BATCH or len(self.batch) >= FILES_PER_BATCH:
            self.flush()

    def flush(self) -> None:
        """Store the batch, and start an empty one."""
        contents = [answer.result.content for answer in self.batch]
        known_numbers = self.index.numbers_by_content(content for content in contents if content)
        new = {
            answer.result.content: answer
            for answer in self.batch
            if answer.result.squares and answer.result.content not in known_numbers
        }
        row = self.index.row_count()
        if new:
            self._write_vectors(row, list(new.values()))
        pictures = [_picture_columns(answer, row + position) for position, answer in enumerate(new.values())]
        texts = {
            content: text_columns(answer.result.texts)
            for content, answer in new.items()
            if content and answer.result.texts
        }
        self.index.add_pictures(pictures, [self._file_row(answer) for answer in self.batch], contents, texts)
        unchanged = [self._is_unchanged(answer) for answer in self.batch]
        self.counts.new += len(new)
        self.counts.unchanged += sum(unchanged)
        changed = sum(
            answer.result.content is not None and not same for answer, same in zip(self.batch, unchanged, strict=True)
        )
        self.counts.again += changed - len(new)
        self.batch, self.unembedded = [], set()

    def _write_vectors(self, row: int, answers: list[Answer]) -> None:
        fingerprints = self.fingerprint([answer.result.squares for answer in answers if answer.result.squares])
        self.embedding_file.write(row, fingerprints.embeddings)
        self.sketch_file.write(row, fingerprints.sketches)
        descriptors: list[Array | None] = [answer.result.descriptor for answer in answers]
        if self.descriptor_file.count() >= row:  # otherwise earlier ones are missing too: computed on first use
            self.descriptor_file.write(row, stack_descriptors(descriptors))

    def _path_of(self, answer: Answer) -> bytes:
        """The path of the answer's file below the folder."""
        return answer.task.path[self.root_length :]

    def _is_unchanged(self, answer: Answer) -> bool:
        """Whether a doubtful file has the content, or the problem, that the index knows."""
        path, result = self._path_of(answer), answer.result
        if path not in self.plan.doubtful:
            return False
        if result.content is None:
            return result.problem == self.plan.earlier_rows[path].problem
        return result.content == self.plan.expected_contents.get(path)

    def _file_row(self, answer: Answer) -> FileRow:
        path, result = self._path_of(answer), answer.result
        stamp = settle_stamp(answer.task.stamp, self.plan.listed_ns)
        retry = result.retry and not (result.worker_failed and self._failed_before(path, result.problem))
        return FileRow(path, RETRY_STAMP if retry else stamp, None, result.problem)

    def _failed_before(self, path: bytes, problem: str | None) -> bool:
        """Whether the last run had the same problem: a file that kills its worker twice is not tried a third time."""
        row = self.plan.earlier_rows.get(path)
        return row is not None and row.stamp == RETRY_STAMP and row.problem == problem


def _picture_columns(answer: Answer, row: int) -> dict[str, Any]:
    header = answer.result.header
    assert header is not None  # present whenever there are squares
    return {
        "hash": answer.result.content,
        "row": row,
        "format": header.format,
        "width": min(header.width, MAX_COLUMN_VALUE),
        "height": min(header.height, MAX_COLUMN_VALUE),
        "depth": header.depth,
        "has_alpha": header.has_alpha,
        "frames": min(header.frames, MAX_COLUMN_VALUE),
        "bytes": answer.task.stamp.size,
        "colour": answer.result.colour,
        "notes": json.dumps(answer.result.notes),
    }
