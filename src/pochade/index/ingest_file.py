"""One file read for the index: what it is, how it looks, and a thumbnail; or why not. Without torch, to stay small."""

import hashlib
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import cast

from pochade.errors import FileUnreachable, PictureUnreadable
from pochade.images.base.picture import Array, Header
from pochade.images.base.source import opened, printable
from pochade.images.features.colour_name import standing_out
from pochade.images.geometry.letterbox import Squares, squared
from pochade.images.io.read import read_preview
from pochade.images.render.contact_sheet import is_page, jpeg
from pochade.index.descriptor_schema import numbers_of
from pochade.system.folder_walk import FileStamp, stamp_of

THUMBNAIL = 256  # pixels of the longer side
QUALITY = 90  # of the thumbnail's JPEG
UNFINISHED = re.compile(r"\.[0-9a-f]{64}\.jpg\.[0-9]+\.part")  # a thumbnail until it has its name
UNDER_WAY = 600  # seconds: no thumbnail takes as long to write
NO_BOUND = 2**63  # bytes: hashing goes through a file piece by piece


@dataclass(frozen=True)
class IngestTask:
    """A file to be read."""

    path: bytes
    stamp: FileStamp
    known: frozenset[str]  # contents of the same size that the index has: if it is one of them, its hash is enough
    thumbnails: Path

    @property
    def name(self) -> str:
        """The file's, for a sentence."""
        return printable(Path(os.fsdecode(self.path)).name)

    def done(self) -> "IngestResult":
        """What the file gives."""
        return read_piece(self)

    def given_up(self, problem: str, *, again: bool) -> "IngestResult":
        """Why it gives nothing."""
        return IngestResult(problem=problem, again=again)


@dataclass(frozen=True)
class IngestResult:
    """What a file gave."""

    content: str | None = None  # SHA-256 in hexadecimal digits
    header: Header | None = None
    squares: Squares | None = None
    numbers: Array | None = None  # what is measured, (4608,)
    colour: str = ""
    notes: tuple[str, ...] = ()
    problem: str | None = None  # why there is no picture
    again: bool = False  # the problem may pass without the file changing: try it each time


def read_piece(request: IngestTask) -> IngestResult:
    """Hash a file, and unless its content is known, shrink it; any trouble with it becomes its problem."""
    path = Path(os.fsdecode(request.path))
    try:
        content = hashed(path, request.stamp)
        if content in request.known:
            return IngestResult(content)
        preview = read_preview(path, THUMBNAIL)
        if preview.header.format == "PNG" and is_page(path):
            return IngestResult(problem=f"'{printable(path.name)}' is a sheet that Pochade drew")
        if stamp_of(path.stat()) != request.stamp:
            raise FileUnreachable(f"'{printable(path.name)}' changed while it was read")
        thumbnail = thumbnail_path(request.thumbnails, content)
        write_thumbnail(thumbnail, preview.pixels)
        squares, numbers = squared(preview.pixels), numbers_from(thumbnail)
        return IngestResult(content, preview.header, squares, numbers, standing_out(squares.whole), preview.notes)
    except OSError as error:
        return IngestResult(problem=f"'{printable(path.name)}' can't be read: {error.strerror}", again=True)
    except PictureUnreadable as error:
        sentence = error.sentence.replace(printable(path), printable(path.name))  # the path stands beside it
        return IngestResult(problem=sentence, again=isinstance(error, FileUnreachable))


def numbers_from(thumbnail: Path) -> Array | None:
    """What is measured of a piece (4608,); None when its thumbnail can't be read.

    Not of the picture itself: what is measured as it is read, or later, or once more, is the same to the last bit.
    """
    try:
        return numbers_of(squared(read_preview(thumbnail, THUMBNAIL).pixels))
    except PictureUnreadable:
        return None


def hashed(path: Path, stamp: FileStamp) -> str:
    """The SHA-256 of the file's content.

    Raises:
        PictureUnreadable: It can't be opened, is empty, or is another than was found.
    """
    with opened(path, NO_BOUND) as source:
        if stamp_of(os.fstat(source.file.fileno())) != stamp:
            raise FileUnreachable(f"'{source.name}' changed while it was read")
        return hashlib.file_digest(cast(BufferedReader, source.file), "sha256").hexdigest()


def thumbnail_path(thumbnails: Path, content: str) -> Path:
    """Where the thumbnail of a content lies."""
    return thumbnails / content[:2] / f"{content}.jpg"


def remove_unfinished(thumbnails: Path) -> None:
    """Remove what processes that were killed began to write; a young one may be another process's work under way."""
    long_ago = time.time() - UNDER_WAY
    for path in thumbnails.glob("??/.*.part"):
        with suppress(OSError):
            if UNFINISHED.fullmatch(path.name) and path.stat().st_mtime < long_ago:
                path.unlink()


def write_thumbnail(path: Path, pixels: Array) -> None:
    """Keep a small picture; another process may do the same at once.

    Raises:
        FileUnreachable: There is no room, or no permission.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    small = jpeg(pixels, QUALITY)
    try:
        try:
            temporary.write_bytes(small)
        except FileNotFoundError:  # the first one whose hash begins so
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(small)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise FileUnreachable(f"its thumbnail could not be written: {error.strerror}") from error
