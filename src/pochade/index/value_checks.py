"""Whether the values in an SQLite index have the types of their columns, and are possible.

SQLite stores any value in any column, so a damaged index, or a stranger's, may hold a text where a number should be.
The index is checked when it is opened, so that no other code meets such a value. Relations are left out, because there
are most of them: `relation_store.py` checks them when they are needed.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sql

from pochade.errors import IndexDamaged
from pochade.index.path_rules import DAMAGED_HINT
from pochade.index.schema import FILES, GROUPS, MODELS, PICTURES, RELATIONS, SETTINGS, TABLES

_STORED_TYPES: dict[type[Any], str] = {  # what SQLite calls the values of a column, by the column's type
    sql.Integer: "= 'integer'",
    sql.BigInteger: "= 'integer'",
    sql.Boolean: "= 'integer'",
    sql.Float: "IN ('real', 'integer')",
    sql.String: "= 'text'",
    sql.Text: "= 'text'",
    sql.JSON: "= 'text'",
    sql.LargeBinary: "= 'blob'",
}
_DIGITS = "{0} <> '' AND {0} NOT GLOB '*[^0-9]*' AND length({0}) <= 20"
_CONDITIONS = {  # that all rows of a table meet, beside the types
    PICTURES.name: (
        "min(width, height, depth, frames) > 0 AND max(width, height, depth, frames) < 2147483648",
        "row >= 0",
        "(notes = '[]' OR json_type(notes) = 'array')",
    ),
    FILES.name: (_DIGITS.format("inode"),),
    SETTINGS.name: (
        f"(name <> 'grouped' OR {_DIGITS.format('value')})",
        "(name <> 'removal' OR json_type(value) = 'array')",
    ),
}
_COUNTEREXAMPLES = {  # queries that find a row in a damaged table only
    PICTURES.name: (
        f"SELECT 1 WHERE (SELECT max(row) >= count(*) FROM {PICTURES.name})",  # rows have no gaps
        f"SELECT 1 FROM {PICTURES.name}, json_each(notes) WHERE notes <> '[]' AND json_each.type <> 'text'",
    ),
    SETTINGS.name: (
        "SELECT 1 FROM settings, json_each(settings.value) WHERE name = 'removal' AND json_each.type <> 'integer'",
    ),
    GROUPS.name: (  # a group that is in itself
        "WITH RECURSIVE reached(id, depth) AS (SELECT id, 1 FROM groups WHERE parent IS NULL UNION SELECT groups.id,"
        " depth + 1 FROM groups JOIN reached ON groups.parent = reached.id WHERE depth < 100)"
        " SELECT 1 WHERE (SELECT count(*) FROM reached) < (SELECT count(*) FROM groups)",
    ),
}
_MAX_FIGURE = 1e12


def check_values(connection: sql.Connection) -> None:
    """Check all values of an SQLite index; the tables and columns that an older version lacks are passed over.

    Raises:
        IndexDamaged: A value has a wrong type, or is impossible.
    """
    if connection.dialect.name != "sqlite":
        return
    tables = set(connection.scalars(sql.text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    for table in TABLES.sorted_tables:
        if table.name in tables and table is not RELATIONS:
            for query in _damage_queries(connection, table):
                if connection.execute(sql.text(f"{query} LIMIT 1")).first():
                    raise _damage_error(table)
    if MODELS.name in tables:
        _check_figures(connection)


def _damage_queries(connection: sql.Connection, table: sql.Table) -> Iterator[str]:
    """Queries that find something in a damaged table only: first the types, which the others rely on."""
    present = {row[1] for row in connection.execute(sql.text(f'PRAGMA table_info("{table.name}")'))}
    types = [_type_condition(column) for column in table.columns if column.name in present]
    conditions = " AND ".join((*types, *_CONDITIONS.get(table.name, ())))
    yield f'SELECT 1 FROM "{table.name}" WHERE NOT ({conditions})'
    yield from _COUNTEREXAMPLES.get(table.name, ())
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        known = f'SELECT "{key.column.name}" FROM "{key.column.table.name}"'
        name = key.parent.name  # in SQLite, NULL is not in an empty table
        yield f'SELECT 1 FROM "{table.name}" WHERE "{name}" IS NOT NULL AND "{name}" NOT IN ({known})'


def _type_condition(column: sql.Column[Any]) -> str:
    name = f'"{column.name}"'
    condition = f"typeof({name}) {_STORED_TYPES[type(column.type)]}"
    if isinstance(column.type, sql.Boolean):
        condition = f"{condition} AND {name} IN (0, 1)"
    return f"({name} IS NULL OR {condition})" if column.nullable else condition


def _check_figures(connection: sql.Connection) -> None:
    try:
        for text in connection.scalars(sql.text(f"SELECT figures FROM {MODELS.name}")):
            if not _are_figures(json.loads(text)):
                raise _damage_error(MODELS)
    except (ValueError, RecursionError) as error:
        raise _damage_error(MODELS) from error


def _are_figures(figures: Any) -> bool:
    """Whether the figures of a training have the form in which `learn` stores them."""
    if not isinstance(figures, dict) or not _are_numbers(figures, {"pieces", "minutes"} & {*figures}):
        return False
    generator = figures.get("painter", {})
    if not isinstance(generator, dict) or ("after" in generator and not _are_numbers(generator, ("before", "after"))):
        return False
    if "after" not in figures:
        return True
    kept = (figures.get("look_kept"), figures.get("code_kept"))
    measured = (figures.get("before"), figures["after"])
    are_measured = all(_are_numbers(part, ("held_out", "found", "psnr")) for part in measured)
    return are_measured and all(isinstance(answer, bool) for answer in kept)


def _are_numbers(figures: Any, names: Any) -> bool:
    """Whether some figures are numbers; one that is not a number after all (NaN) may come from a failed training."""
    if not isinstance(figures, dict):
        return False
    values = [figures.get(name) for name in names]
    return all(isinstance(value, int | float) and not abs(value) > _MAX_FIGURE for value in values)


def _damage_error(table: sql.Table) -> IndexDamaged:
    return IndexDamaged(f"the index is damaged: its table '{table.name}' has an impossible value", DAMAGED_HINT)
