"""Tasks that read files for the page in a worker process: decoding is limited there, and only pixels come back.

This module does not import FastAPI, which a worker does not need. Whatever goes wrong comes back as a PochadeError.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pochade.errors import FileUnreachable, PictureDamaged, PictureTooLarge, PochadeError, UsageError
from pochade.images.base.picture import Array
from pochade.images.base.source import first_line, open_source, printable
from pochade.images.codecs.screen_encode import encode_screen_jpeg
from pochade.images.io.read import read_picture, read_preview
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.learn.ingest_file import UNLIMITED_BYTES
from pochade.system.atomic_files import write_without_flush
from pochade.system.hashing import sha256_of_file

BLACK = (0, 0, 0)


@dataclass(frozen=True)
class RenderTask(ABC):
    """A task about one file or folder. Errors name it without its folders, because they go to a browser."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name, as error sentences use it."""
        return printable(self.path.name)

    @abstractmethod
    def render(self) -> Any:
        """Do the work and return the result.

        Raises:
            PochadeError: The work failed.
        """

    def run(self) -> Any:
        """Do the work and return the result, or the error."""
        try:
            return self.render()
        except PochadeError as error:
            return error.hide_path(printable(self.path), self.name)
        except Exception as error:  # of a library
            return PictureDamaged.about(self.name, f"can't be shown: {first_line(error)}")

    def failed(self, problem: str, *, retry: bool) -> PochadeError:  # noqa: ARG002
        """Return the error for a task that exceeded its limits."""
        return PictureTooLarge(problem)


@dataclass(frozen=True)
class ReadPixelsTask(RenderTask):
    """Reads a small version of the picture that a search starts from."""

    def render(self) -> Array:
        """Return the pixels (h, w, 3) uint8."""
        return read_preview(self.path, THUMBNAIL_PIXELS).pixels


@dataclass(frozen=True)
class RenderJpegTask(RenderTask):
    """Writes a picture as a JPEG."""

    side: int  # pixels of the longer side, at most
    target: Path
    sha256: str | None = None  # of the file's content, if it must not have changed

    def render(self) -> None:
        """Write the file `target`."""
        check_content(self.path, self.sha256)
        pixels = read_preview(self.path, self.side).pixels
        check_content(self.path, self.sha256)
        write_without_flush(self.target, encode_screen_jpeg(pixels))


@dataclass(frozen=True)
class ScanHeader:
    """What is known of a scan whose pixels were unpacked."""

    width: int
    height: int
    format: str
    depth: int  # bits per channel
    dpi: tuple[float, float] | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class UnpackScanTask(RenderTask):
    """Writes the colours of a scan (H, W, 3), uint8 or uint16, as an array file that can be read in parts."""

    target: Path
    sha256: str | None = None  # of the file's content, if it must not have changed

    def render(self) -> ScanHeader:
        """Write the file `target` and return the scan's header."""
        check_content(self.path, self.sha256)
        picture = read_picture(self.path)
        check_content(self.path, self.sha256)
        height, width = picture.pixels.shape[:2]
        np.save(self.target, np.broadcast_to(picture.pixels, (height, width, 3)))
        return ScanHeader(width, height, picture.header.format, picture.header.depth, picture.dpi, picture.notes)


@dataclass(frozen=True)
class UnpackMaskTask(RenderTask):
    """Writes a mask as an array file (H, W) uint8: 255 where it is white."""

    size: tuple[int, int]  # height and width of the scan
    target: Path

    def render(self) -> None:
        """Write the file `target`.

        Raises:
            UsageError: The mask has another size than the scan.
        """
        pixels = read_picture(self.path).on_paper(BLACK)
        if pixels.shape[:2] != self.size:
            sizes = [f"{width} x {height}" for height, width in (pixels.shape[:2], self.size)]
            raise UsageError(f"the mask has {sizes[0]} pixels, and the scan has {sizes[1]}", "draw it in that size")
        np.save(self.target, pixels.mean(axis=-1).round().astype(np.uint8))


def check_content(path: Path, sha256: str | None) -> None:
    """Refuse a file whose content has changed.

    Raises:
        FileUnreachable: The content has another SHA-256 than given.
    """
    if sha256 is None:
        return
    with open_source(path, UNLIMITED_BYTES) as source:
        current_sha256, _ = sha256_of_file(source.file)
    if current_sha256 != sha256:
        raise FileUnreachable.about(printable(path.name), "changed since it was learnt", "learn the collection again")
