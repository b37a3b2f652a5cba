"""Files go to the system's trash and come back, and nothing is ever replaced."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from send2trash import plat_other

from pochade.errors import OutputUnwritable
from pochade.system.trash import TrashedFile, find_in_trash, move_to_trash, restore_from_trash
from tests.support.private_trash import names_in_trash, private_trash

__all__ = ["private_trash"]  # a fixture
pytestmark = pytest.mark.usefixtures("private_trash")
STRANGE_NAMES = [
    "cat.png",
    "a b % ü.png",
    ".hidden",
    "line\nbreak.png",
    os.fsdecode(b"latin-\xe9.png"),
    "-rf",
    "no suffix",
]


def make_file(folder: Path, name: str = "cat.png", content: bytes = b"a cat") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_file_comes_back_with_its_name_content_and_time(name: str, tmp_path: Path, private_trash: Path) -> None:
    path = make_file(tmp_path / "art", name)
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    trashed = move_to_trash(path)
    assert not path.exists()
    assert trashed.can_restore
    assert len(names_in_trash(private_trash)) == 1
    restore_from_trash(trashed)
    assert path.read_bytes() == b"a cat"
    assert path.stat().st_mtime_ns == 1_234_567_890_123_456_789
    assert names_in_trash(private_trash) == []
    assert list((private_trash / "info").iterdir()) == []


def test_files_of_one_name_are_told_apart(tmp_path: Path, private_trash: Path) -> None:
    paths = [make_file(tmp_path / folder, content=folder.encode()) for folder in ("one", "two", "six")]
    trashed = [move_to_trash(path) for path in paths]
    assert len(names_in_trash(private_trash)) == 3
    for file in trashed:
        restore_from_trash(file)
    assert [path.read_bytes() for path in paths] == [b"one", b"two", b"six"]


def test_the_latest_of_two_equal_files_is_found(tmp_path: Path, private_trash: Path) -> None:
    for date in ("2001-02-03T04:05:06", "2031-02-03T04:05:06"):
        path = make_file(tmp_path / "art")
        os.utime(path, ns=(5, 5))
        place = move_to_trash(path).place
        assert place
        info = private_trash / "info" / f"{place.name}.trashinfo"
        info.write_text(info.read_text().split("DeletionDate")[0] + f"DeletionDate={date}\n")
    found = find_in_trash(path, 5, 5)
    assert found
    assert found.place == place


def test_only_a_file_of_the_same_path_size_and_time_is_found(tmp_path: Path) -> None:
    path = make_file(tmp_path / "art")
    status = path.stat()
    move_to_trash(path)
    assert find_in_trash(path, status.st_size, status.st_mtime_ns)
    assert find_in_trash(path, status.st_size + 1, status.st_mtime_ns) is None
    assert find_in_trash(path, status.st_size, status.st_mtime_ns + 1) is None
    assert find_in_trash(tmp_path / "other" / "cat.png", status.st_size, status.st_mtime_ns) is None


def test_nothing_is_replaced_when_a_file_comes_back(tmp_path: Path) -> None:
    path = make_file(tmp_path / "art")
    trashed = move_to_trash(path)
    make_file(tmp_path / "art", content=b"another cat")
    with pytest.raises(OutputUnwritable, match="another file is in its place"):
        restore_from_trash(trashed)
    assert path.read_bytes() == b"another cat"
    path.unlink()
    restore_from_trash(trashed)
    assert path.read_bytes() == b"a cat"


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path) -> None:
    path = make_file(tmp_path / "art")
    trashed = move_to_trash(path)
    path.parent.rmdir()
    restore_from_trash(trashed)
    assert path.exists()


def test_an_emptied_trash_is_said(tmp_path: Path, private_trash: Path) -> None:
    trashed = move_to_trash(make_file(tmp_path / "art"))
    shutil.rmtree(private_trash)
    with pytest.raises(OutputUnwritable, match="no longer in the trash"):
        restore_from_trash(trashed)


def test_a_link_goes_and_its_file_stays(tmp_path: Path) -> None:
    path = make_file(tmp_path / "art")
    link = tmp_path / "art" / "link.png"
    link.symlink_to("cat.png")
    trashed = move_to_trash(link)
    assert path.exists()
    assert not os.path.lexists(link)
    restore_from_trash(trashed)
    assert os.readlink(link) == "cat.png"  # noqa: PTH115


def test_a_file_in_a_linked_folder_comes_back(tmp_path: Path) -> None:
    make_file(tmp_path / "art")
    (tmp_path / "linked").symlink_to("art")
    trashed = move_to_trash(tmp_path / "linked" / "cat.png")
    assert trashed.can_restore
    restore_from_trash(trashed)
    assert (tmp_path / "art" / "cat.png").exists()


@pytest.mark.parametrize("kind", ["gone", "folder", "broken link", "pipe"])
def test_what_is_no_file_is_refused(kind: str, tmp_path: Path, private_trash: Path) -> None:
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "broken link":
        path.symlink_to("nowhere")
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(OutputUnwritable, match="can't be moved to the trash") as caught:
        move_to_trash(path)
    assert caught.value.hint
    assert names_in_trash(private_trash) == []


def test_a_network_disk_has_no_trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.system.trash.is_network_disk", lambda _: True)
    path = make_file(tmp_path / "art")
    with pytest.raises(OutputUnwritable, match="a network disk has no trash") as caught:
        move_to_trash(path)
    assert "--script" in caught.value.hint
    assert path.exists()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_failed_move_leaves_the_file_and_no_trace_in_the_trash(
    code: int, tmp_path: Path, private_trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    path = make_file(tmp_path / "art")
    monkeypatch.setattr(plat_other.os, "rename", refuse)
    with pytest.raises(OutputUnwritable, match=os.strerror(code)):
        move_to_trash(path)
    assert path.exists()
    assert list((private_trash / "info").iterdir()) == []


def test_the_trash_of_another_disk_is_searched_too(tmp_path: Path) -> None:
    path = make_file(tmp_path / "disk")
    status = path.stat()
    trash = tmp_path / "disk" / f".Trash-{os.getuid()}"
    for folder in ("files", "info"):
        (trash / folder).mkdir(parents=True)
    path.rename(trash / "files" / "cat 1.png")
    (trash / "info" / "cat 1.png.trashinfo").write_text(
        "[Trash Info]\nPath=cat.png\nDeletionDate=2026-01-01T00:00:00\n"
    )
    found = find_in_trash(path, status.st_size, status.st_mtime_ns)
    assert found
    restore_from_trash(found)
    assert path.read_bytes() == b"a cat"


def test_a_trash_that_is_a_link_to_another_place_is_not_believed(tmp_path: Path) -> None:
    secret = make_file(tmp_path / "secrets", "cat.png")
    trash = tmp_path / "art" / f".Trash-{os.getuid()}"
    (trash / "info").mkdir(parents=True)
    (trash / "files").symlink_to(secret.parent)
    (trash / "info" / "cat.png.trashinfo").write_text("[Trash Info]\nPath=cat.png\n")
    status = secret.stat()
    assert find_in_trash(tmp_path / "art" / "cat.png", status.st_size, status.st_mtime_ns) is None


def test_a_file_comes_back_from_a_disk_without_hard_links_and_from_another_disk(
    tmp_path: Path, private_trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in (errno.EPERM, errno.EXDEV):

        def refuse(*_: object, code: int = code, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        path = make_file(tmp_path / "art")
        path.chmod(0o640)
        os.utime(path, ns=(7, 7))
        trashed = move_to_trash(path)
        with monkeypatch.context() as patch:
            patch.setattr("pochade.system.trash.os.link", refuse)
            make_file(tmp_path / "art", content=b"another cat")
            with pytest.raises(OutputUnwritable, match="another file is in its place"):
                restore_from_trash(trashed)
            path.unlink()
            patch.setattr("pochade.system.atomic_files.os.link", refuse)
            restore_from_trash(trashed)
        assert path.read_bytes() == b"a cat"
        assert path.stat().st_mtime_ns == 7
        assert path.stat().st_mode & 0o777 == 0o640
        assert names_in_trash(private_trash) == []


def test_where_only_the_system_knows_the_trash_the_person_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pochade.system.trash.HAS_TRASH_INFO", False)
    trashed = move_to_trash(make_file(tmp_path / "art"))
    assert trashed == TrashedFile(tmp_path / "art" / "cat.png", None)
    assert not trashed.can_restore
    with pytest.raises(OutputUnwritable, match="can't be put back by Pochade") as caught:
        restore_from_trash(trashed)
    assert caught.value.hint == "put it back from the system's trash"
