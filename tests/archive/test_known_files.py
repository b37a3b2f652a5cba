"""What did not change since the last run is not read again; whatever might have changed is."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pochade.archive import archive_plan, known_files
from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.original_file import sha256_of_path
from pochade.archive.known_files import MAX_LISTS, KnownFiles
from tests.support.archives import damage_file, files_in, read_archive

pytestmark = pytest.mark.usefixtures("in_process_workers")


class Readings:
    """Counts what a run reads whole."""

    def __init__(self) -> None:
        self.hashed, self.verified = list[str](), 0


@pytest.fixture
def readings(
    folder_and_archive: tuple[Path, Path],  # noqa: ARG001  what made it is not counted
    monkeypatch: pytest.MonkeyPatch,
) -> Readings:
    """What is hashed and verified from now on."""
    readings, verify = Readings(), Archive.verify

    def count_hashing(path: Path) -> tuple[str, int]:
        readings.hashed.append(path.name)
        return sha256_of_path(path)

    def count_verifying(archive: Archive, *arguments: Any, **options: Any) -> Any:
        readings.verified += 1
        return verify(archive, *arguments, **options)

    monkeypatch.setattr(archive_plan, "sha256_of_path", count_hashing)
    monkeypatch.setattr(Archive, "verify", count_verifying)
    return readings


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once, because a test can't wait until they are."""
    monkeypatch.setattr(known_files, "SETTLED_NS", -(10**9))


@pytest.mark.usefixtures("settled")
def test_unchanged_files_and_an_unchanged_archive_are_not_read_again(
    tmp_path: Path, readings: Readings, folder_and_archive: tuple[Path, Path]
) -> None:
    folder, target = folder_and_archive
    compress(folder, target, rehash=True)
    assert (sorted(readings.hashed), readings.verified) == (["noise", "notes.txt"], 1)
    (folder / "new").write_bytes(b"new")
    assert compress(folder, target).pieces == 3
    assert (readings.hashed[2:], readings.verified) == (["new"], 1)
    assert compress(folder, target).pieces == 3
    assert (len(readings.hashed), readings.verified) == (3, 1)
    assert compress(folder, target, rehash=True).pieces == 3
    assert (len(readings.hashed), readings.verified) == (6, 2)
    assert read_archive(target) == files_in(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["art", "x.pochade"]


@pytest.mark.usefixtures("settled")
def test_a_run_with_other_files_forgets_nothing_of_the_first(
    tmp_path: Path, readings: Readings, folder_and_archive: tuple[Path, Path]
) -> None:
    folder, target = folder_and_archive
    compress(folder, target, rehash=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "new").write_bytes(b"new")
    compress(tmp_path / "other", target)
    readings.hashed = []
    compress(folder, target)
    compress(tmp_path / "other", target)
    assert readings.hashed == []
    assert len(read_archive(target)) == 3


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("change", ["size", "mtime", "ctime", "inode"])
def test_a_file_is_hashed_again_if_anything_the_system_says_of_it_changed(
    readings: Readings, folder_and_archive: tuple[Path, Path], change: str
) -> None:
    folder, target = folder_and_archive
    compress(folder, target, rehash=True)
    path, readings.hashed = folder / "noise", []
    status = path.stat()
    if change == "inode":
        path.with_name("other").write_bytes(path.read_bytes())
        path.with_name("other").replace(path)
    elif change == "size":
        path.write_bytes(path.read_bytes() + b"!")
    if change != "mtime":
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # which changes the ctime
    else:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    compress(folder, target)
    assert readings.hashed == ["noise"]
    assert read_archive(target)["noise"] == path.read_bytes()


def test_a_file_that_has_just_changed_is_hashed_again(
    readings: Readings, folder_and_archive: tuple[Path, Path]
) -> None:
    compress(*folder_and_archive)
    assert sorted(readings.hashed) == ["noise", "notes.txt"]


def test_damage_that_verify_finds_is_repaired_by_the_next_run(
    readings: Readings, folder_and_archive: tuple[Path, Path]
) -> None:
    folder, target = folder_and_archive
    complete = read_archive(target)
    damage_file(target, "noise")
    known = KnownFiles(target)
    known.save(is_sound=True)  # as if the disk had gone bad, which changes no time
    assert KnownFiles(target).is_archive_unchanged()
    readings.verified = 0
    assert compress(folder, target).coded == 0
    assert readings.verified == 0
    with open_archive(target) as archive:
        assert archive.verify()
    assert compress(folder, target).coded == 1
    assert read_archive(target) == complete


def test_a_run_that_fails_trusts_nothing_of_the_archive(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    damage_file(target, "noise")
    (folder / "new").write_bytes(b"new")
    monkeypatch.setattr("pochade.archive.archive_writer.PartialArchive.finish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        compress(folder, target)
    assert not KnownFiles(target).is_archive_unchanged()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"format": "pochade-known-files-2", "files": {}}', b'{"files": 3, "archive": {}}']
)
def test_a_list_that_is_damaged_counts_as_none(
    readings: Readings, folder_and_archive: tuple[Path, Path], content: bytes
) -> None:
    KnownFiles(folder_and_archive[1]).path.write_bytes(content)
    compress(*folder_and_archive)
    assert len(readings.hashed) == 2


def test_rows_of_a_list_that_are_damaged_count_as_none(folder_and_archive: tuple[Path, Path]) -> None:
    path, target = folder_and_archive[0] / "noise", folder_and_archive[1]
    status = path.stat()
    stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    rows: list[Any] = [None, [], {}, stamp, [*stamp, 3], [*stamp, "ab"], ["a" * 64, *stamp]]
    for row in rows:
        data = {"format": known_files.FORMAT, "archive": None, "files": {str(path): row}}
        KnownFiles(target).path.write_text(json.dumps(data), encoding="utf-8")
        assert KnownFiles(target).sha256(path, status) is None
    data["files"] = {str(path): [*stamp, "a" * 64]}
    KnownFiles(target).path.write_text(json.dumps(data), encoding="utf-8")
    assert KnownFiles(target).sha256(path, status) == "a" * 64
    assert KnownFiles(target, trusted=False).sha256(path, status) is None


def test_a_file_system_with_a_coarse_clock_is_not_trusted_at_once(folder_and_archive: tuple[Path, Path]) -> None:
    target = folder_and_archive[1]
    os.utime(target, ns=(0, target.stat().st_mtime_ns // 10**9 * 10**9))
    KnownFiles(target).save(is_sound=True)
    assert not KnownFiles(target).is_archive_unchanged()


def test_only_the_latest_lists_stay(folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    target = folder_and_archive[1]
    for number in range(MAX_LISTS + 5):
        known = KnownFiles(tmp_path / f"{number}.pochade")
        known.path.write_text("{}", encoding="utf-8")
        os.utime(known.path, (number, number))
    KnownFiles(target).save(is_sound=True)
    assert len(list(known.path.parent.glob("*.json"))) == MAX_LISTS
    assert KnownFiles(target).is_archive_unchanged()


def test_a_cache_that_can_not_be_written_costs_nothing_but_time(
    folder_and_archive: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    assert compress(*folder_and_archive).coded == 0
