"""Stored families follow what the person says at once, and only what is asked for is built."""

from collections.abc import Mapping
from typing import Any

import pytest

from pochade import Collection
from pochade.index.folder_roles import FolderRole
from pochade.index.verdict_store import Verdict
from pochade.organise.family_model import MemberKind
from pochade.web.state.family_records import families_path
from pochade.web.state.family_store import FamilyStore
from pochade.web.state.judged_families import JudgedFamilies, StoredFamily
from pochade.web.state.snapshot import Snapshot
from tests.support.duplicates import ALL_KINDS, PRESELECTED, duplicates
from tests.support.stored_families import move_file, store_by_hand

__all__ = ["duplicates"]  # a fixture

WHOLE = {name: kind for name, kind in ALL_KINDS.items() if kind != "variant"}


def judged(collection: Collection) -> JudgedFamilies:
    """Read what is stored, with the person's answers."""
    families = FamilyStore(collection).load_all(None, Snapshot(collection.folder, (), collection.pictures()))
    assert families is not None
    return families


def kinds_in(stored: StoredFamily) -> dict[str, str]:
    """The kinds of a family's members by name, the cover first."""
    return {member.path.name: member.kind for member in stored.family.members}


def preselected_in(stored: StoredFamily) -> set[str]:
    return {member.path.name for member in stored.family.members if member.preselected}


def judge(collection: Collection, verdicts: Mapping[tuple[str, str], Verdict | None]) -> None:
    for (first, second), verdict in verdicts.items():
        collection.set_verdict(collection.folder / first, collection.folder / second, verdict)


def number_of(collection: Collection, name: str) -> int:
    return next(file.number for file in collection.pictures() if file.path.name == name)


def test_families_are_as_the_job_stored_them(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", WHOLE)], [("cover.png", ["variant.png"])])
    (family,) = judged(duplicates).families
    assert kinds_in(family) == {"cover.png": "exact"} | WHOLE
    assert preselected_in(family) == set(PRESELECTED)
    (series,) = judged(duplicates).series
    assert (kinds_in(series), series.family.is_series) == ({"cover.png": "exact", "variant.png": "variant"}, True)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"families": [{"cover": 1}], "series": []}', "null", '{"families": []}']
)
def test_families_that_an_earlier_version_stored_are_as_if_not_looked_for(duplicates: Collection, content: str) -> None:
    path = families_path(duplicates, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    snapshot = Snapshot(duplicates.folder, (), duplicates.pictures())
    assert FamilyStore(duplicates).load(None, snapshot) is None


def test_a_picture_that_is_called_different_leaves_its_family_at_once_and_comes_back(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", WHOLE)])
    judge(duplicates, {("cover.png", "resave.jpg"): "different"})
    (family,) = judged(duplicates).families
    assert "resave.jpg" not in kinds_in(family)
    assert judged(duplicates).place_of(number_of(duplicates, "resave.jpg")) is None
    judge(duplicates, {("cover.png", "resave.jpg"): None})
    assert "resave.jpg" in kinds_in(judged(duplicates).families[0])


def test_two_members_that_are_called_different_are_not_shown_together(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", WHOLE)])
    judge(duplicates, {("edit.png", "version.png"): "different"})
    (family,) = judged(duplicates).families
    assert len({"edit.png", "version.png"} & set(kinds_in(family))) == 1


def test_a_picture_leaves_with_all_its_files(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("same.bmp", {"cover.png": "exact", "copy.png": "exact", "version.png": "version"})])
    judge(duplicates, {("same.bmp", "cover.png"): "different"})
    first, second = judged(duplicates).families
    assert set(kinds_in(first)) == {"same.bmp", "version.png"}
    assert (set(kinds_in(second)), len(preselected_in(second))) == ({"cover.png", "copy.png"}, 1)
    place = judged(duplicates).place_of(number_of(duplicates, "copy.png"))
    assert place is not None
    assert place.family.number == second.number


@pytest.mark.parametrize(("verdict", "kind"), [("same", "resave"), ("version", "version")])
def test_a_picture_is_linked_by_hand_and_not_proposed(duplicates: Collection, verdict: Verdict, kind: str) -> None:
    store_by_hand(duplicates, [("cover.png", {"copy.png": "exact"})])
    judge(duplicates, {("variant.png", "cover.png"): verdict})
    (family,) = judged(duplicates).families
    assert kinds_in(family) == {"cover.png": "exact", "copy.png": "exact", "variant.png": kind}
    assert preselected_in(family) == {"copy.png"}


def test_linked_pictures_make_a_family_of_their_own(duplicates: Collection) -> None:
    store_by_hand(duplicates, [])
    judge(duplicates, {("edit.png", "version.png"): "version"})
    (family,) = judged(duplicates).families
    assert list(kinds_in(family).values()) == ["exact", "version"]


def test_two_families_become_one_unless_the_person_keeps_them_apart(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", {"copy.png": "exact"}), ("edit.png", {"version.png": "resave"})])
    judge(duplicates, {("cover.png", "version.png"): "version"})
    (family,) = judged(duplicates).families
    assert kinds_in(family) == {
        "cover.png": "exact",
        "copy.png": "exact",
        "edit.png": "version",
        "version.png": "version",
    }
    assert preselected_in(family) == {"copy.png"}
    judge(duplicates, {("cover.png", "edit.png"): "different"})
    assert len(judged(duplicates).families) == 2


def test_keep_both_and_a_version_are_not_proposed(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", WHOLE)])
    judge(duplicates, {("cover.png", "resave.jpg"): "keep", ("cover.png", "same.bmp"): "version"})
    (family,) = judged(duplicates).families
    assert preselected_in(family) == {"copy.png"}
    assert {name: kinds_in(family)[name] for name in ("resave.jpg", "same.bmp")} == {
        "resave.jpg": "resave",
        "same.bmp": "version",
    }


def test_a_version_that_is_called_the_same_is_a_duplicate_and_not_proposed(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", WHOLE)])
    judge(duplicates, {("cover.png", "version.png"): "same"})
    (family,) = judged(duplicates).families
    assert kinds_in(family)["version.png"] == "resave"
    assert preselected_in(family) == set(PRESELECTED)


@pytest.fixture
def with_folders(duplicates: Collection) -> Collection:
    """The collection with its exact duplicate and its resave in folders of their own."""
    for name, folder in (("same.bmp", "best"), ("resave.jpg", "client")):
        (duplicates.folder / folder).mkdir()
        move_file(duplicates, name, f"{folder}/{name}")
    store_by_hand(duplicates, [("cover.png", {"best/same.bmp": "exact", "client/resave.jpg": "resave"})])
    return duplicates


def test_nothing_in_a_protected_folder_is_proposed(with_folders: Collection) -> None:
    with_folders.set_folder_role("client", "protected")
    assert preselected_in(judged(with_folders).families[0]) == {"same.bmp"}
    with_folders.set_folder_role("client", None)
    assert preselected_in(judged(with_folders).families[0]) == {"same.bmp", "resave.jpg"}


@pytest.mark.parametrize(("folder", "first", "goes"), [
    ("best", "same.bmp", {"cover.png", "resave.jpg"}), ("client", "cover.png", {"same.bmp"}),
])  # fmt: skip
def test_the_file_in_a_preferred_folder_stays(
    with_folders: Collection, folder: str, first: str, goes: set[str]
) -> None:
    role: FolderRole = "preferred"
    with_folders.set_folder_role(folder, role)
    (family,) = judged(with_folders).families
    assert (next(iter(kinds_in(family))), preselected_in(family)) == (first, goes)


@pytest.mark.parametrize("verdict", ["different", "same", "version"])
def test_a_judged_work_leaves_its_series(duplicates: Collection, verdict: Verdict) -> None:
    store_by_hand(duplicates, [], [("edit.png", ["variant.png", "version.png"])])
    judge(duplicates, {("edit.png", "variant.png"): verdict})
    (series,) = judged(duplicates).series
    assert set(kinds_in(series)) == {"edit.png", "version.png"}
    judge(duplicates, {("edit.png", "version.png"): verdict})
    assert judged(duplicates).series == []


def test_a_picture_knows_the_series_of_its_work(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", {"version.png": "version"})], [("cover.png", ["variant.png"])])
    families = judged(duplicates)
    for name, size in (("version.png", 2), ("cover.png", 2), ("variant.png", 1)):
        place = families.place_of(number_of(duplicates, name))
        assert place is not None
        assert (place.series, len(place.family.family.members)) == (0, size), name
    assert families.place_of(number_of(duplicates, "edit.png")) is None


def test_the_family_of_one_picture_builds_no_other_family(
    duplicates: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[tuple[str, dict[str, MemberKind]]] = [("cover.png", {"copy.png": "exact"})] * 501
    store_by_hand(duplicates, [*kinds, ("edit.png", {"version.png": "version"})])
    families = judged(duplicates)
    parsed = list[str]()
    parse = JudgedFamilies._parse

    def record_cover(self: JudgedFamilies, record: Any) -> Any:
        parsed.append(record["cover"])
        return parse(self, record)

    monkeypatch.setattr(JudgedFamilies, "_parse", record_cover)
    assert families.place_of(number_of(duplicates, "version.png")) is not None
    assert parsed == ["edit.png"]


def test_families_are_judged_again_only_when_something_changed(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("cover.png", WHOLE)])
    store, snapshot = FamilyStore(duplicates), Snapshot(duplicates.folder, (), duplicates.pictures())
    first = store.load_all(None, snapshot)
    assert store.load_all(None, snapshot) is first
    judge(duplicates, {("cover.png", "edit.png"): "keep"})
    second = store.load_all(None, snapshot)
    assert second is not first
    duplicates.set_folder_role(".", "protected")
    assert store.load_all(None, snapshot) is not second


def test_a_family_whose_first_file_is_gone_is_not_shown(duplicates: Collection) -> None:
    store_by_hand(duplicates, [("edit.png", {"version.png": "version"})])
    duplicates.library.index.forget_files([b"edit.png"])
    assert judged(duplicates).families == []
