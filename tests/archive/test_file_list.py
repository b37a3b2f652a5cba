"""Which files `compress` puts into an archive, and under which paths."""

import errno
import os
from pathlib import Path

import pytest

import pochade
from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress
from tests.support.archives import read_archive

pytestmark = pytest.mark.usefixtures("in_process_workers")


def test_single_files_and_files_of_several_folders(tmp_path: Path) -> None:
    for name in ("a/one.txt", "b/two.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name, encoding="utf-8")
    pochade.compress([tmp_path / "a", tmp_path / "b" / "two.txt"], tmp_path / "x.pochade")
    assert read_archive(tmp_path / "x.pochade") == {"a/one.txt": b"a/one.txt", "b/two.txt": b"b/two.txt"}
    pochade.compress(tmp_path / "a" / "one.txt", tmp_path / "y.pochade")
    assert set(read_archive(tmp_path / "y.pochade")) == {"one.txt"}


def test_an_archive_below_its_own_folder_does_not_hold_itself(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one", encoding="utf-8")
    for _ in range(2):
        assert compress(tmp_path, tmp_path / "x.pochade").pieces == 1


def test_an_archive_reached_by_another_spelling_does_not_hold_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "art" / "sub").mkdir(parents=True)
    (tmp_path / "art" / "a.txt").write_bytes(b"a line" * 50)
    (tmp_path / "same").symlink_to(tmp_path / "art")
    monkeypatch.chdir(tmp_path / "art" / "sub")
    for spelling in ("..", tmp_path / "same", "../../art", tmp_path / "art"):
        compress(spelling, "x.pochade")
        with open_archive("x.pochade") as archive:
            assert [file.path for file in archive] == ["a.txt"]


def test_paths_relative_to_a_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "art" / "sub").mkdir(parents=True)
    (tmp_path / "art" / "a.txt").write_bytes(b"a")
    (tmp_path / "art" / "sub" / "b.txt").write_bytes(b"b")
    monkeypatch.chdir(tmp_path / "art" / "sub")
    compress(["../a.txt", "b.txt"], tmp_path / "x.pochade")
    assert read_archive(tmp_path / "x.pochade") == {"a.txt": b"a", "sub/b.txt": b"b"}


def test_a_file_without_permission_is_left_out(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_lstat = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path.name == "notes.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real_lstat(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    report = compress(folder_and_archive[0], folder_and_archive[1].with_name("y.pochade"))
    assert report.left_out == {str(folder_and_archive[0] / "notes.txt"): "can't be read: Permission denied"}
    assert set(read_archive(folder_and_archive[1].with_name("y.pochade"))) == {"noise"}


def test_no_index_and_no_temporary_file_of_ours_becomes_a_part_of_an_archive(tmp_path: Path) -> None:
    ours = [
        "deep/er/.pochade/index.sqlite",
        ".0123abcd.part",
        ".0123456789abcdef01234567.pochade-part",
        "deep/.art.pochade.part.jsonl",
        ".old.pochade.coded/ab/cd",
    ]
    for name in ("notes.txt", "deep/.hidden", ".Pochade/x", *ours):
        (tmp_path / "art" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "art" / name).write_text(name, encoding="utf-8")
    report = compress(tmp_path / "art", tmp_path / "x.pochade")
    assert set(read_archive(tmp_path / "x.pochade")) == {"notes.txt", "deep/.hidden"}
    reasons = {str(Path(path).relative_to(tmp_path / "art")): reason for path, reason in report.left_out.items()}
    assert reasons.pop(".Pochade") == "has the name of a collection's index"
    assert reasons.keys() == {name.removesuffix("/ab/cd") for name in ours[1:]}
    assert set(reasons.values()) == {"has the name of a temporary file of Pochade's own"}


def test_a_file_of_an_index_that_is_given_by_name_is_left_out_and_listed(tmp_path: Path) -> None:
    (tmp_path / ".pochade").mkdir()
    for name in (".pochade/labels", "a.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    report = compress([tmp_path / ".pochade" / "labels", tmp_path / "a.txt"], tmp_path / "to" / "x.pochade")
    assert report.left_out == {str(tmp_path / ".pochade" / "labels"): "has the name of a collection's index"}
    assert set(read_archive(tmp_path / "to" / "x.pochade")) == {"a.txt"}
