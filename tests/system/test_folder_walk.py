"""Which files a walk through a folder finds."""

import os
from pathlib import Path

import pytest

from pochade.errors import UsageError
from pochade.system import folder_walk
from pochade.system.file_stamp import FileStamp
from pochade.system.file_systems import SETTLED_NS
from pochade.system.folder_walk import MAX_MTIME_NS, UNSETTLED, settle_stamp, stamp_of, suffix_of, walk_folder


def test_a_walk_finds_possible_pictures_and_follows_no_folder_links(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".pochade").mkdir()
    (tmp_path / "index").mkdir()
    for name in ("a.png", "no suffix", "sub/b.unknown", "notes.TXT", ".hidden.png", ".pochade/c.png", "index/d.png"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    (tmp_path / "broken link.png").symlink_to(tmp_path / "gone")
    listing = walk_folder(tmp_path, tmp_path / "index")
    assert set(listing.files) == {b"a.png", b"no suffix", b"sub/b.unknown", b"link.png", b"broken link.png"}
    assert listing.files[b"link.png"] == listing.files[b"a.png"]
    assert listing.unreadable == {}


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path: Path) -> None:
    listing = walk_folder(tmp_path / "gone", tmp_path / "index")
    assert listing.files == {}
    assert listing.unreadable == {b"": "can't be listed: No such file or directory"}


@pytest.mark.parametrize(("name", "suffix"), [(b"a.PNG", b"png"), (b"a.tar.gz", b"gz"), (b"a", b""), (b"a.", b"")])
def test_a_suffix_is_what_follows_the_last_dot(name: bytes, suffix: bytes) -> None:
    assert suffix_of(name) == suffix


def test_a_time_beyond_the_database_is_clamped(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    status = (tmp_path / "a").stat()
    assert stamp_of(status).size == 1
    late = os.stat_result([*status[:10], *[status.st_atime, status.st_mtime, status.st_ctime], 0, MAX_MTIME_NS * 4, 0])
    assert stamp_of(late).mtime == MAX_MTIME_NS


def write_files(folder: Path, *names: str) -> None:
    """Write files with these paths below a folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_folders_of_systems_are_passed_over_and_their_files_counted(tmp_path: Path) -> None:
    passed_over = [
        "@eaDir/a.jpg", "art/@eaDir/deep/a.jpg", "#recycle/b.jpg", "$RECYCLE.BIN/c.jpg", ".Trash-1000/files/f.jpg",
        "System Volume Information/d.jpg", "lost+found/g.jpg", "node_modules/h.png", "pic.kra~",
    ]  # fmt: skip
    write_files(tmp_path, *passed_over, "art/real.jpg", "node_modules/readme.md", ".hidden/h.png")
    listing = walk_folder(tmp_path, tmp_path / "index")
    assert set(listing.files) == {b"art/real.jpg"}
    assert listing.passed_over == len(passed_over)
    assert {path.decode() for path in listing.passed_over_paths} == set(passed_over)


def test_of_many_files_that_are_passed_over_the_first_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_walk, "MAX_PATHS_PASSED_OVER", 3)
    write_files(tmp_path, *(f"@eaDir/{number}.jpg" for number in range(5)))
    listing = walk_folder(tmp_path, tmp_path / "index")
    assert (listing.passed_over, len(listing.passed_over_paths)) == (5, 3)


def test_an_ignore_file_applies_to_its_folder_and_below(tmp_path: Path) -> None:
    write_files(tmp_path, "a.png", "a.tif", "old/a.tif", "old/keep.tif", "scratch/a.png")
    (tmp_path / ".pochadeignore").write_text("*.tif\nscratch/\n", encoding="utf-8")
    (tmp_path / "old" / ".pochadeignore").write_text("!keep.tif\n", encoding="utf-8")
    listing = walk_folder(tmp_path, tmp_path / "index", exclude=["a.png"])
    assert set(listing.files) == {b"old/keep.tif"}
    assert listing.passed_over == 4


def test_a_bad_pattern_names_its_file(tmp_path: Path) -> None:
    write_files(tmp_path, "old/a.png")
    (tmp_path / "old" / ".pochadeignore").write_text("[z-a]", encoding="utf-8")
    with pytest.raises(UsageError, match=r"'old/\.pochadeignore' has the pattern"):
        walk_folder(tmp_path, tmp_path / "index")


def test_an_ignore_file_that_is_a_pipe_is_reported_and_not_waited_for(tmp_path: Path) -> None:
    write_files(tmp_path, "a.png")
    os.mkfifo(tmp_path / ".pochadeignore")
    listing = walk_folder(tmp_path, tmp_path / "index")
    assert set(listing.files) == {b"a.png"}
    assert list(listing.unreadable) == [b".pochadeignore"]


def test_empty_folders_are_noticed(tmp_path: Path) -> None:
    write_files(tmp_path, "full/a.png")
    (tmp_path / "mount").mkdir()
    assert walk_folder(tmp_path, tmp_path / "index").empty_folders == (b"mount",)


def test_another_inode_is_no_change_but_another_ctime_is() -> None:
    stamp = FileStamp(1, 2, 3, 4)
    assert stamp == FileStamp(1, 2, 99, 4)
    assert stamp != FileStamp(1, 2, 3, 5)


def test_a_stamp_of_a_file_that_changed_just_now_is_unsettled() -> None:
    stamp = FileStamp(1, 2, 3, 10 * SETTLED_NS)
    assert settle_stamp(stamp, 11 * SETTLED_NS) == stamp
    assert settle_stamp(stamp, 11 * SETTLED_NS - 1).ctime == UNSETTLED
