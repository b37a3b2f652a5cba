"""Relations of pairs are kept for the model that measured them, and a stranger's impossible ones are ignored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from pochade.errors import IndexDamaged
from pochade.index.database import Index
from pochade.index.model_store import prepare_model, use_model
from pochade.index.relation_store import add_relations, read_relations
from pochade.index.schema import RELATIONS
from tests.support.indexed_pictures import index_with_pictures

LIKELIHOODS = {"resave": 0.5, "edit": 0.25, "version": 0.125, "variant": 0.0}
REGION = [[1, 2, 3, 4], [5, 6, 7, 8]]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An index with five pictures."""
    with index_with_pictures(tmp_path, 5) as opened:
        yield opened


def row(first: Any, second: Any, **values: Any) -> dict[str, Any]:
    return {"first": first, "second": second, **LIKELIHOODS, **values}


def pairs(index: Index, model: str = "a") -> dict[tuple[int, int], Any]:
    return {(stored.first, stored.second): stored for stored in read_relations(index, model)}


def test_relations_are_read_as_they_were_stored(index: Index) -> None:
    add_relations(index, "a", [row(1, 2), row(1, 3, region=REGION, proven=False)])
    stored = pairs(index)
    assert stored[1, 2][2:] == (*LIKELIHOODS.values(), None, None)
    assert stored[1, 3][2:] == (*LIKELIHOODS.values(), REGION, False)


def test_a_pair_is_replaced_and_others_stay(index: Index) -> None:
    add_relations(index, "a", [row(1, 2), row(1, 3)])
    add_relations(index, "a", [row(1, 2, edit=1.0)])
    assert {pair: stored.edit for pair, stored in pairs(index).items()} == {(1, 2): 1.0, (1, 3): 0.25}


def test_relations_of_another_model_are_not_read_and_then_dropped(index: Index) -> None:
    add_relations(index, "a", [row(1, 2)])
    assert pairs(index, "b") == {}
    add_relations(index, "b", [row(2, 3)])
    assert set(pairs(index, "b")) == {(2, 3)}
    assert pairs(index, "a") == {}


def test_a_proof_is_stored_with_the_relation(index: Index) -> None:
    add_relations(index, "a", [row(1, 2), row(2, 3)])
    add_relations(index, "a", [row(1, 2, proven=True)])
    assert {pair: stored.proven for pair, stored in pairs(index).items()} == {(1, 2): True, (2, 3): None}


def test_new_embeddings_drop_the_relations(index: Index) -> None:
    add_relations(index, "a", [row(1, 2)])
    prepare_model(index, "model", "now", {})
    use_model(index, "model")
    assert pairs(index) == {}


@pytest.mark.parametrize(
    "planted",
    [
        row(3, 2),
        row(2, 2),
        row(1.5, 3),
        row(1, "words"),
        row(2, 3, edit="much"),
        row(2, 3, edit=float("inf")),
        row(2, 3, region='{"x": 1}'),
        row(2, 3, region="[[1, 2, 3, 4]]"),
        row(2, 3, region="[[1, 2, 3, 4], [1, 2, 3]]"),
        row(2, 3, region='[[1, 2, 3, 4], [1, 2, 3, "4"]]'),
    ],
    ids=str,
)
def test_impossible_relations_of_a_stranger_are_ignored(planted: dict[str, Any], index: Index) -> None:
    add_relations(index, "a", [row(1, 2)])
    plant(index, planted)
    assert set(pairs(index)) == {(1, 2)}


def test_a_region_that_is_no_json_is_damage(index: Index) -> None:
    add_relations(index, "a", [row(1, 2)])
    plant(index, row(2, 3, region="{"))
    with pytest.raises(IndexDamaged, match="can't be read"):
        read_relations(index, "a")


def plant(index: Index, values: dict[str, Any]) -> None:
    """Store a row as a stranger could: SQLite accepts any text in any column."""
    columns = {column.name: values.get(column.name) for column in RELATIONS.columns}
    names, parameters = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    with index.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # foreign keys can't be switched off in a transaction
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.execute(sql.text(f"INSERT INTO relations ({names}) VALUES ({parameters})"), columns)
