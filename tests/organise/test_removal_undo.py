"""A removal can be undone, even after a crash, and nobody's journal can put other files into the collection."""

import json
import os
import shutil
from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import IndexDamaged, NotKnown
from pochade.organise import duplicate_removal
from pochade.organise.duplicate_removal import carry_out
from pochade.organise.family_model import MemberKind
from pochade.organise.removal_journal import journal_path, removal_ids
from pochade.organise.removal_plan import plan_removal
from pochade.organise.removal_undo import Restoration, undo_removal
from pochade.organise.sidecars import write_sidecar_labels
from pochade.organise.trash_run import Removal
from pochade.system.folder_walk import UNSETTLED
from pochade.system.trash import move_to_trash
from tests.support.duplicates import ALL_KINDS, add_new_files, duplicates, family_of, file_names_in
from tests.support.private_trash import names_in_trash, private_trash

__all__ = ["duplicates", "private_trash"]  # fixtures
pytestmark = pytest.mark.usefixtures("private_trash")


def remove(collection: Collection, kinds: dict[str, MemberKind] | None = None) -> Removal:
    family = family_of(collection, kinds or ALL_KINDS)
    return carry_out(plan_removal(collection.library, [family], None), collection.library)


def undo(collection: Collection, removal: Removal) -> Restoration:
    assert removal.id
    return undo_removal(collection.library, removal.id)


def contents_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in file_names_in(folder)}


def all_labels(collection: Collection) -> dict[str, dict[str, bool]]:
    return {file.path.name: collection.labels_of(file) for file in collection.pictures()}


def label(collection: Collection, name: str, text: str, *, refused: bool = False) -> None:
    collection.label(collection.library.look_up([collection.folder / name]), text, refused=refused)


def test_files_sidecars_and_labels_are_as_before(duplicates: Collection, private_trash: Path) -> None:
    write_sidecar_labels(duplicates.folder / "same.bmp", ["harbour"], [])
    label(duplicates, "resave.jpg", "sea")
    label(duplicates, "same.bmp", "sea", refused=True)
    label(duplicates, "cover.png", "sky")
    label(duplicates, "resave.jpg", "sky", refused=True)
    contents, labels = contents_of(duplicates.folder), all_labels(duplicates)
    removal = remove(duplicates)
    assert all_labels(duplicates)["cover.png"] == {"harbour": True, "sea": True, "sky": True}
    restoration = undo(duplicates, removal)
    assert len(restoration.restored) == 4
    assert not restoration.problems
    assert contents_of(duplicates.folder) == contents
    assert all_labels(duplicates) == labels
    assert names_in_trash(private_trash) == []
    assert removal_ids(duplicates.library) == []
    row = duplicates.index.files()[b"resave.jpg"]
    assert row.picture is not None
    assert row.stamp.ctime == UNSETTLED  # the next `learn` compares the content


def test_a_label_that_the_person_changed_since_stays(duplicates: Collection) -> None:
    label(duplicates, "resave.jpg", "sea")
    label(duplicates, "resave.jpg", "sky")
    removal = remove(duplicates)
    label(duplicates, "cover.png", "sky", refused=True)
    undo(duplicates, removal)
    assert all_labels(duplicates)["cover.png"] == {"sky": False}


@pytest.mark.parametrize("before_the_move", [True, False])
def test_a_removal_that_was_killed_half_way_is_undone(
    before_the_move: bool, duplicates: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(path: Path) -> object:
        if path.name != "resave.jpg":
            return move_to_trash(path)
        if not before_the_move:
            move_to_trash(path)
        raise KeyboardInterrupt

    label(duplicates, "resave.jpg", "sea")
    contents, labels = contents_of(duplicates.folder), all_labels(duplicates)
    monkeypatch.setattr(duplicate_removal, "move_to_trash", die)
    with pytest.raises(KeyboardInterrupt):
        remove(duplicates)
    duplicates.close()
    with Collection.open(duplicates.folder) as opened:
        (removal_id,) = removal_ids(opened.library)
        path = journal_path(opened.library, removal_id)
        path.write_bytes(path.read_bytes() + b'{"content": "half a li')
        assert not undo_removal(opened.library, removal_id).problems
        assert contents_of(duplicates.folder) == contents
        assert all_labels(opened) == labels


def test_a_file_in_the_way_is_not_replaced_and_the_undo_can_be_repeated(duplicates: Collection) -> None:
    removal = remove(duplicates)
    (duplicates.folder / "copy.png").write_bytes(b"new work")
    restoration = undo(duplicates, removal)
    assert {path.name for path in restoration.restored} == {"same.bmp", "resave.jpg"}
    (problem,) = restoration.problems
    assert "another file is in its place; move that file away, then undo again" in problem.reason
    assert (duplicates.folder / "copy.png").read_bytes() == b"new work"
    (duplicates.folder / "copy.png").unlink()
    assert [path.name for path in undo(duplicates, removal).restored] == ["copy.png"]


def test_after_the_trash_was_emptied_there_is_nothing_to_undo(duplicates: Collection, private_trash: Path) -> None:
    removal = remove(duplicates)
    shutil.rmtree(private_trash)
    restoration = undo(duplicates, removal)
    assert not restoration.restored
    assert all("no longer in the trash" in problem.reason for problem in restoration.problems)
    with pytest.raises(NotKnown):
        undo(duplicates, removal)


def test_links_come_back_as_links(duplicates: Collection) -> None:
    (duplicates.folder / "link.png").symlink_to("copy.png")
    add_new_files(duplicates)
    removal = remove(duplicates, {"copy.png": "exact", "link.png": "exact"})
    assert not os.path.lexists(duplicates.folder / "link.png")
    undo(duplicates, removal)
    assert (duplicates.folder / "link.png").is_symlink()
    assert (duplicates.folder / "link.png").read_bytes() == (duplicates.folder / "cover.png").read_bytes()
    assert {file.path.name for file in duplicates.pictures()} == file_names_in(duplicates.folder)


def test_a_picture_that_was_forgotten_since_is_left_to_learn(duplicates: Collection) -> None:
    removal = remove(duplicates, {"resave.jpg": "resave"})
    duplicates.forget(duplicates.gone_pictures())
    undo(duplicates, removal)
    assert (duplicates.folder / "resave.jpg").exists()
    assert b"resave.jpg" not in duplicates.index.files()


def test_where_only_the_system_knows_the_trash_the_labels_wait_for_the_person(
    duplicates: Collection, private_trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label(duplicates, "resave.jpg", "sea")
    removal = remove(duplicates, {"resave.jpg": "resave"})
    monkeypatch.setattr("pochade.system.trash.HAS_TRASH_INFO", False)
    monkeypatch.setattr("pochade.organise.removal_undo.HAS_TRASH_INFO", False)
    (problem,) = undo(duplicates, removal).problems
    assert "put it back from the system's trash, then undo again" in problem.reason
    (private_trash / "files" / "resave.jpg").rename(duplicates.folder / "resave.jpg")  # as the person does
    assert not undo(duplicates, removal).problems
    assert all_labels(duplicates)["cover.png"] == {}


@pytest.mark.parametrize("removal_id", ["", "../index", "20260101-000000000000-abcd", "20260101-000000000000-abcd\n"])
def test_an_unknown_removal_is_refused(removal_id: str, duplicates: Collection) -> None:
    with pytest.raises(NotKnown, match="there is no removal"):
        undo_removal(duplicates.library, removal_id)


def stranger_entry(**values: object) -> dict[str, object]:
    return {"content": "0" * 64, "files": [["a.png", 1, 1]], "labels": []} | values


@pytest.mark.parametrize(
    "entry",
    [
        stranger_entry(files=[["../outside.png", 1, 1]]),
        stranger_entry(files=[["/etc/passwd", 1, 1]]),
        stranger_entry(files=[["a.png", 1, 1], [".pochade/index.sqlite", 1, 1]]),
        stranger_entry(files=[["linked/a.png", 1, 1]]),
        stranger_entry(files=[]),
        stranger_entry(files=[["a.png", "1", 1]]),
        stranger_entry(files="abc"),
        stranger_entry(content="../../x"),
        stranger_entry(labels=[["0" * 64, "line\nbreak", None, True]]),
        stranger_entry(labels=[["0" * 64, "sea", "yes", True]]),
        stranger_entry(labels=[["0" * 64, "sea", None, None]]),
        {},
        [],
        7,
    ],
)
def test_a_strangers_journal_is_refused(entry: object, duplicates: Collection, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (duplicates.folder / "linked").symlink_to(tmp_path / "elsewhere")
    path = journal_path(duplicates.library, "20260101-000000000000-abcd")
    path.parent.mkdir()
    path.write_text(json.dumps({"pochade-removal": 1}) + "\n" + json.dumps(entry) + "\n")
    with pytest.raises(IndexDamaged, match="is damaged"):
        undo_removal(duplicates.library, "20260101-000000000000-abcd")


def test_a_journal_that_is_a_link_is_refused(duplicates: Collection, tmp_path: Path) -> None:
    path = journal_path(duplicates.library, "20260101-000000000000-abcd")
    path.parent.mkdir()
    (tmp_path / "elsewhere").write_text("{}\n")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IndexDamaged, match="is a link"):
        undo_removal(duplicates.library, "20260101-000000000000-abcd")
