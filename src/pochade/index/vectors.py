"""Fingerprints on disk: one row a piece, of one kind and one net, read through a memory map.

    bytes 0-4095   one line of JSON, ended by a newline, then zeros:
                   {"format": "pochade-vectors-1", "net": "<name>", "type": "<f4" or "|u1", "columns": 64}
    bytes 4096-    rows, little-endian, one after another

A row is written before the index names it, and stays as it is after; rows past the last one named are left-overs of a
run that was cut off, and are written over. Other nets have other files.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import IndexDamaged, OutputUnwritable

FORMAT = "pochade-vectors-1"
MEND = "run 'pochade learn': it makes them again"
HEADER = 4096  # bytes: a page, so that the rows are aligned


class VectorFile:
    """The rows of one file.

    Args:
        path: The file.
        net: The net that made the rows.
        kind: `np.float32` or `np.uint8`.
        columns: Numbers in a row.
        create: Make the file when it is missing.

    Raises:
        IndexDamaged: The file is missing, of another net or shape, or no such file.
        OutputUnwritable: It can't be made.
    """

    def __init__(self, path: Path, net: str, kind: type[np.generic], columns: int, *, create: bool = False) -> None:
        self.path, self.kind, self.columns = path, np.dtype(kind).newbyteorder("<"), columns
        self.header = {"format": FORMAT, "net": net, "type": self.kind.str, "columns": columns}
        if create and not path.exists():
            self._create()
        self._check()

    def _create(self) -> None:
        line = json.dumps(self.header).encode() + b"\n"
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            temporary.write_bytes(line.ljust(HEADER, b"\0"))
            temporary.replace(self.path)
        except OSError as error:
            raise OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", "make room") from error

    def _check(self) -> None:
        try:
            with self.path.open("rb") as file:
                found = json.loads(file.read(HEADER).split(b"\n")[0])
        except (OSError, ValueError):
            found = None
        if found != self.header:
            raise IndexDamaged(f"'{self.path}' does not hold the fingerprints that the index names", MEND)

    def write(self, start: int, rows: NDArray[Any]) -> None:
        """Put rows (n, columns) at row number `start`, on disk before this returns.

        Raises:
            OutputUnwritable: There is no room.
            IndexDamaged: Rows before these are missing.
        """
        if start > self.count():
            raise IndexDamaged(f"'{self.path}' is cut short: {self.count():,} of {start:,} rows", MEND)
        content = np.ascontiguousarray(rows, dtype=self.kind).tobytes()
        try:
            with self.path.open("r+b") as file:
                file.seek(HEADER + start * self.columns * self.kind.itemsize)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", "make room") from error

    def count(self) -> int:
        """How many whole rows there are, left-overs included."""
        return (self.path.stat().st_size - HEADER) // (self.columns * self.kind.itemsize)

    def rows(self, count: int) -> NDArray[Any]:
        """The first `count` rows (count, columns), as a view of the file.

        Raises:
            IndexDamaged: The file is shorter.
        """
        if not count:
            return np.empty((0, self.columns), self.kind)
        if self.count() < count:
            raise IndexDamaged(f"'{self.path}' is cut short: {self.count():,} of {count:,} rows", MEND)
        return np.memmap(self.path, self.kind, "r", HEADER, (count, self.columns))
