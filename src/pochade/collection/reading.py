"""One file read for the index: what it is, how it looks, and a thumbnail; or why not. Without torch, to stay small."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pochade.collection.index import Stamp, stamp_of
from pochade.errors import FileUnreachable, PictureUnreadable
from pochade.images.letterbox import Squares, squared
from pochade.images.paint import standing_out
from pochade.images.picture import Array, Header
from pochade.images.read import read_preview
from pochade.images.sheet import jpeg

THUMBNAIL = 256  # pixels of the longer side
QUALITY = 90  # of the thumbnail's JPEG


@dataclass(frozen=True)
class Request:
    """A file to be read."""

    path: bytes
    stamp: Stamp
    known: frozenset[str]  # contents of the same size that the index has: if it is one of them, its hash is enough
    thumbnails: Path


@dataclass(frozen=True)
class Reading:
    """What a file gave."""

    content: str | None = None  # SHA-256 in hexadecimal digits
    header: Header | None = None
    squares: Squares | None = None
    colour: str = ""
    notes: tuple[str, ...] = ()
    problem: str | None = None  # why there is no picture
    again: bool = False  # the problem may pass without the file changing: try it each time


def read_piece(request: Request) -> Reading:
    """Hash a file, and unless its content is known, shrink it; any trouble with it becomes its problem."""
    try:
        content = hashed(request)
        if content in request.known:
            return Reading(content)
        preview = read_preview(Path(os.fsdecode(request.path)), THUMBNAIL)
        if stamp_of(Path(os.fsdecode(request.path)).stat()) != request.stamp:
            raise FileUnreachable("it changed while it was read")
        write_thumbnail(thumbnail_path(request.thumbnails, content), preview.pixels)
        squares = squared(preview.pixels)
        return Reading(content, preview.header, squares, standing_out(squares.whole), preview.notes)
    except OSError as error:
        return Reading(problem=f"it can't be read: {error.strerror}", again=True)
    except PictureUnreadable as error:
        return Reading(problem=error.sentence, again=isinstance(error, FileUnreachable))


def hashed(request: Request) -> str:
    """The SHA-256 of the file's content.

    Raises:
        FileUnreachable: It can't be opened, or is another than was found.
    """
    name = os.fsdecode(request.path)
    try:
        with open(name, "rb", opener=without_waiting) as file:
            if stamp_of(os.fstat(file.fileno())) != request.stamp:
                raise FileUnreachable("it changed while it was read")
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileUnreachable(f"it can't be read: {error.strerror}") from error


def without_waiting(name: str, flags: int) -> int:
    """Opens a file, and does not wait for somebody to write to it, should it be a pipe."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def printable(name: str) -> str:
    """A file name that any terminal and JSON can hold."""
    return name.encode(errors="replace").decode()


def thumbnail_path(thumbnails: Path, content: str) -> Path:
    """Where the thumbnail of a content lies."""
    return thumbnails / content[:2] / f"{content}.jpg"


def write_thumbnail(path: Path, pixels: Array) -> None:
    """Keep a small picture; another process may do the same at once.

    Raises:
        FileUnreachable: There is no room, or no permission.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(jpeg(pixels, QUALITY))
        temporary.replace(path)
    except OSError as error:
        raise FileUnreachable(f"its thumbnail could not be written: {error.strerror}") from error
