"""Searches that a person saved under a name: the words and filters of the wall.

A saved search has the filters, not their result, so it also finds what is learnt later.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sql

from pochade.errors import IndexDamaged, UsageError
from pochade.index.database import Index
from pochade.index.known_words import check_word
from pochade.index.name_rules import normalise_name
from pochade.index.path_rules import DAMAGED_HINT
from pochade.index.settings_store import read_setting, setting_in, write_setting_in

SEARCH_FILTERS = ("q", "folder", "technique", "format", "shape", "year", "colour", "label", "group", "sort")
SEARCHES_SETTING = "searches"  # a JSON object: filters by name
MAX_SEARCHES = 200
MAX_VALUE_LENGTH = 4096  # characters

Filters = dict[str, str]  # values by name, one of `SEARCH_FILTERS`


def read_searches(index: Index) -> dict[str, Filters]:
    """Read the filters of all saved searches by name, sorted.

    Raises:
        IndexDamaged: The searches can't be read.
    """
    return _parse_setting(read_setting(index, SEARCHES_SETTING))


def save_search(index: Index, name: str, filters: Mapping[str, str]) -> None:
    """Save a search in place of an earlier one of that name.

    Args:
        index: The database.
        name: 1 to 256 characters on one line.
        filters: Values by name, one of `SEARCH_FILTERS`; `q` has the words. At least one.

    Raises:
        UsageError: The name is not valid, there is no such filter or no filter at all, or there are 200 searches.
        IndexDamaged: The earlier searches can't be read.
    """
    key, checked = normalise_name(name), check_filters(filters)
    with index.writing() as connection:
        searches = _parse_setting(setting_in(connection, SEARCHES_SETTING))
        if len(searches.keys() | {key}) > MAX_SEARCHES:
            raise UsageError(f"there are {MAX_SEARCHES} saved searches already", "delete one that you don't need")
        _write_searches(connection, searches | {key: checked})


def delete_search(index: Index, name: str) -> None:
    """Delete a saved search; the pictures stay as they are.

    Raises:
        UsageError: There is no such search.
        IndexDamaged: The searches can't be read.
    """
    with index.writing() as connection:
        searches = _parse_setting(setting_in(connection, SEARCHES_SETTING))
        if searches.pop(name, None) is None:
            raise UsageError(f"there is no saved search {name!a}", "look at the list of saved searches")
        _write_searches(connection, searches)


def add_searches(index: Index, searches: Mapping[str, Filters]) -> int:
    """Save searches whose names are free, as far as there is room; return how many were saved."""
    with index.writing() as connection:
        present = _parse_setting(setting_in(connection, SEARCHES_SETTING))
        new = [name for name in searches if name not in present][: max(0, MAX_SEARCHES - len(present))]
        if new:
            _write_searches(connection, present | {name: searches[name] for name in new})
    return len(new)


def check_filters(filters: Mapping[str, str]) -> Filters:
    """Return the filters of a search.

    Raises:
        UsageError: There is no such filter or no filter at all, or a value is empty, too long or no text.
    """
    for name, value in filters.items():
        check_word(name, SEARCH_FILTERS, "filter of a search")
        if not isinstance(value, str) or not 0 < len(value) <= MAX_VALUE_LENGTH:
            raise UsageError(f"a filter has 1 to {MAX_VALUE_LENGTH:,} characters", "give a shorter one")
    if not filters.keys() - {"sort"}:
        raise UsageError("a search without words and filters finds everything", "search or filter first")
    return dict(filters)


def _parse_setting(text: str | None) -> dict[str, Filters]:
    """Parse the stored searches, which may come from a stranger."""
    try:
        data: Any = json.loads(text or "{}")
        return {normalise_name(name): check_filters(filters) for name, filters in sorted(data.items())}
    except (AttributeError, TypeError, ValueError, RecursionError, UsageError) as error:
        raise IndexDamaged("the index is damaged: its saved searches can't be read", DAMAGED_HINT) from error


def _write_searches(connection: sql.Connection, searches: Mapping[str, Filters]) -> None:
    write_setting_in(connection, SEARCHES_SETTING, json.dumps(dict(sorted(searches.items()))))
