"""Searches are saved under names, and say what to look for, not what was found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pochade import Collection
from pochade.errors import IndexDamaged, UsageError
from pochade.index.saved_searches import MAX_SEARCHES, SEARCHES_SETTING
from pochade.index.settings_store import write_setting

OWLS = {"q": "owl", "technique": "pencil", "sort": "newest"}


@pytest.fixture
def collection(learnt_folder: Path) -> Iterator[Collection]:
    with Collection.open(learnt_folder) as collection:
        yield collection


def test_a_search_is_saved_replaced_and_deleted(collection: Collection) -> None:
    assert collection.saved_searches() == {}
    collection.save_search(" owls ", OWLS)
    collection.save_search("blue", {"colour": "red"})
    collection.save_search("blue", {"colour": "blue"})
    assert collection.saved_searches() == {"blue": {"colour": "blue"}, "owls": OWLS}
    collection.delete_search("owls")
    assert list(collection.saved_searches()) == ["blue"]
    with pytest.raises(UsageError, match="no saved search 'owls'"):
        collection.delete_search("owls")


@pytest.mark.parametrize(
    ("name", "filters", "problem"),
    [
        ("", OWLS, "a name has 1 to 256 characters"),
        ("two\nlines", OWLS, "a name has 1 to 256 characters"),
        ("all", {}, "finds everything"),
        ("all", {"sort": "newest"}, "finds everything"),
        ("one", {"selection": "0123456789ab"}, "'selection' is no filter of a search"),
        ("one", {"q": ""}, "a filter has 1 to 4,096 characters"),
        ("one", {"q": "x" * 5000}, "a filter has 1 to 4,096 characters"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    collection: Collection, name: str, filters: dict[str, str], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        collection.save_search(name, filters)
    assert collection.saved_searches() == {}


def test_there_is_room_for_a_limited_number(collection: Collection) -> None:
    write_setting(
        collection.index, SEARCHES_SETTING, str({f"s{n}": {"q": "a"} for n in range(MAX_SEARCHES)}).replace("'", '"')
    )
    with pytest.raises(UsageError, match="200 saved searches already"):
        collection.save_search("one more", OWLS)
    collection.save_search("s7", OWLS)
    assert collection.saved_searches()["s7"] == OWLS


@pytest.mark.parametrize("setting", ["{", "[1]", '{"a": 1}', '{"a": {"q": 1}}', '{"a": {}}', "[" * 100_000], ids=len)
def test_searches_that_cannot_be_read_are_an_error_with_a_next_step(collection: Collection, setting: Any) -> None:
    write_setting(collection.index, SEARCHES_SETTING, setting)
    with pytest.raises(IndexDamaged, match="its saved searches"):
        collection.saved_searches()
