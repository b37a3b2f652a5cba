"""Relations of pairs in the database: how likely each one is, where the two pictures differ, and what was proved."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import sqlalchemy as sql

from pochade.errors import IndexDamaged
from pochade.index.database import Index
from pochade.index.path_rules import DAMAGED_HINT
from pochade.index.schema import RELATIONS
from pochade.index.settings_store import setting_in, write_setting_in

RELATION_MODEL_SETTING = "relations"  # the name of the model that measured the relations; missing in an old index
BOXES_OF_REGION, EDGES_OF_BOX = 2, 4  # x, y, width and height, in each of the two pictures
EMPTY_CELLS: dict[str, Any] = {column.name: None for column in RELATIONS.columns if column.nullable}


def read_relations(index: Index, model: str) -> list[Any]:
    """Read the relations of all pairs: rows with the columns of `RELATIONS`.

    A row with impossible values is ignored, so that its pair is compared again: a stranger may have made the index.

    Args:
        index: The database.
        model: The name of the pair model; relations that other models measured are ignored.

    Raises:
        IndexDamaged: The database is damaged.
    """
    with index.reading() as connection:
        if setting_in(connection, RELATION_MODEL_SETTING) != model:
            return []
        try:
            return [row for row in connection.execute(sql.select(RELATIONS)) if _is_valid(row)]
        except (TypeError, ValueError, RecursionError) as error:  # a region is no JSON, or a proof is no boolean
            raise IndexDamaged("the index is damaged: relations of its pictures can't be read", DAMAGED_HINT) from error


def add_relations(index: Index, model: str, rows: Sequence[dict[str, Any]]) -> None:
    """Store relations of pairs; they replace earlier ones of the same pairs, and all relations of other models.

    Args:
        index: The database.
        model: The name of the pair model.
        rows: Columns of `RELATIONS`. The region that differs and the proof may be missing.
    """
    with index.writing() as connection:
        if setting_in(connection, RELATION_MODEL_SETTING) != model:
            connection.execute(sql.delete(RELATIONS))
            write_setting_in(connection, RELATION_MODEL_SETTING, model)
        if rows:
            keys = [{"lower": row["first"], "higher": row["second"]} for row in rows]
            pair = _is_pair(sql.bindparam("lower"), sql.bindparam("higher"))
            connection.execute(sql.delete(RELATIONS).where(pair), keys)
            connection.execute(sql.insert(RELATIONS), [EMPTY_CELLS | row for row in rows])


def _is_valid(row: Any) -> bool:
    """Whether the pair is in order, the likelihoods are numbers, and the region is two boxes or none."""
    likelihoods = (row.resave, row.edit, row.version, row.variant)
    return (
        isinstance(row.first, int)
        and isinstance(row.second, int)
        and row.first < row.second
        and all(isinstance(likelihood, float) and isfinite(likelihood) for likelihood in likelihoods)
        and (row.region is None or _is_region(row.region))
    )


def _is_region(region: Any) -> bool:
    return (
        isinstance(region, list)
        and len(region) == BOXES_OF_REGION
        and all(isinstance(box, list) and list(map(type, box)) == [int] * EDGES_OF_BOX for box in region)
    )


def _is_pair(lower: Any, higher: Any) -> sql.ColumnElement[bool]:
    """The condition that a row is of this pair: numbers of pictures, or parameters for them."""
    return sql.and_(RELATIONS.c.first == lower, RELATIONS.c.second == higher)
