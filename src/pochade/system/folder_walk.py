"""Lists every file below a folder that may be a picture, without opening any."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

MAX_MTIME_NS = 2**63 - 1  # the largest integer of a database column; later dates (after 2262) are stored as this one
NON_PICTURE_SUFFIXES = frozenset(  # common beside art; listed as problems, they would hide the real ones
    b"txt md json xml yml yaml toml ini csv html htm css js py url lnk db sqlite log sha256 md5 xmp zip 7z rar gz tar "
    b"pdf doc docx odt xls xlsx mp3 wav ogg flac mp4 mov mkv avi webm ttf otf blend obj fbx abr gpl aco kpp "
    b"pochade".split()
)


class FileStamp(NamedTuple):
    """What the system records of a file: an equal stamp means an unchanged file."""

    size: int  # bytes
    mtime: int  # nanoseconds
    inode: int


@dataclass(frozen=True)
class FolderListing:
    """The result of walking a folder."""

    files: dict[bytes, FileStamp]  # by path relative to the folder
    unreadable: dict[bytes, str]  # folders that can't be listed, and why


def stamp_of(status: os.stat_result) -> FileStamp:
    """Return the stamp for a file's status."""
    return FileStamp(status.st_size, max(-MAX_MTIME_NS, min(MAX_MTIME_NS, status.st_mtime_ns)), status.st_ino)


def walk_folder(folder: Path, skip: Path) -> FolderListing:
    """List the files below a folder, except hidden ones and those whose suffix no picture has.

    Links to files count as files. Links to folders are not followed, so loops of links do no harm. Paths are the
    system's own bytes, because a name may not be UTF-8.

    Args:
        folder: Where to start.
        skip: A folder to leave out, such as the index.
    """
    root, skipped = os.fsencode(folder), os.fsencode(skip)
    files: dict[bytes, FileStamp] = {}
    unreadable: dict[bytes, str] = {}
    pending = [b""]
    while pending:
        parent = pending.pop()
        try:
            for entry in _visible_entries(root + b"/" + parent):
                path = parent + b"/" + entry.name if parent else entry.name
                if _is_folder(entry):
                    if not entry.is_symlink() and root + b"/" + path != skipped:
                        pending.append(path)
                elif (entry.is_symlink() or entry.is_file()) and suffix_of(entry.name) not in NON_PICTURE_SUFFIXES:
                    with suppress(FileNotFoundError):  # removed since the folder was listed
                        files[path] = stamp_of(_status_of(entry))
        except OSError as error:
            unreadable[parent] = f"can't be listed: {error.strerror}"
    return FolderListing(files, unreadable)


def suffix_of(name: bytes) -> bytes:
    """Return what follows the last dot of a name, in lower case; empty if there is no dot."""
    return name.rpartition(b".")[2].lower() if b"." in name else b""


def _visible_entries(folder: bytes) -> Iterator[os.DirEntry[bytes]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(b"."):
                yield entry


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    """Return whether an entry is a folder or a link to a folder; a loop of links is neither."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _status_of(entry: os.DirEntry[bytes]) -> os.stat_result:
    """Return the status of the file that an entry leads to; of the link itself if it leads nowhere."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)
