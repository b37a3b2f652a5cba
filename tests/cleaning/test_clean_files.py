"""Scans in, cleaned files out: what a person finds in the folder afterwards, whatever went wrong."""

import errno
import io
import json
import shutil
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from pochade import errors
from pochade._version import __version__
from pochade.cleaning.clean_files import CleanOutcome, clean_files
from pochade.cleaning.clean_options import CleanOptions, MaskFile, StrengthPercents
from pochade.cleaning.cleaner import Cleaned
from pochade.images.base.picture import Header, Picture
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture
from pochade.images.render.before_after import amplify, draw_before_after
from pochade.system.atomic_files import write_atomically
from tests.cli.test_collection_commands import run
from tests.support.picture_files import (
    Array,
    colour_and_alpha_values,
    colour_values,
    encode_png,
    encode_tiff,
    encode_with_pillow,
    make_exif,
    make_psd,
    rgb_image,
    rgba_image,
)

WISH = CleanOptions(StrengthPercents.from_overall(60, specks=100), model="a net")


@dataclass
class Cleaner:
    """A stand-in that makes every pixel a sixteenth lighter, and remembers what it was asked."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def __call__(self, picture: Array, **asked: Any) -> Cleaned:
        self.asked.append(asked | {"shape": picture.shape, "type": picture.dtype.name})
        return cleaned(picture, lighter(picture), self.notes)


def cleaned(before: Array, after: Array, notes: tuple[str, ...], *, already_clean: bool = False) -> Cleaned:
    """What cleaning gives, of arrays."""
    was, now = (
        np.broadcast_to(array.reshape(*array.shape[:2], -1), (*array.shape[:2], 3)) for array in (before, after)
    )
    return Cleaned(after, np.zeros(before.shape[:2], np.uint8), was, now, notes, already_clean)


def lighter(pixels: Array) -> Array:
    return pixels + (np.iinfo(pixels.dtype).max - pixels) // 16


def unchanged(picture: Array, **_: Any) -> Cleaned:
    return cleaned(picture, picture, ("it is clean already",), already_clean=True)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder of scans of several kinds, one of them broken."""
    folder = tmp_path / "scans"
    (folder / "old").mkdir(parents=True)
    (folder / "sketch.png").write_bytes(encode_with_pillow(rgba_image(), "PNG", dpi=(300, 300), exif=make_exif(1)))
    (folder / "deep.tif").write_bytes(
        encode_tiff(colour_and_alpha_values(16), photometric="rgb", extrasamples=["unassalpha"])
    )
    (folder / "layers.psd").write_bytes(make_psd(np.moveaxis(colour_values(), -1, 0)))
    (folder / "old" / "sketch.png").write_bytes(encode_png(colour_values(16)))
    (folder / "old" / "grey.JPG").write_bytes(encode_with_pillow(rgb_image().convert("L"), "JPEG", dpi=(72, 72)))
    (folder / "broken.png").write_bytes(encode_with_pillow(rgb_image(), "PNG")[:90])
    return folder


def by_name(outcomes: list[CleanOutcome]) -> dict[str, CleanOutcome]:
    return {outcome.scan.name: outcome for outcome in outcomes}


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names_in(folder)}


def test_a_folder_is_cleaned_into_another_and_one_bad_file_stops_nothing(scans: Path, tmp_path: Path) -> None:
    before = contents(scans)
    outcomes = clean_files([scans], tmp_path / "clean", WISH, Cleaner())
    results = {"sketch.png", "deep.tif", "layers.psd.png", "old/sketch.png", "old/grey.JPG"}
    assert names_in(tmp_path / "clean") == results | {f"{name}.json" for name in results}
    assert contents(scans) == before
    (bad,) = [outcome for outcome in outcomes if outcome.problem]
    assert bad.scan.name == "broken.png"
    assert "is cut short" in str(bad.problem)


def test_depth_alpha_exif_and_dots_per_inch_stay(scans: Path, tmp_path: Path) -> None:
    clean_files([scans], tmp_path / "clean", WISH, Cleaner())
    for name in ("sketch.png", "deep.tif", "old/sketch.png"):
        was, now = read_picture(scans / name), read_picture(tmp_path / "clean" / name)
        np.testing.assert_array_equal(now.pixels, lighter(was.pixels))
        np.testing.assert_equal(now.alpha, was.alpha)
        assert (now.exif, now.header.depth) == (was.exif, was.header.depth)
        assert now.dpi == (None if was.dpi is None else pytest.approx(was.dpi))


def test_the_cleaning_is_asked_in_its_own_words(scans: Path, tmp_path: Path) -> None:
    cleaner = Cleaner()
    clean_files([scans / "sketch.png", scans / "old" / "grey.JPG"], tmp_path / "clean", WISH, cleaner)
    strengths = {"light": 60, "paper": 60, "grain": 60, "specks": 100, "smudges": 60}
    masks = {"protect": None, "only": None}
    assert cleaner.asked == [
        strengths | masks | {"shape": (16, 24, 3), "type": "uint8"},
        strengths | masks | {"shape": (16, 24), "type": "uint8"},
    ]


def test_what_was_done_is_kept_beside_the_result(scans: Path, tmp_path: Path) -> None:
    clean_files([scans / "sketch.png"], tmp_path / "clean", WISH, Cleaner(notes=("there is little bare paper",)))
    kept = json.loads((tmp_path / "clean" / "sketch.png.json").read_text(encoding="utf-8"))
    assert kept["pochade"] == __version__
    assert kept["asked"]["strengths"]["grain"] == 60
    assert kept["asked"]["net"] == "a net"
    assert kept["original"] == str(scans / "sketch.png")
    assert kept["notes"] == ["there is little bare paper"]
    assert (kept["dpi"], kept["changed"]) == (300, 1)


def test_dots_of_a_screen_are_none_of_a_scan(scans: Path, tmp_path: Path) -> None:
    (outcome,) = clean_files([scans / "old" / "grey.JPG"], tmp_path / "clean", WISH, Cleaner())
    assert outcome.record
    assert outcome.record.dpi is None  # the file says 72


def test_the_same_again_is_done_already_and_another_wish_is_not(scans: Path, tmp_path: Path) -> None:
    cleaner, to = Cleaner(), tmp_path / "clean"
    clean_files([scans], to, WISH, cleaner)
    done, first = len(cleaner.asked), contents(to)
    again = clean_files([scans], to, WISH, cleaner)
    assert len(cleaner.asked) == done
    assert contents(to) == first
    assert sum(outcome.done_before for outcome in again) == done
    clean_files([scans], to, CleanOptions(StrengthPercents.from_overall(10), model="a net"), cleaner)
    assert len(cleaner.asked) == 2 * done
    clean_files([scans], to, CleanOptions(StrengthPercents.from_overall(10), model="another"), cleaner)
    assert len(cleaner.asked) == 3 * done


def test_a_scan_that_was_made_anew_is_cleaned_anew(scans: Path, tmp_path: Path) -> None:
    cleaner, scan = Cleaner(), scans / "sketch.png"
    clean_files([scan], tmp_path / "clean", WISH, cleaner)
    scan.write_bytes(encode_with_pillow(Image.fromarray(255 - colour_values()), "PNG"))
    clean_files([scan], tmp_path / "clean", WISH, cleaner)
    np.testing.assert_array_equal(
        read_picture(tmp_path / "clean" / "sketch.png").pixels, lighter(255 - colour_values())
    )


def test_a_run_killed_before_a_file_was_written_goes_on(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, to = scans / "sketch.png", tmp_path / "clean"
    clean_files([scan], to, WISH, Cleaner())
    other = CleanOptions(StrengthPercents.from_overall(5))

    def stop(path: Path, _content: bytes, *, new: bool) -> None:
        raise KeyboardInterrupt(path, new)

    with monkeypatch.context() as patched:
        patched.setattr("pochade.cleaning.clean_files.write_atomically", stop)
        with pytest.raises(KeyboardInterrupt):
            clean_files([scan], to, other, unchanged)
    assert names_in(to) == {"sketch.png", "sketch.png.json"}
    (outcome,) = clean_files([scan], to, other, unchanged)
    assert outcome.problem is None
    assert not outcome.done_before
    assert (to / "sketch.png").read_bytes() == scan.read_bytes()


def test_an_interrupted_write_leaves_no_half_file(scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        clean_files([scans / "sketch.png"], tmp_path / "clean", WISH, Cleaner())
    assert names_in(tmp_path / "clean") == set()


def test_a_result_that_somebody_retouched_is_never_replaced(scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    clean_files([scans / "sketch.png"], to, WISH, Cleaner())
    (to / "sketch.png").write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    for wish in (WISH, CleanOptions(StrengthPercents.from_overall(5))):
        (outcome,) = clean_files([scans / "sketch.png"], to, wish, Cleaner())
        assert "was changed by somebody" in str(outcome.problem)
    assert (to / "sketch.png").read_bytes() == encode_with_pillow(rgb_image(), "PNG")


@pytest.mark.parametrize("name", ["sketch.png", "sketch.png.json", "sketch.png.preview.jpg"])
def test_a_file_of_somebodys_is_never_replaced(name: str, scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    to.mkdir()
    (to / name).write_text("mine")
    (outcome,) = clean_files([scans / "sketch.png"], to, WISH, Cleaner(), preview=True)
    assert "is there already" in str(outcome.problem)
    assert contents(to) == {name: b"mine"}


@pytest.mark.parametrize("name", ["sketch.png", "sketch.png.json", "sketch.png.preview.jpg"])
@pytest.mark.parametrize("cleaned_before", [False, True])
def test_a_file_that_somebody_wrote_during_the_cleaning_stays(
    name: str, cleaned_before: bool, scans: Path, tmp_path: Path
) -> None:
    to = tmp_path / "clean"
    if cleaned_before:
        clean_files([scans / "sketch.png"], to, CleanOptions(StrengthPercents.from_overall(5)), Cleaner(), preview=True)
    before = contents(to) if cleaned_before else {}

    def while_somebody_writes(picture: Array, **asked: Any) -> Cleaned:
        (to / name).write_text("mine")
        return Cleaner()(picture, **asked)

    (outcome,) = clean_files([scans / "sketch.png"], to, WISH, while_somebody_writes, preview=True)
    assert isinstance(outcome.problem, errors.OutputUnwritable)
    assert contents(to) == before | {name: b"mine"}
    (outcome,) = clean_files([scans / "sketch.png"], to, WISH, Cleaner(), preview=True)
    assert outcome.problem  # somebody's bytes didn't become ours
    assert contents(to) == before | {name: b"mine"}


@pytest.mark.parametrize("other", ["sketch.png", "old/sketch.png"])
def test_of_two_runs_into_one_folder_the_first_ones_result_stays(other: str, scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"

    def while_another_runs(picture: Array, **asked: Any) -> Cleaned:
        clean_files([scans / other], to, CleanOptions(StrengthPercents.from_overall(5)), Cleaner(), preview=True)
        return Cleaner()(picture, **asked)

    (outcome,) = clean_files([scans / "sketch.png"], to, WISH, while_another_runs)
    assert isinstance(outcome.problem, errors.OutputUnwritable)
    (first,) = clean_files([scans / other], to, CleanOptions(StrengthPercents.from_overall(5)), Cleaner(), preview=True)
    assert first.done_before


@pytest.mark.parametrize("links", [True, False], ids=["most disks", "a disk without second names"])
def test_a_new_file_never_takes_a_name_that_was_taken_at_the_last_moment(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if not links:
        monkeypatch.setattr("os.link", refuse)
    write_atomically(tmp_path / "new", b"ours", new=True)
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(errors.OutputUnwritable, match="File exists"):
        write_atomically(tmp_path / "taken", b"ours", new=True)
    assert contents(tmp_path) == {"new": b"ours", "taken": b"mine"}


def test_an_original_is_never_replaced(scans: Path, tmp_path: Path) -> None:
    before = contents(scans)
    (tmp_path / "link").symlink_to(scans)
    for to in (scans, tmp_path / "link", scans / "old" / ".."):
        outcomes = clean_files([scans], to, WISH, Cleaner())
        assert all(outcome.problem for outcome in outcomes)
        assert "lies in the folder for the results" in str(by_name(outcomes)["deep.tif"].problem)
    assert contents(scans) == before


def test_results_of_an_earlier_run_below_the_folder_are_no_scans(scans: Path) -> None:
    first = clean_files([scans], scans / "clean", WISH, Cleaner(), preview=True)
    again = clean_files([scans], scans / "clean", WISH, Cleaner(), preview=True)
    assert {outcome.scan for outcome in again} == {outcome.scan for outcome in first}


def test_scans_of_one_name_get_names_of_their_own(scans: Path, tmp_path: Path) -> None:
    (scans / "layers.png").write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    given = [scans / "sketch.png", scans / "old" / "sketch.png", scans / "layers.psd", scans / "layers.png"]
    outcomes = clean_files(given, tmp_path / "clean", WISH, Cleaner())
    results = [str(outcome.result.relative_to(tmp_path / "clean")) for outcome in outcomes if outcome.result]
    assert results == ["sketch.png", "old/sketch.png", "layers.psd.png", "layers.png"]


def test_no_two_scans_get_one_name(scans: Path, tmp_path: Path) -> None:
    for name in ("p/a/sketch.png", "p/b/sketch.png", "q/a/sketch.png", "r/layers.png", "r/layers.psd.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((scans / "sketch.png").read_bytes())
    shutil.copy(scans / "layers.psd", tmp_path / "r")
    given = [*(tmp_path / "p" / name / "sketch.png" for name in "ab"), tmp_path / "q", tmp_path / "r"]
    outcomes = clean_files(given, tmp_path / "clean", WISH, Cleaner())
    assert not [outcome for outcome in outcomes if outcome.problem]
    results = {str(outcome.result.relative_to(tmp_path / "clean")) for outcome in outcomes if outcome.result}
    assert len(results) == len(outcomes) == 6
    assert {"layers.png", "layers.psd.png", "layers.psd-2.png"} < results  # whose name it is keeps it


def test_names_never_lead_out_of_the_folder_for_the_results(scans: Path, tmp_path: Path) -> None:
    given = [scans / "old" / ".." / "sketch.png", scans / "old" / "sketch.png"]
    outcomes = clean_files(given, tmp_path / "clean", WISH, Cleaner())
    assert [outcome.result for outcome in outcomes] == [
        tmp_path / "clean" / name for name in ("sketch.png", "old/sketch.png")
    ]


def test_a_result_keeps_its_name_whatever_else_is_cleaned_later(scans: Path, tmp_path: Path) -> None:
    clean_files([scans], tmp_path / "clean", WISH, Cleaner())
    (scans / "layers.png").write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    outcomes = by_name(clean_files([scans], tmp_path / "clean", WISH, Cleaner()))
    assert outcomes["layers.psd"].done_before
    assert outcomes["layers.png"].problem is None


@pytest.mark.parametrize("name", ["sketch.png", "sketch.png.preview.jpg"])
def test_a_new_scan_that_was_saved_over_a_result_is_a_scan(name: str, scans: Path, tmp_path: Path) -> None:
    clean_files([scans], scans / "clean", WISH, Cleaner(), preview=True)
    (scans / "clean" / name).write_bytes(encode_with_pillow(rgb_image(), "PNG"))
    outcomes = clean_files([scans], tmp_path / "other", WISH, Cleaner())
    assert [outcome.scan for outcome in outcomes if "clean" in outcome.scan.parts] == [scans / "clean" / name]


def test_another_scan_of_the_same_name_does_not_replace_the_firsts_result(scans: Path, tmp_path: Path) -> None:
    clean_files([scans / "sketch.png"], tmp_path / "clean", WISH, Cleaner())
    before = contents(tmp_path / "clean")
    (outcome,) = clean_files([scans / "old" / "sketch.png"], tmp_path / "clean", WISH, Cleaner())
    assert f"made of '{scans / 'sketch.png'}'" in str(outcome.problem)
    assert contents(tmp_path / "clean") == before


def test_a_file_given_twice_is_cleaned_once(scans: Path, tmp_path: Path) -> None:
    assert len(clean_files([scans / "deep.tif", scans / "deep.tif"], tmp_path / "clean", WISH, Cleaner())) == 1


def test_what_needs_no_cleaning_is_copied_byte_for_byte(scans: Path, tmp_path: Path) -> None:
    (outcome,) = clean_files([scans / "old" / "grey.JPG"], tmp_path / "clean", WISH, unchanged)
    assert outcome.record
    assert outcome.record.already_clean
    assert (tmp_path / "clean" / "grey.JPG").read_bytes() == (scans / "old" / "grey.JPG").read_bytes()


def test_an_animation_says_that_one_frame_is_kept(tmp_path: Path) -> None:
    (tmp_path / "scan.gif").write_bytes(
        encode_with_pillow(rgb_image(), "GIF", save_all=True, append_images=[Image.new("RGB", (24, 16))])
    )
    (outcome,) = clean_files([tmp_path / "scan.gif"], tmp_path / "clean", WISH, Cleaner())
    assert outcome.record
    assert "only its first frame was kept" in outcome.record.notes


def pages(*kinds: int) -> bytes:
    """A TIFF with a directory of each kind: 0 for a page, 1 for a small copy, 4 for a mask."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as written:
        for kind in kinds:
            values = colour_values()[..., 0] > 99 if kind == 4 else colour_values()  # a mask has one bit
            written.write(values, subfiletype=kind, metadata=None)
    return file.getvalue()


def test_a_tiff_of_several_pages_is_refused_and_not_cut_down_to_one(tmp_path: Path) -> None:
    (tmp_path / "pages.tif").write_bytes(pages(0, 0, 1, 0))
    cleaner = Cleaner()
    (outcome,) = clean_files([tmp_path / "pages.tif"], tmp_path / "clean", WISH, cleaner)
    assert "pages.tif' holds more than one page" in str(outcome.problem)
    assert identify(tmp_path / "pages.tif").frames == 3
    assert "split it" in (outcome.problem.hint if outcome.problem else "")
    assert not cleaner.asked


@pytest.mark.parametrize("kinds", [(0,), (0, 1), (0, 1, 4)])
@pytest.mark.parametrize("next_one", [None, 8, 2**32 - 1], ids=["as it is", "in a circle", "behind the end"])
def test_a_tiffs_small_copies_and_a_broken_chain_are_no_pages(
    kinds: tuple[int, ...], next_one: int | None, tmp_path: Path
) -> None:
    content = bytearray(pages(*kinds))
    if next_one is not None:
        count = int.from_bytes(content[8:10], "little")
        content[10 + 12 * count : 14 + 12 * count] = next_one.to_bytes(4, "little")
    (tmp_path / "scan.tif").write_bytes(content)
    (outcome,) = clean_files([tmp_path / "scan.tif"], tmp_path / "clean", WISH, Cleaner())
    assert outcome.problem is None


def test_what_breaks_inside_of_the_cleaning_stops_nothing(scans: Path, tmp_path: Path) -> None:
    def breaks(_: Array, **__: Any) -> Cleaned:
        raise RuntimeError("no memory left for a tile\nand a long stack")

    (outcome,) = clean_files([scans / "sketch.png"], tmp_path / "clean", WISH, breaks)
    assert str(outcome.problem).endswith("sketch.png' could not be cleaned: no memory left for a tile")
    assert names_in(tmp_path / "clean") == set()


def test_masks_go_along_as_levels_of_white(scans: Path, tmp_path: Path) -> None:
    drawn = np.zeros((16, 24, 4), np.uint8)
    drawn[:, :12] = (255, 255, 255, 255)
    drawn[:, 12:16] = (255, 255, 255, 128)
    (tmp_path / "mask.png").write_bytes(encode_with_pillow(Image.fromarray(drawn), "PNG"))
    cleaner, mask = Cleaner(), MaskFile.read(tmp_path / "mask.png")
    wish = CleanOptions(StrengthPercents.from_overall(100), protect=mask)
    clean_files([scans / "sketch.png"], tmp_path / "clean", wish, cleaner)
    np.testing.assert_array_equal(cleaner.asked[0]["protect"][0], [255] * 12 + [128] * 4 + [0] * 8)
    assert cleaner.asked[0]["only"] is None


def test_scans_of_one_name_are_cleaned_together_each_with_its_own_mask(scans: Path, tmp_path: Path) -> None:
    names = [tmp_path / folder / "01.png" for folder in "ab"]
    for path in names:
        path.parent.mkdir()
        path.write_bytes((scans / "sketch.png").read_bytes())
    white = Image.new("L", (24, 16), 255)
    white.save(tmp_path / "mask.png")
    cleaner = Cleaner()
    found = clean_files(names, tmp_path / "clean", WISH, cleaner, protected={names[1]: tmp_path / "mask.png"})
    assert [outcome.problem for outcome in found] == [None, None]
    assert [asked["protect"] is None for asked in cleaner.asked] == [True, False]
    gone = clean_files(names, tmp_path / "again", WISH, Cleaner(), protected={names[1]: tmp_path / "gone.png"})
    assert [outcome.problem is None for outcome in gone] == [True, False]


def test_a_mask_of_another_size_is_told_with_both_sizes(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(encode_with_pillow(rgb_image().resize((30, 20)), "PNG"))
    wish = CleanOptions(StrengthPercents.from_overall(100), only=MaskFile.read(tmp_path / "mask.png"))
    (outcome,) = clean_files([scans / "sketch.png"], tmp_path / "clean", wish, Cleaner())
    assert isinstance(outcome.problem, errors.UsageError)
    assert "has 30 x 20 pixels, and" in str(outcome.problem)
    assert "has 24 x 16 pixels" in str(outcome.problem)


def test_progress_is_told_before_and_after_each_scan(scans: Path, tmp_path: Path) -> None:
    told = []

    def report(done: int, total: int, scan: Path) -> None:
        told.append((done, total, scan.name))

    clean_files([scans / "deep.tif", scans / "sketch.png"], tmp_path / "clean", WISH, Cleaner(), report=report)
    assert told == [(0, 2, "deep.tif"), (1, 2, "deep.tif"), (1, 2, "sketch.png"), (2, 2, "sketch.png")]


def test_a_preview_is_a_sheet_of_three(scans: Path, tmp_path: Path) -> None:
    clean_files([scans / "sketch.png"], tmp_path / "clean", WISH, Cleaner(), preview=True)
    with Image.open(tmp_path / "clean" / "sketch.png.preview.jpg") as sheet:
        assert sheet.size == (3 * 24 + 2 * 8, 16)


def test_a_preview_shows_the_result_that_lies_beside_it(scans: Path, tmp_path: Path) -> None:
    scan, to, other = scans / "sketch.png", tmp_path / "clean", CleanOptions(StrengthPercents.from_overall(5))
    clean_files([scan], to, WISH, unchanged, preview=True)
    shown = (to / "sketch.png.preview.jpg").read_bytes()
    (outcome,) = clean_files([scan], to, WISH, Cleaner())
    assert outcome.done_before  # and its preview still shows it
    clean_files([scan], to, other, Cleaner())
    assert names_in(to) == {"sketch.png", "sketch.png.json"}
    (outcome,) = clean_files([scan], to, other, Cleaner(), preview=True)
    assert not outcome.done_before
    assert (to / "sketch.png.preview.jpg").read_bytes() != shown


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("drawn", [False, True])
def test_a_preview_that_is_not_ours_is_never_replaced(preview: bool, drawn: bool, scans: Path, tmp_path: Path) -> None:
    to = tmp_path / "clean"
    clean_files([scans / "sketch.png"], to, WISH, Cleaner(), preview=drawn)
    (to / "sketch.png.preview.jpg").write_text("mine")
    before = contents(to)
    (outcome,) = clean_files(
        [scans / "sketch.png"], to, CleanOptions(StrengthPercents.from_overall(5)), Cleaner(), preview=preview
    )
    assert "preview.jpg' was changed by somebody" in str(outcome.problem)
    assert contents(to) == before


@pytest.mark.parametrize("size", [(3000, 5000), (5000, 3000), (9000, 10), (10, 9000)])
def test_a_sheet_is_never_too_large(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(encode_with_pillow(Image.new("L", size, 200), "PNG"))
    picture = read_picture(tmp_path / "scan.png")
    drawn = draw_before_after(picture, picture)
    (tmp_path / "sheet.jpg").write_bytes(drawn)
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width <= 2400
        assert sheet.height <= 2400
        assert np.asarray(sheet)[0, -1].tolist() == [128, 128, 128]


def test_a_sheet_of_a_large_scan_takes_little_memory() -> None:
    pixels, alpha = np.full((1500, 4000, 3), 50_000, np.uint16), np.full((1500, 4000), 40_000, np.uint16)
    header = Header("PNG", 4000, 1500, 16, 3, has_alpha=True, frames=1)
    picture = Picture(header, pixels, alpha, None, None, None, ())
    tracemalloc.start()
    draw_before_after(picture, picture)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * 4000 * 1500


def test_a_sheet_shows_before_and_after_and_their_difference_as_small(tmp_path: Path) -> None:
    size = (3000, 2000)
    panels = []
    for grey, square in ((200, 100), (200, 220)):
        image = Image.new("RGB", size, (grey,) * 3)
        image.paste((square,) * 3, (0, 0, 1500, 1000))
        (tmp_path / "scan.png").write_bytes(encode_with_pillow(image, "PNG"))
        panels.append(read_picture(tmp_path / "scan.png"))
    (tmp_path / "sheet.jpg").write_bytes(draw_before_after(*panels))
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        width = (sheet.width - 2 * 8) // 3
        seen = np.asarray(sheet.convert("L")).astype(int)
    firsts = [seen[10, number * (width + 8) + 10] for number in range(3)]
    lasts = [seen[-10, number * (width + 8) + width - 10] for number in range(3)]
    np.testing.assert_allclose(firsts, [100, 220, 8], atol=3)  # 120 levels darker than what is there now
    np.testing.assert_allclose(lasts, [200, 200, 128], atol=3)


def test_what_was_removed_is_drawn_dark_or_light_about_grey() -> None:
    removed = np.zeros((100, 100, 3), np.float32)
    removed[:10], removed[-10:] = -5, 200
    drawn = amplify(removed)
    assert drawn[50, 50].tolist() == [128] * 3
    assert drawn[0, 0, 0] < 128 < drawn[-1, -1, 0]


def test_a_file_in_the_place_of_the_folder_is_told(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(errors.OutputUnwritable, match="can't be the folder"):
        clean_files([scans], tmp_path / "taken", WISH, Cleaner())


def test_a_name_that_no_disk_holds_is_told(scans: Path, tmp_path: Path) -> None:
    outcomes = clean_files([scans / ("n" * 300), scans / "sketch.png"], tmp_path / "clean", WISH, Cleaner())
    assert "File name too long" in str(outcomes[0].problem)
    assert outcomes[1].problem is None


def test_a_long_name_is_cleaned_where_all_that_lies_beside_it_can_be_named(scans: Path, tmp_path: Path) -> None:
    scan = (scans / "sketch.png").rename(scans / ("絵" * 80 + ".png"))  # 244 bytes of the 255 that a name may have
    (outcome,) = clean_files([scan], tmp_path / "clean", WISH, Cleaner())
    assert outcome.problem is None
    cleaner = Cleaner()
    (outcome,) = clean_files([scan], tmp_path / "drawn", WISH, cleaner, preview=True)
    assert outcome.problem
    assert "File name too long" in str(outcome.problem)
    assert outcome.problem.hint == "give it a shorter name"
    assert not cleaner.asked  # told before the long work
    assert names_in(tmp_path / "drawn") == set()


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.UsageError, match="no picture to clean"):
        clean_files([tmp_path / "empty"], tmp_path / "clean", WISH, Cleaner())


Say = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """The command with the stand-in: its exit code, data and words."""
    monkeypatch.setattr("pochade.cleaning.clean_picture.clean", Cleaner(notes=("there is little bare paper",)))

    def said(*words: object) -> tuple[int, Any, str]:
        code = run(["clean", *words], monkeypatch)
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else None, told.err

    return said


def test_the_command_says_what_was_done_and_what_was_not(scans: Path, tmp_path: Path, say: Say) -> None:
    code, data, words = say(scans, "--to", tmp_path / "clean", "--strength", "40", "--preview", "--json")
    assert code == 0
    assert len(data) == 6
    done = {row["scan"]: row for row in data}[str(scans / "sketch.png")]
    assert done["result"] == str(tmp_path / "clean" / "sketch.png")
    assert done["notes"] == ["there is little bare paper"]
    assert "5 cleaned, 0 done before" in words
    assert "broken.png' is cut short" in words
    code, data, words = say(scans, "--to", tmp_path / "clean", "--strength", "40")
    assert (code, data) == (0, None)
    assert "0 cleaned, 5 done before" in words


def test_when_nothing_could_be_cleaned_the_exit_code_says_why(scans: Path, tmp_path: Path, say: Say) -> None:
    to = tmp_path / "clean"
    assert say(scans / "broken.png", "--to", to)[0] == errors.PictureUnreadable.exit_code
    assert say(tmp_path / "nowhere.png", "--to", to)[0] == errors.PictureUnreadable.exit_code
    assert say(scans / "deep.tif", "--to", scans)[0] == errors.OutputUnwritable.exit_code
    assert say(scans / "deep.tif", "--to", to, "--protect", scans / "broken.png")[0] == 8
    assert say(scans / "deep.tif", "--to", to, "--strength", "101")[0] == errors.UsageError.exit_code
    assert say(scans / "deep.tif")[0] == errors.UsageError.exit_code


def test_a_wrong_mask_is_one_sentence(scans: Path, tmp_path: Path, say: Say) -> None:
    (tmp_path / "mask.png").write_bytes(encode_with_pillow(rgb_image().resize((30, 20)), "PNG"))
    code, _, words = say(scans / "deep.tif", "--to", tmp_path / "clean", "--only", tmp_path / "mask.png")
    assert code == errors.UsageError.exit_code
    assert "30 x 20 pixels" in words
    assert "24 x 16 pixels" in words


def test_strengths_of_their_own_count_more(scans: Path, tmp_path: Path, say: Say) -> None:
    say(scans / "deep.tif", "--to", tmp_path / "clean", "--strength", "50", "--specks", "0")
    kept = json.loads((tmp_path / "clean" / "deep.tif.json").read_text(encoding="utf-8"))
    assert kept["asked"]["strengths"] == {"light": 50, "paper": 50, "grain": 50, "specks": 0, "smudges": 50}


def test_the_folders_results_can_be_moved_with_their_records(scans: Path, tmp_path: Path) -> None:
    clean_files([scans], tmp_path / "clean", WISH, Cleaner())
    shutil.move(tmp_path / "clean", tmp_path / "moved")
    cleaner = Cleaner()
    clean_files([scans], tmp_path / "moved", WISH, cleaner)
    assert not cleaner.asked
