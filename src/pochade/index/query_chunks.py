"""Divide values into chunks that fit into one query, because databases limit the number of values in it."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

MAX_VALUES_IN_QUERY = 500  # values in one IN (...)
Value = TypeVar("Value")


def query_chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Divide values into chunks that fit into one query."""
    for start in range(0, len(values), MAX_VALUES_IN_QUERY):
        yield values[start : start + MAX_VALUES_IN_QUERY]
