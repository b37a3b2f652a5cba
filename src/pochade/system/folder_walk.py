"""What lies in a folder: every file that may be a picture, without opening one."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

LARGEST = 2**63 - 1  # what a database holds in a whole number: a date beyond the year 2262 is kept as that one
NO_PICTURES = frozenset(  # what lies among art and is none: not worth a problem line each
    b"txt md json xml yml yaml toml ini csv html htm css js py url lnk db sqlite log sha256 md5 xmp zip 7z rar gz tar "
    b"pdf doc docx odt xls xlsx mp3 wav ogg flac mp4 mov mkv avi webm ttf otf blend obj fbx abr gpl aco kpp "
    b"pochade".split()
)


class FileStamp(NamedTuple):
    """By what a file is recognised as unchanged without being read."""

    size: int
    mtime: int  # nanoseconds
    inode: int


@dataclass(frozen=True)
class FolderListing:
    """What a walk through a folder gives."""

    files: dict[bytes, FileStamp]  # by path below the folder
    unreadable: dict[bytes, str]  # folders that can't be listed, and why


def stamp_of(status: os.stat_result) -> FileStamp:
    """The stamp of a file whose status was asked."""
    return FileStamp(status.st_size, max(-LARGEST, min(LARGEST, status.st_mtime_ns)), status.st_ino)


def walk_folder(folder: Path, passed_over: Path) -> FolderListing:
    """Every file below a folder, but hidden ones and those below `passed_over`, where the index is.

    Links to files count as files, links to folders are not followed: a loop of links ends nowhere. Names are bytes, as
    the system has them, so that one that is no UTF-8 is found again.
    """
    root, own = os.fsencode(folder), os.fsencode(passed_over)
    files: dict[bytes, FileStamp] = {}
    unreadable: dict[bytes, str] = {}
    waiting = [b""]
    while waiting:
        below = waiting.pop()
        try:
            for entry in listed(root + b"/" + below):
                path = below + b"/" + entry.name if below else entry.name
                if leads_to_a_folder(entry):
                    if not entry.is_symlink() and root + b"/" + path != own:
                        waiting.append(path)
                elif (entry.is_symlink() or entry.is_file()) and ending(entry.name) not in NO_PICTURES:
                    with suppress(FileNotFoundError):  # it went away since the folder was listed
                        files[path] = stamp_of(status_of(entry))
        except OSError as error:
            unreadable[below] = f"can't be listed: {error.strerror}"
    return FolderListing(files, unreadable)


def listed(folder: bytes) -> Iterator[os.DirEntry[bytes]]:
    """The entries of one folder that are not hidden."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(b"."):
                yield entry


def leads_to_a_folder(entry: os.DirEntry[bytes]) -> bool:
    """Whether it is a folder, or a link to one; a link that leads in circles leads nowhere."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def ending(name: bytes) -> bytes:
    """What follows the last dot of a name, in small letters; nothing when there is no dot."""
    return name.rpartition(b".")[2].lower() if b"." in name else b""


def status_of(entry: os.DirEntry[bytes]) -> os.stat_result:
    """The status of what the entry leads to; of the link itself where that leads nowhere."""
    try:
        return entry.stat()
    except OSError:
        return entry.stat(follow_symlinks=False)
