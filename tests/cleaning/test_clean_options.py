"""Masks protect parts of scans, or select the parts to clean."""

from pathlib import Path

import numpy as np
from PIL import Image

from pochade import errors
from pochade.cleaning.clean_files import clean_files
from pochade.cleaning.clean_options import CleanOptions, MaskFile, StrengthPercents
from pochade.cleaning.scan_plan import plan_scans
from tests.support.picture_files import (
    encode_with_pillow,
    rgb_image,
)
from tests.support.scan_files import (
    OPTIONS,
    FakeCleaner,
)


def test_a_mask_selects_by_its_level_of_white(scans: Path, tmp_path: Path) -> None:
    mask_pixels = np.zeros((16, 24, 4), np.uint8)
    mask_pixels[:, :12] = (255, 255, 255, 255)
    mask_pixels[:, 12:16] = (255, 255, 255, 128)
    (tmp_path / "mask.png").write_bytes(encode_with_pillow(Image.fromarray(mask_pixels), "PNG"))
    cleaner, mask = FakeCleaner(), MaskFile.read(tmp_path / "mask.png")
    options = CleanOptions(StrengthPercents.from_overall(100), protect=mask)
    clean_files([scans / "sketch.png"], tmp_path / "clean", options, cleaner)
    np.testing.assert_array_equal(cleaner.calls[0]["protect"][0], [255] * 12 + [128] * 4 + [0] * 8)
    assert cleaner.calls[0]["only"] is None


def test_each_scan_can_have_its_own_mask(scans: Path, tmp_path: Path) -> None:
    names = [tmp_path / folder / "01.png" for folder in "ab"]
    for path in names:
        path.parent.mkdir()
        path.write_bytes((scans / "sketch.png").read_bytes())
    white = Image.new("L", (24, 16), 255)
    white.save(tmp_path / "mask.png")
    cleaner = FakeCleaner()
    outcomes = clean_files(names, tmp_path / "clean", OPTIONS, cleaner, protected={names[1]: tmp_path / "mask.png"})
    assert [outcome.problem for outcome in outcomes] == [None, None]
    assert [call["protect"] is None for call in cleaner.calls] == [True, False]
    without_mask = clean_files(
        names, tmp_path / "again", OPTIONS, FakeCleaner(), protected={names[1]: tmp_path / "gone.png"}
    )
    assert [outcome.problem is None for outcome in without_mask] == [True, False]


def test_the_error_for_a_mask_of_another_size_names_both_sizes(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(encode_with_pillow(rgb_image().resize((30, 20)), "PNG"))
    options = CleanOptions(StrengthPercents.from_overall(100), only=MaskFile.read(tmp_path / "mask.png"))
    (outcome,) = clean_files([scans / "sketch.png"], tmp_path / "clean", options, FakeCleaner())
    assert isinstance(outcome.problem, errors.UsageError)
    assert "has 30 x 20 pixels, and" in str(outcome.problem)
    assert "has 24 x 16 pixels" in str(outcome.problem)


def test_a_mask_of_removed_specks_is_drawn_corrected_and_handed_back(scans: Path, tmp_path: Path) -> None:
    scan, to = scans / "sketch.png", tmp_path / "clean"
    clean_files([scan], to, OPTIONS, FakeCleaner(), preview=True)
    drawn = to / "sketch.png.specks.png"
    with Image.open(drawn) as mask:
        assert mask.size == (24, 16)
    corrected = Image.new("L", (24, 16))
    corrected.putpixel((3, 2), 255)
    corrected.save(drawn)
    content, cleaner = drawn.read_bytes(), FakeCleaner()
    (outcome,) = clean_files([scan], to, OPTIONS, cleaner, preview=True, masks=to)
    assert outcome.problem is None
    assert not outcome.done_before
    assert np.argwhere(cleaner.calls[0]["mask"]).tolist() == [[2, 3]]
    assert drawn.read_bytes() == content  # what a person drew is never replaced
    assert not plan_scans([to], tmp_path / "other").jobs  # and is no scan
