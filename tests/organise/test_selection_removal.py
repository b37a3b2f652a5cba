"""Selected pictures go to the trash whole, with their sidecars, and come back with their labels."""

from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import OutputUnwritable
from pochade.index.folder_roles import write_folder_role
from pochade.organise import selection_removal
from pochade.organise.removal_journal import removal_ids
from pochade.organise.removal_undo import undo_removal
from pochade.organise.selection_removal import plan_selection, remove_selection
from pochade.organise.sidecars import write_sidecar_labels
from pochade.system.trash import move_to_trash
from tests.support.duplicates import add_new_files, duplicates, file_names_in
from tests.support.private_trash import names_in_trash, private_trash

__all__ = ["duplicates", "private_trash"]  # fixtures
pytestmark = pytest.mark.usefixtures("private_trash")


def number_of(collection: Collection, name: str) -> int:
    (picture,) = collection.library.look_up([collection.folder / name])
    return picture.number


def test_every_file_of_a_picture_goes_and_comes_back_with_its_labels(
    duplicates: Collection, private_trash: Path
) -> None:
    before = file_names_in(duplicates.folder)
    duplicates.label(duplicates.library.look_up([duplicates.folder / "cover.png"]), "harbour")
    sidecar = write_sidecar_labels(duplicates.folder / "copy.png", ["harbour"], [])
    assert sidecar is not None
    plan = plan_selection(duplicates.library, [number_of(duplicates, "cover.png")])
    assert [file.picture.path.name for file in plan.files] == ["copy.png", "cover.png"]
    assert plan.freed_bytes == 2 * plan.files[0].picture.bytes
    removal = remove_selection(plan, duplicates.library)
    assert names_in_trash(private_trash) == sorted(["cover.png", "copy.png", sidecar.name])
    assert (len(removal.gone), len(removal.sidecars), removal.problems) == (2, 1, ())
    assert file_names_in(duplicates.folder) == before - {"cover.png", "copy.png"}
    assert removal.id == removal_ids(duplicates.library)[0]
    undo_removal(duplicates.library, removal.id)
    assert file_names_in(duplicates.folder) == before | {sidecar.name}
    (picture,) = duplicates.library.look_up([duplicates.folder / "cover.png"])
    assert duplicates.labels_of(picture) == {"harbour": True}


def test_a_picture_that_changed_stays_and_nothing_is_recorded(duplicates: Collection) -> None:
    plan = plan_selection(duplicates.library, [number_of(duplicates, "edit.png")])
    path = duplicates.folder / "edit.png"
    path.write_bytes(path.read_bytes() + b"painted over")
    removal = remove_selection(plan, duplicates.library)
    assert removal.gone == ()
    assert removal.id is None
    assert "has changed since it was learnt" in removal.problems[0].reason
    assert path.exists()
    assert removal_ids(duplicates.library) == []


def test_a_protected_folder_keeps_its_files_and_what_its_links_lead_to(duplicates: Collection) -> None:
    link = duplicates.folder / "link.png"
    link.symlink_to(duplicates.folder / "edit.png")
    add_new_files(duplicates)
    number = number_of(duplicates, "edit.png")
    assert plan_selection(duplicates.library, [number]).files[0].picture.path == link
    write_folder_role(duplicates.library.index, duplicates.folder, "protected")
    plan = plan_selection(duplicates.library, [number])
    assert plan.files == ()
    assert all("protected folder" in problem.reason for problem in plan.problems)


def test_what_went_although_moving_it_failed_can_still_be_put_back(
    duplicates: Collection, private_trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move_and_fail(path: Path) -> None:
        move_to_trash(path)
        raise OutputUnwritable(f"'{path.name}' went, but its record is lost")

    before = file_names_in(duplicates.folder)
    plan = plan_selection(duplicates.library, [number_of(duplicates, "edit.png")])
    monkeypatch.setattr(selection_removal, "move_to_trash", move_and_fail)
    assert remove_selection(plan, duplicates.library).gone == ()
    assert names_in_trash(private_trash) == ["edit.png"]
    (removal,) = removal_ids(duplicates.library)
    undo_removal(duplicates.library, removal)
    assert file_names_in(duplicates.folder) == before
