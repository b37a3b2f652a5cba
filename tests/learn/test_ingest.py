"""A file that kills its worker is tried once more, and then not until it changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pochade.index.database import Index
from pochade.index.picture_rows import FileRow
from pochade.learn.answer_rows import RETRY_STAMP, Answer, AnswerRows, IngestPlan
from pochade.learn.ingest import BatchWriter
from pochade.learn.ingest_file import IngestResult, IngestTask
from pochade.system.file_stamp import FileStamp
from pochade.system.folder_walk import FolderListing

STAMP = FileStamp(10, 20, 30, 40)
LATER_NS = 10**18
BOMB = IngestResult(problem="'bomb.svg' took longer than 60 s", retry=True, worker_failed=True)
NO_PERMISSION = IngestResult(problem="'bomb.svg' can't be read: Permission denied", retry=True)
UNUSED: Any = None


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An empty index."""
    opened = Index(tmp_path / "index.sqlite")
    yield opened
    opened.close()


def stored_after(index: Index, result: IngestResult) -> FileStamp:
    """Store the result of reading a file, with what the index knows of it, and return the stamp that is stored."""
    rows: dict[bytes, FileRow] = index.files()
    plan = IngestPlan(FolderListing({b"bomb.svg": STAMP}, {}), LATER_NS, [b"bomb.svg"], frozenset(), {}, rows)
    writer = BatchWriter(index, UNUSED, UNUSED, UNUSED, UNUSED, AnswerRows(plan, len(b"/art/")))
    writer.add(Answer(IngestTask(b"/art/bomb.svg", STAMP, frozenset(), Path("thumbnails")), result))
    writer.flush()
    return index.files()[b"bomb.svg"].stamp


def test_a_file_that_kills_its_worker_twice_is_remembered(index: Index) -> None:
    assert stored_after(index, BOMB) == RETRY_STAMP
    assert stored_after(index, BOMB) == STAMP


def test_a_problem_that_may_pass_is_tried_again_each_time(index: Index) -> None:
    for _ in range(3):
        assert stored_after(index, NO_PERMISSION) == RETRY_STAMP
    assert stored_after(index, BOMB) == RETRY_STAMP
