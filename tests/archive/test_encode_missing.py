"""Encoded contents are compared with what is written, and a failing file stops nothing."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pochade.archive import encode_missing
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.encode_job import EncodeProblem, EncodeResult, EncodeTask
from pochade.archive.codecs.original_file import file_chunks
from pochade.archive.encode_missing import write_model_file
from pochade.errors import FileUnreachable, OutputUnwritable
from tests.support.archives import read_archive

TEXT = b"of paper and ink " * 99


pytestmark = pytest.mark.usefixtures("in_process_workers")


def test_a_damaged_result_of_a_worker_is_not_added(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    real_run, before = EncodeTask.run, target.read_bytes()

    def run(task: EncodeTask) -> tuple[EncodeResult, ...] | EncodeProblem:
        results = real_run(task)
        if task.output.exists():
            task.output.write_bytes(task.output.read_bytes()[:-1] + b"!")
        return results

    (folder / "more.txt").write_bytes(b"more " + TEXT)
    with monkeypatch.context() as patched:
        patched.setattr(EncodeTask, "run", run)
        with pytest.raises(OutputUnwritable, match="differs from what was encoded"):
            compress(folder, target)
    assert target.read_bytes() == before
    compress(folder, target)
    assert read_archive(target)["more.txt"] == b"more " + TEXT


def test_a_file_that_fails_half_way_does_not_spoil_the_next(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive

    def chunks_of_a_failing_drive(path: Path) -> Iterator[bytes]:
        yield from file_chunks(path)
        if path.name == "torn":
            raise FileUnreachable.about(str(path), "can't be read: the drive has gone")

    (folder / "torn").write_bytes(os.urandom(50_000))
    monkeypatch.setattr(encode_missing, "file_chunks", chunks_of_a_failing_drive)
    report = compress(folder, target)
    assert report.left_out == {str(folder / "torn"): "can't be read: the drive has gone"}
    assert set(read_archive(target)) == {"notes.txt", "noise"}


def test_a_second_file_with_the_same_content_takes_the_place_of_one_that_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1.txt", "2.txt"):
        (tmp_path / name).write_bytes(TEXT)
    real_run = EncodeTask.run

    def run(task: EncodeTask) -> tuple[EncodeResult, ...] | EncodeProblem:
        if task.path.name == "1.txt":
            task.path.write_bytes(b"other")
        return real_run(task)

    monkeypatch.setattr(EncodeTask, "run", run)
    report = compress([tmp_path / "1.txt", tmp_path / "2.txt"], tmp_path / "x.pochade")
    assert report.left_out == {str(tmp_path / "1.txt"): "changed while it was read"}
    assert read_archive(tmp_path / "x.pochade") == {"2.txt": TEXT}


def test_a_disk_error_is_not_blamed_on_the_file(folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    notes = folder_and_archive[0] / "notes.txt"
    content = hashlib.sha256(TEXT).hexdigest()
    assert EncodeTask(notes, content, tmp_path / "gone" / "x").run() == EncodeProblem("No such file or directory", True)
    assert EncodeTask(tmp_path / "gone", content, tmp_path / "x").run() == EncodeProblem("does not exist")
    with pytest.raises(OutputUnwritable, match=r"x\.pochade' could not be written"):
        write_model_file(tmp_path / "gone" / "net", b"a net", folder_and_archive[1])
