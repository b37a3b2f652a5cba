"""A disk that is not connected is noticed before its files count as deleted."""

import shutil
from pathlib import Path

import pytest

from pochade.errors import FilesMissing
from pochade.index.picture_rows import FileRow
from pochade.learn.folder_changes import compare_folder
from pochade.learn.missing_files import check_missing_files
from pochade.system.folder_walk import walk_folder


def art_of(folder: Path, count: int = 10) -> dict[bytes, FileRow]:
    """Write files of different sizes, four of them below another folder, and return their rows in an index."""
    (folder / "disk").mkdir(parents=True)
    for number in range(count):
        (folder / ("disk" if number < 4 else "") / f"{number}.png").write_bytes(b"x" * (number + 1))
    listing = walk_folder(folder, folder / ".pochade")
    return {path: FileRow(path, stamp, number, None) for number, (path, stamp) in enumerate(listing.files.items())}


def check(folder: Path, rows: dict[bytes, FileRow], exclude: tuple[str, ...] = ()) -> None:
    """Check a folder as it is now."""
    listing = walk_folder(folder, folder / ".pochade", exclude)
    check_missing_files(folder, listing, compare_folder(listing, rows), rows)


def test_half_of_the_files_may_go(tmp_path: Path) -> None:
    rows = art_of(tmp_path)
    for number in range(5, 10):
        (tmp_path / f"{number}.png").unlink()
    check(tmp_path, rows)
    (tmp_path / "4.png").unlink()
    with pytest.raises(FilesMissing, match="6 of 10 files"):
        check(tmp_path, rows)


def test_an_empty_collection_is_no_deleted_one(tmp_path: Path) -> None:
    rows = art_of(tmp_path)
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    with pytest.raises(FilesMissing, match="10 of 10 files"):
        check(tmp_path, rows)
    check(tmp_path, {})


def test_an_empty_mount_point_below_is_noticed_but_a_deleted_folder_may_go(tmp_path: Path) -> None:
    rows = art_of(tmp_path)
    shutil.rmtree(tmp_path / "disk")
    check(tmp_path, rows)
    (tmp_path / "disk").mkdir()
    with pytest.raises(FilesMissing, match="disk' is empty, and 4 files were there"):
        check(tmp_path, rows)


def test_files_that_moved_are_not_missing(tmp_path: Path) -> None:
    rows = art_of(tmp_path)
    (tmp_path / "disk").rename(tmp_path / "renamed")
    for number in range(4, 10):
        (tmp_path / f"{number}.png").rename(tmp_path / f"moved {number}.png")
    (tmp_path / "disk").mkdir()
    check(tmp_path, rows)


def test_files_that_are_passed_over_now_are_not_missing(tmp_path: Path) -> None:
    check(tmp_path, art_of(tmp_path), exclude=("*.png",))
