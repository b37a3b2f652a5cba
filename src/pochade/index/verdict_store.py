"""Verdicts in the database: what the person said about two pictures. They go before everything that is measured."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import sqlalchemy as sql

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.known_words import check_word
from pochade.index.schema import VERDICTS

Verdict = Literal["same", "different", "version", "keep"]
"""What a person can say about two pictures.

"same": they are one picture. "different": they are two works. "version": they are stages of one work. "keep": both
stay, so neither is proposed for removal because of the other, whatever their relation is.
"""
VERDICT_WORDS: tuple[Verdict, ...] = get_args(Verdict)
PicturePair = tuple[int, int]  # the numbers of two pictures, the smaller one first


def read_verdicts(index: Index) -> dict[PicturePair, Verdict]:
    """Read all verdicts, by the numbers of the two pictures, the smaller one first.

    A row with an unknown word, or with the larger number first, is ignored: a stranger may have made the index.
    """
    with index.reading() as connection:
        rows = connection.execute(sql.select(VERDICTS).order_by(VERDICTS.c.first, VERDICTS.c.second))
        return {(row.first, row.second): row.verdict for row in rows if _is_valid(row)}


def write_verdict(index: Index, first: int, second: int, verdict: Verdict | None) -> Verdict | None:
    """Store what the person says about two pictures; it replaces what was said before.

    Args:
        index: The database.
        first: The number of one picture.
        second: The number of the other one.
        verdict: What the person says; None takes an earlier verdict back.

    Returns:
        The verdict before, so that the change can be undone; None if there was none.

    Raises:
        UsageError: Both pictures are the same, or there is no such verdict.
    """
    if first == second:
        raise UsageError("both files have the same content, and need no verdict", "choose files that differ")
    if verdict is not None:
        check_verdict(verdict)
    lower, higher = min(first, second), max(first, second)
    pair = _is_pair(lower, higher)
    with index.writing() as connection:
        before = connection.execute(sql.select(VERDICTS).where(pair)).first()
        connection.execute(sql.delete(VERDICTS).where(pair))
        if verdict is not None:
            connection.execute(sql.insert(VERDICTS), {"first": lower, "second": higher, "verdict": verdict})
    return before.verdict if before is not None and _is_valid(before) else None


def add_verdicts(index: Index, verdicts: Mapping[PicturePair, Verdict]) -> int:
    """Store verdicts about pairs without a verdict; return how many were stored.

    Args:
        index: The database.
        verdicts: Verdicts by the numbers of the two pictures, the smaller one first.
    """
    with index.writing() as connection:
        present = {(row.first, row.second) for row in connection.execute(sql.select(VERDICTS)) if _is_valid(row)}
        new = {pair: verdict for pair, verdict in verdicts.items() if pair not in present}
        if new:
            keys = [{"lower": lower, "higher": higher} for lower, higher in new]
            invalid_row = _is_pair(sql.bindparam("lower"), sql.bindparam("higher"))
            connection.execute(sql.delete(VERDICTS).where(invalid_row), keys)
            rows = [{"first": pair[0], "second": pair[1], "verdict": verdict} for pair, verdict in new.items()]
            connection.execute(sql.insert(VERDICTS), rows)
    return len(new)


def check_verdict(word: str) -> Verdict:
    """Return a verdict.

    Raises:
        UsageError: There is no such verdict.
    """
    return check_word(word, VERDICT_WORDS, "verdict")


def _is_pair(lower: Any, higher: Any) -> sql.ColumnElement[bool]:
    """The condition that a row is of this pair: numbers of pictures, or parameters for them."""
    return sql.and_(VERDICTS.c.first == lower, VERDICTS.c.second == higher)


def _is_valid(row: Any) -> bool:
    return row.verdict in VERDICT_WORDS and row.first < row.second
