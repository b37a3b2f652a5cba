"""Labels in the database: which pictures have a label, and for which ones the person refused it."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sql

from pochade.index.database import MAX_VALUES_IN_QUERY, Index
from pochade.index.schema import LABELS


def add_label(index: Index, pictures: Iterable[int], label: str, *, refused: bool = False) -> None:
    """Record that pictures have a label, or that the person refused it; this replaces earlier records."""
    numbers = sorted(set(pictures))
    rows = [{"piece": number, "label": label, "refused": refused} for number in numbers]
    with index.writing() as connection:
        _delete_labels(connection, numbers, label)
        if rows:
            connection.execute(sql.insert(LABELS), rows)


def remove_label(index: Index, pictures: Iterable[int], label: str) -> None:
    """Forget whether pictures have a label or whether it was refused."""
    with index.writing() as connection:
        _delete_labels(connection, sorted(set(pictures)), label)


def pictures_with_label(index: Index, label: str, *, refused: bool = False) -> set[int]:
    """The numbers of the pictures that have a label, or for which it was refused."""
    query = sql.select(LABELS.c.piece).where(LABELS.c.label == label, LABELS.c.refused.is_(refused))
    with index.reading() as connection:
        return set(connection.scalars(query))


def label_counts(index: Index) -> dict[str, int]:
    """How many pictures have each label, sorted by label."""
    query = sql.select(LABELS.c.label, sql.func.count()).where(LABELS.c.refused.is_(False))
    with index.reading() as connection:
        rows = connection.execute(query.group_by(LABELS.c.label).order_by(LABELS.c.label))
        return {row.label: row[1] for row in rows}


def labels_by_picture(index: Index) -> dict[int, dict[str, bool]]:
    """Every label of each picture, by the picture's number: True if it has the label, False if it was refused."""
    labels: dict[int, dict[str, bool]] = {}
    with index.reading() as connection:
        for row in connection.execute(sql.select(LABELS).order_by(LABELS.c.label)):
            labels.setdefault(row.piece, {})[row.label] = not row.refused
    return labels


def _delete_labels(connection: sql.Connection, numbers: Sequence[int], label: str) -> None:
    for start in range(0, len(numbers), MAX_VALUES_IN_QUERY):
        chunk = LABELS.c.piece.in_(numbers[start : start + MAX_VALUES_IN_QUERY])
        connection.execute(sql.delete(LABELS).where(LABELS.c.label == label, chunk))
