"""`compress --parity`: adds parity data of what an archive holds and no parity entry covers yet."""

import hashlib
import zlib
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pochade.archive.codecs.original_file import file_chunks
from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.manifest_records import BYTES, PARITY, Entry, Manifest
from pochade.archive.container.parity_layout import MAX_PERCENT, PARITY_NAME, ParityLayout
from pochade.archive.container.parity_writing import write_parity
from pochade.archive.container.partial_archive import PartialArchive, write_error
from pochade.archive.container.zip_layout import member_offsets
from pochade.errors import UsageError


def check_percent(percent: int | None) -> None:
    """Check a percentage of parity data.

    Raises:
        UsageError: It is impossible.
    """
    if percent is not None and not 1 <= percent <= MAX_PERCENT:
        raise UsageError(f"{percent} % of parity data is impossible", f"choose 1 to {MAX_PERCENT} %")


def percent_of(entries: list[Entry]) -> int | None:
    """Return how many percent of parity data an archive has: that of its last parity entry; None if it has none."""
    layouts = [entry.parity for entry in entries if entry.parity is not None]
    return max(1, round(100 * layouts[-1].parity_columns / layouts[-1].columns)) if layouts else None


def covered_bytes(entries: list[Entry]) -> int:
    """Return the offset behind the last parity entry: everything in front of it is covered, or is parity data."""
    numbers = [number for number, entry in enumerate(entries, 1) if entry.codec == PARITY]
    return member_offsets([entry.member for entry in entries[: numbers[-1]]])[-1] if numbers else 0


def add_parity(
    part: PartialArchive,
    old: ArchiveContainer | None,
    manifest: Manifest,
    percent: int,
    scratch: Path,
    report: Callable[[int, int], None],
) -> None:
    """Add a parity entry for all bytes that no other one covers; nothing if there are none.

    Args:
        part: The new entries, complete.
        old: The archive to which they are added in place; None if there is none.
        manifest: What the archive will hold without the new parity entry.
        percent: Bytes of parity data for a hundred bytes.
        scratch: An empty folder for the parity data.
        report: Called with the bytes that were covered, and all bytes to cover.

    Raises:
        OutputUnwritable: The disk refuses to write.
    """
    base_bytes = member_offsets([entry.member for entry in part.base])[-1]
    extent = covered_bytes(part.all_entries), base_bytes + part.end
    if extent[0] >= extent[1]:
        return
    path = scratch / "parity"

    def read(offset: int, length: int) -> bytes:
        in_base = max(0, min(length, base_bytes - offset))
        begin = FileRange(old.file, offset, in_base).content() if old is not None and in_base else b""
        return begin + FileRange(part.file, max(0, offset - base_bytes), length - in_base).content()

    try:
        with path.open("w+b") as output:
            layout = write_parity(output, read, extent, percent, manifest, report)
        part.add(_parity_entry(path, layout, part), file_chunks(path))
        path.unlink()
    except OSError as error:
        raise write_error(part.target, error) from error


def _parity_entry(path: Path, layout: ParityLayout, part: PartialArchive) -> Entry:
    """Return the entry for a content in a file."""
    crc32, digest = 0, hashlib.sha256()
    for chunk in file_chunks(path):
        crc32 = zlib.crc32(chunk, crc32)
        digest.update(chunk)
    size, sha256 = path.stat().st_size, digest.hexdigest()
    name = next(name for number in count(1) if part.names.is_free(name := f"{PARITY_NAME}{number}"))
    return Entry(name, size, crc32, PARITY, BYTES, size, sha256, parity=layout)
