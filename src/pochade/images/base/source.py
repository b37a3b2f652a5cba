"""The open file: checked before it is read, bounded while it is read, and every failure told in a sentence.

A `Source` goes to whichever reader knows the format. It is the one place where a library's exception, whatever it is,
becomes an error of ours; readers raise through `damaged`, `cut_short` and `too_large`, or just let things break.
"""

import errno
import io
import logging
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from pochade.errors import FileUnreachable, FormatUnknown, PictureDamaged, PictureTooLarge, PictureUnreadable

OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe must not make us wait
TALKATIVE = ("PIL", "psd_tools", "tifffile")  # they log what we say ourselves
NO_TROUBLE_OF_THE_DISK = {None, errno.EINVAL}  # Pillow's own; damaged content that points before the file's start
UNREACHABLE = {
    errno.ENOENT: "is gone, or was never there",
    errno.ENOTDIR: "is gone, or was never there",
    errno.EACCES: "can't be read: no permission",
    errno.EPERM: "can't be read: no permission",
    errno.ELOOP: "is a loop of links",
    errno.EISDIR: "is a folder",
}

for talkative in TALKATIVE:
    logging.getLogger(talkative).addHandler(logging.NullHandler())  # else Python prints their warnings itself


@dataclass(frozen=True)
class Source:
    """An open file, or a file found inside of one, and the words for what is wrong with it."""

    file: BinaryIO
    name: str  # printable, for sentences
    size: int  # bytes
    most_bytes: int  # of memory that its picture may take

    def read_at(self, offset: int, count: int) -> bytes:
        """That many bytes from there, or fewer at the end of the file."""
        self.file.seek(offset)
        return self.file.read(count)

    def exactly(self, offset: int, count: int) -> bytes:
        """That many bytes from there; PictureDamaged when the file ends before."""
        if offset < 0 or offset + count > self.size:
            raise self.cut_short(offset + count)
        return self.read_at(offset, count)

    def content(self) -> bytes:
        """All of it; PictureTooLarge when that alone takes half of the memory."""
        if self.size > self.most_bytes // 2:
            raise self.too_large(f"{self.size:,} bytes")
        return self.read_at(0, self.size)

    def inner(self, content: bytes) -> "Source":
        """A file found inside of this one; its troubles are told under this one's name."""
        return replace(self, file=io.BytesIO(content), size=len(content))

    def cut_short(self, wanted: int = 0) -> PictureDamaged:
        """The error for a file that ends too early, with how long it ought to be where that is known."""
        known = f": {self.size:,} of {wanted:,} bytes" if wanted > self.size else ""
        return PictureDamaged(f"'{self.name}' is cut short{known}", "look for an undamaged copy")

    def damaged(self, why: str) -> PictureDamaged:
        """The error for content that contradicts itself."""
        return PictureDamaged(f"'{self.name}' is damaged: {why}", "look for an undamaged copy")

    def too_large(self, what: str) -> PictureTooLarge:
        """The error for a picture that wants more than it may take."""
        return PictureTooLarge(f"'{self.name}' is too large: {what}, and {self.most_bytes:,} bytes are allowed")

    def unknown(self, why: str) -> FormatUnknown:
        """The error for a file that isn't a picture."""
        return FormatUnknown(f"'{self.name}' is no picture that Pochade reads: {why}")

    def allow(self, width: int, height: int, bytes_a_pixel: float) -> None:
        """Nothing, unless that many pixels take more memory than allowed or there are none at all."""
        if width < 1 or height < 1:
            raise self.damaged(f"it claims {width} x {height} pixels")
        if (wanted := int(width * height * bytes_a_pixel)) > self.most_bytes:
            raise self.too_large(f"{width:,} x {height:,} pixels want {wanted:,} bytes")


@contextmanager
def opened(path: Path | str, most_bytes: int) -> Iterator[Source]:
    """The file as a `Source`; whatever goes wrong inside comes out as a PictureUnreadable.

    Only an ordinary file is opened: a pipe or a device could make us wait for ever.
    """
    name = printable(path)
    try:
        with open(path, "rb", opener=without_waiting) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures; the bound here is ours
            before = os.fstat(file.fileno())
            check_ordinary(before, name)
            source = Source(file, name, before.st_size, most_bytes)
            try:
                yield source
            except BaseException as error:
                check_unchanged(before, os.fstat(file.fileno()), name)
                raise in_our_words(source, error) from error
            check_unchanged(before, os.fstat(file.fileno()), name)
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        raise unreachable(name, error) from error


def without_waiting(path: str, _flags: int) -> int:
    """A descriptor of the file, at once even where nobody writes into a pipe."""
    return os.open(path, OPEN_FLAGS)


def printable(path: Path | str) -> str:
    """A name for sentences: what isn't UTF-8 in it becomes a question mark in a diamond."""
    return os.fsencode(path).decode("utf-8", "replace")


def check_ordinary(state: os.stat_result, name: str) -> None:
    """Nothing for a file with bytes in it; else FileUnreachable, or PictureDamaged for an empty one."""
    if not stat.S_ISREG(state.st_mode):
        raise FileUnreachable(f"'{name}' is no ordinary file but a pipe, socket or device")
    if not state.st_size:
        raise PictureDamaged(f"'{name}' is empty")


def check_unchanged(before: os.stat_result, after: os.stat_result, name: str) -> None:
    """Nothing, or FileUnreachable: half of the old and half of the new is no picture."""
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise FileUnreachable(f"'{name}' changed while it was read", "it is tried again when the writing has ended")


def unreachable(name: str, error: OSError | ValueError) -> FileUnreachable:
    """The error for a file that can't be opened or read."""
    number = error.errno if isinstance(error, OSError) else None
    reason = os.strerror(number) if number else first_line(error)
    trouble = UNREACHABLE.get(number or 0, f"can't be read: {reason}")
    return FileUnreachable(f"'{name}' {trouble}")


def in_our_words(source: Source, error: BaseException) -> BaseException:
    """What any exception of any library means for the person; the two ways of stopping the program stay themselves.

    A panic in a Rust library is a BaseException and no Exception, so all of them come here.
    """
    if isinstance(error, PictureUnreadable | KeyboardInterrupt | SystemExit | GeneratorExit):
        return error
    if isinstance(error, MemoryError | Image.DecompressionBombError):
        return source.too_large("there is no memory for it")
    if isinstance(error, OSError) and error.errno not in NO_TROUBLE_OF_THE_DISK:
        return unreachable(source.name, error)
    words = first_line(error)
    if isinstance(error, EOFError) or any(clue in words.lower() for clue in ("truncated", "too small", "end of ")):
        return source.cut_short()
    return source.damaged(words)


def first_line(error: BaseException) -> str:
    """The first line of an error's words, shortened and printable: libraries put whole stacks into them."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(letter if letter.isprintable() else "�" for letter in lines[0][:120]).rstrip(" .")
