"""A killed run leaves nothing in the folder for clean pictures, and a full disk ends a run."""

import errno
import os
from pathlib import Path

import pytest

from pochade.cleaning.clean_files import clean_files
from pochade.cleaning.output_folder import TEMPORARY_NAME
from pochade.errors import OutputUnwritable
from tests.support.scan_files import OPTIONS, FakeCleaner, file_names


def test_the_next_run_removes_what_a_killed_one_left(scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    (to / "old").mkdir(parents=True)
    for folder in (to, to / "old"):
        (folder / TEMPORARY_NAME).write_bytes(b"half a pict")
    clean_files([scans], to, OPTIONS, FakeCleaner())
    assert [name for name in file_names(to) if name.endswith(TEMPORARY_NAME)] == []


def test_a_full_disk_ends_the_run_and_finished_results_stay(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush, calls, cleaner = os.fsync, list[int](), FakeCleaner()

    def flush_four_times(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 4:  # a record and a result for each scan
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", flush_four_times)
    with pytest.raises(OutputUnwritable, match="No space left on device"):
        clean_files([scans], tmp_path / "clean", OPTIONS, cleaner)
    monkeypatch.undo()
    assert len(cleaner.calls) == 3
    outcomes = clean_files([scans], tmp_path / "clean", OPTIONS, cleaner)
    assert sum(outcome.done_before for outcome in outcomes) == 2


def test_another_unwritable_file_does_not_end_the_run(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    outcomes = clean_files([scans], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert len(outcomes) == 6
    assert all(outcome.problem for outcome in outcomes)
