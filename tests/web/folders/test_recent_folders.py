"""Folders that were opened are remembered among the person's own data."""

import json
from pathlib import Path

import pytest

from pochade.system.data_folder import data_folder
from pochade.web.folders import recent_folders
from pochade.web.folders.recent_folders import FILE, RecentFolders


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's data folder, which does not exist yet."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "pochade"


def make_folders(root: Path, *names: str) -> list[Path]:
    """Make folders and return their paths."""
    for name in names:
        (root / name).mkdir()
    return [root / name for name in names]


def test_the_latest_folder_is_first_and_each_is_remembered_once(tmp_path: Path) -> None:
    first, second = make_folders(tmp_path, "first", "second")
    for folder in (first, second, first):
        RecentFolders().add(folder)
    assert RecentFolders().existing() == [first, second]


def test_a_folder_that_is_away_comes_back_with_its_disk(tmp_path: Path) -> None:
    disk, other = make_folders(tmp_path, "disk", "other")
    RecentFolders().add(disk)
    RecentFolders().add(other)
    disk.rename(tmp_path / "away")
    assert RecentFolders().existing() == [other]
    (tmp_path / "away").rename(disk)
    assert RecentFolders().existing() == [other, disk]


def test_a_forgotten_folder_stays_on_the_disk(tmp_path: Path) -> None:
    (folder,) = make_folders(tmp_path, "art")
    RecentFolders().add(folder)
    RecentFolders().forget(folder)
    RecentFolders().forget(tmp_path / "unknown")
    assert RecentFolders().existing() == []
    assert folder.is_dir()


def test_only_so_many_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_folders, "MAX_FOLDERS", 2)
    folders = make_folders(tmp_path, "a", "b", "c")
    for folder in folders:
        RecentFolders().add(folder)
    assert RecentFolders().existing() == [folders[2], folders[1]]


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'[1, null, [], "art", "/a\\u0000"]', b"\xff", b"[" * 100_000])
def test_a_damaged_file_counts_as_none_and_is_replaced(content: bytes, data: Path, tmp_path: Path) -> None:
    data.mkdir(parents=True)
    (data / FILE).write_bytes(content)
    assert RecentFolders().existing() == []
    RecentFolders().add(tmp_path)
    assert json.loads((data_folder() / FILE).read_text("utf-8")) == [str(tmp_path)]


def test_where_nothing_can_be_written_nothing_is_remembered_and_nothing_fails(data: Path, tmp_path: Path) -> None:
    data.parent.mkdir()
    data.write_text("a file in the place of the folder")
    RecentFolders().add(tmp_path)
    assert RecentFolders().existing() == []
