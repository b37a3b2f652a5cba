"""Which files are scans: each once, no results, no TIFF of several pages."""

import io
from pathlib import Path

import pytest
import tifffile

from pochade import errors
from pochade.cleaning.clean_files import clean_files
from pochade.images.io.identify import identify
from tests.support.picture_files import (
    colour_values,
    encode_with_pillow,
    rgb_image,
)
from tests.support.scan_files import (
    OPTIONS,
    FakeCleaner,
)


def test_results_of_an_earlier_run_are_no_scans(scans: Path) -> None:
    first = clean_files([scans], scans / "clean", OPTIONS, FakeCleaner(), preview=True)
    again = clean_files([scans], scans / "clean", OPTIONS, FakeCleaner(), preview=True)
    assert {outcome.scan for outcome in again} == {outcome.scan for outcome in first}


@pytest.mark.parametrize("name", ["sketch.png", "sketch.png.preview.jpg"])
def test_a_scan_that_was_saved_over_a_result_is_a_scan(name: str, scans: Path, tmp_path: Path) -> None:
    clean_files([scans], scans / "clean", OPTIONS, FakeCleaner(), preview=True)
    (scans / "clean" / name).write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    outcomes = clean_files([scans], tmp_path / "other", OPTIONS, FakeCleaner())
    assert [outcome.scan for outcome in outcomes if "clean" in outcome.scan.parts] == [scans / "clean" / name]


def test_a_file_given_twice_is_cleaned_once(scans: Path, tmp_path: Path) -> None:
    assert len(clean_files([scans / "deep.tif", scans / "deep.tif"], tmp_path / "clean", OPTIONS, FakeCleaner())) == 1


def tiff_of_pages(*kinds: int) -> bytes:
    """A TIFF with a directory of each kind: 0 for a page, 1 for a thumbnail, 4 for a mask."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for kind in kinds:
            values = colour_values()[..., 0] > 99 if kind == 4 else colour_values()  # a mask has one bit
            writer.write(values, subfiletype=kind, metadata=None)
    return file.getvalue()


def test_a_tiff_of_several_pages_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pages.tif").write_bytes(tiff_of_pages(0, 0, 1, 0))
    cleaner = FakeCleaner()
    (outcome,) = clean_files([tmp_path / "pages.tif"], tmp_path / "clean", OPTIONS, cleaner)
    assert "pages.tif' holds more than one page" in str(outcome.problem)
    assert identify(tmp_path / "pages.tif").frames == 3
    assert "split it" in (outcome.problem.hint if outcome.problem else "")
    assert not cleaner.calls


@pytest.mark.parametrize("kinds", [(0,), (0, 1), (0, 1, 4)])
@pytest.mark.parametrize("next_offset", [None, 8, 2**32 - 1], ids=["as it is", "in a circle", "beyond the end"])
def test_thumbnails_masks_and_a_broken_chain_in_a_tiff_are_no_pages(
    kinds: tuple[int, ...], next_offset: int | None, tmp_path: Path
) -> None:
    content = bytearray(tiff_of_pages(*kinds))
    if next_offset is not None:
        count = int.from_bytes(content[8:10], "little")
        content[10 + 12 * count : 14 + 12 * count] = next_offset.to_bytes(4, "little")
    (tmp_path / "scan.tif").write_bytes(content)
    (outcome,) = clean_files([tmp_path / "scan.tif"], tmp_path / "clean", OPTIONS, FakeCleaner())
    assert outcome.problem is None


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.UsageError, match="no picture to clean"):
        clean_files([tmp_path / "empty"], tmp_path / "clean", OPTIONS, FakeCleaner())
