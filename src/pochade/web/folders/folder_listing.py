"""Lists the folders in a folder, for a person who looks for the one with the pictures. Nothing is opened or written.

The folder may be huge, or on a network disk that does not answer. So the entries are limited, pictures are counted only
directly in each folder and for a moment, and nobody waits for longer than a few seconds.
"""

import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pochade.errors import NotAllowed, NotKnown
from pochade.images.io.read import FORMATS_BY_SUFFIX
from pochade.index.path_rules import INDEX_FOLDER
from pochade.system.file_systems import is_network_disk
from pochade.system.ignore_rules import is_system_name
from pochade.system.path_text import printable

MAX_ENTRIES = 20_000  # of the folder itself that are looked at
MAX_FOLDERS = 500  # that are listed
MAX_COUNTED_ENTRIES = 1_000  # of each folder in it
COUNT_SECONDS = 1.0  # for the pictures of all folders in it together
READ_HINT = "choose another folder, or change its permissions"


@dataclass(frozen=True)
class PictureCount:
    """How many files in a folder have the name of a picture."""

    pictures: int
    is_rough: bool = False  # whether there may be more, because not every entry was looked at


@dataclass(frozen=True)
class ListedFolder:
    """A folder in a list."""

    path: Path
    count: PictureCount | None  # None: it was not counted, because that could take long
    is_learnt: bool


@dataclass(frozen=True)
class FolderContents:
    """What is directly in a folder."""

    path: Path
    count: PictureCount
    folders: list[ListedFolder]  # by name
    is_learnt: bool
    left_out: int  # folders beyond those that are listed


def list_folder(path: Path, *, counts: bool) -> FolderContents:
    """List the folders in a folder, without hidden ones and those of systems, and count its pictures roughly.

    Args:
        path: An absolute path.
        counts: Whether to look into the folders in it, and count their pictures, too.

    Raises:
        NotKnown: There is no such folder.
        NotAllowed: It can't be read.
    """
    entries, is_whole = _entries_of(path)
    names = (entry.name for entry in entries if not _is_folder(entry))
    count = PictureCount(_count_names(names), is_rough=not is_whole)
    folders = sorted((entry.name for entry in entries if _is_offered(entry)), key=lambda name: (name.casefold(), name))
    deadline = time.monotonic() + (COUNT_SECONDS if counts and _may_count_below(path) else 0.0)
    listed = [_describe(path / name, deadline) for name in folders[:MAX_FOLDERS]]
    return FolderContents(path, count, listed, has_index(path), max(0, len(folders) - MAX_FOLDERS))


def has_index(folder: Path) -> bool:
    """Whether a folder holds an index."""
    return os.path.isdir(folder / INDEX_FOLDER)  # noqa: PTH112  never raises


def has_plain_name(path: Path) -> bool:
    """Whether a path is text: JSON has no way to write other bytes."""
    return printable(path) == os.fspath(path)


def check_readable(folder: Path) -> None:
    """Refuse a folder that can't be listed.

    Raises:
        NotKnown: There is no such folder.
        NotAllowed: It can't be read.
    """
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotKnown(f"there is no folder '{printable(folder)}'", "look whether its disk is connected") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is malformed"
        raise NotAllowed(f"'{printable(folder)}' can't be opened: {reason}", READ_HINT) from error


def _entries_of(folder: Path) -> tuple[list[os.DirEntry[str]], bool]:
    """The first entries of a folder, and whether these are all."""
    check_readable(folder)
    try:
        with os.scandir(folder) as entries:
            listed = list(islice(entries, MAX_ENTRIES + 1))
    except OSError as error:
        raise NotAllowed(f"'{printable(folder)}' can't be listed: {error.strerror}", READ_HINT) from error
    return listed[:MAX_ENTRIES], len(listed) <= MAX_ENTRIES


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def _is_offered(entry: os.DirEntry[str]) -> bool:
    """Whether to list an entry: a folder that a person may keep pictures in."""
    is_quiet = entry.name.startswith(".") or is_system_name(entry.name, is_folder=True)
    return not is_quiet and has_plain_name(Path(entry.name)) and _is_folder(entry)


def _may_count_below(folder: Path) -> bool:
    """Whether to look into the folders of a folder; macOS would ask the person about each one in the home."""
    return not (sys.platform == "darwin" and folder == Path.home()) and not is_network_disk(folder)


def _describe(folder: Path, deadline: float) -> ListedFolder:
    if time.monotonic() >= deadline or ((folder.is_symlink() or os.path.ismount(folder)) and is_network_disk(folder)):
        return ListedFolder(folder, None, is_learnt=False)
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, MAX_COUNTED_ENTRIES + 1)]
    except OSError:  # the reason is given when the person chooses it
        return ListedFolder(folder, None, is_learnt=False)
    count = PictureCount(_count_names(names[:MAX_COUNTED_ENTRIES]), is_rough=len(names) > MAX_COUNTED_ENTRIES)
    return ListedFolder(folder, count, has_index(folder))


def _count_names(names: Iterable[str]) -> int:
    """Count the names that end as pictures do."""
    return sum(
        not name.startswith(".") and os.path.splitext(name)[1].lower() in FORMATS_BY_SUFFIX  # noqa: PTH122  much faster
        for name in names
    )
