"""Vector files: embeddings, sketches or other vectors of all pictures, one row per picture, read by a memory map.

    bytes 0-4095   one line of JSON, ended by a newline, then zeros:
                   `{"format": "pochade-vectors-1", "net": "<name>", "type": "<f4" or "|u1", "columns": 64}`
    bytes 4096-    rows, little-endian, one after another

Each model has its own files. A row is written before the database refers to it, and does not change afterwards. Rows
to which the database does not refer yet come from an interrupted run, and the next run overwrites them.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import IndexDamaged, OutputUnwritable
from pochade.system.atomic_files import write_without_flush
from pochade.system.file_systems import is_network_disk

VECTOR_FORMAT = "pochade-vectors-1"
REBUILD_HINT = "run 'pochade learn' to make it again"
DISK_FULL_HINT = "make room on the disk"
HEADER_BYTES = 4096  # one memory page, so that the rows are aligned


class VectorFile:
    """One file of vectors.

    Args:
        path: The file.
        model: The name of the model that made the rows, or another name for their origin.
        dtype: `np.float32` or `np.uint8`.
        columns: The number of columns.
        create: Create the file if it is missing.

    Raises:
        IndexDamaged: The file is missing, damaged, or of another model or shape.
        OutputUnwritable: The file can't be created.
    """

    def __init__(self, path: Path, model: str, dtype: type[np.generic], columns: int, *, create: bool = False) -> None:
        self.path, self.dtype, self.columns = path, np.dtype(dtype).newbyteorder("<"), columns
        self.header = {"format": VECTOR_FORMAT, "net": model, "type": self.dtype.str, "columns": columns}
        if create and not path.exists():
            self._create()
        self._check_header()

    def _create(self) -> None:
        line = json.dumps(self.header).encode() + b"\n"
        try:
            write_without_flush(self.path, line.ljust(HEADER_BYTES, b"\0"))
        except OSError as error:
            raise self._write_error(error) from error

    def _check_header(self) -> None:
        try:
            with self.path.open("rb") as file:
                header = json.loads(file.read(HEADER_BYTES).split(b"\n")[0])
        except (OSError, ValueError):
            header = None
        if header != self.header:
            raise IndexDamaged(f"'{self.path}' is missing, damaged or from another collection", REBUILD_HINT)

    def write(self, start: int, rows: NDArray[Any]) -> None:
        """Write rows, and flush them to disk.

        Args:
            start: The row number of the first vector.
            rows: The vectors (n, columns).

        Raises:
            OutputUnwritable: The disk is full.
            IndexDamaged: Rows before `start` are missing.
        """
        self._check_count(start)
        content = np.ascontiguousarray(rows, dtype=self.dtype).tobytes()
        try:
            with self.path.open("r+b") as file:
                file.seek(HEADER_BYTES + start * self.columns * self.dtype.itemsize)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._write_error(error) from error

    def _write_error(self, error: OSError) -> OutputUnwritable:
        return OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", DISK_FULL_HINT)

    def count(self) -> int:
        """The number of whole rows in the file, including those of interrupted runs; 0 if it was removed meanwhile."""
        try:
            return (self.path.stat().st_size - HEADER_BYTES) // (self.columns * self.dtype.itemsize)
        except FileNotFoundError:
            return 0

    def trim(self, count: int) -> None:
        """Cut off the rows after the first `count`, which belonged to pictures that were removed.

        Raises:
            OutputUnwritable: The file can't be changed.
        """
        if self.count() <= count:
            return
        try:
            os.truncate(self.path, HEADER_BYTES + count * self.columns * self.dtype.itemsize)
        except OSError as error:
            raise self._write_error(error) from error

    def _check_count(self, needed: int) -> None:
        if self.count() < needed:
            raise IndexDamaged(
                f"'{self.path}' is cut short: it covers {self.count():,} of {needed:,} pictures", REBUILD_HINT
            )

    def rows(self, count: int) -> NDArray[Any]:
        """Map the first rows (count, columns) of the file into memory; on a network disk, read them.

        A file on a network disk can change or disappear under a memory map, which would end the process.

        Raises:
            IndexDamaged: The file is shorter.
        """
        if not count:
            return np.empty((0, self.columns), self.dtype)
        self._check_count(count)
        if is_network_disk(self.path.parent):
            return np.fromfile(self.path, self.dtype, count * self.columns, offset=HEADER_BYTES).reshape(count, -1)
        return np.memmap(self.path, self.dtype, "r", HEADER_BYTES, (count, self.columns))


def copy_rows(path: Path, places: Mapping[int, int], count: int) -> None:
    """Copy rows within a vector file to other places, and flush them to disk.

    Args:
        path: The file. If it is damaged or has fewer rows, it is deleted, and made again when it is needed.
        places: From a row to the place of its copy. No place is also copied.
        count: The number of rows that the index uses.

    Raises:
        OutputUnwritable: The file can't be written.
    """
    try:
        with path.open("r+b") as file:
            row_bytes = _row_bytes(file.read(HEADER_BYTES))
            if not row_bytes or path.stat().st_size < HEADER_BYTES + count * row_bytes:
                path.unlink()
                return
            for row, place in places.items():
                file.seek(HEADER_BYTES + row * row_bytes)
                content = file.read(row_bytes)
                file.seek(HEADER_BYTES + place * row_bytes)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputUnwritable(f"'{path}' could not be written: {error.strerror}", DISK_FULL_HINT) from error


def trim_rows(path: Path, count: int) -> None:
    """Cut off the rows of a vector file after the first `count`, whatever model made them; a damaged file stays.

    Raises:
        OutputUnwritable: The file can't be changed.
    """
    try:
        with path.open("rb") as file:
            row_bytes = _row_bytes(file.read(HEADER_BYTES))
        if row_bytes and path.stat().st_size > HEADER_BYTES + count * row_bytes:
            os.truncate(path, HEADER_BYTES + count * row_bytes)
    except OSError as error:
        raise OutputUnwritable(f"'{path}' could not be written: {error.strerror}", DISK_FULL_HINT) from error


def _row_bytes(header: bytes) -> int:
    """The size of a row that a header states; 0 if the header is damaged."""
    try:
        fields = json.loads(header.split(b"\n")[0])
        return max(0, int(fields["columns"]) * np.dtype(str(fields["type"])).itemsize)
    except (KeyError, TypeError, ValueError):
        return 0


def delete_old_caches(current: Path, *patterns: str) -> None:
    """Delete cached vector files of other models or versions, and of indexes that were deleted.

    Args:
        current: The file in use, which stays.
        patterns: Glob patterns for names in its folder.
    """
    for path in (path for pattern in patterns for path in current.parent.glob(pattern)):
        if path != current:
            with suppress(OSError):  # the folder may be read-only, and old files do no harm
                path.unlink()
