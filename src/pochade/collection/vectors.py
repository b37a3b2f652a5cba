"""Fingerprints on disk: one row a piece, of one kind and one net, read through a memory map.

    bytes 0-4095   one line of JSON, ended by a newline, then zeros:
                   {"format": "pochade-vectors-1", "net": "<name>", "type": "<f4" or "|u1", "columns": 64}
    bytes 4096-    rows, little-endian, one after another

A row is written before the index names it, and never changed after; rows past the last one named are left-overs of a
run that was cut off, and are written over.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.errors import IndexDamaged, OutputUnwritable

FORMAT = "pochade-vectors-1"
HEADER = 4096  # bytes: a page, so that the rows are aligned


class Vectors:
    """The rows of one file.

    Args:
        path: The file; made when it is missing.
        net: The net that made the rows.
        kind: `np.float32` or `np.uint8`.
        columns: Numbers in a row.

    Raises:
        IndexDamaged: The file is of another net or shape, or is no such file.
        OutputUnwritable: It can't be made.
    """

    def __init__(self, path: Path, net: str, kind: type[np.generic], columns: int) -> None:
        self.path, self.kind, self.columns = path, np.dtype(kind).newbyteorder("<"), columns
        self.header = {"format": FORMAT, "net": net, "type": self.kind.str, "columns": columns}
        if path.exists():
            self._check()
        else:
            self._create()

    def _create(self) -> None:
        line = json.dumps(self.header).encode() + b"\n"
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            temporary.write_bytes(line.ljust(HEADER, b"\0"))
            temporary.replace(self.path)
        except OSError as error:
            raise OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", "make room") from error

    def _check(self) -> None:
        with self.path.open("rb") as file:
            line = file.read(HEADER).split(b"\n")[0]
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if found != self.header:
            raise IndexDamaged(
                f"'{self.path}' does not hold what the index says: {line[:200].decode(errors='replace')}",
                "move '.pochade' away and learn again; the art is untouched",
            )

    def write(self, start: int, rows: NDArray[Any]) -> None:
        """Put rows (n, columns) at row number `start`, on disk before this returns.

        Raises:
            OutputUnwritable: There is no room.
        """
        content = np.ascontiguousarray(rows, dtype=self.kind).tobytes()
        try:
            with self.path.open("r+b") as file:
                file.seek(HEADER + start * self.columns * self.kind.itemsize)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputUnwritable(f"'{self.path}' could not be written: {error.strerror}", "make room") from error

    def rows(self, count: int) -> NDArray[Any]:
        """The first `count` rows (count, columns), as a view of the file.

        Raises:
            IndexDamaged: The file is shorter.
        """
        if not count:
            return np.empty((0, self.columns), self.kind)
        there = (self.path.stat().st_size - HEADER) // (self.columns * self.kind.itemsize)
        if there < count:
            raise IndexDamaged(
                f"'{self.path}' is cut short: {there:,} of {count:,} rows",
                "move '.pochade' away and learn again; the art is untouched",
            )
        return np.memmap(self.path, self.kind, "r", HEADER, (count, self.columns))
