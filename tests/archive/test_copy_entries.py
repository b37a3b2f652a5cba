"""Which entries of an old archive are copied, repaired or encoded again."""

from pathlib import Path

import numpy as np
import pytest

from pochade.archive.archive_reader import Archive, open_archive
from pochade.archive.archive_writer import compress
from pochade.archive.codecs.encode_job import EncodeProblem, EncodeTask
from pochade.archive.container.partial_archive import journal_line
from pochade.errors import ArchiveDamaged, OutputUnwritable
from tests.support.archives import archive_drawings, damage_file, read_archive
from tests.support.paintings import decode, painting, save_png

pytestmark = pytest.mark.slow


def test_a_damaged_archive_is_repaired_from_its_files_or_nothing_is_added(tmp_path: Path) -> None:
    folder, target = archive_drawings(tmp_path, 2)
    damaged = bytearray(target.read_bytes())
    damaged[60] ^= 1
    target.write_bytes(damaged)
    (folder / "new.txt").write_text("new", encoding="utf-8")
    compress(folder, target)
    assert len(read_archive(target)) == 3
    target.write_bytes(damaged)
    with open_archive(target) as archive:
        lost_file = Path(archive.verify()[0].lost_files[0]).name
    (folder / lost_file).unlink()
    with pytest.raises(ArchiveDamaged, match="is damaged"):
        compress(folder, target)
    assert target.read_bytes() == damaged


def test_an_entry_that_is_misread_while_it_is_copied_gets_no_new_checksum(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    before = damage_file(target, "notes.txt")
    monkeypatch.setattr(Archive, "fault", lambda _archive, _entry: "")  # the first reading went well
    (folder / "notes.txt").unlink()
    (folder / "new").write_bytes(b"new")
    with pytest.raises(OutputUnwritable, match="differs from what was encoded"):
        compress(folder, target)
    assert target.read_bytes() == before


def test_the_same_command_repairs_an_archive_whose_files_are_here(folder_and_archive: tuple[Path, Path]) -> None:
    folder, target = folder_and_archive
    complete = read_archive(target)
    damage_file(target, "noise")
    assert compress(folder, target).coded == 1
    assert read_archive(target) == complete
    content = bytearray(target.read_bytes())
    content[10] ^= 1  # of a header
    target.write_bytes(content)
    assert compress(folder, target).coded == 0
    assert read_archive(target) == complete


def test_damage_is_reported_where_the_file_changes_while_it_is_read(
    folder_and_archive: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = folder_and_archive
    before = damage_file(target, "notes.txt")
    monkeypatch.setattr(EncodeTask, "run", lambda _task: EncodeProblem("changed while it was read"))
    with pytest.raises(ArchiveDamaged, match=r"is damaged in .* could not be read completely"):
        compress(folder, target)
    assert target.read_bytes() == before


def test_a_higher_fidelity_replaces_a_lower_one_but_not_the_other_way_round(
    medium_folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, target = medium_folder_and_archive[0], tmp_path / "a.pochade"
    target.write_bytes(medium_folder_and_archive[1].read_bytes())
    assert compress(folder, target, "medium").coded == 0
    assert target.read_bytes() == medium_folder_and_archive[1].read_bytes()
    assert compress(folder, target).coded == 1  # of the text nothing was lost before
    complete = target.read_bytes()
    for fidelity in ("medium", "high", "lossless"):
        assert compress(folder, target, fidelity).coded == 0
    assert target.read_bytes() == complete
    with open_archive(target) as archive:
        np.testing.assert_array_equal(decode(archive.read(next(iter(archive)))).pixels, painting())


def test_an_entry_without_its_original_keeps_its_fidelity(
    medium_folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    target = tmp_path / "a.pochade"
    target.write_bytes(medium_folder_and_archive[1].read_bytes())
    (tmp_path / "new.txt").write_text("another text", encoding="utf-8")
    report = compress([tmp_path / "new.txt"], target)
    assert (report.pieces, report.coded, report.fidelity) == (3, 1, "lossless")
    with open_archive(target) as archive:
        assert [file.fidelity for file in archive] == ["medium", "lossless", "medium"]


def test_an_entry_that_can_not_be_encoded_again_keeps_its_fidelity(
    medium_folder_and_archive: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.pochade"
    target.write_bytes(medium_folder_and_archive[1].read_bytes())
    (medium_folder_and_archive[0] / "new.txt").write_text("another text", encoding="utf-8")
    monkeypatch.setattr("pochade.archive.encode_missing._add_results", lambda *_: "can't be read: the disk has gone")
    report = compress(medium_folder_and_archive[0], target)
    (medium_folder_and_archive[0] / "new.txt").unlink()
    assert {Path(path).name for path in report.left_out} == {"cat.png", "new.txt"}
    with open_archive(target) as archive:
        assert archive.verify() == []
        assert [(file.path, file.fidelity) for file in archive] == [("cat.png", "medium"), ("notes.txt", "medium")]


def test_an_interrupted_run_of_another_fidelity_is_not_resumed(
    medium_folder_and_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    with open_archive(medium_folder_and_archive[1]) as archive:
        lines = [journal_line(entry) for entry in archive.manifest.entries]
    (tmp_path / ".a.pochade.part").write_bytes(medium_folder_and_archive[1].read_bytes())
    (tmp_path / ".a.pochade.part.jsonl").write_bytes(b"".join(lines))
    assert compress(medium_folder_and_archive[0], tmp_path / "a.pochade", "medium").coded == 0
    (tmp_path / ".b.pochade.part").write_bytes(medium_folder_and_archive[1].read_bytes())
    (tmp_path / ".b.pochade.part.jsonl").write_bytes(b"".join(lines))
    assert compress(medium_folder_and_archive[0], tmp_path / "b.pochade", "high").coded == 2


def test_a_damaged_entry_is_not_repaired_at_a_lower_fidelity(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "cat.png").write_bytes(save_png(painting()))
    compress(tmp_path / "art", tmp_path / "a.pochade")
    damage_file(tmp_path / "a.pochade", "cat.png")
    assert compress(tmp_path / "art", tmp_path / "a.pochade", "medium").coded == 1
    with open_archive(tmp_path / "a.pochade") as archive:
        (cat,) = archive
        assert archive.verify() == []
        assert (cat.fidelity, cat.score) == ("lossless", None)


def test_a_preview_never_replaces_a_better_entry(preview_folder_and_archive: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "a.pochade"
    target.write_bytes(preview_folder_and_archive[1].read_bytes())
    assert compress(preview_folder_and_archive[0], target, "preview").coded == 0
    assert compress(preview_folder_and_archive[0], target, "medium").coded == 3
    better = target.read_bytes()
    assert compress(preview_folder_and_archive[0], target, "preview").coded == 0
    assert target.read_bytes() == better
