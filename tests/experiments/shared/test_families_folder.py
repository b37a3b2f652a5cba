"""A folder of works: every file's truth is known, and its name gives nothing away."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from experiments.shared import families_folder
from experiments.shared.families_folder import CopyOfWork, FamiliesFolder, make_families_folder, make_search_folder
from experiments.shared.openclipart import Drawing
from experiments.shared.pair_figures import pair_figures
from pochade.images.geometry.letterbox import make_squares


@pytest.fixture
def drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Drawing]:
    source = tmp_path / "drawings"
    source.mkdir()
    monkeypatch.setattr(families_folder, "DRAWINGS", source)
    result = []
    for number in range(6):
        picture = Image.new("RGB", (80, 60), "white")
        ImageDraw.Draw(picture).ellipse((5 + 6 * number, 10, 40 + 6 * number, 50), (200, 40 * number, 30))
        picture.save(source / f"{number}.png")
        squares = make_squares(np.asarray(picture))
        result.append(Drawing(str(source / f"{number}.png"), f"{number}", squares))
    return result


def copy_of(work: int, kind: families_folder.CopyKind, digest: str) -> CopyOfWork:
    return CopyOfWork(work, "a change", kind, digest)


TRUTH = FamiliesFolder(
    {
        "a": copy_of(0, "exact", "1"),
        "b": copy_of(0, "exact", "1"),
        "c": copy_of(0, "edit", "2"),
        "d": copy_of(0, "resave", "3"),
        "e": copy_of(1, "exact", "4"),
    },
    {"a": "apple", "b": "apple", "c": "apple", "d": "apple", "e": "pear", "f": "green apple"},
    frozenset({frozenset(("apple", "green apple"))}),
)


def test_the_kind_of_two_copies_is_the_further_one_unless_their_pixels_are_equal() -> None:
    assert TRUTH.kind("a", "b") == "exact"
    assert TRUTH.kind("a", "d") == "resave"
    assert TRUTH.kind("c", "d") == "edit"
    assert TRUTH.kind("a", "e") is None
    assert TRUTH.kind("a", "f") is None


def test_natural_copies_are_neither_right_nor_wrong() -> None:
    figures = pair_figures([("a", "b"), ("a", "e"), ("a", "f"), ("a", "c")], TRUTH)
    assert figures["pairs"] == 3
    assert figures["precision"] == pytest.approx(2 / 3)
    assert figures["recall"] == pytest.approx(2 / 6)
    assert figures["recall_of_kind"] == {"exact": 1, "resave": 0, "edit": pytest.approx(1 / 3)}
    assert figures["wrong_drawings"] == ["apple (a change) and pear (a change)"]


def test_without_pairs_nothing_is_found() -> None:
    figures = pair_figures([], TRUTH)
    assert figures["precision"] == figures["recall"] == figures["f1"] == 0


@pytest.mark.slow
def test_every_work_has_copies_and_the_others_have_none(tmp_path: Path, drawings: list[Drawing]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    truth = make_families_folder(folder, drawings[:4], drawings[4:], [])
    assert {path.name for path in folder.iterdir()} == set(truth.drawings)
    assert set(truth.drawings) - set(truth.copies) == {
        name for name, drawing in truth.drawings.items() if drawing in {"4.png", "5.png"}
    }
    for work in range(4):
        changes = [copy.change for copy in truth.copies.values() if copy.work == work]
        assert "original" in changes
        assert 2 <= len(changes) == len(set(changes)) <= 7
    assert all(len({Path(name).stem for name in pair}) == 2 for pair in truth.pairs_of_works())


def test_an_edit_that_changes_nothing_visible_is_a_resave(tmp_path: Path, drawings: list[Drawing]) -> None:
    grey = Image.open(drawings[0].path).convert("L").convert("RGB")
    grey.save(drawings[0].path)
    write = families_folder._write_copy
    assert write(drawings[0], "grey", tmp_path / "a")[1] == "resave"
    assert write(drawings[1], "grey", tmp_path / "b")[1] == "edit"
    assert write(drawings[1], "line art", tmp_path / "c")[1] == "version"
    assert write(drawings[1], "palette of 128", tmp_path / "d")[1] == "resave"
    assert write(drawings[1], "exact", tmp_path / "e") == (tmp_path / "e.bmp", "exact")


def test_a_folder_to_search_has_every_drawing_once(tmp_path: Path, drawings: list[Drawing]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    origins = make_search_folder(folder, drawings[:2], drawings[2:])
    assert origins == {f"{number:06d}.png": f"{number}.png" for number in range(6)}
