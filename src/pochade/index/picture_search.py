"""Search the pictures of an index by words and properties, in one query of the database.

Each condition is tested on a picture, not on a file: a picture in several files has all their names, folders and dates.
"""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sql

from pochade.errors import UsageError
from pochade.index.database import Index
from pochade.index.label_store import pictures_with_label
from pochade.index.library import Library
from pochade.index.name_rules import normalise_name
from pochade.index.picture_records import SQUARE_RATIO, Filter, PictureFile, meets_filter
from pochade.index.schema import FILES, PICTURES
from pochade.index.search_query import FactTerm, SearchQuery, parse_query
from pochade.index.search_table import Number, match_terms
from pochade.index.search_words import words_of

EARLIEST_NS, LATEST_NS = -(2**63), 2**63 - 1  # that the database can store as a file's time
Condition = sql.ColumnElement[bool]


def search_numbers(index: Index, query: SearchQuery) -> set[int]:
    """The numbers of the pictures that meet a query and have a file; all pictures that have one if it is empty."""
    with index.reading() as connection:
        number: Number = PICTURES.c.id
        conditions = [_property_condition(fact) for fact in query.facts if not isinstance(fact.value, date)]
        if query.texts:
            number, has_words = match_terms(connection, query.texts)
            if conditions:
                conditions = [sql.exists().where(PICTURES.c.id == number, *conditions)]
            conditions.append(has_words)
        conditions += _file_conditions(number, query)
        return _read_numbers(connection, number, conditions)


def _read_numbers(connection: sql.Connection, number: Number, conditions: Sequence[Condition]) -> set[int]:
    """Read the numbers as one array: as rows, a hundred thousand of them take ten times as long."""
    if connection.dialect.name == "sqlite":
        text = connection.scalar(sql.select(sql.func.json_group_array(number)).where(*conditions))
        return set(json.loads(text or "[]"))
    return set(connection.scalar(sql.select(sql.func.array_agg(number)).where(*conditions)) or [])


def _file_conditions(number: Number, query: SearchQuery) -> Iterator[Condition]:
    """The conditions on the files of a picture: their dates, or at least that it has one."""
    dated = [fact for fact in query.facts if isinstance(fact.value, date)]
    for fact in dated:
        condition = sql.exists().where(FILES.c.piece == number, _is_dated(fact))
        yield sql.not_(condition) if fact.is_excluded else condition
    if all(fact.is_excluded for fact in dated):
        yield sql.exists().where(FILES.c.piece == number)


def _property_condition(fact: FactTerm) -> Condition:
    condition = _has_property(fact)
    return sql.not_(condition) if fact.is_excluded else condition


def _has_property(fact: FactTerm) -> Condition:
    if fact.name == "colour":
        return PICTURES.c.colour == fact.value
    if fact.name == "format":
        return sql.func.lower(PICTURES.c.format) == fact.value
    return _has_shape(str(fact.value))


def _is_dated(fact: FactTerm) -> Condition:
    """Whether a file was changed on a day or later (since), or on a day or earlier (until), in local time."""
    assert isinstance(fact.value, date)
    if fact.name == "since":
        return FILES.c.mtime >= start_of_day(fact.value)
    return FILES.c.mtime < (LATEST_NS if fact.value == date.max else start_of_day(fact.value + timedelta(days=1)))


def start_of_day(day: date) -> int:
    """The beginning of a day in local time, in nanoseconds since 1970, within what the database can store."""
    try:
        seconds = datetime.combine(day, time()).timestamp()
    except (OverflowError, OSError, ValueError):  # the first and the last day of the calendar
        seconds = 86_400.0 * (day - date(1970, 1, 1)).days
    return max(EARLIEST_NS, min(LATEST_NS, int(seconds) * 10**9))


def _has_shape(shape: str) -> Condition:
    width, height = PICTURES.c.width, PICTURES.c.height
    longer = sql.case((width > height, width), else_=height)
    shorter = sql.case((width > height, height), else_=width)
    is_square = sql.cast(longer, sql.Float) < sql.literal(SQUARE_RATIO, sql.Float) * shorter
    if shape == "square":
        return is_square
    return sql.and_(sql.not_(is_square), height > width if shape == "portrait" else height <= width)


def search_pictures(library: Library, query: str, among: Filter | None = None) -> list[PictureFile]:
    """Search a collection for pictures by words and conditions; see `Collection.search`.

    Raises:
        UsageError: The query has no word and no condition, or one that makes no sense.
        CollectionMissing: Nothing has been learnt yet.
    """
    parsed = parse_query(query)
    if parsed.is_empty:
        raise UsageError("there is no word to search for", "give some, such as owl or label:harbour")
    return search_files(library, parsed, among)


def search_files(library: Library, query: SearchQuery, among: Filter | None = None) -> list[PictureFile]:
    """Search a collection for pictures; each has one file in the result, sorted by path.

    Args:
        library: The collection.
        query: The query.
        among: The files to choose from; all of them if None.

    Returns:
        Of each picture, the file whose path has most of the query's words.
    """
    numbers = search_numbers(library.index, query)
    if among is not None and among.label:
        numbers &= pictures_with_label(library.index, normalise_name(among.label))
    best: dict[int, tuple[int, PictureFile]] = {}  # by number: how many conditions the path meets, and the file
    for file in sorted(library.files_of_numbers(numbers), key=lambda file: file.path):
        if meets_filter(file, among, library.folder):
            met = _conditions_met(os.path.relpath(file.path, library.folder), query)
            if file.number not in best or met > best[file.number][0]:
                best[file.number] = met, file
    return sorted((file for _, file in best.values()), key=lambda file: file.path)


def _conditions_met(path: str, query: SearchQuery) -> int:
    """How many of a query's conditions on words a path below the collection's folder meets."""
    words = f" {' '.join(words_of(path))} "
    return sum(f" {' '.join(term.words)}{'' if term.is_prefix else ' '}" in words for term in query.texts)
