"""The summary of a collection, made of facts about its pictures; of an index that was checked before, without delay.

SQLAlchemy takes several times as long to import as the summary takes to compute. `quick_summary` reads the SQLite file
itself, but only if it has this code's schema and passed its check as it is now. All else is up to `Library.info`.
"""

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pochade.errors import OutputUnwritable
from pochade.index.checked_indexes import passed_before
from pochade.index.collection_place import CollectionPlace
from pochade.index.eye_record import EYE_SETTING, EyeRecord, parse_eye_record
from pochade.index.index_home import check_plain_files
from pochade.index.path_rules import LinkCheck, is_inside
from pochade.index.picture_records import CollectionInfo, ReadProblem
from pochade.index.schema_version import SCHEMA_VERSION
from pochade.index.sqlite_file import SqliteFile

EYE_QUERY = f"SELECT value FROM settings WHERE name = '{EYE_SETTING}'"
VERSION_QUERY = "SELECT value FROM settings WHERE name = 'schema'"
MODEL_QUERY = "SELECT name, learnt, figures FROM `nets` WHERE in_use"
PROBLEM_QUERY = "SELECT path, problem FROM files WHERE problem IS NOT NULL ORDER BY path"
PICTURE_QUERY = "SELECT path, id, format, width, height, bytes FROM files JOIN `pieces` ON `piece` = id ORDER BY path"


class PictureFacts(NamedTuple):
    """What a summary needs to know of a file that holds a picture."""

    number: int  # of the picture in the index; copies share it
    format: str
    width: int  # pixels
    height: int
    bytes: int


class ModelFacts(NamedTuple):
    """The model in use."""

    name: str
    learnt: str  # ISO 8601, UTC
    figures: dict[str, Any]


def summarise(
    folder: Path,
    files: Sequence[PictureFacts],
    problems: Sequence[ReadProblem],
    model: ModelFacts | None,
    eye: EyeRecord | None = None,
) -> CollectionInfo:
    """Count the files and pictures of a collection.

    Args:
        folder: The folder of the art.
        files: The files that hold a picture, sorted by path.
        problems: The files that gave no picture, sorted by path.
        model: The model in use, if there is one.
        eye: The eye that the person chose, if there is one.
    """
    pictures = {file.number: file for file in files}.values()
    formats = Counter(picture.format for picture in pictures)
    return CollectionInfo(
        folder=folder,
        files=len(files),
        pieces=len(pictures),
        formats=dict(formats.most_common()),
        megapixels=sum(picture.width * picture.height for picture in pictures) / 1e6,
        gigabytes=sum(picture.bytes for picture in pictures) / 1e9,
        problems=tuple(problems),
        net=model.name if model else None,
        learnt=model.learnt if model else None,
        figures=model.figures if model else {},
        eye=eye.name if eye else None,
    )


def quick_summary(place: CollectionPlace) -> CollectionInfo | None:
    """Summarise a collection whose SQLite index passed its check before, and is unchanged.

    Args:
        place: Where the collection is.

    Returns:
        The summary, equal to that of `Library.info`; None if the index must be checked or can't be read.

    Raises:
        IndexDamaged: A file of the index is a link, a pipe or a device.
    """
    if not isinstance(place.database, Path) or not passed_before(place.database):
        return None
    check_plain_files(place.folder, place.home)
    database = SqliteFile(place.database)
    try:
        with closing(database.connect()) as connection:
            return _summary_of(connection, place.folder)
    except (sqlite3.Error, OutputUnwritable):
        return None
    finally:
        database.remove_copy()


def _summary_of(connection: sqlite3.Connection, folder: Path) -> CollectionInfo | None:
    connection.execute("BEGIN")  # so that all queries see the same state
    if connection.execute(VERSION_QUERY).fetchone() != (str(SCHEMA_VERSION),):
        return None
    model, eye = connection.execute(MODEL_QUERY).fetchone(), connection.execute(EYE_QUERY).fetchone()
    links = LinkCheck(folder)
    files = _rows_inside(connection.execute(PICTURE_QUERY), links)
    problems = _rows_inside(connection.execute(PROBLEM_QUERY), links)
    return summarise(
        folder,
        [PictureFacts(*facts) for _, *facts in files],
        [ReadProblem(folder / os.fsdecode(path), reason) for path, reason in problems],
        ModelFacts(model[0], model[1], json.loads(model[2])) if model else None,
        parse_eye_record(eye[0] if eye else None),
    )


def _rows_inside(rows: Iterable[Any], links: LinkCheck) -> Iterator[Any]:
    """Yield the rows whose first value is a path that leads to a place in the collection's folder."""
    return (row for row in rows if is_inside(row[0]) and not links.leads_through_link(row[0]))
