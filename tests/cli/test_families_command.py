"""`pochade families`."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pochade import Collection, errors
from pochade.images.geometry.letterbox import Box
from pochade.organise.family_finder import RelatedPictures
from pochade.organise.family_model import Family, FamilyMember
from tests.support.command_line import RunCommand
from tests.support.indexed_pictures import indexed_folder


def related(collection: Collection, *relations: tuple[str, dict[str, Any]]) -> Family:
    """A family of files, given by name and what is known about them; the first one is the cover."""
    by_name = {file.path.name: file for file in collection.pictures()}
    usual: dict[str, Any] = {"kind": "exact", "likelihood": 1.0}
    members = tuple(
        FamilyMember(by_name[name].path, piece=by_name[name], **usual | values) for name, values in relations
    )
    return Family(members[0].path, "the largest", members)


@pytest.fixture
def related_art(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which two versions are found, a drawing with a proved resave and an edit, and a series."""
    names = ["a.png", "b.png", "d.png", "e.png", "f.png", "f.jpg", "g.png"]
    art = indexed_folder(tmp_path / "art", names)
    with Collection.open(art) as collection:
        series = related(
            collection,
            ("a.png", {}),
            ("b.png", {"kind": "variant", "likelihood": 0.9, "difference": Box(1, 2, 30, 40)}),
        )
        versions = related(collection, ("d.png", {}), ("e.png", {"kind": "version", "likelihood": 0.8}))
        copies = related(
            collection,
            ("f.png", {}),
            ("f.jpg", {"kind": "resave", "likelihood": 0.99, "preselected": True}),
            ("g.png", {"kind": "edit", "likelihood": 0.7}),
        )

    related_pictures = RelatedPictures([versions, copies], [series])
    monkeypatch.setattr("pochade.organise.family_finder.find_related", lambda *_: related_pictures)
    return art


def test_families_come_before_series_and_members_say_what_they_are(related_art: Path, pochade: RunCommand) -> None:
    result = pochade("-C", related_art, "families", "--json")
    assert result.code == 0
    versions, copies, series = result.data
    assert [Path(member["path"]).name for member in versions["members"]] == ["d.png", "e.png"]
    assert [member["kind"] for member in copies["members"]] == ["exact", "resave", "edit"]
    assert [member["preselected"] for member in copies["members"]] == [False, True, False]
    assert [member["likelihood"] for member in copies["members"]] == [1.0, 0.99, 0.7]
    assert [member["kind"] for member in series["members"][1:]] == ["variant"]
    assert series["members"][1]["difference"] == {"x": 1, "y": 2, "width": 30, "height": 40}
    assert series["members"][0]["difference"] is None


def test_the_families_and_their_totals_are_printed(related_art: Path, pochade: RunCommand) -> None:
    output = pochade("-C", related_art, "families").output
    assert "f.png  (cover: the largest)" in output
    assert "f.jpg  (resave, 99%, preselected)" in output
    assert "g.png  (edit, 70%)" in output
    assert "b.png  (variant, 90%, differs in 30 x 40 pixels at 1, 2)" in output
    totals = output.splitlines()[-1]
    assert totals.startswith("families: 2; besides the covers, exact copies and resaves: 1 (1 preselected, 0.0 MB)")
    assert totals.endswith("edits: 1, versions: 1; series: 1, variants: 1")


def test_families_are_found_and_their_files_stay(art: Path, tmp_path: Path, pochade: RunCommand) -> None:
    script, sheet = tmp_path / "aside.sh", tmp_path / "families.png"
    result = pochade("-C", art, "families", "--json", "--script", script, "--sheet", sheet)
    assert result.code == 0
    family = result.data[0]
    assert Path(family["cover"]).name == "drawing 2.png"
    assert [member["kind"] for member in family["members"]] == ["exact", "resave"]
    assert "cover: the largest" in result.messages
    with Image.open(sheet) as picture:
        assert picture.height < picture.width  # one row
    assert "small copy.jpg" in script.read_text()
    assert (art / "small copy.jpg").exists()


def test_a_script_that_would_overwrite_a_file_is_refused_before_any_work(
    related_art: Path, pochade: RunCommand
) -> None:
    code, _, messages = pochade("-C", related_art, "families", "--script", related_art / "a.png")
    assert code == errors.OutputUnwritable.exit_code
    assert "already exists" in messages
