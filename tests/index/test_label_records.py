"""What the index says about labels is put back exactly, unless it has changed."""

import pytest

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.label_records import LabelRecords, read_label_records, replace_label_records
from pochade.index.label_store import (
    add_label,
    add_labels,
    forget_withdrawn_labels,
    labels_by_picture,
    remove_label,
    rename_label,
    take_back_labels,
    withdrawn_labels,
)
from tests.index.test_label_store import index

__all__ = ["index"]  # a fixture: pictures 1 to 3


def rename_and_read(index: Index) -> tuple[LabelRecords, LabelRecords]:
    """Rename cat to dog, which picture 3 has already; returns the records before and after."""
    add_label(index, [1, 2], "cat")
    add_label(index, [3], "cat", refused=True)
    add_label(index, [3], "dog")
    before = read_label_records(index, ["cat", "dog"])
    rename_label(index, "cat", "dog")
    return before, read_label_records(index, ["cat", "dog"])


def test_a_rename_is_put_back_with_its_refusals(index: Index) -> None:
    before, after = rename_and_read(index)
    replace_label_records(index, after, before)
    assert read_label_records(index, ["cat", "dog"]) == before
    assert withdrawn_labels(index) == {}


def test_after_sidecars_were_written_the_new_name_leaves_them_again(index: Index) -> None:
    before, after = rename_and_read(index)
    forget_withdrawn_labels(index, {1: {"cat"}, 2: {"cat"}})  # as writing the sidecars does
    replace_label_records(index, after, before)
    assert labels_by_picture(index)[1] == {"cat": True}
    assert withdrawn_labels(index) == {1: {"dog"}, 2: {"dog"}}


def test_later_answers_are_not_lost(index: Index) -> None:
    before, after = rename_and_read(index)
    remove_label(index, [1], "dog")
    with pytest.raises(UsageError, match="have changed since"):
        replace_label_records(index, after, before)
    assert labels_by_picture(index) == {2: {"dog": True}, 3: {"dog": True}}


def test_many_labels_are_added_and_taken_back_without_a_trace(index: Index) -> None:
    add_label(index, [1], "cat", refused=True)
    add_labels(index, {"cat": [2, 3], "sea": {1, 2}})
    add_label(index, [3], "cat", refused=True)
    assert take_back_labels(index, {"cat": [1, 2, 3], "sea": [1, 2], "unknown": [1]}) == 3
    assert labels_by_picture(index) == {1: {"cat": False}, 3: {"cat": False}}
    assert 2 not in withdrawn_labels(index)
