"""Labels in the database: which pictures have a label, and for which ones the person refused it.

A label that is taken back may still be in a sidecar. It is recorded as withdrawn until it has left the sidecars, so
that reading them does not bring it back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sql

from pochade.index.database import Index
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import LABELS, WITHDRAWN_LABELS
from pochade.index.search_rows import refresh_words


def add_label(index: Index, pictures: Iterable[int], label: str, *, refused: bool = False) -> None:
    """Record that pictures have a label, or that the person refused it for them; earlier records are replaced.

    Args:
        index: The database.
        pictures: The numbers of the pictures.
        label: The label.
        refused: Whether the pictures don't have the label.
    """
    numbers = sorted(set(pictures))
    with index.writing() as connection:
        _set_label(connection, numbers, label, refused=refused)
        refresh_words(connection, numbers)


def add_labels(index: Index, pictures: Mapping[str, Collection[int]]) -> None:
    """Record labels of pictures all at once; earlier records about them are replaced.

    Args:
        index: The database.
        pictures: The numbers of the pictures that get each label, by label.
    """
    with index.writing() as connection:
        for label, numbers in pictures.items():
            _set_label(connection, sorted(numbers), label, refused=False)
        refresh_words(connection, {number for numbers in pictures.values() for number in numbers})


def take_back_labels(index: Index, pictures: Mapping[str, Collection[int]]) -> int:
    """Delete labels of pictures that have them, as if they had never been given; return how many there were.

    Unlike `remove_label`, this does not record that the labels were withdrawn, so reading sidecars may bring them back.

    Args:
        index: The database.
        pictures: The numbers of the pictures that lose each label, by label. Refusals stay.
    """
    count, changed = 0, set[int]()
    with index.writing() as connection:
        for label, numbers in pictures.items():
            losing = _numbers_of(connection, label, refused=False).intersection(numbers)
            _delete_rows(connection, LABELS, sorted(losing), label)
            count, changed = count + len(losing), changed | losing
        refresh_words(connection, changed)
    return count


def remove_label(index: Index, pictures: Iterable[int], label: str) -> None:
    """Delete the records of a label for pictures, whether they have it or it was refused."""
    numbers = sorted(set(pictures))
    with index.writing() as connection:
        _withdraw_labels(connection, numbers, label)
        refresh_words(connection, numbers)


def rename_label(index: Index, label: str, new_label: str) -> int:
    """Give the pictures of a label another label in its place, and return how many there are.

    Refusals move, too. Where something is known of the new label already, that stays, but having a label is stronger
    than having it refused.

    Args:
        index: The database.
        label: The label that ends.
        new_label: Another label, which pictures may have already.
    """
    with index.writing() as connection:
        renamed, refused = (_numbers_of(connection, label, refused=refused) for refused in (False, True))
        known = _numbers_of(connection, new_label, refused=False) | _numbers_of(connection, new_label, refused=True)
        _withdraw_labels(connection, sorted(renamed | refused), label)
        _set_label(connection, sorted(renamed), new_label, refused=False)
        _set_label(connection, sorted(refused - known), new_label, refused=True)
        refresh_words(connection, renamed | refused)
    return len(renamed)


def delete_label(index: Index, label: str) -> int:
    """Take a label from all pictures, forget its refusals, and return how many pictures had it."""
    with index.writing() as connection:
        numbers, refused = (_numbers_of(connection, label, refused=refused) for refused in (False, True))
        _withdraw_labels(connection, sorted(numbers | refused), label)
        refresh_words(connection, numbers)
    return len(numbers)


def withdrawn_labels(index: Index) -> dict[int, set[str]]:
    """The labels that were taken back and may still be in sidecars, by the picture's number."""
    labels: dict[int, set[str]] = {}
    with index.reading() as connection:
        for row in connection.execute(sql.select(WITHDRAWN_LABELS)):
            labels.setdefault(row.piece, set()).add(row.label)
    return labels


def forget_withdrawn_labels(index: Index, labels: dict[int, set[str]]) -> None:
    """Forget labels that have left the sidecars, by the picture's number."""
    rows = [{"number": number, "text": label} for number, texts in labels.items() for label in texts]
    if rows:
        is_picture = WITHDRAWN_LABELS.c.piece == sql.bindparam("number")
        is_label = WITHDRAWN_LABELS.c.label == sql.bindparam("text")
        with index.writing() as connection:
            connection.execute(sql.delete(WITHDRAWN_LABELS).where(is_picture, is_label), rows)


def pictures_with_label(index: Index, label: str, *, refused: bool = False) -> set[int]:
    """The numbers of the pictures that have a label, or of those for which the person refused it."""
    with index.reading() as connection:
        return _numbers_of(connection, label, refused=refused)


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


def _numbers_of(connection: sql.Connection, label: str, *, refused: bool) -> set[int]:
    query = sql.select(LABELS.c.piece).where(LABELS.c.label == label, LABELS.c.refused.is_(refused))
    return set(connection.scalars(query))


def _set_label(connection: sql.Connection, numbers: Sequence[int], label: str, *, refused: bool) -> None:
    _withdraw_labels(connection, numbers, label)
    if numbers:
        connection.execute(
            sql.insert(LABELS), [{"piece": number, "label": label, "refused": refused} for number in numbers]
        )
    if not refused:
        _delete_rows(connection, WITHDRAWN_LABELS, numbers, label)


def _withdraw_labels(connection: sql.Connection, numbers: Sequence[int], label: str) -> None:
    """Delete the records of a label for pictures; for those that had it, record that it may be in their sidecars."""
    had_label = set[int]()
    for chunk in query_chunks(numbers):
        query = sql.select(LABELS.c.piece).where(LABELS.c.label == label, LABELS.c.refused.is_(False))
        had_label |= set(connection.scalars(query.where(LABELS.c.piece.in_(chunk))))
    _delete_rows(connection, LABELS, numbers, label)
    _delete_rows(connection, WITHDRAWN_LABELS, sorted(had_label), label)
    if had_label:
        rows = [{"piece": number, "label": label} for number in sorted(had_label)]
        connection.execute(sql.insert(WITHDRAWN_LABELS), rows)


def _delete_rows(connection: sql.Connection, table: sql.Table, numbers: Sequence[int], label: str) -> None:
    for chunk in query_chunks(numbers):
        connection.execute(sql.delete(table).where(table.c.label == label, table.c.piece.in_(chunk)))
