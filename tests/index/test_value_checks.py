"""An index whose values have wrong types, or are impossible, is refused when it is opened."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from pochade.errors import IndexDamaged
from pochade.index.database import Index
from pochade.index.schema import RELATIONS, TABLES
from pochade.index.value_checks import check_values

VALUES_BY_TYPE = {sql.Boolean: 2, sql.Integer: 0.5, sql.Float: "0.5", sql.String: 5, sql.JSON: b"{}"}
FIGURES = {
    "before": {"held_out": 9, "found": 0.5, "psnr": 20.0},
    "after": {"held_out": 9, "found": 0.6, "psnr": float("nan")},
    "look_kept": True,
    "code_kept": False,
    "painter": {"before": 0.5, "after": 0.4},
    "minutes": 3.5,
    "pieces": 40,
}
ROWS = (
    ("settings", ("grouped", "1")),
    ("pieces", (1, "ab" * 32, 0, "PNG", 20, 10, 8, 1, 1, 900, "red", '["a note"]', None)),
    ("pieces", (2, "cd" * 32, 1, "PNG", 20, 10, 8, 0, 1, 900, "red", "[]", "ef" * 32)),
    ("files", (b"a.png", 900, 10**18, str(2**64 - 1), 1, None, 10**18)),
    ("labels", (1, "sketch", 0)),
    ("withdrawn", (1, "other")),
    ("nets", ("model", "2026-01-01T00:00:00+00:00", json.dumps(FIGURES), 1)),
    ("relations", (1, 2, 0.1, 0.2, 0.3, 0.4, None, 1)),
    ("verdicts", (1, 2, "keep")),
    ("groups", (1, None, "name", "words", 1)),
    ("groups", (2, 1, None, "words", 0)),
    ("grouped", (1, 2, 0)),
    ("grouped", (2, None, 0)),
    ("places", (1, 0.5, -0.5)),
    ("texts", (1, "a title", "", "line art", 1)),
)


CHECKED_COLUMNS = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for table in TABLES.sorted_tables
    for column in table.columns
    if table is not RELATIONS  # test_relation_store.py has them
]


@pytest.fixture
def connection() -> Iterator[sql.Connection]:
    """The database of an index in memory, with rows in every table. Its columns take any value, as a stranger's may."""
    engine = sql.create_engine("sqlite://")
    with engine.connect() as connection:
        for table in TABLES.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(sql.text(f'CREATE TABLE "{table.name}" ({names})'))
        for name, values in ROWS:
            marks = ", ".join("?" * len(values))
            connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({marks})', values)
        connection.commit()
        yield connection
    engine.dispose()


def foreign_values(column: sql.Column[object]) -> list[object]:
    """Values that SQLite stores in a column, and that are of another type."""
    special = next((value for kind, value in VALUES_BY_TYPE.items() if isinstance(column.type, kind)), "words")
    values = [special, b"bytes", *([] if isinstance(column.type, sql.String | sql.LargeBinary) else ["words"])]
    values = [value for value in values if not (isinstance(column.type, sql.LargeBinary) and isinstance(value, bytes))]
    return values if column.nullable else [*values, None]


def test_rows_of_the_right_types_pass(connection: sql.Connection) -> None:
    check_values(connection)


def test_files_without_any_picture_pass(connection: sql.Connection) -> None:
    for table in reversed(TABLES.sorted_tables):
        connection.execute(table.delete())
    connection.execute(sql.text("INSERT INTO files VALUES ('broken.png', 9, 1, '1', NULL, 'no picture', 1)"))
    connection.execute(sql.text("UPDATE files SET path = CAST(path AS BLOB)"))
    check_values(connection)


@pytest.mark.parametrize("column", CHECKED_COLUMNS)
def test_a_value_of_a_wrong_type_is_refused(column: sql.Column[object], connection: sql.Connection) -> None:
    for value in foreign_values(column):
        connection.execute(sql.text(f'UPDATE "{column.table.name}" SET "{column.name}" = :value'), {"value": value})
        with pytest.raises(IndexDamaged, match=f"'{column.table.name}' has an impossible value"):
            check_values(connection)
        connection.rollback()


def leads_to_a_row(column: Any) -> bool:
    """Whether a column holds numbers of rows in another table."""
    return bool(column.foreign_keys)


@pytest.mark.parametrize("column", [column for column in CHECKED_COLUMNS if leads_to_a_row(column.values[0])])
def test_a_number_of_nothing_is_refused(column: sql.Column[object], connection: sql.Connection) -> None:
    connection.execute(sql.text(f'UPDATE "{column.table.name}" SET "{column.name}" = 999'))
    with pytest.raises(IndexDamaged, match=f"'{column.table.name}' has an impossible value"):
        check_values(connection)


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("UPDATE pieces SET width = :value", 0),
        ("UPDATE pieces SET height = :value", -5),
        ("UPDATE pieces SET width = :value", 2**31),
        ("UPDATE pieces SET row = :value WHERE id = 2", 2),
        ("UPDATE pieces SET row = :value WHERE id = 2", -1),
        ("UPDATE pieces SET notes = :value", "[1]"),
        ("UPDATE pieces SET notes = :value", '{"a": "b"}'),
        ("UPDATE files SET inode = :value", "-1"),
        ("UPDATE files SET inode = :value", "9" * 5000),
        ("UPDATE groups SET parent = :value WHERE id = 1", 2),
        ("UPDATE groups SET parent = :value WHERE id = 2", 2),
        ("UPDATE groups SET parent = :value WHERE id = 2", 7),
        ('UPDATE grouped SET "group" = :value', 7),
        ("INSERT INTO settings VALUES ('removal', :value)", "[[1]]"),
        ("INSERT INTO settings VALUES ('removal', :value)", "{}"),
        ("UPDATE settings SET value = :value WHERE name = 'grouped'", "many"),
        ("UPDATE nets SET figures = :value", "[" * 500 + "]" * 500),
        ("UPDATE nets SET figures = :value", '{"pieces": "many"}'),
        ("UPDATE nets SET figures = :value", '{"minutes": [1]}'),
        ("UPDATE nets SET figures = :value", '{"after": {}}'),
        ("UPDATE nets SET figures = :value", '{"painter": {"after": 1}}'),
        ("UPDATE nets SET figures = :value", json.dumps(FIGURES | {"look_kept": "yes"})),
        ("UPDATE nets SET figures = :value", json.dumps(FIGURES | {"minutes": 10**400})),
    ],
)
def test_an_impossible_value_is_refused(statement: str, value: object, connection: sql.Connection) -> None:
    connection.execute(sql.text(statement), {"value": value})
    with pytest.raises((IndexDamaged, SQLAlchemyError)):  # the index translates errors of the database
        check_values(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO pieces VALUES (1, 'ab', 0, 'PNG', 'wide', 1, 8, 0, 1, 1, 'red', '[]', NULL)",
        "INSERT INTO nets VALUES ('model', 'now', '{', 1)",
        "INSERT INTO nets VALUES ('model', 'now', CAST(x'fffe' AS TEXT), 1)",
    ],
)
def test_an_index_with_such_a_value_does_not_open(statement: str, tmp_path: Path) -> None:
    place = tmp_path / "index.sqlite"
    Index(place).close()
    connection = sqlite3.connect(place)
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(IndexDamaged):
        Index(place)
