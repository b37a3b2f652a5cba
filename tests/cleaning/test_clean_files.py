"""Scans are cleaned into a folder of their own, whatever goes wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pochade import errors
from pochade.cleaning.clean_files import clean_files
from pochade.cleaning.clean_options import CleanOptions, StrengthPercents
from pochade.cleaning.cleaner import Cleaned
from pochade.images.io.read import read_picture
from tests.support.picture_files import (
    Array,
    colour_values,
    encode_with_pillow,
    rgb_image,
)
from tests.support.scan_files import (
    OPTIONS,
    OTHER_OPTIONS,
    FakeCleaner,
    file_contents,
    file_names,
    find_nothing,
    lighten,
)


def test_a_folder_is_cleaned_into_another_and_one_bad_file_stops_nothing(scans: Path, tmp_path: Path) -> None:
    before = file_contents(scans)
    outcomes = clean_files([scans], tmp_path / "clean", OPTIONS, FakeCleaner())
    results = {"sketch.png", "deep.tif", "layers.psd.png", "old/sketch.png", "old/grey.JPG"}
    assert file_names(tmp_path / "clean") == results | {f"{name}.json" for name in results}
    assert file_contents(scans) == before
    (bad,) = [outcome for outcome in outcomes if outcome.problem]
    assert bad.scan.name == "broken.png"
    assert "is cut short" in str(bad.problem)


def test_depth_alpha_exif_and_dots_per_inch_stay(scans: Path, tmp_path: Path) -> None:
    clean_files([scans], tmp_path / "clean", OPTIONS, FakeCleaner())
    for name in ("sketch.png", "deep.tif", "old/sketch.png"):
        before, after = read_picture(scans / name), read_picture(tmp_path / "clean" / name)
        np.testing.assert_array_equal(after.pixels, lighten(before.pixels))
        np.testing.assert_equal(after.alpha, before.alpha)
        assert (after.exif, after.header.depth) == (before.exif, before.header.depth)
        assert after.dpi == (None if before.dpi is None else pytest.approx(before.dpi))


def test_the_cleaner_gets_strengths_and_masks_by_name(scans: Path, tmp_path: Path) -> None:
    cleaner = FakeCleaner()
    clean_files([scans / "sketch.png", scans / "old" / "grey.JPG"], tmp_path / "clean", OPTIONS, cleaner)
    strengths = {"light": 60, "paper": 60, "grain": 60, "specks": 100, "smudges": 60}
    others = {"protect": None, "only": None, "mask": None, "largest_speck": 1.0}
    assert cleaner.calls == [
        strengths | others | {"dpi": pytest.approx(300, abs=0.1), "shape": (16, 24, 3), "type": "uint8"},
        strengths | others | {"dpi": None, "shape": (16, 24), "type": "uint8"},
    ]


def test_a_run_with_the_same_options_does_nothing_and_one_with_others_cleans_again(scans: Path, tmp_path: Path) -> None:
    cleaner, to = FakeCleaner(), tmp_path / "clean"
    clean_files([scans], to, OPTIONS, cleaner)
    scan_count, first_results = len(cleaner.calls), file_contents(to)
    repeated = clean_files([scans], to, OPTIONS, cleaner)
    assert len(cleaner.calls) == scan_count
    assert file_contents(to) == first_results
    assert sum(outcome.done_before for outcome in repeated) == scan_count
    clean_files([scans], to, CleanOptions(StrengthPercents.from_overall(10), model="a model"), cleaner)
    assert len(cleaner.calls) == 2 * scan_count
    clean_files([scans], to, CleanOptions(StrengthPercents.from_overall(10), model="another model"), cleaner)
    assert len(cleaner.calls) == 3 * scan_count


def test_a_changed_scan_is_cleaned_again(scans: Path, tmp_path: Path) -> None:
    cleaner, scan = FakeCleaner(), scans / "sketch.png"
    clean_files([scan], tmp_path / "clean", OPTIONS, cleaner)
    scan.write_bytes(encode_with_pillow(Image.fromarray(255 - colour_values()), "PNG"))
    clean_files([scan], tmp_path / "clean", OPTIONS, cleaner)
    np.testing.assert_array_equal(
        read_picture(tmp_path / "clean" / "sketch.png").pixels, lighten(255 - colour_values())
    )


def test_a_run_killed_between_record_and_result_is_continued(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, to = scans / "sketch.png", tmp_path / "clean"
    clean_files([scan], to, OPTIONS, FakeCleaner())

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pochade.cleaning.clean_files.write_atomically", stop)
        with pytest.raises(KeyboardInterrupt):
            clean_files([scan], to, OTHER_OPTIONS, find_nothing)
    assert file_names(to) == {"sketch.png", "sketch.png.json"}
    (outcome,) = clean_files([scan], to, OTHER_OPTIONS, find_nothing)
    assert outcome.problem is None
    assert not outcome.done_before
    assert (to / "sketch.png").read_bytes() == scan.read_bytes()


def test_an_interrupted_write_leaves_no_half_file(scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        clean_files([scans / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert file_names(tmp_path / "clean") == set()


def test_a_clean_scan_is_copied_byte_for_byte(scans: Path, tmp_path: Path) -> None:
    (outcome,) = clean_files([scans / "old" / "grey.JPG"], tmp_path / "clean", OPTIONS, find_nothing)
    assert outcome.record
    assert outcome.record.already_clean
    assert (tmp_path / "clean" / "grey.JPG").read_bytes() == (scans / "old" / "grey.JPG").read_bytes()


def test_an_animation_gets_a_note_that_only_one_frame_is_kept(tmp_path: Path) -> None:
    (tmp_path / "scan.gif").write_bytes(
        encode_with_pillow(rgb_image(), "GIF", save_all=True, append_images=[Image.new("RGB", (24, 16))])
    )
    (outcome,) = clean_files([tmp_path / "scan.gif"], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert outcome.record
    assert "only its first frame was kept" in outcome.record.notes


def test_an_error_of_the_cleaner_stops_nothing(scans: Path, tmp_path: Path) -> None:
    def fail(_: Array, **__: Any) -> Cleaned:
        raise RuntimeError("no memory left for a tile\nand a long stack")

    (outcome,) = clean_files([scans / "sketch.png"], tmp_path / "clean", OPTIONS, fail)
    assert str(outcome.problem).endswith("sketch.png' could not be cleaned: no memory left for a tile")
    assert file_names(tmp_path / "clean") == set()


def test_progress_is_reported_before_and_after_each_scan(scans: Path, tmp_path: Path) -> None:
    reported = []

    def report(done: int, total: int, scan: Path) -> None:
        reported.append((done, total, scan.name))

    clean_files([scans / "deep.tif", scans / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner(), report=report)
    assert reported == [(0, 2, "deep.tif"), (1, 2, "deep.tif"), (1, 2, "sketch.png"), (2, 2, "sketch.png")]


def test_a_preview_has_three_panels(scans: Path, tmp_path: Path) -> None:
    clean_files([scans / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner(), preview=True)
    with Image.open(tmp_path / "clean" / "sketch.png.preview.jpg") as sheet:
        assert sheet.size == (3 * 24 + 2 * 8, 16)


def test_a_preview_shows_the_current_result(scans: Path, tmp_path: Path) -> None:
    scan, to = scans / "sketch.png", tmp_path / "clean"
    clean_files([scan], to, OPTIONS, find_nothing, preview=True)
    first_preview = (to / "sketch.png.preview.jpg").read_bytes()
    (outcome,) = clean_files([scan], to, OPTIONS, FakeCleaner())
    assert outcome.done_before  # and its preview stays
    clean_files([scan], to, OTHER_OPTIONS, FakeCleaner())
    assert file_names(to) == {"sketch.png", "sketch.png.json"}
    (outcome,) = clean_files([scan], to, OTHER_OPTIONS, FakeCleaner(), preview=True)
    assert not outcome.done_before
    assert (to / "sketch.png.preview.jpg").read_bytes() != first_preview


def test_a_file_in_the_place_of_the_folder_is_an_error(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(errors.OutputUnwritable, match="can't be the folder"):
        clean_files([scans], tmp_path / "taken", OPTIONS, FakeCleaner())


def test_a_name_that_is_too_long_for_a_disk_is_a_problem(scans: Path, tmp_path: Path) -> None:
    outcomes = clean_files([scans / ("n" * 300), scans / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert "File name too long" in str(outcomes[0].problem)
    assert outcomes[1].problem is None


def test_a_long_name_is_a_problem_only_if_the_name_of_its_preview_is_too_long(scans: Path, tmp_path: Path) -> None:
    scan = (scans / "sketch.png").rename(scans / ("絵" * 80 + ".png"))  # 244 bytes of the 255 that a name may have
    (outcome,) = clean_files([scan], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert outcome.problem is None
    cleaner = FakeCleaner()
    (outcome,) = clean_files([scan], tmp_path / "drawn", OPTIONS, cleaner, preview=True)
    assert outcome.problem
    assert "File name too long" in str(outcome.problem)
    assert outcome.problem.hint == "give it a shorter name"
    assert not cleaner.calls  # the error comes before the long work
    assert file_names(tmp_path / "drawn") == set()
