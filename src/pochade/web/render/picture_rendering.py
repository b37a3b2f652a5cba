"""Files read for the page, in a process with limits: what a stranger made is decoded there, and only pixels come back.

Without FastAPI, as the process only needs what reads pictures. Whatever goes wrong comes back as an error of ours.
"""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

import numpy as np

from pochade.errors import FileUnreachable, PictureDamaged, PictureTooLarge, PochadeError, UsageError
from pochade.images.base.picture import Array
from pochade.images.base.source import first_line, opened, printable
from pochade.images.codecs.screen_encode import as_jpeg
from pochade.images.io.read import read_picture, read_preview
from pochade.index.ingest_file import NO_BOUND, THUMBNAIL

BLACK = (0, 0, 0)


@dataclass(frozen=True)
class Showing(ABC):
    """Something to be read; what is read is told under a name of the person's, not by its place."""

    path: Path

    @property
    def name(self) -> str:
        """The file's, for a sentence."""
        return printable(self.path.name)

    @abstractmethod
    def read(self) -> Any:
        """What comes of it; raises errors of ours."""

    def done(self) -> Any:
        """What comes of it, or the error."""
        try:
            return self.read()
        except PochadeError as error:
            return type(error)(error.sentence.replace(printable(self.path), self.name), error.hint)
        except Exception as error:  # of a library
            return PictureDamaged(f"'{self.name}' can't be shown: {first_line(error)}")

    def given_up(self, problem: str, *, again: bool) -> PochadeError:  # noqa: ARG002
        """The error for what took too much."""
        return PictureTooLarge(problem)


@dataclass(frozen=True)
class Asked(Showing):
    """A picture that others are to be found for."""

    def read(self) -> Array:
        """Its pixels (h, w, 3) uint8, small."""
        return read_preview(self.path, THUMBNAIL).pixels


@dataclass(frozen=True)
class Drawn(Showing):
    """A picture written as a JPEG, no longer than `side`."""

    side: int
    into: Path
    content: str | None = None  # SHA-256 that it must have

    def read(self) -> None:
        """Nothing: the file is there afterwards."""
        check_content(self.path, self.content)
        pixels = read_preview(self.path, self.side).pixels
        check_content(self.path, self.content)
        publish(self.into, as_jpeg(pixels))


@dataclass(frozen=True)
class Opened:
    """A scan whose colours lie in a file that can be read in parts."""

    width: int
    height: int
    format: str
    depth: int
    dpi: tuple[float, float] | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Unpacked(Showing):
    """A scan, its colours (H, W, 3) uint8 or uint16 to be written as an array that is read in parts."""

    into: Path
    content: str | None = None  # SHA-256 that it must have

    def read(self) -> Opened:
        """What is known of it."""
        check_content(self.path, self.content)
        picture = read_picture(self.path)
        check_content(self.path, self.content)
        height, width = picture.pixels.shape[:2]
        np.save(self.into, np.broadcast_to(picture.pixels, (height, width, 3)))
        return Opened(width, height, picture.header.format, picture.header.depth, picture.dpi, picture.notes)


@dataclass(frozen=True)
class Masked(Showing):
    """A mask, to be written as an array (H, W) uint8: 255 where it is white."""

    size: tuple[int, int]  # height and width that it must have
    into: Path

    def read(self) -> None:
        """Nothing: the file is there afterwards."""
        pixels = read_picture(self.path).on_paper(BLACK)
        if pixels.shape[:2] != self.size:
            sizes = [f"{width} x {height}" for height, width in (pixels.shape[:2], self.size)]
            raise UsageError(f"the mask has {sizes[0]} pixels, and the scan has {sizes[1]}", "draw it in its size")
        np.save(self.into, pixels.mean(axis=-1).round().astype(np.uint8))


def check_content(path: Path, content: str | None) -> None:
    """Nothing, or FileUnreachable: the file isn't any more what was learnt."""
    if content is None:
        return
    with opened(path, NO_BOUND) as source:
        found = hashlib.file_digest(cast(BufferedReader, source.file), "sha256").hexdigest()
    if found != content:
        raise FileUnreachable(f"'{printable(path.name)}' changed since it was learnt", "learn the collection again")


def publish(into: Path, content: bytes) -> None:
    """A file of ours, there whole or not at all."""
    temporary = into.with_name(f".{into.name}.part")
    temporary.write_bytes(content)
    temporary.replace(into)
