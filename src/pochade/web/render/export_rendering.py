"""The task that renders a picture for another program, and the ZIP stream of many such files.

What is exported is the picture as it is shown: upright, in sRGB, 8 bits per channel, without the metadata of its file.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pochade.errors import PictureTooLarge, PochadeError
from pochade.images.base.picture import Preview
from pochade.images.codecs.screen_encode import (
    MAX_WEBP_SIDE,
    encode_screen_jpeg,
    encode_screen_png,
    encode_screen_webp,
)
from pochade.images.io.read import read_preview
from pochade.system.atomic_files import write_without_flush
from pochade.system.hashing import CHUNK_BYTES
from pochade.web.render.picture_rendering import RenderTask, check_content

ExportFormat = Literal["png", "jpeg", "webp"]
SUFFIXES: dict[ExportFormat, str] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
FULL_SIDE = 65_500  # pixels; no format that is exported has more
PROBLEMS_NAME = "not exported.txt"


@dataclass(frozen=True)
class ExportTask(RenderTask):
    """Writes a picture in another format: PNG without loss, WebP and JPEG with little. JPEG has no transparency."""

    side: int | None  # pixels of the longer side, at most; None for all of them
    format: ExportFormat
    target: Path
    sha256: str  # of the file's content, which must not have changed

    def render(self) -> None:
        """Write the file `target`."""
        check_content(self.path, self.sha256)
        preview = read_preview(self.path, self.side or FULL_SIDE, cutout=self.format != "jpeg")
        check_content(self.path, self.sha256)
        write_without_flush(self.target, self._encode(preview))

    def _encode(self, preview: Preview) -> bytes:
        pixels = preview.pixels if preview.cutout is None else preview.cutout
        if self.format == "jpeg":
            return encode_screen_jpeg(preview.pixels)
        if self.format == "png":
            return encode_screen_png(pixels)
        if max(pixels.shape[:2]) > MAX_WEBP_SIDE:
            raise PictureTooLarge.about(self.name, f"has more than the {MAX_WEBP_SIDE:,} pixels that a WebP can have")
        return encode_screen_webp(pixels, lossless=False)


@dataclass(frozen=True)
class ExportItem:
    """A picture to export: the name of its file, without an ending, and what writes it."""

    stem: str
    write: Callable[[Path], None]


def stream_zip(items: list[ExportItem], suffix: str, folder: Path) -> Iterator[bytes]:
    """Yield a ZIP with one file for each picture, while they are rendered one after another.

    A picture that can't be exported is named in a text file at the end, with the reason.

    Args:
        items: The pictures. Of several with one name, the later ones get a number.
        suffix: The ending of the files' names.
        folder: An empty folder for the file that is rendered right now.
    """
    buffer, problems = _Chunks(), list[str]()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:  # pictures are compressed already
        for item, name in zip(items, unique_names([item.stem for item in items], suffix), strict=True):
            target = folder / f"export{suffix}"
            try:
                item.write(target)
            except PochadeError as error:
                problems.append(f"{name}: {error.sentence}")
                continue
            yield from _add_file(archive, buffer, target, name)
            target.unlink()
        if problems:
            archive.writestr(PROBLEMS_NAME, "\n".join(problems) + "\n")
    yield buffer.take()


def unique_names(stems: list[str], suffix: str) -> list[str]:
    """Return a file name for each stem; the second of equal ones, in any case, ends in "(2)"."""
    names, used = list[str](), {PROBLEMS_NAME}
    for stem in stems:
        name, number = f"{stem}{suffix}", 2
        while name.casefold() in used:
            name, number = f"{stem} ({number}){suffix}", number + 1
        used.add(name.casefold())
        names.append(name)
    return names


def _add_file(archive: zipfile.ZipFile, buffer: "_Chunks", path: Path, name: str) -> Iterator[bytes]:
    """Copy a file into an archive, and yield what was written so far, chunk by chunk."""
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK_BYTES):
            target.write(chunk)
            yield buffer.take()


class _Chunks(io.RawIOBase):
    """Where a ZIP is written that is sent at once: it can't be sought, so sizes follow each file."""

    def __init__(self) -> None:
        self.chunks = list[bytes]()

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def write(self, chunk: object) -> int:
        """Add a chunk."""
        content = bytes(chunk)  # type: ignore[call-overload]  # any buffer
        self.chunks.append(content)
        return len(content)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        content = b"".join(self.chunks)
        self.chunks.clear()
        return content
