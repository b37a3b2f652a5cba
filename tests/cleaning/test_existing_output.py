"""No file is replaced except unchanged results of the same scan."""

from pathlib import Path
from typing import Any

import pytest

from pochade import errors
from pochade.cleaning.clean_files import clean_files
from pochade.cleaning.cleaner import Cleaned
from tests.support.picture_files import (
    Array,
    encode_with_pillow,
    rgb_image,
)
from tests.support.scan_files import (
    OPTIONS,
    OTHER_OPTIONS,
    FakeCleaner,
    file_contents,
    file_names,
    outcomes_by_name,
)


def test_a_retouched_result_is_never_replaced(scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    clean_files([scans / "sketch.png"], to, OPTIONS, FakeCleaner())
    (to / "sketch.png").write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    for options in (OPTIONS, OTHER_OPTIONS):
        (outcome,) = clean_files([scans / "sketch.png"], to, options, FakeCleaner())
        assert "was changed after it was cleaned" in str(outcome.problem)
    assert (to / "sketch.png").read_bytes() == encode_with_pillow(rgb_image(), "PNG")


@pytest.mark.parametrize("name", ["sketch.png", "sketch.png.json", "sketch.png.preview.jpg"])
def test_a_file_that_pochade_did_not_write_is_never_replaced(name: str, scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    to.mkdir()
    (to / name).write_text("mine")
    (outcome,) = clean_files([scans / "sketch.png"], to, OPTIONS, FakeCleaner(), preview=True)
    assert "already exists" in str(outcome.problem)
    assert file_contents(to) == {name: b"mine"}


@pytest.mark.parametrize("name", ["sketch.png", "sketch.png.json", "sketch.png.preview.jpg"])
@pytest.mark.parametrize("cleaned_before", [False, True])
def test_a_file_that_was_written_during_the_cleaning_stays(
    name: str, cleaned_before: bool, scans: Path, tmp_path: Path
) -> None:
    to = tmp_path / "clean"
    if cleaned_before:
        clean_files([scans / "sketch.png"], to, OTHER_OPTIONS, FakeCleaner(), preview=True)
    before = file_contents(to) if cleaned_before else {}

    def clean_while_a_file_is_written(picture: Array, **arguments: Any) -> Cleaned:
        (to / name).write_text("mine")
        return FakeCleaner()(picture, **arguments)

    (outcome,) = clean_files([scans / "sketch.png"], to, OPTIONS, clean_while_a_file_is_written, preview=True)
    assert isinstance(outcome.problem, errors.OutputUnwritable)
    assert file_contents(to) == before | {name: b"mine"}
    (outcome,) = clean_files([scans / "sketch.png"], to, OPTIONS, FakeCleaner(), preview=True)
    assert outcome.problem  # the foreign file does not count as a result
    assert file_contents(to) == before | {name: b"mine"}


def test_of_two_simultaneous_runs_the_second_is_refused(scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"

    def clean_during_another_run(picture: Array, **arguments: Any) -> Cleaned:
        with pytest.raises(errors.UsageError, match="another process is cleaning into"):
            clean_files([scans / "deep.tif"], to, OTHER_OPTIONS, FakeCleaner())
        return FakeCleaner()(picture, **arguments)

    (outcome,) = clean_files([scans / "sketch.png"], to, OPTIONS, clean_during_another_run)
    assert outcome.problem is None
    assert file_names(to) == {"sketch.png", "sketch.png.json"}


def test_an_original_is_never_replaced(scans: Path, tmp_path: Path) -> None:
    before = file_contents(scans)
    (tmp_path / "link").symlink_to(scans)
    for to in (scans, tmp_path / "link", scans / "old" / ".."):
        outcomes = clean_files([scans], to, OPTIONS, FakeCleaner())
        assert all(outcome.problem for outcome in outcomes)
        assert "is in the folder for the results" in str(outcomes_by_name(outcomes)["deep.tif"].problem)
    assert file_contents(scans) == before


def test_the_result_of_another_scan_of_the_same_name_is_never_replaced(scans: Path, tmp_path: Path) -> None:
    clean_files([scans / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner())
    before = file_contents(tmp_path / "clean")
    (outcome,) = clean_files([scans / "old" / "sketch.png"], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert f"made from '{scans / 'sketch.png'}'" in str(outcome.problem)
    assert file_contents(tmp_path / "clean") == before


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("drawn", [False, True])
def test_a_changed_preview_is_never_replaced(preview: bool, drawn: bool, scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    clean_files([scans / "sketch.png"], to, OPTIONS, FakeCleaner(), preview=drawn)
    (to / "sketch.png.preview.jpg").write_text("mine")
    before = file_contents(to)
    (outcome,) = clean_files([scans / "sketch.png"], to, OTHER_OPTIONS, FakeCleaner(), preview=preview)
    assert "preview.jpg' was changed after it was drawn" in str(outcome.problem)
    assert file_contents(to) == before
