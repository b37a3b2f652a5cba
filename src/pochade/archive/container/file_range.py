"""Reads a range of bytes of an open file, at once or in chunks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pochade.archive.container.manifest_records import CHUNK_BYTES
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged


@dataclass(frozen=True)
class FileRange:
    """A range of bytes of an open file."""

    file: BinaryIO
    start: int
    length: int

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in chunks; fewer bytes if the file ends early.

        Raises:
            ArchiveDamaged: The disk can't read the bytes.
        """
        position, end = self.start, self.start + self.length
        while content := self._read(position, min(CHUNK_BYTES, end - position)):
            position += len(content)
            yield content

    def content(self) -> bytes:
        """Read all bytes at once.

        Raises:
            ArchiveDamaged: The disk can't read the bytes.
        """
        return b"".join(self.chunks())

    def _read(self, position: int, count: int) -> bytes:
        try:
            self.file.seek(position)
            return self.file.read(count)
        except OSError as error:
            raise ArchiveDamaged(f"it can't be read: {error.strerror}", UNDAMAGED_COPY_HINT) from error


class RangeReader:
    """Reads a range like a file, one chunk at a time."""

    def __init__(self, file_range: FileRange) -> None:
        self.chunks = file_range.chunks()

    def read(self, _size: int = -1) -> bytes:
        """Return the next chunk, whatever size the caller asks for; no bytes at the end."""
        return next(self.chunks, b"")
