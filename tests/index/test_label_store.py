"""Labels that were taken back are remembered until they have left the sidecars."""

from pathlib import Path

import pytest

from pochade.index.database import Index
from pochade.index.label_store import (
    add_label,
    forget_withdrawn_labels,
    labels_by_picture,
    remove_label,
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
