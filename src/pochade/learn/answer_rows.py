"""Turns the answers of workers into rows of files and pictures for the index, and into what a run counts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pochade.index.library import Library
from pochade.index.picture_rows import FileRow
from pochade.learn.ingest_file import IngestResult, IngestTask
from pochade.system.file_stamp import FileStamp
from pochade.system.folder_walk import FolderListing, settle_stamp
from pochade.system.worker_pool import TaskResult

MAX_COLUMN_VALUE = 2**31 - 1  # of an integer in the database; a file may claim a larger picture
MAX_KNOWN_CONTENTS = 100  # contents of one size that are sent to a worker
RETRY_STAMP = FileStamp(-1, -1, 0)  # the stamp of a file that every run tries again
Answer = TaskResult[IngestTask, IngestResult]


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


def ingest_tasks(
    library: Library, root: bytes, plan: IngestPlan, contents_by_size: Mapping[int, frozenset[str]]
) -> Iterator[IngestTask]:
    """Make a task for each path, with the known contents of the file's size unless there are too many of them.

    Args:
        library: The collection.
        root: The collection's folder, which the paths begin with.
        plan: The files to read.
        contents_by_size: The contents in the index, by file size in bytes.
    """
    for path in plan.paths:
        stamp = plan.listing.files[path]
        contents = contents_by_size.get(stamp.size, frozenset())
        if len(contents) >= MAX_KNOWN_CONTENTS:
            contents = frozenset()
        if path in plan.expected_contents:
            contents |= {plan.expected_contents[path]}
        yield IngestTask(root + b"/" + path, stamp, contents, library.thumbnails)


@dataclass(frozen=True)
class AnswerRows:
    """Turns answers into rows of the index, given what the index knew before.

    Args:
        plan: The files to read, and what the index knows about them.
        root_length: The length of the folder's path with its slash, which all paths begin with.
    """

    plan: IngestPlan
    root_length: int

    def path_of(self, answer: Answer) -> bytes:
        """The path of the answer's file below the folder."""
        return answer.task.path[self.root_length :]

    def is_unchanged(self, answer: Answer) -> bool:
        """Whether a doubtful file has the content, or the problem, that the index knows."""
        path, result = self.path_of(answer), answer.result
        if path not in self.plan.doubtful:
            return False
        if result.content is None:
            return result.problem == self.plan.earlier_rows[path].problem
        return result.content == self.plan.expected_contents.get(path)

    def file_row(self, answer: Answer) -> FileRow:
        """The row of a file, still without the number of its picture."""
        path, result = self.path_of(answer), answer.result
        stamp = settle_stamp(answer.task.stamp, self.plan.listed_ns)
        retry = result.retry and not (result.worker_failed and self._failed_before(path, result.problem))
        return FileRow(path, RETRY_STAMP if retry else stamp, None, result.problem)

    def _failed_before(self, path: bytes, problem: str | None) -> bool:
        """Whether the last run had the same problem: a file that kills its worker twice is not tried a third time."""
        row = self.plan.earlier_rows.get(path)
        return row is not None and row.stamp == RETRY_STAMP and row.problem == problem


def picture_columns(answer: Answer, row: int) -> dict[str, Any]:
    """The columns of a new picture.

    Args:
        answer: The answer for one of its files, with squares.
        row: The picture's row in the vector files.
    """
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
