"""A file is read again if its content may have changed, and not otherwise."""

import pytest

from pochade.index.picture_rows import FileRow
from pochade.learn.folder_changes import FolderChanges, compare_folder
from pochade.system.file_stamp import FileStamp
from pochade.system.folder_walk import UNSETTLED, FolderListing

STAMP = FileStamp(10, 20, 30, 40)


def changes_of(
    stored: FileStamp | None, now: FileStamp = STAMP, *, problem: str | None = None, **options: bool
) -> FolderChanges:
    """Compare a folder of one file with an index of one file."""
    picture = None if problem else 7
    rows = {b"a": FileRow(b"a", stored, picture, problem)} if stored else {}
    return compare_folder(FolderListing({b"a": now}, {}), rows, **options)


def test_an_equal_stamp_is_an_unchanged_file() -> None:
    assert changes_of(STAMP).unchanged == 1


def test_another_inode_alone_costs_no_reading() -> None:
    assert changes_of(FileStamp(10, 20, 99, 40)).unchanged == 1


@pytest.mark.parametrize("stored", [None, FileStamp(11, 20, 30, 40), FileStamp(10, 21, 30, 40)])
def test_a_new_file_or_another_size_or_date_is_unread(stored: FileStamp | None) -> None:
    assert changes_of(stored).unread == [b"a"]


@pytest.mark.parametrize("ctime", [39, 41, UNSETTLED])
def test_another_ctime_alone_is_doubtful(ctime: int) -> None:
    changes = changes_of(FileStamp(10, 20, 30, ctime))
    assert (changes.unread, changes.doubtful, changes.unchanged) == ([], [b"a"], 0)


def test_a_ctime_that_an_older_index_lacks_is_recorded() -> None:
    changes = changes_of(FileStamp(10, 20, 30, None))
    assert (changes.unchanged, changes.stamps) == (1, {b"a": STAMP})


def test_again_doubts_every_file() -> None:
    assert changes_of(STAMP, again=True).doubtful == [b"a"]


def test_problems_are_tried_again_only_if_the_readers_changed() -> None:
    assert changes_of(STAMP, problem="cut short").unchanged == 1
    assert changes_of(STAMP, problem="cut short", retry_problems=True).unread == [b"a"]
    assert changes_of(STAMP, retry_problems=True).unchanged == 1


def test_files_below_folders_that_cannot_be_listed_are_not_gone() -> None:
    rows = {path: FileRow(path, STAMP, 7, None) for path in (b"old/a", b"older/b")}
    assert compare_folder(FolderListing({}, {b"old": "can't be listed"}), rows).gone == [b"older/b"]
    assert compare_folder(FolderListing({}, {b"": "can't be listed"}), rows).gone == []
