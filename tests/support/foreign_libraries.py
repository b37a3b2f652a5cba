"""Libraries and sidecars as other programs write them, around copies of pictures."""

import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

EAGLE_FOLDERS = [
    {
        "id": "LEF9DIZBFM20R",
        "name": "Places",
        "description": "",
        "children": [{"id": "LEF9MEGUUQ286", "name": "Norway", "children": [], "tags": [], "password": ""}],
        "modificationTime": 1677045139031,
        "tags": [],
        "password": "",
    }
]


def make_eagle_library(place: Path, items: Mapping[Path, Mapping[str, Any]]) -> Path:
    """Make an Eagle library with copies of pictures.

    Args:
        place: The folder of the library.
        items: What the metadata of each picture says beside the usual.
    """
    (place / "images").mkdir(parents=True)
    library = {"folders": EAGLE_FOLDERS, "smartFolders": [], "tagsGroups": [], "applicationVersion": "4.0.0"}
    (place / "metadata.json").write_text(json.dumps(library), encoding="utf-8")
    for number, (picture, metadata) in enumerate(items.items()):
        name = f"LHLQYXAINN{number:03}"
        folder = place / "images" / f"{name}.info"
        folder.mkdir()
        shutil.copy(picture, folder / picture.name)
        (folder / f"{picture.stem}_thumbnail.png").write_bytes(b"a thumbnail")
        usual = {"id": name, "name": picture.stem, "ext": picture.suffix[1:], "tags": [], "folders": []}
        (folder / "metadata.json").write_text(
            json.dumps(usual | {"isDeleted": False, "annotation": "", "palettes": []} | dict(metadata)),
            encoding="utf-8",
        )
    return place


VERSIONS_TABLE = "CREATE TABLE versions (key VARCHAR NOT NULL PRIMARY KEY, value INTEGER NOT NULL)"
EXCHANGED_BEFORE = 100  # the version that gave parents and children their right columns
TAGSTUDIO_TABLES = """
CREATE TABLE entries (id INTEGER NOT NULL PRIMARY KEY, path VARCHAR NOT NULL UNIQUE, filename VARCHAR, suffix VARCHAR);
CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR NOT NULL, shorthand VARCHAR);
CREATE TABLE tag_entries (tag_id INTEGER NOT NULL, entry_id INTEGER NOT NULL, PRIMARY KEY (tag_id, entry_id));
CREATE TABLE tag_parents (parent_id INTEGER NOT NULL, child_id INTEGER NOT NULL, PRIMARY KEY (parent_id, child_id));
"""


def make_tagstudio_library(
    folder: Path, tags: Mapping[str, Sequence[str]], parents: Mapping[str, str] | None = None, version: int = 400
) -> Path:
    """Make a TagStudio library in the folder of the pictures, and return its file.

    Args:
        folder: The folder of the pictures.
        tags: The tags of each entry, by its path below the folder.
        parents: The parent of each tag that has one.
        version: The version of the library's format.
    """
    (folder / ".TagStudio").mkdir()
    file = folder / ".TagStudio" / "ts_library.sqlite"
    names = sorted({*(tag for words in tags.values() for tag in words), *(parents or {}), *(parents or {}).values()})
    numbers = {name: 1000 + position for position, name in enumerate(names)}
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(TAGSTUDIO_TABLES)
        if version > EXCHANGED_BEFORE:  # earlier versions have no table of versions
            database.execute(VERSIONS_TABLE)
            database.execute("INSERT INTO versions VALUES ('CURRENT', ?)", (version,))
        database.executemany("INSERT INTO tags (id, name) VALUES (?, ?)", [(numbers[name], name) for name in names])
        for entry, (path, words) in enumerate(tags.items(), 1):
            database.execute("INSERT INTO entries (id, path) VALUES (?, ?)", (entry, path))
            database.executemany("INSERT INTO tag_entries VALUES (?, ?)", [(numbers[word], entry) for word in words])
        rows = [(numbers[parent], numbers[child]) for child, parent in (parents or {}).items()]
        if version < EXCHANGED_BEFORE:
            rows = [(child, parent) for parent, child in rows]
        database.executemany("INSERT INTO tag_parents VALUES (?, ?)", rows)
    return file
