"""Repairs damaged blocks of an archive in place by its parity entries."""

import os
import zlib
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import BinaryIO

import numpy as np

from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.in_place_addition import write_at
from pochade.archive.container.manifest_records import CHUNK_BYTES, Entry
from pochade.archive.container.parity_layout import ParityLayout
from pochade.archive.container.parity_writing import STRIP_BYTES, block_checksums, read_column, store_checksums, strips
from pochade.archive.container.reed_solomon import ColumnRecovery
from pochade.errors import ArchiveDamaged
from pochade.images.base.picture import Array


class ParityRepair:
    """The repair of what one parity entry covers, and of the entry itself.

    Args:
        container: The open archive.
        entry: The parity entry.
        file: The same file, open for writing.
    """

    def __init__(self, container: ArchiveContainer, entry: Entry, file: BinaryIO) -> None:
        assert entry.parity is not None
        self.layout: ParityLayout = entry.parity
        self.entry, self.file = entry, file
        self.content = container.content_range(entry)
        self.is_possible = has_right_place(container, entry)

    def run(self) -> int:
        """Repair what can be repaired; return the number of blocks that were written.

        Raises:
            OSError: The disk refuses to write.
        """
        if not self.is_possible:  # a stranger's manifest
            return 0
        expected, actual = self._stored_checksums(), self._actual_checksums()
        damaged = np.nonzero(expected != actual)[0]
        if len(damaged) and self._write_checksums(actual):
            return 1
        count = sum(self._recover(rows, columns, expected) for rows, columns in self._runs(damaged))
        os.fsync(self.file.fileno())
        return count

    def _stored_checksums(self) -> Array:
        """The checksums of all blocks: those of the data columns, then those of the parity columns."""
        start = self.content.start + self.layout.checksums_start
        content = self._read(start, self.entry.bytes - self.layout.checksums_start)
        checksums = np.frombuffer(content.ljust(self.entry.bytes - self.layout.checksums_start, b"\0"), "<u4")
        padding = np.full(self._data_places() - self.layout.data_blocks, zlib.crc32(bytes(self.layout.block)), "<u4")
        return np.concatenate([checksums[: self.layout.data_blocks], padding, checksums[self.layout.data_blocks :]])

    def _actual_checksums(self) -> Array:
        """The checksums of the same blocks as they are on the disk now."""
        checksums = np.empty(self._data_places() + self.layout.parity_blocks, "<u4")
        for number in range(self.layout.columns + self.layout.parity_columns):
            for start, length in strips(self.layout):
                store_checksums(checksums, self.layout, number, start, self._column(number, start, length))
        return checksums

    def _data_places(self) -> int:
        """Blocks of the data columns, with those of zeros behind the covered bytes."""
        return self.layout.columns * (self.layout.column_bytes // self.layout.block)

    def _write_checksums(self, actual: Array) -> bool:
        """Write the checksums again if they alone are damaged; return whether they are."""
        data = actual[: self.layout.data_blocks]
        content = data.tobytes() + actual[self._data_places() :].tobytes()
        crc32 = 0
        for start in range(0, self.layout.checksums_start, CHUNK_BYTES):
            count = min(CHUNK_BYTES, self.layout.checksums_start - start)
            crc32 = zlib.crc32(self._read(self.content.start + start, count), crc32)
        if zlib.crc32(content, crc32) != self.entry.crc32:
            return False
        write_at(self.file, self.content.start + self.layout.checksums_start, [content])
        return True

    def _runs(self, damaged: Array) -> Iterator[tuple[range, tuple[int, ...]]]:
        """Yield rows of blocks in which the same columns are damaged, and these columns, if they can be recovered."""
        most = STRIP_BYTES // self.layout.block
        numbered = ((row, columns, row - number) for number, (row, columns) in enumerate(self._rows(damaged)))
        for (columns, _, _), group in groupby(numbered, key=lambda item: (item[1], item[2], item[0] // most)):
            rows = [row for row, _, _ in group]
            if len(columns) <= self.layout.parity_columns:
                yield range(rows[0], rows[-1] + 1), columns

    def _rows(self, damaged: Array) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each row with damaged blocks, in order, and the columns in which they are."""
        rows_of_column = self.layout.column_bytes // self.layout.block
        rows = damaged % rows_of_column
        order = np.argsort(rows, kind="stable")  # sorted arrays, because a large hole has millions of blocks
        ends = [*(np.nonzero(np.diff(rows[order]))[0] + 1), len(order)]
        for start, end in pairwise([0, *ends]):
            group = damaged[order[start:end]]
            if len(group):
                yield int(group[0]) % rows_of_column, tuple((group // rows_of_column).tolist())

    def _recover(self, rows: range, columns: tuple[int, ...], expected: Array) -> int:
        """Recover blocks, and write those that then have their checksum; return how many."""
        start, length = rows[0] * self.layout.block, len(rows) * self.layout.block
        recovery = ColumnRecovery(columns, length)
        for number in reversed(range(self.layout.columns + self.layout.parity_columns)):
            recovery.add_next(None if number in columns else self._column(number, start, length))
        count = 0
        for number, content in zip(columns, recovery.result(), strict=True):
            first = (number * self.layout.column_bytes + start) // self.layout.block
            checksums = block_checksums(content, self.layout.block)
            for index, checksum in enumerate(checksums):
                if checksum == expected[first + index]:
                    block = content[index * self.layout.block :][: self.layout.block].tobytes()
                    self._write_block(number, start + index * self.layout.block, block)
                    count += 1
        return count

    def _column(self, number: int, start: int, length: int) -> Array:
        """Read a part of a data or parity column."""
        if number < self.layout.columns:
            return read_column(self._read, self.layout, number, start, length)
        content = self._read(self._parity_offset(number) + start, length)
        return np.frombuffer(content.ljust(length, b"\0"), np.uint8)

    def _parity_offset(self, number: int) -> int:
        parity_number = number - self.layout.columns
        return self.content.start + self.layout.parity_start + parity_number * self.layout.column_bytes

    def _write_block(self, number: int, start: int, block: bytes) -> None:
        """Write a block to its place in the archive."""
        if number >= self.layout.columns:
            write_at(self.file, self._parity_offset(number) + start, [block], flush=False)
            return
        offset = self.layout.start + number * self.layout.column_bytes + start
        write_at(self.file, offset, [block[: max(0, self.layout.end - offset)]], flush=False)

    def _read(self, offset: int, count: int) -> bytes:
        """Read bytes; where the disk can't, zeros take the place of a block, whose checksum is then wrong."""
        try:
            return FileRange(self.file, offset, count).content()
        except ArchiveDamaged:
            starts = range(offset, offset + count, self.layout.block)
            return b"".join(self._read_block(start, min(self.layout.block, offset + count - start)) for start in starts)

    def _read_block(self, offset: int, count: int) -> bytes:
        try:
            return FileRange(self.file, offset, count).content()
        except ArchiveDamaged:
            return bytes(count)


def has_right_place(container: ArchiveContainer, entry: Entry) -> bool:
    """Return whether a parity entry has the size that follows from its layout, and covers what is in front of it."""
    layout = entry.parity
    if layout is None or layout.content_bytes != entry.bytes:
        return False
    return layout.end <= container.offset_by_name[entry.name]
