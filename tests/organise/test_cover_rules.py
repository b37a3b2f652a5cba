"""The cover of a family is its best file, and the reason is stated."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pochade import Collection
from pochade.errors import UsageError
from pochade.organise.cover_rules import choose_cover, loses_something
from tests.support.learnt_collection import file_names
from tests.support.picture_records import picture_record


@pytest.mark.slow
def test_the_rule_decides_the_cover(collection: Collection, art: Path) -> None:
    (art / "smaller.jpg").touch()
    collection.learn(minutes=0)
    by_size = next(family for family in collection.families() if "smaller.jpg" in file_names(family))
    by_time = next(family for family in collection.families("latest") if "smaller.jpg" in file_names(family))
    assert (by_size.cover.name, by_size.reason) == ("drawing 2.png", "the largest")
    assert (by_time.cover.name, by_time.reason) == ("smaller.jpg", "the latest")
    with pytest.raises(UsageError, match="not a rule"):
        collection.families("smallest")


@pytest.mark.parametrize(
    ("better", "reason"),
    [
        ({"width": 200}, "the largest"),
        ({"format": "KRA"}, "keeps its layers"),
        ({}, "in colour"),
        ({"colour": "grey", "has_alpha": True}, "lost least"),
        ({"colour": "grey", "depth": 16}, "lost least"),
        ({"colour": "grey", "modified": datetime(2026, 2, 1)}, "the latest"),
    ],
)
def test_the_cover_is_the_better_file_with_a_reason(better: dict[str, Any], reason: str) -> None:
    assert choose_cover([picture_record("a", colour="grey"), picture_record("b", **better)]) == (
        picture_record("b", **better),
        reason,
    )


def test_an_original_stands_before_a_later_export() -> None:
    export = picture_record("export", format="JPEG", modified=datetime(2026, 2, 1))
    assert choose_cover([export, picture_record("original")]) == (picture_record("original"), "lost least")
    assert choose_cover([export, picture_record("original")], "latest")[0] == export


@pytest.mark.parametrize(
    ("values", "loses"),
    [
        ({}, False),
        ({"format": "JPEG"}, False),
        ({"width": 50}, False),
        ({"width": 200}, True),
        ({"has_alpha": True}, True),
        ({"depth": 16}, True),
        ({"frames": 2}, True),
        ({"format": "KRA"}, True),
    ],
)
def test_what_a_file_holds_and_another_does_not_would_be_lost(values: dict[str, Any], loses: bool) -> None:
    assert loses_something(picture_record("a", **values), picture_record("b")) == loses
    assert loses_something(picture_record("a", format="PNG"), picture_record("b", format="JPEG"))


def test_the_shortest_path_is_the_cover_of_equal_files() -> None:
    cover, reason = choose_cover([picture_record("copy of a"), picture_record("a")])
    assert (cover.path.name, reason) == ("a", "all are alike")


def test_a_damaged_file_is_no_cover_however_large_it_is() -> None:
    damaged = picture_record("large", width=9000, notes=("a part of it is destroyed",))
    cover, reason = choose_cover([damaged, picture_record("small")])
    assert (cover.path.name, reason) == ("small", "undamaged")


def test_of_damaged_files_the_best_is_the_cover() -> None:
    note = ("its end is missing",)
    files = [picture_record("small", notes=note), picture_record("large", width=900, notes=note)]
    assert choose_cover(files)[0].path.name == "large"
