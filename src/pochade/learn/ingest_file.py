"""Read one file for the index in a worker: hash, thumbnail, descriptor.

This module does not import torch, so that workers stay small.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pochade.errors import FileUnreachable, PictureUnreadable
from pochade.images.base.picture import Array, Header
from pochade.images.base.source import open_source
from pochade.images.features.colour_name import dominant_colour
from pochade.images.geometry.letterbox import Squares, make_squares
from pochade.images.io.read import read_preview
from pochade.images.metadata.picture_texts import PictureTexts, read_texts
from pochade.images.render.contact_sheet import is_contact_sheet
from pochade.index.descriptor_jobs import describe_thumbnail
from pochade.index.thumbnails import THUMBNAIL_PIXELS, thumbnail_path, write_thumbnail
from pochade.system.file_stamp import FileStamp
from pochade.system.folder_walk import stamp_of
from pochade.system.hashing import sha256_of_file
from pochade.system.path_text import printable

UNLIMITED_BYTES = 2**63  # hashing reads a file in chunks, so its size does not matter


@dataclass(frozen=True)
class IngestTask:
    """The task of reading a file."""

    path: bytes
    stamp: FileStamp  # of the file when its folder was listed
    known_contents: frozenset[str]  # contents of this size in the index; a file with one of them is only hashed
    thumbnails: Path  # the folder of the thumbnails

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return printable(Path(os.fsdecode(self.path)).name)

    def run(self) -> "IngestResult":
        """Read the file."""
        return ingest_file(self)

    def failure(self, problem: str, *, retry: bool) -> "IngestResult":
        """Report the problem of a file whose worker failed."""
        return IngestResult(problem=problem, retry=retry, worker_failed=True)


@dataclass(frozen=True)
class IngestResult:
    """The outcome of reading a file: a known content, a new picture, or a problem."""

    content: str | None = None  # SHA-256, in hexadecimal
    header: Header | None = None
    squares: Squares | None = None
    descriptor: Array | None = None  # (4608,) uint8
    colour: str = ""  # the name of the dominant colour
    notes: tuple[str, ...] = ()
    problem: str | None = None  # why there is no picture
    retry: bool = False  # whether the problem may disappear although the file does not change
    worker_failed: bool = False  # whether the file took too long, or killed the worker that read it
    texts: PictureTexts | None = None  # titles, captions, keywords and prompts in the file


def ingest_file(task: IngestTask) -> IngestResult:
    """Hash a file and, if its content is new, write a thumbnail, measure it, and read texts; errors become problems."""
    path = Path(os.fsdecode(task.path))
    try:
        content = _hash_file(path, task.stamp)
        return IngestResult(content) if content in task.known_contents else _read_picture(path, content, task)
    except OSError as error:
        return IngestResult(problem=f"'{printable(path.name)}' can't be read: {error.strerror}", retry=True)
    except PictureUnreadable as error:
        sentence = error.hide_path(printable(path), printable(path.name)).sentence  # the index stores the path anyway
        return IngestResult(problem=sentence, retry=isinstance(error, FileUnreachable))


def _read_picture(path: Path, content: str, task: IngestTask) -> IngestResult:
    preview = read_preview(path, THUMBNAIL_PIXELS)
    if preview.header.format == "PNG" and is_contact_sheet(path):
        return IngestResult(problem=f"'{printable(path.name)}' is a contact sheet that Pochade made")
    if stamp_of(path.stat()) != task.stamp:
        raise FileUnreachable(f"'{printable(path.name)}' changed while it was read")
    thumbnail = thumbnail_path(task.thumbnails, content)
    write_thumbnail(thumbnail, preview.pixels)
    squares = make_squares(preview.pixels)
    return IngestResult(
        content, preview.header, squares, describe_thumbnail(thumbnail), dominant_colour(squares.whole),
        preview.notes, texts=read_texts(path),
    )  # fmt: skip


def _hash_file(path: Path, stamp: FileStamp) -> str:
    """Hash a file; it must not have changed since its folder was listed."""
    with open_source(path, UNLIMITED_BYTES) as source:
        if stamp_of(os.fstat(source.file.fileno())) != stamp:
            raise FileUnreachable(f"'{source.name}' changed while it was read")
        return sha256_of_file(source.file)[0]
