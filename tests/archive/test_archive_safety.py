"""`compress` while files change, disks fail and runs overlap: the archive stays intact."""

import io
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_writer import compress, scratch_folder
from pochade.archive.codecs.xz_codec import pack_xz
from pochade.errors import OutputUnwritable, UsageError
from pochade.system.atomic_files import file_lock
from tests.support.archives import read_archive

TEXT = b"of paper and ink " * 99


pytestmark = pytest.mark.usefixtures("in_process_workers")


def test_permissions_of_an_archive_are_kept(folder_and_archive: tuple[Path, Path]) -> None:
    folder, target = folder_and_archive
    for number, permissions in enumerate((0o640, 0o400)):
        target.chmod(permissions)
        (folder / f"new {number}").write_bytes(b"new %d" % number)
        compress(folder, target)
        assert target.stat().st_mode & 0o777 == permissions
        assert len(read_archive(target)) == 3 + number


def test_a_link_to_an_archive_stays_a_link(folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    folder, target = folder_and_archive
    (tmp_path / "link.pochade").symlink_to(target)
    (folder / "new").write_bytes(b"new")
    compress(folder, tmp_path / "link.pochade")
    assert (tmp_path / "link.pochade").is_symlink()
    assert len(read_archive(target)) == 3
    (folder / "here.pochade").symlink_to(target)
    assert compress(folder, folder / "here.pochade").left_out == {}  # the archive itself is no art, under any name


def test_leftovers_of_a_killed_run_are_removed_when_the_archive_is_complete(
    folder_and_archive: tuple[Path, Path],
) -> None:
    folder, target = folder_and_archive
    leftovers = [target.with_name(f".{target.name}.{ending}") for ending in ("part", "part.jsonl")]
    for path in leftovers:
        path.write_bytes(b"leftover")
    assert compress(folder, target).coded == 0
    assert not any(path.exists() for path in leftovers)


def test_each_run_has_its_own_scratch_folder(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "coded") as first:
        (first / "left").write_bytes(b"by a process that outlived its run")
    with scratch_folder(tmp_path / "coded") as second:
        assert second != first
        assert list(second.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_holds_its_lock_until_it_has_cleaned_up(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    real_rmtree, cleanups = shutil.rmtree, 0

    def rmtree(path: Path, **options: Any) -> None:
        nonlocal cleanups
        with pytest.raises(UsageError), file_lock(target.with_name(f".{target.name}.lock"), "writing"):
            pass
        cleanups += 1
        real_rmtree(path, **options)

    (folder / "new").write_bytes(b"new")
    monkeypatch.setattr(shutil, "rmtree", rmtree)
    compress(folder, target)
    assert cleanups == 2


@pytest.mark.parametrize("ending", ["part", "part.jsonl.new"])
def test_a_link_beside_the_archive_is_not_followed(ending: str, folder_and_archive: tuple[Path, Path]) -> None:
    folder, target = folder_and_archive
    target.unlink()
    target.with_name(f".{target.name}.{ending}").symlink_to(folder / "notes.txt")
    if ending == "part":
        with pytest.raises(OutputUnwritable):
            compress(folder, target)
    else:
        compress(folder, target)
    assert (folder / "notes.txt").read_bytes() == TEXT


def test_a_link_in_place_of_the_partial_archive_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"mine")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / ".x.pochade.part").symlink_to(tmp_path / "a.txt")
    with pytest.raises(OutputUnwritable):
        compress([tmp_path / "a.txt"], tmp_path / "to" / "x.pochade")
    assert (tmp_path / "a.txt").read_bytes() == b"mine"


def test_a_pipe_beside_the_archive_is_not_written_to(folder_and_archive: tuple[Path, Path]) -> None:
    folder, target = folder_and_archive
    target.unlink()
    os.mkfifo(target.with_name(f".{target.name}.part"))
    with pytest.raises(OutputUnwritable, match="could not be written"):
        compress(folder, target)


def test_a_file_that_grows_while_it_is_hashed_can_be_extracted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.txt").write_bytes(b"first")
    real_stat = Path.stat

    def stat(self: Path, **options: bool) -> os.stat_result:
        status = real_stat(self, **options)
        if self.name == "log.txt":
            self.write_bytes(b"first and second")
        return status

    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", stat)
        compress([tmp_path / "log.txt"], tmp_path / "x.pochade")
    with open_archive(tmp_path / "x.pochade") as archive:
        assert [archive.read(file) for file in archive] == [b"first and second"]


def test_a_file_that_grows_while_it_is_packed_is_left_out(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive

    def pack_while_the_file_grows(chunks: Iterable[bytes], size: int, into: io.BufferedWriter) -> bool:
        is_smaller = pack_xz(chunks, size, into)
        (folder / "log.txt").write_bytes(TEXT * 3)
        return is_smaller

    (folder / "log.txt").write_bytes(TEXT * 2)
    monkeypatch.setattr("pochade.archive.codecs.encode_job.pack_xz", pack_while_the_file_grows)
    report = compress(folder, target)
    assert report.left_out == {str(folder / "log.txt"): "changed while it was read"}
    assert set(read_archive(target)) == {"notes.txt", "noise"}
