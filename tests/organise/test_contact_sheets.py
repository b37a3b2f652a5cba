"""Contact sheets show empty cells for missing thumbnails, and are never learnt as art."""

from pathlib import Path

from pochade import Collection
from pochade.organise.contact_sheets import write_group_sheet, write_map_sheet


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
