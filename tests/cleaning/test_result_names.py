"""Each result gets a name of its own, the scan's if possible."""

import shutil
from pathlib import Path

from pochade.cleaning.clean_files import clean_files
from tests.support.picture_files import (
    encode_with_pillow,
    rgb_image,
)
from tests.support.scan_files import (
    OPTIONS,
    FakeCleaner,
    outcomes_by_name,
)


def test_scans_of_one_name_get_different_names(scans: Path, tmp_path: Path) -> None:
    (scans / "layers.png").write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    paths = [scans / "sketch.png", scans / "old" / "sketch.png", scans / "layers.psd", scans / "layers.png"]
    outcomes = clean_files(paths, tmp_path / "clean", OPTIONS, FakeCleaner())
    results = [str(outcome.result.relative_to(tmp_path / "clean")) for outcome in outcomes if outcome.result]
    assert results == ["sketch.png", "old/sketch.png", "layers.psd.png", "layers.png"]


def test_no_two_scans_get_the_same_name(scans: Path, tmp_path: Path) -> None:
    for name in ("p/a/sketch.png", "p/b/sketch.png", "q/a/sketch.png", "r/layers.png", "r/layers.psd.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((scans / "sketch.png").read_bytes())
    shutil.copy(scans / "layers.psd", tmp_path / "r")
    paths = [*(tmp_path / "p" / name / "sketch.png" for name in "ab"), tmp_path / "q", tmp_path / "r"]
    outcomes = clean_files(paths, tmp_path / "clean", OPTIONS, FakeCleaner())
    assert not [outcome for outcome in outcomes if outcome.problem]
    results = {str(outcome.result.relative_to(tmp_path / "clean")) for outcome in outcomes if outcome.result}
    assert len(results) == len(outcomes) == 6
    assert {"layers.png", "layers.psd.png", "layers.psd-2.png"} < results  # the file that has the name keeps it


def test_names_never_lead_out_of_the_folder_for_the_results(scans: Path, tmp_path: Path) -> None:
    paths = [scans / "old" / ".." / "sketch.png", scans / "old" / "sketch.png"]
    outcomes = clean_files(paths, tmp_path / "clean", OPTIONS, FakeCleaner())
    assert [outcome.result for outcome in outcomes] == [
        tmp_path / "clean" / name for name in ("sketch.png", "old/sketch.png")
    ]


def test_a_result_keeps_its_name_when_other_scans_are_added(scans: Path, tmp_path: Path) -> None:
    clean_files([scans], tmp_path / "clean", OPTIONS, FakeCleaner())
    (scans / "layers.png").write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    outcomes = outcomes_by_name(clean_files([scans], tmp_path / "clean", OPTIONS, FakeCleaner()))
    assert outcomes["layers.psd"].done_before
    assert outcomes["layers.png"].problem is None
