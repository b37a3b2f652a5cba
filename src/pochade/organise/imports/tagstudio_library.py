"""Read the labels of a TagStudio library: an SQLite file in the folder of the pictures, `.TagStudio/ts_library.sqlite`.

    entries      id, path            below the folder, with slashes
    tags         id, name
    tag_entries  tag_id, entry_id    which entry has which tag
    tag_parents  parent_id, child_id      exchanged before version 100
    versions     key, value          `CURRENT`, from version 101 on; before that, `preferences` has `DB_VERSION`

Source: TagStudioDev/TagStudio, `src/tagstudio/core/library/alchemy/` (`models.py`, `joins.py`, `db.py`) and
`docs/library-changes.md`. Versions 6 (TagStudio 9.5) to 4xx have these tables.
"""

import os
import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pochade.errors import DataDamaged
from pochade.index.path_rules import is_inside
from pochade.organise.imports.foreign_items import MAX_ITEMS, MAX_LABELS_OF_PICTURE, ForeignItem, LeftOut
from pochade.system.path_text import printable

LIBRARY_FOLDER, LIBRARY_FILE, EARLIER_FILE = ".TagStudio", "ts_library.sqlite", "ts_library.json"
PARENTS_EXCHANGED_BEFORE = 100
MAX_ROWS = 10 * MAX_ITEMS  # of one table
MAX_VALUE_BYTES = 2**16
MAX_TEXT_LENGTH = 2**28  # of all names in a table: computed columns make long ones out of nothing
STEPS_PER_CHECK, MAX_CHECKS = 1_000_000, 10_000  # of SQLite's machine: about a minute
TABLES = ("entries", "tags", "tag_entries")
Names = dict[int, str]


def tagstudio_file(place: Path) -> Path | None:
    """Return the file of a folder's TagStudio library, of whatever version; None if the folder has none."""
    files = (place / LIBRARY_FOLDER / name for name in (LIBRARY_FILE, EARLIER_FILE))
    return next((file for file in files if os.path.isfile(file)), None)  # noqa: PTH113  never raises


def read_tagstudio_library(place: Path, *, with_parents: bool) -> Iterator[ForeignItem | LeftOut]:
    """Yield what a library says about each of its entries that has a tag.

    Args:
        place: The folder of the pictures, which contains `.TagStudio`.
        with_parents: Whether the parents of tags become labels, too.

    Raises:
        DataDamaged: The library can't be read, has another form, or TagStudio is writing to it.
    """
    file = tagstudio_file(place)
    if file is None or file.name == EARLIER_FILE or file.is_symlink():
        raise _damage_error(place, "is of a version before 9.5, or a link", "open it once with TagStudio 9.5 or later")
    try:
        with closing(_connect(file)) as connection:
            _check_tables(connection, file)
            paths, names = _names(connection, "entries", "path"), _names(connection, "tags", "name")
            parents = _parents(connection) if with_parents else {}
            tags = _tags_by_entry(connection)
    except sqlite3.Error as error:
        raise _damage_error(file, f"can't be read: {error}", "close TagStudio, or look for a copy") from error
    for entry, path in paths.items():
        if labels := tuple(dict.fromkeys(_with_parents(tags.get(entry, []), names, parents))):
            if is_inside(os.fsencode(path)):
                yield ForeignItem(place / path, labels, printable(path))
            else:
                yield LeftOut(printable(path), "its path leads out of the library")


def _damage_error(path: Path, reason: str, hint: str) -> DataDamaged:
    return DataDamaged.about(printable(path), reason, hint)


def _connect(file: Path) -> sqlite3.Connection:
    """Open the library such that nothing beside it is created; SQLite must not see what TagStudio is writing."""
    for suffix in ("-wal", "-journal"):
        waiting = file.with_name(file.name + suffix)
        if os.path.isfile(waiting) and os.path.getsize(waiting):  # noqa: PTH113, PTH202  never raise
            raise _damage_error(file, "is being written to", "close TagStudio")
    url = f"file:{quote(os.fsencode(file))}?mode=ro&immutable=1"
    connection = sqlite3.connect(url, uri=True, isolation_level=None)
    connection.text_factory = lambda content: content.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    checks = iter(range(MAX_CHECKS))
    connection.set_progress_handler(lambda: next(checks, None) is None, STEPS_PER_CHECK)  # stops a query without end
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA query_only=ON")
    return connection


def _check_tables(connection: sqlite3.Connection, file: Path) -> None:
    """Refuse a library without the tables, or with views in their place, which could run for ever."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(MAX_VALUE_BYTES)
    plain = {name for name, sql in rows if not str(sql).lower().startswith("create virtual")}
    if not plain.issuperset(TABLES):
        raise _damage_error(file, "is no library that Pochade knows", "look whether there is a newer Pochade")


def _rows(connection: sqlite3.Connection, table: str, first: str, second: str) -> Iterator[tuple[Any, Any]]:
    yield from connection.execute(f"SELECT {first}, {second} FROM {table} LIMIT {MAX_ROWS}")


def _names(connection: sqlite3.Connection, table: str, column: str) -> Names:
    names, length = Names(), 0
    for number, name in _rows(connection, table, "id", column):
        if isinstance(number, int) and isinstance(name, str):
            names[number], length = name, length + len(name)
        if length > MAX_TEXT_LENGTH:
            raise sqlite3.DataError(f"its {table} are too long")
    return names


def _tags_by_entry(connection: sqlite3.Connection) -> dict[int, list[int]]:
    tags: dict[int, list[int]] = defaultdict(list)
    for entry, tag in _rows(connection, "tag_entries", "entry_id", "tag_id"):
        if isinstance(entry, int) and isinstance(tag, int):
            tags[entry].append(tag)
    return tags


def _parents(connection: sqlite3.Connection) -> dict[int, list[int]]:
    """The parents of each tag that has any."""
    parents: dict[int, list[int]] = defaultdict(list)
    try:
        rows = list(_rows(connection, "tag_parents", "child_id", "parent_id"))
        is_exchanged = _version(connection) < PARENTS_EXCHANGED_BEFORE
    except sqlite3.Error:  # a version without parents
        return {}
    for child, parent in rows:
        if isinstance(child, int) and isinstance(parent, int):
            parents[parent if is_exchanged else child].append(child if is_exchanged else parent)
    return parents


def _version(connection: sqlite3.Connection) -> int:
    """The version of the library's format; 0 where it is in the earlier table."""
    try:
        rows = dict(_rows(connection, "versions", "key", "value"))
    except sqlite3.Error:
        return 0
    version = rows.get("CURRENT", 0)
    return version if isinstance(version, int) else 0


def _with_parents(tags: list[int], names: Names, parents: dict[int, list[int]]) -> Iterator[str]:
    """The names of some tags and of all tags above them; a circle of parents ends, and so do too many of them."""
    pending, done = deque(tags), set[int]()
    while pending and len(done) <= MAX_LABELS_OF_PICTURE:
        tag = pending.popleft()
        if tag not in done:
            done.add(tag)
            pending += parents.get(tag, [])[: MAX_LABELS_OF_PICTURE + 1]
            if tag in names:
                yield names[tag]
