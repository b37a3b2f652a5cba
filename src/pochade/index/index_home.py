"""The folder that holds the files of an index: which folder it is, and whether a stranger put links into it."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pochade.errors import IndexDamaged
from pochade.index.path_rules import INDEX_FOLDER
from pochade.index.thumbnails import THUMBNAILS_FOLDER
from pochade.system.path_text import printable

DATABASE_FILE = "index.sqlite"
ADDRESS_OPTIONS = {"host", "port", "dbname", "service"}  # parts of a URL's query that choose a database
DIGITS = 12  # of a hash of the database's address
VECTOR_PATTERNS = ("looks-*.f32", "codes-*.u8", "measured-*.u8", "paintings-*.f32")
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


def check_no_links(folder: Path, home: Path) -> None:
    """Refuse an index whose files are links: a stranger's index could lead to files elsewhere, and have them replaced.

    Args:
        folder: The folder of the art.
        home: The folder of the index. It may be a link itself only where a person chose it with `--index`.

    Raises:
        IndexDamaged: There is a link.
    """
    in_folder = [path for path in (home, *home.parents) if folder in path.parents]
    for path in (*in_folder, *_entries_of(home)):
        if path.is_symlink():
            raise IndexDamaged(
                f"'{printable(path)}' is a link, and the index of a collection has none",
                "remove it, or keep the index elsewhere with --index DIR",
            )


def _entries_of(home: Path) -> list[Path]:
    links = list[Path]()
    for below in (home, home / "nets", home / THUMBNAILS_FOLDER, home / "training", home / "page"):
        with suppress(OSError), os.scandir(below) as entries:
            links += [Path(entry.path) for entry in entries if entry.is_symlink()]
    return links
