"""`verify --repair`: what follows from the rest of an archive is written again; other damage stays, and is named."""

from pathlib import Path

import pytest

from pochade.archive.archive_reader import open_archive
from pochade.archive.archive_repair import repair_archive
from pochade.errors import ArchiveDamaged, OutputUnwritable, UsageError
from pochade.system.atomic_files import file_lock
from tests.support.archives import damage_file

pytestmark = pytest.mark.usefixtures("in_process_workers")


def change_bytes(path: Path, start: int, count: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[start : start + count] = bytes(byte ^ 0x55 for byte in content[start : start + count])
    path.write_bytes(content)


def test_an_intact_archive_is_not_written(folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    target = folder_and_archive[1]
    before = target.stat().st_mtime_ns
    report = repair_archive(target)
    assert (report.repaired, report.damages) == ([], [])
    assert target.stat().st_mtime_ns == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["art", "x.pochade"]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("header", "the header of 'pieces/noise' is written again"),
        ("manifest", "the list of files and the directory at the end are written again"),
        ("repair record", "the list of files and the directory at the end are written again"),
        ("end", "the list of files and the directory at the end are written again"),
    ],
)
def test_what_follows_from_the_manifest_is_written_again(
    folder_and_archive: tuple[Path, Path], place: str, sentence: str
) -> None:
    target = folder_and_archive[1]
    intact = target.read_bytes()
    with open_archive(target) as archive:
        offsets = archive.container.offsets
        header = archive.container.offset_by_name["pieces/noise"]
    start, count = {
        "header": (header, 20),
        "manifest": (offsets[-3], 99),
        "repair record": (offsets[-2], 99),
        "end": (offsets[-1] + 5, len(intact)),
    }[place]
    change_bytes(target, start, count)
    report = repair_archive(target)
    assert (report.repaired, report.damages) == ([sentence], [])
    assert target.read_bytes() == intact


def test_an_end_that_is_missing_is_written_again(folder_and_archive: tuple[Path, Path]) -> None:
    target = folder_and_archive[1]
    intact = target.read_bytes()
    target.write_bytes(intact[:-50])
    assert repair_archive(target).damages == []
    assert target.read_bytes() == intact


def test_a_damaged_content_stays_damaged_and_is_named(folder_and_archive: tuple[Path, Path]) -> None:
    target = folder_and_archive[1]
    damaged = damage_file(target, "noise")
    report = repair_archive(target)
    assert report.repaired == []
    assert [damage.lost_files for damage in report.damages] == [("noise",)]
    assert target.read_bytes() == damaged


def test_a_damaged_model_is_repaired(restored_archive: Path) -> None:
    intact = restored_archive.read_bytes()
    with open_archive(restored_archive) as archive:
        (model,) = archive.models()
        start = archive.content_range(model).start
    change_bytes(restored_archive, start + 1000, 200)
    report = repair_archive(restored_archive)
    assert (report.repaired, report.damages) == ([f"the model '{model.name}' is repaired"], [])
    assert restored_archive.read_bytes() == intact


def test_one_process_at_a_time_repairs(folder_and_archive: tuple[Path, Path]) -> None:
    target = folder_and_archive[1]
    with file_lock(target.with_name(".x.pochade.lock"), "writing"), pytest.raises(UsageError, match="another process"):
        repair_archive(target)


def test_a_disk_that_refuses_to_write_is_an_error(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder_and_archive[1]
    change_bytes(target, 3)

    def refuse(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("pochade.archive.archive_repair.write_at", refuse)
    with pytest.raises(OutputUnwritable, match="the disk is gone"):
        repair_archive(target)


def test_what_is_no_archive_is_refused_and_gets_no_lock_beside_it(tmp_path: Path) -> None:
    (tmp_path / "x.pochade").write_bytes(b"something else")
    with pytest.raises(ArchiveDamaged, match="isn't an archive"):
        repair_archive(tmp_path / "x.pochade")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pochade"]
