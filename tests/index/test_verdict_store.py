"""What the person says about two pictures is stored, can be taken back, and is not believed of a stranger."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.schema import VERDICTS
from pochade.index.verdict_store import VERDICT_WORDS, add_verdicts, read_verdicts, write_verdict
from tests.support.indexed_pictures import index_with_pictures


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index with five pictures."""
    with index_with_pictures(tmp_path, 5) as opened:
        yield opened


@pytest.mark.parametrize("verdict", VERDICT_WORDS)
def test_a_verdict_holds_for_both_orders_of_a_pair(verdict: Any, index: Index) -> None:
    assert write_verdict(index, 4, 2, verdict) is None
    assert read_verdicts(index) == {(2, 4): verdict}
    assert write_verdict(index, 2, 4, None) == verdict
    assert read_verdicts(index) == {}


def test_every_change_returns_what_undoes_it(index: Index) -> None:
    write_verdict(index, 1, 2, "same")
    before = write_verdict(index, 1, 2, "different")
    assert before == "same"
    assert write_verdict(index, 1, 2, before) == "different"
    assert read_verdicts(index) == {(1, 2): "same"}
    assert write_verdict(index, 1, 3, None) is None


def test_an_impossible_verdict_changes_nothing(index: Index) -> None:
    write_verdict(index, 1, 2, "same")
    wrong: Any = "near"
    with pytest.raises(UsageError, match="'near' is no verdict"):
        write_verdict(index, 1, 2, wrong)
    with pytest.raises(UsageError, match="same content"):
        write_verdict(index, 1, 1, "different")
    assert read_verdicts(index) == {(1, 2): "same"}


def test_impossible_rows_of_a_stranger_are_ignored_and_can_be_replaced(index: Index) -> None:
    rows = [
        {"first": 1, "second": 2, "verdict": "delete"},
        {"first": 3, "second": 2, "verdict": "same"},
        {"first": 4, "second": 4, "verdict": "same"},
    ]
    with index.writing() as connection:
        connection.execute(sql.insert(VERDICTS), rows)
    assert read_verdicts(index) == {}
    assert add_verdicts(index, {(1, 2): "keep"}) == 1
    assert read_verdicts(index) == {(1, 2): "keep"}
    assert write_verdict(index, 1, 2, "version") == "keep"


def test_added_verdicts_replace_none_of_the_persons_own(index: Index) -> None:
    write_verdict(index, 1, 2, "same")
    assert add_verdicts(index, {(1, 2): "different", (2, 3): "version"}) == 1
    assert read_verdicts(index) == {(1, 2): "same", (2, 3): "version"}
    assert add_verdicts(index, {}) == 0
