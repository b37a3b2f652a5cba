"""Samples of lists."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def sample_evenly(items: Sequence[Item], count: int) -> list[Item]:
    """At most this many of some items, at even distances, so that things of all sources are among them."""
    return [items[number * len(items) // count] for number in range(count)] if len(items) > count else list(items)
