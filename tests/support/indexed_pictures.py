"""Indexes of pictures that were never read, for tests of what the database stores about them; they are made quickly."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pochade.index.database import Index
from pochade.index.index_home import DATABASE_FILE
from pochade.index.path_rules import INDEX_FOLDER
from pochade.index.picture_rows import FileRow
from pochade.system.file_stamp import FileStamp


def content_of(number: int) -> str:
    """The content hash of a picture, by its number in the index."""
    return f"{number:016x}".ljust(64, "0")  # keys are its first 16 digits


def picture_columns(number: int) -> dict[str, Any]:
    """The columns of a picture, by its number in a new index."""
    columns = {"format": "PNG", "width": 1, "height": 1, "depth": 8, "has_alpha": False, "frames": 1, "bytes": 1}
    return columns | {"hash": content_of(number), "row": number - 1, "colour": "red", "notes": "[]"}


@contextmanager
def index_with_pictures(folder: Path, count: int, url: str | None = None) -> Iterator[Index]:
    """Open a new index with pictures without files, whose numbers are 1 to `count`.

    Args:
        folder: The folder of the collection.
        count: How many pictures.
        url: The empty database; by default an SQLite file in the folder.
    """
    index = Index(url or folder / DATABASE_FILE, folder)
    index.add_pictures([picture_columns(number) for number in range(1, count + 1)], [], [])
    yield index
    index.close()


def indexed_folder(folder: Path, names: Sequence[str]) -> Path:
    """Make a folder with empty files, and an index that takes each for another picture.

    Args:
        folder: The folder to make.
        names: The paths of the files in it; the pictures have the numbers 1 and so on, in this order.
    """
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / INDEX_FOLDER).mkdir()
    numbers = range(1, len(names) + 1)
    files = [FileRow(name.encode(), FileStamp(0, 0, 0, None), None, None) for name in names]
    index = Index(folder / INDEX_FOLDER / DATABASE_FILE, folder)
    index.add_pictures(
        [picture_columns(number) for number in numbers], files, [content_of(number) for number in numbers]
    )
    index.close()
    return folder
