"""The open file that a picture is read from: checked before reading, bounded while reading, with readable errors.

The reader of a format gets a `Source`. It raises the errors that the `Source` makes, or lets exceptions of libraries
pass; `open_source` translates these into Pochade's errors, in one place for all formats.
"""

import errno
import io
import logging
import os
import stat
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from PIL import Image

import pochade.errors
from pochade.errors import FileUnreachable, FormatUnknown, PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.system.path_text import printable

logger = logging.getLogger(__name__)
_PACKAGE = Path(pochade.errors.__file__).parent
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # never block on a pipe
_LOGGING_LIBRARIES = ("PIL", "psd_tools", "tifffile")  # they log problems that we report ourselves
MAX_SIDE_PIXELS = 2**20  # of a picture; no format's usual limit is higher, and no honest picture is near
_BYTES_PER_ROW = 32  # that decoders take besides its pixels: a pointer, and what fills the row up
_ERRNO_OF_BAD_CONTENT = {None, errno.EINVAL}  # Pillow's own errors; offsets before the start of the file
_REASON_BY_ERRNO = {
    errno.ENOENT: "does not exist",
    errno.ENOTDIR: "does not exist",
    errno.EACCES: "can't be read: no permission",
    errno.EPERM: "can't be read: no permission",
    errno.ELOOP: "is a loop of symbolic links",
    errno.EISDIR: "is a folder",
}
_HINT_BY_ERRNO = {
    errno.ENOENT: "check its name",
    errno.ENOTDIR: "check its name",
    errno.EACCES: "change its permissions, or give another file",
    errno.EPERM: "change its permissions, or give another file",
    errno.ELOOP: "give the file that the links should lead to",
    errno.EISDIR: "give a file",
}

for _library in _LOGGING_LIBRARIES:
    logging.getLogger(_library).addHandler(logging.NullHandler())  # otherwise Python prints their warnings


@dataclass(frozen=True)
class Source:
    """An open file, or a file embedded in one: bounded reads, and errors that name the file."""

    file: BinaryIO
    name: str  # printable, for error sentences
    size: int  # bytes
    max_bytes: int  # memory that decoding its picture may take

    def read_at(self, offset: int, count: int) -> bytes:
        """Read `count` bytes from `offset`, or fewer at the end of the file."""
        self.file.seek(offset)
        return self.file.read(count)

    def read_exactly(self, offset: int, count: int) -> bytes:
        """Read `count` bytes from `offset`.

        Raises:
            PictureDamaged: The file ends before that.
        """
        if offset < 0 or offset + count > self.size:
            raise self.truncation_error(offset + count)
        return self.read_at(offset, count)

    def read_all(self) -> bytes:
        """Read the whole file.

        Raises:
            PictureTooLarge: The file alone would take more than half of the allowed memory.
        """
        if self.size > self.max_bytes // 2:
            raise self.size_error(f"{self.size:,} bytes")
        return self.read_at(0, self.size)

    def open_embedded(self, content: bytes) -> "Source":
        """Open a file that is embedded in this one; its errors name the outer file."""
        return replace(self, file=io.BytesIO(content), size=len(content))

    def check_memory(self, width: int, height: int, bytes_per_pixel: float) -> None:
        """Check that a picture has pixels and fits into the allowed memory.

        Args:
            width: Pixels, as the file claims.
            height: Pixels, as the file claims.
            bytes_per_pixel: Memory that decoding takes for each pixel.

        Raises:
            PictureDamaged: Width or height is less than 1.
            PictureTooLarge: It needs more memory than allowed.
        """
        if width < 1 or height < 1:
            raise self.damage_error(f"it claims {width} x {height} pixels")
        if max(width, height) > MAX_SIDE_PIXELS:
            raise self.size_error(f"{width:,} x {height:,} pixels; a side may have {MAX_SIDE_PIXELS:,}")
        if (needed := int(height * (width * bytes_per_pixel + _BYTES_PER_ROW))) > self.max_bytes:
            raise self.size_error(f"{width:,} x {height:,} pixels need {needed:,} bytes")

    def truncation_error(self, expected_bytes: int = 0) -> PictureDamaged:
        """The error for a file that ends too early, with the size it should have if that is known."""
        sizes = f": {self.size:,} of {expected_bytes:,} bytes" if expected_bytes > self.size else ""
        return PictureDamaged.about(self.name, f"is cut short{sizes}", "look for an undamaged copy")

    def damage_error(self, reason: str) -> PictureDamaged:
        """The error for content that is invalid or contradicts itself."""
        return PictureDamaged.about(self.name, f"is damaged: {reason}", "look for an undamaged copy")

    def size_error(self, reason: str) -> PictureTooLarge:
        """The error for a picture that needs more memory than allowed."""
        sentence = f"is too large: {reason}, and {self.max_bytes:,} bytes are allowed"
        return PictureTooLarge.about(self.name, sentence, "save a smaller copy of it")

    def format_error(self, reason: str) -> FormatUnknown:
        """The error for a file that is not in a supported format."""
        return FormatUnknown.about(
            self.name, f"is not a picture that Pochade reads: {reason}", "save it as PNG or JPEG"
        )


@contextmanager
def open_source(path: Path | str, max_bytes: int) -> Iterator[Source]:
    """Open a file as a `Source`; every error inside the block is raised as a `PictureUnreadable`.

    Only regular files are opened: reading a pipe or a device could block for ever.

    Args:
        path: The file.
        max_bytes: Memory that decoding its picture may take.

    Raises:
        PictureUnreadable: The file can't be opened or read, changed while it was read, or the block failed.
    """
    name = printable(path)
    try:
        with open(path, "rb", opener=open_without_blocking) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures, which `Source.check_memory` bounds
            before = os.fstat(file.fileno())
            _check_regular_file(before, name)
            source = Source(file, name, before.st_size, max_bytes)
            try:
                yield source
            except BaseException as error:
                _check_unchanged(before, os.fstat(file.fileno()), name)
                raise translate_error(source, error) from error
            _check_unchanged(before, os.fstat(file.fileno()), name)
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        raise unreachable_error(name, error) from error


def open_without_blocking(path: str, _flags: int) -> int:
    """An `opener` for `open` that returns at once, even if the path is a pipe to which nothing is written."""
    return os.open(path, _OPEN_FLAGS)


def _check_regular_file(state: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise FileUnreachable.about(name, "is not a regular file but a pipe, socket or device", "give a file")
    if not state.st_size:
        raise PictureDamaged.about(name, "is empty", "look for an undamaged copy")


def _check_unchanged(before: os.stat_result, after: os.stat_result, name: str) -> None:
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise FileUnreachable.about(name, "changed while it was read", "try again when nothing writes to it any more")


def unreachable_error(name: str, error: OSError | ValueError) -> FileUnreachable:
    """The error for a file that can't be opened or read."""
    number = error.errno if isinstance(error, OSError) else None
    message = os.strerror(number) if number else first_line(error)
    reason = _REASON_BY_ERRNO.get(number or 0, f"can't be read: {message}")
    return FileUnreachable.about(name, reason, _HINT_BY_ERRNO.get(number or 0, ""))


def translate_error(source: Source, error: BaseException) -> BaseException:
    """Turn an exception of a library into a `PictureUnreadable`; an exception that ends the program stays as it is.

    The type is BaseException because a panic in a Rust library is no Exception.
    """
    if isinstance(error, PictureUnreadable | KeyboardInterrupt | SystemExit | GeneratorExit) or _is_our_mistake(error):
        return error
    logger.debug("'%s' gives no picture", source.name, exc_info=error)
    if isinstance(error, MemoryError | Image.DecompressionBombError):
        return source.size_error("there is not enough memory for it")
    if isinstance(error, OSError) and error.errno not in _ERRNO_OF_BAD_CONTENT:
        return unreachable_error(source.name, error)
    message = first_line(error)
    if isinstance(error, EOFError) or any(clue in message.lower() for clue in ("truncated", "too small", "end of ")):
        return source.truncation_error()
    return source.damage_error(message)


def _is_our_mistake(error: BaseException) -> bool:
    """Whether no file can cause an error: a name or a module that Pochade's own code does not have."""
    places = traceback.extract_tb(error.__traceback__)
    return isinstance(error, NameError | ImportError) and bool(places) and _PACKAGE in Path(places[-1].filename).parents


def first_line(error: BaseException) -> str:
    """The first line of an error's message, printable and at most 120 characters; some libraries add a whole stack."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(letter if letter.isprintable() else "�" for letter in lines[0][:120]).rstrip(" .")
