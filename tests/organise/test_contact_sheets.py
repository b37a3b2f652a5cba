"""Contact sheets show empty cells for missing thumbnails, and are never learnt as art."""

from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import UsageError
from pochade.organise.contact_sheets import check_sheet_path, write_group_sheet, write_map_sheet


def test_missing_pictures_are_empty_cells(collection: Collection, tmp_path: Path) -> None:
    write_group_sheet(collection.groups(), 1, [], collection.thumbnails, tmp_path / "groups.png")
    write_map_sheet(collection.map(), collection.groups(), [], collection.thumbnails, tmp_path / "map.png")
    assert (tmp_path / "map.png").exists()


def test_contact_sheets_are_not_learnt(collection: Collection, art: Path) -> None:
    write_group_sheet(collection.groups(), 1, collection.pictures(), collection.thumbnails, art / "groups.png")
    learnt = collection.learn(minutes=0)
    assert [(problem.path.name, problem.reason) for problem in learnt.problems if "sheet" in problem.reason] == [
        ("groups.png", "'groups.png' is a contact sheet that Pochade made")
    ]


@pytest.mark.parametrize("name", ["sheet.jpg", "sheet.JPEG", "sheet.webp", "sheet.pdf", "archive.png.bak"])
def test_a_name_that_promises_another_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"these are PNGs$") as caught:
        check_sheet_path(tmp_path / name)
    assert caught.value.hint == "let its name end in .png"


@pytest.mark.parametrize("name", ["sheet.png", "SHEET.PNG", "sheet"])
def test_a_sheet_is_a_png(tmp_path: Path, name: str) -> None:
    check_sheet_path(tmp_path / name)
