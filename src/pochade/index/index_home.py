"""The folder that holds the files of an index: which one it is, and whether a stranger put links or pipes into it."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pochade.errors import IndexDamaged
from pochade.index.path_rules import INDEX_FOLDER, THUMBNAILS_FOLDER
from pochade.system.path_text import printable

DATABASE_FILE = "index.sqlite"
ADDRESS_OPTIONS = {"host", "port", "dbname", "service"}  # parts of a URL's query that choose a database
DIGITS = 12  # of a hash of the database's address
VECTOR_PATTERNS = (
    "looks-*.f32",
    "codes-*.u8",
    "measured-*.u8",
    "themes-*.f32",
    "techniques-*.f32",
    "eyes-*.f32",
    "paintings-*.f32",
)
CHECKED_FOLDERS = {  # how many levels below each
    "": 1, "nets": 2, THUMBNAILS_FOLDER: 1, "training": 2, "page": 1, "removals": 1,
}  # fmt: skip
MOVED_NAMES = (*VECTOR_PATTERNS, "nets", THUMBNAILS_FOLDER, "*.safetensors", "avif.net", "training", "page")


def server_home(folder: Path, url: str) -> Path:
    """The folder for the files of an index whose database is on a server.

    It has its own folder below `.pochade`, so that it never shares vector files with the SQLite index of the same art,
    or with another database.

    Args:
        folder: The folder of the art.
        url: The URL of the database. Its user, password and options make no difference.
    """
    parts = urlsplit(url)
    where = [f"{name}={value}" for name, value in sorted(parse_qsl(parts.query)) if name in ADDRESS_OPTIONS]
    address = f"{parts.netloc.rpartition('@')[2]}{parts.path}?{'&'.join(where)}"
    return folder / INDEX_FOLDER / f"server-{hashlib.sha256(address.encode()).hexdigest()[:DIGITS]}"


def adopt_earlier_files(home: Path) -> None:
    """Move the files of a server's index out of `.pochade`, where earlier versions kept them.

    They stay where they are if they may belong to an SQLite index. Missing files are made again by `learn`.
    """
    shared = home.parent
    if home.exists() or shared.name != INDEX_FOLDER or (shared / DATABASE_FILE).exists():
        return
    earlier = [path for pattern in MOVED_NAMES for path in shared.glob(pattern)]
    if earlier:
        home.mkdir()
        for path in earlier:
            with suppress(OSError):
                path.rename(home / path.name)


def check_plain_files(folder: Path, home: Path) -> None:
    """Refuse an index whose files are links, pipes or devices.

    A stranger's index could otherwise lead to files elsewhere and have them changed, or let a command wait for ever. A
    file with a second name (hard link) is such a link, too, because databases and vectors are changed in place.

    Args:
        folder: The folder of the art.
        home: The folder of the index. It may be a link itself only where a person chose it with `--index`.

    Raises:
        IndexDamaged: There is such a file.
    """
    for path in (path for path in (home, *home.parents) if folder in path.parents):
        if path.is_symlink():
            raise _foreign_file_error(path, "a link")
    for below, depth in CHECKED_FOLDERS.items():
        for entry in _entries_below(home / below, depth):
            if problem := _problem_of(entry, is_changed_in_place=not below):
                raise _foreign_file_error(Path(entry.path), problem)


def _foreign_file_error(path: Path, problem: str) -> IndexDamaged:
    return IndexDamaged(
        f"'{printable(path)}' is {problem}, and the index of a collection has none",
        "remove it, or keep the index elsewhere with --index DIR",
    )


def _entries_below(folder: Path, depth: int) -> Iterator[os.DirEntry[str]]:
    """Yield what is in a folder, and in the folders below it down to a depth."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if depth > 1 and entry.is_dir(follow_symlinks=False):
                yield from _entries_below(Path(entry.path), depth - 1)


def _problem_of(entry: os.DirEntry[str], *, is_changed_in_place: bool) -> str:
    """Say what an entry is if it is no plain file or folder; an empty string if it is one."""
    if entry.is_symlink():
        return "a link"
    if entry.is_dir(follow_symlinks=False):
        return ""
    if not entry.is_file(follow_symlinks=False):
        return "a pipe, socket or device"
    with suppress(OSError):  # another process may have removed it since the folder was listed
        if is_changed_in_place and entry.stat(follow_symlinks=False).st_nlink > 1:
            return "a file with a second name (hard link)"
    return ""
