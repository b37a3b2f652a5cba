"""Labels that were taken back are remembered until they have left the sidecars."""

from pathlib import Path

import pytest

from pochade.index.database import Index
from pochade.index.label_store import (
    add_label,
    delete_label,
    forget_withdrawn_labels,
    labels_by_picture,
    remove_label,
    rename_label,
    withdrawn_labels,
)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """An index with pictures 1 to 3."""
    index = Index(tmp_path / "index.sqlite")
    picture = {
        "format": "PNG", "width": 1, "height": 1, "depth": 8, "has_alpha": False, "frames": 1, "bytes": 1,
        "colour": "grey", "notes": "[]",
    }  # fmt: skip
    rows = [picture | {"id": number, "hash": f"{number:064}", "row": number - 1} for number in (1, 2, 3)]
    index.add_pictures(rows, [], [])
    return index


def test_only_labels_that_a_picture_had_are_withdrawn(index: Index) -> None:
    add_label(index, [1, 2], "cat")
    add_label(index, [3], "cat", refused=True)
    remove_label(index, [1, 3], "cat")
    assert labels_by_picture(index) == {2: {"cat": True}}
    assert withdrawn_labels(index) == {1: {"cat"}}


def test_a_label_that_is_refused_later_is_withdrawn(index: Index) -> None:
    add_label(index, [1], "cat")
    add_label(index, [1], "cat", refused=True)
    remove_label(index, [1], "cat")
    assert withdrawn_labels(index) == {1: {"cat"}}


def test_a_label_that_is_given_again_is_not_withdrawn_any_more(index: Index) -> None:
    add_label(index, [1, 2], "cat")
    remove_label(index, [1, 2], "cat")
    add_label(index, [1], "cat")
    assert withdrawn_labels(index) == {2: {"cat"}}
    forget_withdrawn_labels(index, {2: {"cat"}})
    assert withdrawn_labels(index) == {}


def test_a_renamed_label_leaves_the_sidecars_under_its_old_name(index: Index) -> None:
    add_label(index, [1, 2], "cat")
    assert rename_label(index, "cat", "cats") == 2
    assert labels_by_picture(index) == {1: {"cats": True}, 2: {"cats": True}}
    assert withdrawn_labels(index) == {1: {"cat"}, 2: {"cat"}}


def test_two_labels_become_one_by_a_new_name(index: Index) -> None:
    add_label(index, [1], "cat")
    add_label(index, [2, 3], "cat", refused=True)
    add_label(index, [2], "cats")
    add_label(index, [1], "cats", refused=True)
    assert rename_label(index, "cat", "cats") == 1
    assert labels_by_picture(index) == {1: {"cats": True}, 2: {"cats": True}, 3: {"cats": False}}


def test_a_deleted_label_is_withdrawn_and_its_refusals_are_forgotten(index: Index) -> None:
    add_label(index, [1], "cat")
    add_label(index, [2], "cat", refused=True)
    add_label(index, [1], "night")
    assert delete_label(index, "cat") == 1
    assert labels_by_picture(index) == {1: {"night": True}}
    assert withdrawn_labels(index) == {1: {"cat"}}
