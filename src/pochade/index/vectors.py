"""Vectors on disk: one row per picture, of one kind and one model, read through a memory map.

    bytes 0-4095   one line of JSON, ended by a newline, then zeros:
                   `{"format": "pochade-vectors-1", "net": "<name>", "type": "<f4" or "|u1", "columns": 64}`
    bytes 4096-    rows, little-endian, one after another

A row is written before the database refers to it, and does not change afterwards. Rows past the last one that the
database refers to are left over from an interrupted run, and are overwritten. Each model has its own files.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import IndexDamaged, OutputUnwritable
from pochade.system.atomic_files import write_without_flush

VECTOR_FORMAT = "pochade-vectors-1"
REBUILD_HINT = "run 'pochade learn': it makes them again"
HEADER_BYTES = 4096  # one memory page, so that the rows are aligned


class VectorFile:
    """One file of vectors.

    Args:
        path: The file.
        model: The name of the model that made the rows, or another name for their origin.
        kind: `np.float32` or `np.uint8`.
        columns: Numbers in a row.
        create: Create the file if it is missing.

    Raises:
        IndexDamaged: The file is missing, damaged, or of another model or shape.
        OutputUnwritable: The file can't be created.
    """

    def __init__(self, path: Path, model: str, kind: type[np.generic], columns: int, *, create: bool = False) -> None:
        self.path, self.kind, self.columns = path, np.dtype(kind).newbyteorder("<"), columns
        self.header = {"format": VECTOR_FORMAT, "net": model, "type": self.kind.str, "columns": columns}
        if create and not path.exists():
            self._create()
        self._check_header()

    def _create(self) -> None:
        line = json.dumps(self.header).encode() + b"\n"
        try:
            write_without_flush(self.path, line.ljust(HEADER_BYTES, b"\0"))
        except OSError as error:
            raise OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", "make room") from error

    def _check_header(self) -> None:
        try:
            with self.path.open("rb") as file:
                header = json.loads(file.read(HEADER_BYTES).split(b"\n")[0])
        except (OSError, ValueError):
            header = None
        if header != self.header:
            raise IndexDamaged(f"'{self.path}' does not hold the fingerprints that the index names", REBUILD_HINT)

    def write(self, start: int, rows: NDArray[Any]) -> None:
        """Write rows, and flush them to disk.

        Args:
            start: The row number of the first one.
            rows: The vectors (n, columns).

        Raises:
            OutputUnwritable: The disk is full.
            IndexDamaged: Rows before `start` are missing.
        """
        if start > self.count():
            raise IndexDamaged(f"'{self.path}' is cut short: {self.count():,} of {start:,} rows", REBUILD_HINT)
        content = np.ascontiguousarray(rows, dtype=self.kind).tobytes()
        try:
            with self.path.open("r+b") as file:
                file.seek(HEADER_BYTES + start * self.columns * self.kind.itemsize)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", "make room") from error

    def count(self) -> int:
        """The number of whole rows in the file, including those of interrupted runs."""
        return (self.path.stat().st_size - HEADER_BYTES) // (self.columns * self.kind.itemsize)

    def rows(self, count: int) -> NDArray[Any]:
        """Map the first rows (count, columns) of the file into memory.

        Raises:
            IndexDamaged: The file is shorter.
        """
        if not count:
            return np.empty((0, self.columns), self.kind)
        if self.count() < count:
            raise IndexDamaged(f"'{self.path}' is cut short: {self.count():,} of {count:,} rows", REBUILD_HINT)
        return np.memmap(self.path, self.kind, "r", HEADER_BYTES, (count, self.columns))
