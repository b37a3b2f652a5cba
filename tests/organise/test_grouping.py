"""Groups hold similar pictures, and what a person edits stays."""

from pathlib import Path

import pytest

from pochade import Collection
from pochade.errors import UsageError
from pochade.index.organisation_store import FEATURES_SETTING, read_groups, write_groups
from pochade.index.settings_store import write_setting
from pochade.organise.group_edits import rename
from pochade.organise.group_records import Group
from tests.support.learnt_collection import draw_stripes, purely_striped, with_subgroups


def test_groups_hold_similar_pictures_and_describe_them(collection: Collection) -> None:
    groups = with_subgroups(collection.groups())
    striped = purely_striped(groups)
    assert sum(len(kinds) == 1 for kinds in striped) >= len(groups) * 0.7
    assert all(group.description and group.cover in group.paths for group in groups)
    lines = next(group for group, kinds in zip(groups, striped, strict=True) if kinds == {True})
    assert "line art" in lines.description


def test_no_two_groups_have_the_same_description(collection: Collection) -> None:
    descriptions = [group.description for group in with_subgroups(collection.groups())]
    assert len({frozenset(text.replace(",", " ").split()) for text in descriptions}) == len(descriptions)
    assert not any(character.isdigit() for text in descriptions for character in text)


def test_groups_that_were_fitted_to_other_features_are_fitted_again(collection: Collection) -> None:
    before = collection.groups()
    collection.rename_group(before[0].number, "mine")
    write_setting(collection.index, FEATURES_SETTING, "1")
    after = collection.groups()
    assert {group.number for group in after} & {group.number for group in before} == {before[0].number}
    assert collection.groups() == after


def test_a_second_call_gives_the_same_groups(collection: Collection) -> None:
    assert collection.groups() == collection.groups()


def test_a_new_picture_joins_a_group_and_moves_no_other(collection: Collection, art: Path) -> None:
    before = {path: group.number for group in with_subgroups(collection.groups()) for path in group.paths}
    draw_stripes(99).save(art / "stripes" / "new.png")
    collection.learn(minutes=0)
    after = {path: group.number for group in with_subgroups(collection.groups()) for path in group.paths}
    assert {path: after[path] for path in before} == before


def test_edited_groups_stay_when_the_others_are_fitted_again(collection: Collection, art: Path) -> None:
    largest = collection.groups()[0]
    collection.rename_group(largest.number, "mine")
    odd = next(picture.path for picture in collection.pictures() if picture.path not in largest.paths)
    collection.pin([odd], largest.number)
    for seed in range(100, 130):
        draw_stripes(seed).save(art / f"more {seed}.png")
    collection.learn(minutes=0)
    updated_group = next(group for group in collection.groups() if group.number == largest.number)
    assert updated_group.name == "mine"
    assert {*largest.paths, odd} <= set(updated_group.paths)


def test_missing_groups_and_files_are_refused(collection: Collection, tmp_path: Path) -> None:
    collection.groups()
    with pytest.raises(UsageError, match="no group 999"):
        collection.rename_group(999, "nothing")
    with pytest.raises(UsageError, match="not in the collection"):
        collection.pin([tmp_path / "elsewhere.png"], 1)


def test_concurrent_edits_of_groups_lose_nothing(collection: Collection) -> None:
    number = collection.groups()[0].number
    before, tree = read_groups(collection.index), read_groups(collection.index)
    rename(tree, number, "late")
    collection.rename_group(number, "first")
    with pytest.raises(UsageError, match="at the same time"):
        write_groups(collection.index, before, tree)
    assert collection.groups()[0].name == "first"


def test_stored_groups_ignore_new_pictures(collection: Collection, art: Path) -> None:
    def members(groups: list[Group]) -> dict[int, set[Path]]:
        return {group.number: set(group.paths) for group in with_subgroups(groups)}

    before = members(collection.groups_so_far())
    assert before == members(collection.groups())
    for number in range(30):
        draw_stripes(700 + number).save(art / f"late {number}.png")
    collection.learn(minutes=0)
    assert members(collection.groups_so_far()) == before
    assert members(collection.groups()) != before
