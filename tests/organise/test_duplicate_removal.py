"""Duplicates go to the trash after one more check, with their sidecars, and their labels stay."""

import os
from pathlib import Path

import pytest
from PIL import Image

from pochade import Collection
from pochade.errors import OutputUnwritable, UsageError
from pochade.organise import duplicate_removal
from pochade.organise.duplicate_removal import carry_out
from pochade.organise.family_model import Family
from pochade.organise.removal_checks import RemovalChecks
from pochade.organise.removal_journal import read_journal, removal_ids
from pochade.organise.removal_plan import FamilyChoice, plan_removal
from pochade.organise.sidecars import read_sidecar_labels, write_sidecar_labels
from pochade.organise.trash_run import Removal
from pochade.system.trash import move_to_trash
from tests.support.drawings import drawing
from tests.support.duplicates import (
    ALL_KINDS,
    PRESELECTED,
    add_new_files,
    duplicates,
    family_of,
    file_names_in,
)
from tests.support.private_trash import names_in_trash, private_trash

__all__ = ["duplicates", "private_trash"]  # fixtures
pytestmark = pytest.mark.usefixtures("private_trash")


def remove(collection: Collection, family: Family) -> Removal:
    """Remove the preselected files of a family."""
    return carry_out(plan_removal(collection.library, [family], None), collection.library)


def labels_of(collection: Collection, name: str) -> dict[str, bool]:
    (picture,) = collection.library.look_up([collection.folder / name])
    return collection.labels_of(picture)


def label(collection: Collection, name: str, text: str, *, refused: bool = False) -> None:
    collection.label(collection.library.look_up([collection.folder / name]), text, refused=refused)


def test_the_preselected_files_go_and_the_others_stay(duplicates: Collection, private_trash: Path) -> None:
    removal = remove(duplicates, family_of(duplicates, ALL_KINDS))
    assert {path.name for path in removal.gone} == set(PRESELECTED)
    assert names_in_trash(private_trash) == sorted(PRESELECTED)
    assert file_names_in(duplicates.folder) == {"cover.png", "edit.png", "version.png", "variant.png"}
    assert not removal.problems
    assert removal.id == removal_ids(duplicates.library)[0]
    assert {file.path.name for file in duplicates.pictures()} == file_names_in(duplicates.folder)


@pytest.mark.parametrize("name", ["cover.png", "resave.jpg"])
def test_a_file_stays_if_one_of_the_two_was_painted_over_unseen(name: str, duplicates: Collection) -> None:
    family = family_of(duplicates, {"resave.jpg": "resave"})
    (duplicates.folder / "copy.png").unlink()
    path = duplicates.folder / name
    status, content = path.stat(), bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # size and time are as before
    removal = remove(duplicates, family)
    assert removal.gone == ()
    assert removal.id is None
    assert f"{name}' has changed since it was learnt" in removal.problems[0].reason
    assert removal_ids(duplicates.library) == []


def test_an_exact_copy_stays_if_its_pixels_are_other_ones(duplicates: Collection) -> None:
    removal = remove(duplicates, family_of(duplicates, {"edit.png": "exact", "same.bmp": "exact"}))
    assert [path.name for path in removal.gone] == ["same.bmp"]
    (problem,) = removal.problems
    assert "don't have the same pixels" in problem.reason
    assert (duplicates.folder / "edit.png").exists()


def test_two_spellings_of_one_file_are_not_two_files(duplicates: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_removal(duplicates.library, [family_of(duplicates, {"copy.png": "exact"})], None)
    monkeypatch.setattr("os.path.samefile", lambda *_: True)  # as on a disk that ignores case
    with pytest.raises(UsageError, match="are one file"):
        RemovalChecks().check(plan.files[0])


def test_a_file_is_put_back_at_once_if_the_one_that_stays_went_with_it(
    duplicates: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move_both(path: Path) -> object:
        (duplicates.folder / "cover.png").unlink()
        return move_to_trash(path)

    monkeypatch.setattr(duplicate_removal, "move_to_trash", move_both)
    removal = remove(duplicates, family_of(duplicates, {"copy.png": "exact"}))
    assert removal.gone == ()
    assert (duplicates.folder / "copy.png").exists()
    assert "are one file, which was put back" in removal.problems[0].reason


def test_one_file_that_fails_does_not_stop_the_others(duplicates: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_bitmap(path: Path) -> object:
        if path.name == "same.bmp":
            raise OutputUnwritable(f"'{path}' can't be moved to the trash: no", "use the script")
        return move_to_trash(path)

    label(duplicates, "same.bmp", "harbour")
    monkeypatch.setattr(duplicate_removal, "move_to_trash", refuse_bitmap)
    removal = remove(duplicates, family_of(duplicates, ALL_KINDS))
    assert {path.name for path in removal.gone} == {"copy.png", "resave.jpg"}
    (problem,) = removal.problems
    assert problem.path.name == "same.bmp"
    assert problem.reason.endswith("no; use the script")
    assert labels_of(duplicates, "cover.png") == {}  # a file that stays keeps its labels to itself
    assert labels_of(duplicates, "same.bmp") == {"harbour": True}


def test_the_picture_that_stays_gets_the_labels(duplicates: Collection) -> None:
    label(duplicates, "resave.jpg", "harbour")
    label(duplicates, "resave.jpg", "sea", refused=True)
    label(duplicates, "resave.jpg", "boat", refused=True)
    label(duplicates, "same.bmp", "sky")
    label(duplicates, "cover.png", "sea")
    label(duplicates, "cover.png", "sky", refused=True)
    remove(duplicates, family_of(duplicates, ALL_KINDS))
    assert labels_of(duplicates, "cover.png") == {"harbour": True, "sea": True, "boat": False, "sky": True}


def test_a_variant_keeps_its_labels_to_itself(duplicates: Collection) -> None:
    label(duplicates, "variant.png", "red")
    family = family_of(duplicates, {"variant.png": "variant"})
    choice = FamilyChoice(family, family.cover, frozenset({duplicates.folder / "variant.png"}))
    carry_out(plan_removal(duplicates.library, [], [choice]), duplicates.library)
    assert not (duplicates.folder / "variant.png").exists()
    assert labels_of(duplicates, "cover.png") == {}


def test_sidecars_go_along_and_their_labels_stay(duplicates: Collection, private_trash: Path) -> None:
    write_sidecar_labels(duplicates.folder / "resave.jpg", ["harbour", "taken back"], [])
    label(duplicates, "resave.jpg", "taken back")
    duplicates.unlabel(duplicates.library.look_up([duplicates.folder / "resave.jpg"]), "taken back")
    removal = remove(duplicates, family_of(duplicates, {"resave.jpg": "resave"}))
    assert [path.name for path in removal.sidecars] == ["resave.jpg.xmp"]
    assert names_in_trash(private_trash) == ["resave.jpg", "resave.jpg.xmp"]
    assert labels_of(duplicates, "cover.png") == {"harbour": True}


def test_a_file_whose_sidecar_is_damaged_stays(duplicates: Collection) -> None:
    (duplicates.folder / "resave.jpg.xmp").write_bytes(b"<half")
    removal = remove(duplicates, family_of(duplicates, ALL_KINDS))
    assert {path.name for path in removal.gone} == {"copy.png", "same.bmp"}
    assert "resave.jpg.xmp" in removal.problems[0].reason


def test_a_sidecar_that_another_file_uses_since_the_plan_stays(duplicates: Collection) -> None:
    write_sidecar_labels(duplicates.folder / "resave.jpg", ["harbour"], [])
    (duplicates.folder / "resave.jpg.xmp").rename(duplicates.folder / "resave.xmp")
    plan = plan_removal(duplicates.library, [family_of(duplicates, {"resave.jpg": "resave"})], None)
    assert plan.files[0].sidecars
    drawing(5).save(duplicates.folder / "resave.tif")
    removal = carry_out(plan, duplicates.library)
    assert len(removal.gone) == 1
    assert removal.sidecars == ()
    assert read_sidecar_labels(duplicates.folder / "resave.tif") == ("harbour",)


def test_a_link_goes_and_its_file_stays(duplicates: Collection, private_trash: Path) -> None:
    (duplicates.folder / "link.png").symlink_to("cover.png")
    add_new_files(duplicates)
    family = family_of(duplicates, {"link.png": "exact"})
    assert not remove(duplicates, family).gone  # it takes no room, so it is not proposed
    choice = FamilyChoice(family, family.cover, frozenset({duplicates.folder / "link.png"}))
    removal = carry_out(plan_removal(duplicates.library, [], [choice]), duplicates.library)
    assert removal.freed_bytes == 0
    assert names_in_trash(private_trash) == ["link.png"]
    with Image.open(duplicates.folder / "cover.png") as picture:
        assert picture.size == (200, 200)


def test_the_journal_is_written_before_each_file_goes(duplicates: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = list[int]()

    def look_first(path: Path) -> object:
        lengths.append(len(read_journal(duplicates.library, removal_ids(duplicates.library)[0])))
        return move_to_trash(path)

    monkeypatch.setattr(duplicate_removal, "move_to_trash", look_first)
    remove(duplicates, family_of(duplicates, ALL_KINDS))
    assert lengths == [1, 2, 3]


def test_nothing_goes_while_another_process_learns(duplicates: Collection) -> None:
    with duplicates.library.lock(), pytest.raises(UsageError, match="another process"):
        remove(duplicates, family_of(duplicates, ALL_KINDS))
    assert (duplicates.folder / "copy.png").exists()
