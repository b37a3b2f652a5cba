"""The record beside each result."""

import json
import shutil
from pathlib import Path

from pochade._version import __version__
from pochade.cleaning.clean_files import clean_files
from tests.support.scan_files import (
    OPTIONS,
    FakeCleaner,
)


def test_a_record_says_how_its_result_was_made(scans: Path, tmp_path: Path) -> None:
    clean_files([scans / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner(notes=("there is little bare paper",)))
    record = json.loads((tmp_path / "clean" / "sketch.png.json").read_text(encoding="utf-8"))
    assert record["pochade"] == __version__
    assert record["asked"]["strengths"]["grain"] == 60
    assert record["asked"]["net"] == "a model"
    assert record["original"] == str(scans / "sketch.png")
    assert record["notes"] == ["there is little bare paper"]
    assert (record["dpi"], record["changed"]) == (300, 1)


def test_the_resolution_of_a_screen_is_not_recorded(scans: Path, tmp_path: Path) -> None:
    (outcome,) = clean_files([scans / "old" / "grey.JPG"], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert outcome.record
    assert outcome.record.dpi is None  # the file says 72


def test_results_can_be_moved_with_their_records(scans: Path, tmp_path: Path) -> None:
    clean_files([scans], tmp_path / "clean", OPTIONS, FakeCleaner())
    shutil.move(tmp_path / "clean", tmp_path / "moved")
    cleaner = FakeCleaner()
    clean_files([scans], tmp_path / "moved", OPTIONS, cleaner)
    assert not cleaner.calls
