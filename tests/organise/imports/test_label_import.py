"""Labels of other programs are shown first, then added to the right pictures, and taken back."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pochade import Collection
from pochade.errors import DataDamaged, DataMissing, IndexDamaged, UsageError
from pochade.organise.imports import import_plan
from pochade.organise.imports.import_record import IMPORT_FILE
from tests.support.foreign_libraries import make_eagle_library, make_tagstudio_library
from tests.support.sidecar_files import DIGIKAM

RECORD = '{{"format": "pochade-import-1", "when": "", "sources": [], "pictures": ["{}"], "added": {{"{}": [{}]}}}}'


@pytest.fixture
def library(art: Path, tmp_path: Path) -> Path:
    """An Eagle library outside of the collection, with two of its pictures and one that it lacks."""
    other = tmp_path / "other.png"
    other.write_bytes(b"a picture of something else")
    items: dict[Path, dict[str, Any]] = {
        art / "drawing 0.png": {"tags": ["harbour", "boats"], "folders": ["LEF9MEGUUQ286"], "star": 4},
        art / "drawing 2.png": {"tags": ["harbour"], "annotation": "for the calendar"},
        other: {"tags": ["harbour"]},
    }
    return make_eagle_library(tmp_path / "Art.library", items)


def names_with(collection: Collection, label: str) -> set[str]:
    """The names of the files that have a label."""
    numbers = collection.pictures_with_label(label)
    return {file.path.name for file in collection.pictures() if file.number in numbers}


def test_a_plan_says_what_would_change_and_changes_nothing(collection: Collection, library: Path) -> None:
    (plan,) = collection.plan_import(library)
    assert {label: len(numbers) for label, numbers in plan.added.items()} == {
        "4 stars": 1, "Norway": 1, "boats": 1, "harbour": 2,
    }  # fmt: skip
    assert (plan.kind, plan.items, len(plan.matched), plan.notes, plan.known) == ("eagle", 3, 2, 1, 0)
    assert [(item.shown, item.reason) for item in plan.left_out] == [
        ("LHLQYXAINN002.info/other.png", "is not in this collection")
    ]
    assert collection.labels() == {}
    assert collection.last_import() is None


def test_labels_reach_the_pictures_with_the_same_content(collection: Collection, library: Path) -> None:
    assert collection.carry_out_import(collection.plan_import(library)) == 5
    assert names_with(collection, "boats") == {"drawing 0.png", "same file.png"}
    assert names_with(collection, "harbour") == {"drawing 0.png", "same file.png", "drawing 2.png"}
    assert len(collection.search("label:norway")) == 1
    (again,) = collection.plan_import(library)
    assert (again.added, again.known) == ({}, 5)
    assert collection.carry_out_import([again]) == 0


def test_parents_become_labels_on_request(collection: Collection, library: Path) -> None:
    (plan,) = collection.plan_import(library, with_parents=True)
    assert {"Places", "Norway"} <= plan.added.keys()


def test_what_the_person_said_stays(collection: Collection, library: Path) -> None:
    first, second = (
        file for name in ("0", "2") for file in collection.pictures() if file.path.name == f"drawing {name}.png"
    )
    collection.label([first], "harbour", refused=True)
    collection.label([second], "harbour")
    collection.unlabel([second], "harbour")
    plans = collection.plan_import(library)
    assert "harbour" not in plans[0].added
    assert plans[0].refused == 2
    collection.label([first], "boats", refused=True)  # between the plan and the import
    collection.carry_out_import(plans)
    assert collection.labels() == {"4 stars": 1, "Norway": 1}


def test_an_import_is_undone_exactly_and_can_be_repeated(collection: Collection, library: Path, art: Path) -> None:
    collection.teach("harbour", [art / "drawing 4.png"])
    collection.carry_out_import(collection.plan_import(library))
    (picture,) = (file for file in collection.pictures() if file.path.name == "drawing 2.png")
    collection.label([picture], "harbour", refused=True)  # a later change stays
    last = collection.last_import()
    assert last is not None
    assert (last.pair_count, last.sources) == (5, ("Art.library",))
    assert collection.undo_import() == 4
    assert collection.labels() == {"harbour": 1}
    assert collection.labels_of(picture) == {"harbour": False}
    assert collection.search("label:norway") == []
    with pytest.raises(UsageError, match="no import is left to undo"):
        collection.undo_import()
    assert collection.carry_out_import(collection.plan_import(library)) == 4


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"format": "pochade-import-2"}',
        RECORD.format("no hash", "harbour", 0),
        RECORD.format("0" * 64, "harbour", 1),
        RECORD.format("0" * 64, "harbour", -1),
        RECORD.format("0" * 64, "harbour", "true"),
        RECORD.format("0" * 64, " ", 0),
    ],
)
def test_a_damaged_record_of_the_last_import_is_refused(collection: Collection, art: Path, text: str) -> None:
    (art / ".pochade" / IMPORT_FILE).write_text(text)
    with pytest.raises(IndexDamaged, match="is damaged"):
        collection.undo_import()


def test_a_picture_that_is_gone_since_the_plan_is_passed_over(collection: Collection, library: Path) -> None:
    plans = collection.plan_import(library)
    plans[0].added["harbour"].add(999_999)  # of a picture that another process removed meanwhile
    assert collection.carry_out_import(plans) == 5
    assert len(collection.pictures_with_label("harbour")) == 2


def test_all_sources_in_the_collection_are_imported_together(collection: Collection, art: Path, tmp_path: Path) -> None:
    (art / "drawing 2.png.xmp").write_text(DIGIKAM, encoding="utf-8")
    (art / "drawing 4.png.txt").write_text("creator:somebody\nharbour\n", encoding="utf-8")
    make_eagle_library(art / "Old.library", {art / "drawing 6.png": {"tags": ["harbour"]}})
    make_tagstudio_library(art, {"drawing 8.png": ["harbour"]})
    plans = collection.plan_import()
    assert [plan.kind for plan in plans] == ["tagstudio", "eagle", "xmp", "hydrus"]
    assert [sorted(plan.added) for plan in plans] == [
        ["harbour"], ["harbour"], ["5 stars", "cat", "sold"], ["creator:somebody", "harbour"],
    ]  # fmt: skip
    collection.carry_out_import(plans)
    assert collection.labels() == {"5 stars": 1, "cat": 1, "creator:somebody": 1, "harbour": 3, "sold": 1}
    assert not list(tmp_path.rglob("*.part"))
    assert collection.undo_import() == 7
    assert collection.labels() == {}


def test_kinds_choose_sources(collection: Collection, art: Path) -> None:
    (art / "drawing 2.png.xmp").write_text(DIGIKAM, encoding="utf-8")
    (art / "drawing 4.png.txt").write_text("harbour", encoding="utf-8")
    assert [plan.kind for plan in collection.plan_import(kinds=["hydrus"])] == ["hydrus"]
    with pytest.raises(DataMissing, match="there is nothing of this kind: Eagle library"):
        collection.plan_import(kinds=["eagle"])


def test_sidecars_in_another_folder_reach_pictures_by_content(
    collection: Collection, art: Path, tmp_path: Path
) -> None:
    export = tmp_path / "export"
    export.mkdir()
    shutil.copy(art / "drawing 0.png", export / "4e01.png")
    (export / "4e01.png.json").write_text('["harbour"]')
    (export / "empty.png").write_bytes(b"")
    (export / "empty.png.txt").write_text("boats")
    (export / "link.png").symlink_to(art / "drawing 2.png")
    (export / "link.png.txt").write_text("boats")
    (plan,) = collection.plan_import(export)
    assert {label: len(numbers) for label, numbers in plan.added.items()} == {"harbour": 1}
    assert [(item.shown, item.reason) for item in plan.left_out] == [
        ("empty.png", "is empty"),
        ("link.png", "is a link, which is not followed"),
    ]


def test_a_picture_that_was_not_learnt_says_so(collection: Collection, art: Path) -> None:
    shutil.copy(art / "broken.png" if (art / "broken.png").exists() else __file__, art / "new.png")
    (art / "new.png.txt").write_text("harbour")
    (plan,) = collection.plan_import(kinds=["hydrus"])
    assert "has not been learnt" in plan.left_out[0].reason


def test_labels_that_are_no_names_are_left_out_with_a_reason(collection: Collection, art: Path) -> None:
    (art / "drawing 0.png.json").write_text('{"tags": ["harbour", "two\\nlines", "' + "x" * 300 + '", " ", 7]}')
    (plan,) = collection.plan_import(kinds=["hydrus"])
    assert list(plan.added) == ["harbour"]
    assert len(plan.left_out) == 2
    assert all("a name has 1 to 256 characters" in item.reason for item in plan.left_out)


def test_a_place_without_labels_is_an_error(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="has no labels that Pochade can import"):
        collection.plan_import(tmp_path / "nowhere")


def test_a_library_that_cannot_be_read_stops_only_itself(collection: Collection, art: Path) -> None:
    make_tagstudio_library(art, {"drawing 8.png": ["harbour"]}).write_bytes(b"no database")
    (art / "drawing 4.png.txt").write_text("sea")
    tagstudio, hydrus = collection.plan_import()
    assert list(hydrus.added) == ["sea"]
    assert "can't be read: file is not a database" in tagstudio.left_out[0].reason
    with pytest.raises(DataDamaged, match="file is not a database"):
        collection.plan_import(kinds=["tagstudio"])


def test_an_import_is_bounded(collection: Collection, art: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (art / "drawing 0.png.txt").write_text("a\nb\nc")
    (art / "drawing 2.png.txt").write_text("a\nb\nc")
    monkeypatch.setattr(import_plan, "MAX_LABELS", 2)
    monkeypatch.setattr(import_plan, "MAX_PAIRS", 3)
    (plan,) = collection.plan_import(kinds=["hydrus"])
    assert {label: len(numbers) for label, numbers in plan.added.items()} == {"a": 2, "b": 1}
    assert [item.reason for item in plan.left_out] == [
        f"has the label '{label}': there are too many labels to import" for label in ("c", "b", "c")
    ]
