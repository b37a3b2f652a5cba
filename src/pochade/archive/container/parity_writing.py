"""Computes the content of a parity entry from the bytes that it covers."""

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np

from pochade.archive.container.archive_tail import pack_manifest
from pochade.archive.container.manifest_json import write_manifest
from pochade.archive.container.manifest_records import Manifest
from pochade.archive.container.parity_layout import HEAD, SIGNATURE, ParityLayout, choose_layout
from pochade.archive.container.reed_solomon import ColumnRecovery
from pochade.images.base.picture import Array

STRIP_BYTES = 2**20  # of each column, computed at once
ReadBytes = Callable[[int, int], bytes]  # offset in the archive, count; fewer bytes at the end


def write_parity(
    output: BinaryIO,
    read: ReadBytes,
    extent: tuple[int, int],
    percent: int,
    manifest: Manifest,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> ParityLayout:
    """Write the content of a parity entry.

    Args:
        output: An empty file.
        read: Reads bytes of the archive as it will be.
        extent: Offsets of the first byte to cover, and behind the last one.
        percent: Bytes of parity for a hundred bytes.
        manifest: The manifest without this entry; a copy of it goes into the content.
        report: Called with the bytes of each column that were covered, and all its bytes.
    """
    json = write_manifest(manifest)
    packed = pack_manifest(json)
    layout = choose_layout(*extent, percent, len(packed))
    has_copy = layout.manifest > 0
    output.write(HEAD.pack(SIGNATURE, layout.manifest, len(json) if has_copy else 0) + (packed if has_copy else b""))
    write_columns(output, read, layout, report)
    return layout


def write_columns(
    output: BinaryIO,
    read: ReadBytes,
    layout: ParityLayout,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Write the parity columns and the checksums to their places in the content of a parity entry.

    Args:
        output: The file of the content.
        read: Reads bytes of the archive as it will be.
        layout: The layout.
        report: Called with the bytes of each column that were covered, and all its bytes.
    """
    checksums = np.zeros(layout.columns * (layout.column_bytes // layout.block), "<u4")
    parity_checksums = np.zeros(layout.parity_blocks, "<u4")
    for start, length in strips(layout):
        recovery = ColumnRecovery(range(layout.columns, layout.columns + layout.parity_columns), length)
        for number in reversed(range(layout.columns)):
            column = read_column(read, layout, number, start, length)
            store_checksums(checksums, layout, number, start, column)
            recovery.add_next(column)
        for number, column in enumerate(recovery.result()):
            output.seek(layout.parity_start + number * layout.column_bytes + start)
            output.write(column.tobytes())
            store_checksums(parity_checksums, layout, number, start, column)
        report(start + length, layout.column_bytes)
    output.seek(layout.checksums_start)
    output.write(checksums[: layout.data_blocks].tobytes() + parity_checksums.tobytes())


def strips(layout: ParityLayout) -> Iterator[tuple[int, int]]:
    """Yield offset and length of parts of a column that are small enough for the memory."""
    for start in range(0, layout.column_bytes, STRIP_BYTES):
        yield start, min(STRIP_BYTES, layout.column_bytes - start)


def read_column(read: ReadBytes, layout: ParityLayout, number: int, start: int, length: int) -> Array:
    """Read a part of a column of the covered bytes, (length,) uint8, with zeros behind their end.

    Args:
        read: Reads bytes of the archive.
        layout: The layout.
        number: Of the column.
        start: Offset in the column.
        length: Bytes to read.
    """
    offset = layout.start + number * layout.column_bytes + start
    content = read(offset, max(0, min(length, layout.end - offset)))
    return np.frombuffer(content.ljust(length, b"\0"), np.uint8)


def block_checksums(column: Array, block: int) -> list[int]:
    """Return the CRC-32 of each block."""
    content = memoryview(column.tobytes())
    return [zlib.crc32(content[start : start + block]) for start in range(0, len(content), block)]


def store_checksums(checksums: Array, layout: ParityLayout, number: int, start: int, column: Array) -> None:
    """Store the CRC-32 of the blocks in a part of a column.

    Args:
        checksums: Of all blocks, column by column.
        layout: The layout.
        number: Of the column.
        start: Offset of the part in the column.
        column: The part, (N,) uint8.
    """
    first = (number * layout.column_bytes + start) // layout.block
    values = block_checksums(column, layout.block)
    checksums[first : first + len(values)] = values
