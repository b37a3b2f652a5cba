"""Everything that the index says about some labels, to be put back as it was: undo for renaming, merging, deleting."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sql

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.query_chunks import query_chunks
from pochade.index.schema import LABELS, WITHDRAWN_LABELS
from pochade.index.search_rows import refresh_words

Numbers = frozenset[int]  # of pictures


@dataclass(frozen=True)
class LabelRecord:
    """What the index says about one label."""

    given: Numbers = frozenset()
    refused: Numbers = frozenset()
    withdrawn: Numbers = frozenset()  # from pictures in whose sidecars the label may still be

    @property
    def answers(self) -> tuple[Numbers, Numbers]:
        """What the person said."""
        return self.given, self.refused


LabelRecords = Mapping[str, LabelRecord]  # by label


def read_label_records(index: Index, labels: Iterable[str]) -> LabelRecords:
    """Read what the index says about some labels, whether they exist or not."""
    with index.reading() as connection:
        return {label: _record(connection, label) for label in sorted(set(labels))}


def replace_label_records(index: Index, expected: LabelRecords, records: LabelRecords) -> None:
    """Put back what the index said about some labels.

    If sidecars were written meanwhile, the labels that pictures lose by this are recorded as withdrawn: they may be in
    sidecars now.

    Args:
        index: The database.
        expected: What it says now.
        records: What it is to say, about the same labels.

    Raises:
        UsageError: It says something else than expected. Nothing is changed.
    """
    with index.writing() as connection:
        current = {label: _record(connection, label) for label in expected}
        if any(current[label].answers != record.answers for label, record in expected.items()):
            raise UsageError("the labels have changed since, and this can't be undone", "undo the later change first")
        for label, record in records.items():
            _replace(connection, label, record if current == expected else _after_writing(record, current[label]))
        changed = {number for part in (expected, records) for record in part.values() for number in record.given}
        refresh_words(connection, changed)


def _record(connection: sql.Connection, label: str) -> LabelRecord:
    def numbers(table: sql.Table, *conditions: sql.ColumnElement[bool]) -> Numbers:
        return frozenset(connection.scalars(sql.select(table.c.piece).where(table.c.label == label, *conditions)))

    given, refused = (numbers(LABELS, LABELS.c.refused.is_(value)) for value in (False, True))
    return LabelRecord(given, refused, numbers(WITHDRAWN_LABELS))


def _after_writing(record: LabelRecord, current: LabelRecord) -> LabelRecord:
    """What to put back after sidecars were written, which have what the index says now."""
    withdrawn = (current.withdrawn | (current.given - record.given)) - record.given
    return LabelRecord(record.given, record.refused, withdrawn)


def _replace(connection: sql.Connection, label: str, record: LabelRecord) -> None:
    for table in (LABELS, WITHDRAWN_LABELS):
        connection.execute(sql.delete(table).where(table.c.label == label))
    answers = [(number, False) for number in sorted(record.given)] + [(n, True) for n in sorted(record.refused)]
    for chunk in query_chunks(answers):
        rows = [{"piece": number, "label": label, "refused": refused} for number, refused in chunk]
        connection.execute(sql.insert(LABELS), rows)
    for numbers in query_chunks(sorted(record.withdrawn)):
        connection.execute(sql.insert(WITHDRAWN_LABELS), [{"piece": number, "label": label} for number in numbers])
