"""Tasks that render pictures for the page in a worker process, where memory and time are limited.

This module does not import FastAPI, which a worker does not need. Every failure becomes a PochadeError.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pochade.errors import FileUnreachable, PictureDamaged, PictureTooLarge, PochadeError
from pochade.images.base.picture import Array
from pochade.images.base.source import first_line, open_source
from pochade.images.codecs.screen_encode import encode_screen_jpeg
from pochade.images.io.read import read_preview
from pochade.index.thumbnails import THUMBNAIL_PIXELS
from pochade.learn.ingest_file import UNLIMITED_BYTES
from pochade.system.atomic_files import write_without_flush
from pochade.system.hashing import sha256_of_file
from pochade.system.path_text import printable


@dataclass(frozen=True)
class RenderTask(ABC):
    """A task about one file or folder. Errors leave out the folders above it, because a browser shows them."""

    path: Path

    @property
    def name(self) -> str:
        """The file's name, as error sentences use it."""
        return printable(self.path.name)

    @abstractmethod
    def render(self) -> Any:
        """Do the work and return the result.

        Raises:
            PochadeError: The task can't be done.
        """

    def run(self) -> Any:
        """Do the work and return the result, or the error."""
        try:
            return self.render()
        except PochadeError as error:
            return error.hide_path(printable(self.path), self.name)
        except Exception as error:  # a library failed
            return PictureDamaged.about(self.name, f"can't be shown: {first_line(error)}")

    def failure(self, problem: str, *, retry: bool) -> PochadeError:
        """Return the error for a task that exceeded its limits, or whose worker was ended by somebody else."""
        return FileUnreachable(problem, "try again in a moment") if retry else PictureTooLarge(problem)


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
