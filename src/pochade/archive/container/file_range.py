"""A range of bytes of an open file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pochade.archive.container.manifest import CHUNK_BYTES
from pochade.errors import ArchiveDamaged


@dataclass(frozen=True)
class FileRange:
    """A range of bytes of an open file."""

    file: BinaryIO
    start: int
    length: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in chunks; fewer bytes where the file ends early.

        Raises:
            ArchiveDamaged: The disk can't read them.
        """
        position, end = self.start, self.start + self.length
        while content := self._read(position, min(CHUNK_BYTES, end - position)):
            position += len(content)
            yield content

    def content(self) -> bytes:
        """Read all bytes at once.

        Raises:
            ArchiveDamaged: The disk can't read them.
        """
        return b"".join(self.chunks())

    def _read(self, position: int, count: int) -> bytes:
        try:
            self.file.seek(position)
            return self.file.read(count)
        except OSError as error:
            raise ArchiveDamaged(f"it can't be read: {error.strerror}", "look for an undamaged copy") from error


class RangeReader:
    """Reads a range like a file, one chunk at a time."""

    def __init__(self, file_range: FileRange) -> None:
        self.chunks = file_range.chunks()

    def read(self, _size: int = -1) -> bytes:
        """Return the next chunk, whatever size was asked for; nothing at the end."""
        return next(self.chunks, b"")
