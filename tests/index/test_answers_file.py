"""What the person said survives a new index, by one file, whatever that file says."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pochade import Collection
from pochade.errors import DataDamaged, DataMissing, OutputUnwritable
from pochade.index.answers_file import ImportedAnswers
from pochade.index.label_colours import read_label_colours
from tests.support.learnt_collection import with_subgroups

HASH, OTHER_HASH = "a" * 64, "b" * 64
GROUP = {"id": 1, "parent": None, "name": None, "description": "", "kept": False}
VERDICT = {"first": HASH, "second": OTHER_HASH, "verdict": "different"}
ANSWERS: dict[str, Any] = {
    "format": "pochade-answers-2",
    "grouped_count": 0,
    "groups": [GROUP],
    "pictures": {},
    "verdicts": [],
    "folder_roles": {},
    "label_colours": {},
    "searches": {},
}


def said(collection: Collection) -> tuple[Any, ...]:
    """Everything that the person said, by path."""
    files = collection.pictures()
    labels = {file.path: collection.labels_of(file) for file in files}
    groups = [(group.number, group.name, group.paths) for group in with_subgroups(collection.groups_so_far())]
    return labels, groups


def test_an_export_restores_labels_and_groups_in_a_new_index(collection: Collection, art: Path, tmp_path: Path) -> None:
    collection.groups()
    number = collection.groups()[0].number
    collection.rename_group(number, "mine")
    odd = next(file for file in collection.pictures() if file.path not in collection.groups_so_far()[0].paths)
    collection.pin([odd.path], number)
    collection.teach("caf\u00e9", [art / "drawing 4.png"], refused=[art / "drawing 2.png"])
    before = said(collection)
    exported = tmp_path / "answers.json"
    assert collection.export_answers(exported) == len({file.number for file in collection.pictures()})
    collection.close()
    shutil.rmtree(art / ".pochade")
    with Collection.open(art) as later:
        later.learn(minutes=0)
        result = later.import_answers(exported)
        assert (result.labels, result.unknown) == (2, 0)
        assert said(later) == before
        assert later.import_answers(exported) == ImportedAnswers(labels=0, groups=0, unknown=0)


def test_colours_of_labels_are_restored_unless_a_label_has_another(
    collection: Collection, art: Path, tmp_path: Path
) -> None:
    for label, colour in (("sea", "blue"), ("sold", "green")):
        collection.teach(label, [art / "drawing 2.png"])
        collection.set_label_colour(label, colour)
    collection.export_answers(tmp_path / "answers.json")
    collection.set_label_colour("sea", None)
    collection.set_label_colour("sold", "red")
    assert collection.import_answers(tmp_path / "answers.json").label_colours == 1
    assert collection.label_colours() == {"sea": "blue", "sold": "red"}


def test_saved_searches_are_restored_unless_a_name_is_taken(collection: Collection, tmp_path: Path) -> None:
    collection.save_search("owls", {"q": "owl"})
    collection.save_search("blue", {"colour": "blue"})
    collection.export_answers(tmp_path / "answers.json")
    collection.delete_search("owls")
    collection.save_search("blue", {"colour": "blue", "technique": "pencil"})
    assert collection.import_answers(tmp_path / "answers.json").searches == 1
    assert collection.saved_searches() == {"blue": {"colour": "blue", "technique": "pencil"}, "owls": {"q": "owl"}}


def test_what_the_person_said_here_stays(collection: Collection, art: Path, tmp_path: Path) -> None:
    collection.groups()
    collection.teach("old", [art / "drawing 2.png"])
    collection.export_answers(tmp_path / "answers.json")
    collection.teach("old", [], refused=[art / "drawing 2.png"])
    collection.rename_group(collection.groups()[0].number, "mine")
    before = said(collection)
    assert collection.import_answers(tmp_path / "answers.json") == ImportedAnswers(labels=0, groups=0, unknown=0)
    assert said(collection) == before


def test_pictures_that_are_not_in_the_index_are_counted(learnt_folder: Path, tmp_path: Path) -> None:
    text = {
        "format": "pochade-answers-1",
        "grouped_count": 0,
        "groups": [],
        "pictures": {HASH: {"labels": {"a": True}}},
    }
    (tmp_path / "answers.json").write_text(json.dumps(text), encoding="utf-8")
    with Collection.open(learnt_folder) as collection:
        assert collection.import_answers(tmp_path / "answers.json").unknown == 1
        assert collection.labels() == {}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "pochade-answers-3"},
        {"groups": 3},
        {"groups": [GROUP, GROUP]},
        {"groups": [GROUP | {"parent": 1}]},
        {"groups": [GROUP | {"parent": 2}]},
        {"groups": [GROUP | {"parent": 2}, GROUP | {"id": 2, "parent": 1}]},
        {"groups": [GROUP | {"id": -1}]},
        {"groups": [GROUP | {"id": 2**40}]},
        {"groups": [GROUP | {"id": True}]},
        {"groups": [GROUP | {"name": "two\nlines"}]},
        {"pictures": {"../x": {"labels": {}}}},
        {"pictures": {HASH: {"labels": {"a": 1}}}},
        {"pictures": {HASH: {"labels": {"\x1b[31m": True}}}},
        {"pictures": {HASH: {"labels": {}, "group": 9, "pinned": False}}},
        {"pictures": {HASH: []}},
        {"grouped_count": "many"},
        {"verdicts": [VERDICT, VERDICT]},
        {"verdicts": [VERDICT, VERDICT | {"first": OTHER_HASH, "second": HASH}]},
        {"verdicts": [VERDICT | {"first": OTHER_HASH}]},
        {"verdicts": [VERDICT | {"first": "../x"}]},
        {"verdicts": [VERDICT | {"verdict": "near"}]},
        {"verdicts": [VERDICT | {"verdict": None}]},
        {"verdicts": [{"first": HASH}]},
        {"verdicts": {HASH: "same"}},
        {"folder_roles": {"../elsewhere": "protected"}},
        {"folder_roles": {"/": "protected"}},
        {"folder_roles": {"a/.pochade": "protected"}},
        {"folder_roles": {"\ud800": "protected"}},
        {"folder_roles": {"a": "precious"}},
        {"folder_roles": {"a": True}},
        {"folder_roles": {"a": "protected", "a/": "preferred"}},
        {"folder_roles": ["a"]},
        {"folder_roles": None},
        {"label_colours": {"sea": "mauve"}},
        {"label_colours": {"sea": None}},
        {"label_colours": {"two\nlines": "red"}},
        {"label_colours": {"caf\u00e9": "red", "cafe\u0301": "red"}},
        {"label_colours": ["sea"]},
        {"searches": {"all": {}}},
        {"searches": {"one": {"selection": "a"}}},
        {"searches": {"one": {"q": 3}}},
        {"searches": {"caf\u00e9": {"q": "a"}, "cafe\u0301": {"q": "b"}}},
        {"searches": []},
    ],
    ids=str,
)
def test_an_impossible_export_changes_nothing(change: dict[str, Any], learnt_folder: Path, tmp_path: Path) -> None:
    text = ANSWERS | change
    (tmp_path / "answers.json").write_text(json.dumps(text), encoding="utf-8")
    with Collection.open(learnt_folder) as collection:
        with pytest.raises(DataDamaged, match="is no export"):
            collection.import_answers(tmp_path / "answers.json")
        assert collection.group_tree().nodes == {}
        assert (collection.verdicts(), collection.folder_roles()) == ({}, {})
        assert (read_label_colours(collection.index), collection.saved_searches()) == ({}, {})


@pytest.mark.parametrize("part", ["verdicts", "folder_roles"])
def test_a_missing_part_of_the_second_version_is_damage(part: str, learnt_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps({**ANSWERS, part: None}), encoding="utf-8")
    with Collection.open(learnt_folder) as collection, pytest.raises(DataDamaged, match="is no export"):
        collection.import_answers(tmp_path / "answers.json")


def test_verdicts_and_roles_of_folders_are_restored_in_a_new_index(learnt_folder: Path, tmp_path: Path) -> None:
    exported, pair = tmp_path / "answers.json", (learnt_folder / "drawing 0.png", learnt_folder / "drawing 2.png")
    with Collection.open(learnt_folder) as collection:
        collection.set_verdict(*pair, "keep")
        collection.set_folder_role("old", "protected")
        assert collection.export_answers(exported) == 2
    shutil.rmtree(learnt_folder / ".pochade")
    pair[1].rename(learnt_folder / "moved.png")
    with Collection.open(learnt_folder) as later:
        later.learn(minutes=0)
        result = later.import_answers(exported)
        assert (result.verdicts, result.folder_roles, result.unknown) == (1, 1, 0)
        assert later.folder_roles() == {"old": "protected"}
        assert later.set_verdict(pair[0], learnt_folder / "moved.png", "same") == "keep"
        later.set_folder_role("old", "preferred")
        assert later.import_answers(exported) == ImportedAnswers(labels=0, groups=0, unknown=0)
        assert list(later.verdicts().values()) == ["same"]
        assert later.folder_roles() == {"old": "preferred"}


def test_verdicts_about_unknown_pictures_are_left_out(learnt_folder: Path, tmp_path: Path) -> None:
    with Collection.open(learnt_folder) as collection:
        known = VERDICT | {"second": collection.pictures()[0].hash}
        (tmp_path / "answers.json").write_text(json.dumps(ANSWERS | {"verdicts": [known]}), encoding="utf-8")
        result = collection.import_answers(tmp_path / "answers.json")
        assert (result.verdicts, result.unknown) == (0, 1)
        assert collection.verdicts() == {}


def test_an_export_of_the_first_version_is_replaced(learnt_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps({"format": "pochade-answers-1"}, indent=1), encoding="utf-8")
    with Collection.open(learnt_folder) as collection:
        collection.export_answers(tmp_path / "answers.json")
    assert json.loads((tmp_path / "answers.json").read_text(encoding="utf-8")) == ANSWERS | {"groups": []}


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"{}", b"\xff", b"[" * 100_000], ids=["empty", "list", "bare", "byte", "deep"]
)
def test_a_text_that_is_no_export_is_refused(content: bytes, learnt_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_bytes(content)
    with Collection.open(learnt_folder) as collection:
        with pytest.raises(DataDamaged, match="is no export"):
            collection.import_answers(tmp_path / "answers.json")
        with pytest.raises(DataMissing, match="can't be read"):
            collection.import_answers(tmp_path / "nothing.json")
        with pytest.raises(OutputUnwritable, match="is no export"):
            collection.export_answers(tmp_path / "answers.json")
