"""What lies in a folder: every file that may be a picture, without opening one."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pochade.collection.index import Stamp, stamp_of

OWN = b".pochade"  # the folder of the index
NO_PICTURES = frozenset(  # what lies among art and is none: not worth a problem line each
    b"txt md json xml yml yaml toml ini csv html htm css js py url lnk db sqlite log sha256 md5 xmp zip 7z rar gz tar "
    b"pdf doc docx odt xls xlsx mp3 wav ogg flac mp4 mov mkv avi webm ttf otf blend obj fbx abr gpl aco kpp "
    b"pochade".split()
)


@dataclass(frozen=True)
class Found:
    """What a walk through a folder gives."""

    files: dict[bytes, Stamp]  # by path below the folder
    unreadable: dict[bytes, str]  # folders that can't be listed, and why


def walk(folder: Path) -> Found:
    """Every file below a folder, hidden ones and the index's own left out.

    Links to files count as files, links to folders are not followed: a loop of links ends nowhere. Names are bytes, as
    the system has them, so that one that is no UTF-8 is found again.
    """
    files: dict[bytes, Stamp] = {}
    unreadable: dict[bytes, str] = {}
    waiting = [b""]
    while waiting:
        below = waiting.pop()
        try:
            for entry in listed(os.fsencode(folder) + b"/" + below):
                path = below + b"/" + entry.name if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                elif (entry.is_symlink() or entry.is_file()) and ending(entry.name) not in NO_PICTURES:
                    files[path] = stamped(entry)
        except OSError as error:
            unreadable[below] = f"can't be listed: {error.strerror}"
    return Found(files, unreadable)


def listed(folder: bytes) -> Iterator[os.DirEntry[bytes]]:
    """The entries of one folder that are not hidden."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(b"."):
                yield entry


def ending(name: bytes) -> bytes:
    """What follows the last dot of a name, in small letters."""
    return name.rpartition(b".")[2].lower()


def stamped(entry: os.DirEntry[bytes]) -> Stamp:
    """Size, time and inode of what the entry leads to; of the link itself where that leads nowhere."""
    try:
        return stamp_of(entry.stat())
    except OSError:
        return stamp_of(entry.stat(follow_symlinks=False))
