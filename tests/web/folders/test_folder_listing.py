"""Folders are listed without being opened, and a folder of any size is listed at once."""

import errno
import os
from pathlib import Path

import pytest

from pochade.errors import NotAllowed, NotKnown
from pochade.web.folders import folder_listing
from pochade.web.folders.folder_listing import ListedFolder, PictureCount, has_plain_name, list_folder


def folders_in(folder: Path, *, counts: bool = True) -> dict[str, ListedFolder]:
    """List a folder; return the folders in it by name."""
    return {listed.path.name: listed for listed in list_folder(folder, counts=counts).folders}


def test_folders_are_listed_by_name_with_the_number_of_their_pictures(tmp_path: Path) -> None:
    for name in ("b.png", "C/one.PNG", "C/two.psd", "C/notes.txt", "C/.hidden.png", "a/deeper/x.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    listed = list_folder(tmp_path, counts=True)
    assert listed.count == PictureCount(1)
    assert [folder.path for folder in listed.folders] == [tmp_path / "a", tmp_path / "C"]
    assert [folder.count for folder in listed.folders] == [PictureCount(0), PictureCount(2)]
    assert listed.left_out == 0


def test_hidden_folders_and_those_of_systems_are_not_listed(tmp_path: Path) -> None:
    for name in (".config", ".pochade", "$RECYCLE.BIN", "__MACOSX", "art"):
        (tmp_path / name).mkdir()
    assert list(folders_in(tmp_path)) == ["art"]
    assert list_folder(tmp_path, counts=False).is_learnt


def test_a_learnt_folder_is_marked_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "learnt" / ".pochade").mkdir(parents=True)
    (tmp_path / "new").mkdir()
    listed = folders_in(tmp_path)
    assert [listed["learnt"].is_learnt, listed["new"].is_learnt] == [True, False]
    assert not (tmp_path / ".pochade").exists()
    assert not list((tmp_path / "new").iterdir())


def test_links_to_folders_are_listed_and_loops_are_not(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "art")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert list(folders_in(tmp_path)) == ["art", "link"]


def test_what_is_looked_at_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_listing, "MAX_FOLDERS", 2)
    monkeypatch.setattr(folder_listing, "MAX_COUNTED_ENTRIES", 3)
    for folder in "abc":
        (tmp_path / folder).mkdir()
        for number in range(5):
            (tmp_path / folder / f"{number}.png").touch()
    listed = list_folder(tmp_path, counts=True)
    assert [folder.count for folder in listed.folders] == [PictureCount(3, is_rough=True)] * 2
    assert listed.left_out == 1
    monkeypatch.setattr(folder_listing, "MAX_ENTRIES", 2)
    assert list_folder(tmp_path, counts=True).count == PictureCount(0, is_rough=True)


def test_after_a_moment_nothing_more_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art").mkdir()
    assert folders_in(tmp_path, counts=False)["art"].count is None
    monkeypatch.setattr(folder_listing, "COUNT_SECONDS", 0.0)
    assert folders_in(tmp_path)["art"].count is None


def test_a_folder_that_is_gone_or_a_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file.png").touch()
    for name in ("nowhere", "file.png"):
        with pytest.raises(NotKnown, match=f"there is no folder '.*{name}'"):
            list_folder(tmp_path / name, counts=True)


def test_a_folder_that_cannot_be_read_is_listed_and_says_why_when_it_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    scandir = os.scandir

    def refuse(path: Path) -> "os._ScandirIterator[str]":
        if path == tmp_path / "closed":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # the tests may run as root, whom nothing is refused
    assert folders_in(tmp_path)["closed"].count is None
    with pytest.raises(NotAllowed, match=r"closed' can't be opened: Permission denied"):
        list_folder(tmp_path / "closed", counts=True)


def test_a_name_that_is_no_text_is_not_listed(tmp_path: Path) -> None:
    strange = os.fsencode(tmp_path) + b"/caf\xe9"
    try:
        os.mkdir(strange)  # noqa: PTH102  bytes
    except OSError:
        pytest.skip("this disk takes no such name")
    assert folders_in(tmp_path) == {}
    assert not has_plain_name(Path(os.fsdecode(strange)))
