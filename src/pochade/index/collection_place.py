"""Where a collection is: the folder of the art, the folder of its index, and the database."""

import os
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import CollectionMissing
from pochade.index.index_home import DATABASE_FILE, server_home
from pochade.index.path_rules import INDEX_FOLDER, THUMBNAILS_FOLDER
from pochade.system.path_text import printable


@dataclass(frozen=True)
class CollectionPlace:
    """The three places of a collection."""

    folder: Path  # of the art; absolute, without '..'
    home: Path  # the folder that holds the files of the index
    database: Path | str  # an SQLite file, or the URL of a database

    @property
    def thumbnails(self) -> Path:
        """The folder of the thumbnails."""
        return self.home / THUMBNAILS_FOLDER


def locate_collection(folder: Path | str, index: Path | str | None = None) -> CollectionPlace:
    """Find the places of a collection; nothing is read or written.

    Args:
        folder: The folder of the art.
        index: Another place for the index: a folder, or the URL of a database.

    Raises:
        CollectionMissing: The folder does not exist.
    """
    folder = Path(folder)
    if not os.path.isdir(folder):  # noqa: PTH112  never raises, unlike `Path.is_dir`
        raise CollectionMissing(f"'{printable(str(folder))}' is not a folder", "give the folder that holds the art")
    folder = Path(os.path.abspath(folder))  # noqa: PTH100  without '..', so that paths can be compared
    if index is not None and "://" in str(index):
        return CollectionPlace(folder, server_home(folder, str(index)), str(index))
    home = folder / INDEX_FOLDER if index is None else Path(os.path.abspath(index))  # noqa: PTH100  keep symbolic links
    return CollectionPlace(folder, home, home / DATABASE_FILE)
