"""Computes parity data again that is lost or damaged, in place."""

import struct
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pochade.archive.archive_reader import Archive
from pochade.archive.archive_writer import scratch_folder
from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.damage_search import find_damage
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.in_place_addition import add_in_place, open_for_update, write_at
from pochade.archive.container.locate_manifest import FIRST_FOLDER
from pochade.archive.container.manifest_records import Entry
from pochade.archive.container.parity_layout import (
    CHECKSUM_BYTES,
    HEAD,
    MAX_PERCENT,
    choose_layout,
)
from pochade.archive.container.parity_repair import has_right_place
from pochade.archive.container.parity_writing import write_columns
from pochade.archive.container.partial_archive import PartialArchive
from pochade.archive.container.zip_layout import LOCAL_HEADER_BYTES, LOCAL_HEADER_SIGNATURE, MAX_UINT32
from pochade.archive.parity_addition import add_parity, covered_bytes, percent_of
from pochade.errors import ArchiveDamaged

ZIP64_SIZE = struct.Struct("<Q")
MAX_EXTRA_TAIL_BYTES = 4096  # by which the tail with the parity entry may be longer than the tail without it


def lost_percent(container: ArchiveContainer) -> int | None:
    """Return how many percent the parity entry had whose copy of the manifest opened this archive.

    Returns:
        None if entries may follow the parity entry, so that it must not be overwritten.
    """
    copy, start = container.manifest_copy, covered_bytes(container.manifest.entries)
    content_start, size = _content_place(container)
    behind = container.size - content_start - size
    is_last = behind <= len(container.tail.content()) + MAX_EXTRA_TAIL_BYTES
    if not is_last or start >= copy.offset or _is_entry(container, content_start + size):
        return None
    # with as many columns, no copy is left out
    layout = choose_layout(start, copy.offset, MAX_PERCENT, len(copy.packed))
    of_all_columns = size - HEAD.size - layout.manifest - CHECKSUM_BYTES * layout.data_blocks
    of_column = layout.column_bytes + CHECKSUM_BYTES * (layout.column_bytes // layout.block)
    percent, rest = divmod(of_all_columns, of_column)
    return percent if not rest and 1 <= percent <= MAX_PERCENT else None


def _content_place(container: ArchiveContainer) -> tuple[int, int]:
    """Return the offset and the size of the content behind the header of the parity entry, as that header states."""
    offset = container.manifest_copy.offset
    header = FileRange(container.file, offset, LOCAL_HEADER_BYTES).content()
    (size,) = struct.unpack_from("<I", header, 18)
    name_bytes, extra_bytes = struct.unpack_from("<2H", header, 26)
    content_start = offset + LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    if size == MAX_UINT32 and extra_bytes >= ZIP64_SIZE.size:  # the last field of the extra ones
        (size,) = ZIP64_SIZE.unpack(FileRange(container.file, content_start - ZIP64_SIZE.size, 8).content())
    return content_start, size


def _is_entry(container: ArchiveContainer, offset: int) -> bool:
    """Return whether the header of an entry is at an offset: of one that was added later."""
    header = FileRange(container.file, offset, LOCAL_HEADER_BYTES + len(FIRST_FOLDER)).content()
    return header.startswith(LOCAL_HEADER_SIGNATURE) and header.endswith(FIRST_FOLDER)


def renew_damaged_parity(path: Path) -> list[str]:
    """Compute damaged parity data again, if what it covers is intact.

    It gets the bytes that it had, unless the copy of the manifest in it is damaged: then a new entry takes its place,
    if nothing follows it.

    Returns:
        The names of the entries that were computed again.

    Raises:
        OutputUnwritable: The disk refuses to write; the archive can be read as before.
    """
    with Archive(path) as archive:
        entries = archive.manifest.entries
        damaged = [entry for entry in entries if entry.parity is not None and archive.fault(entry)]
        if not damaged:
            return []
        with scratch_folder(_scratch_path(path)) as scratch:
            renewed = [entry for entry in damaged if _write_same_parity(archive, entry, scratch / "same")]
        is_last_left = damaged[-1] is entries[-1] and damaged[-1] not in renewed
        if is_last_left and not find_damage(archive.container, numbers=range(len(entries) - 1)):
            _write_parity(archive, entries[:-1], percent_of(damaged) or 1)
            renewed.append(damaged[-1])
    return [entry.name for entry in renewed]


def _write_same_parity(archive: Archive, entry: Entry, scratch: Path) -> bool:
    """Compute the content of a parity entry again, and write it if it is what it was; return whether it is."""
    layout, place, crc32 = entry.parity, archive.content_range(entry), 0
    if layout is None or not has_right_place(archive.container, entry):
        return False
    with suppress(ArchiveDamaged), scratch.open("w+b") as output, open_for_update(archive.container) as file:
        output.write(FileRange(file, place.start, layout.parity_start).content())
        write_columns(output, lambda offset, count: FileRange(file, offset, count).content(), layout)
        content = FileRange(output, 0, entry.bytes)
        for chunk in content.chunks():
            crc32 = zlib.crc32(chunk, crc32)
        if crc32 == entry.crc32:
            write_at(file, place.start, content.chunks())
            return True
    return False  # also where the disk can't read what it covers


def write_lost_parity(path: Path, percent: int) -> None:
    """Add parity data to an archive whose last parity entry is lost.

    Raises:
        OutputUnwritable: The disk refuses to write; the archive can be read as before.
    """
    with Archive(path) as archive:
        _write_parity(archive, archive.manifest.entries, percent)


def _write_parity(archive: Archive, entries: list[Entry], percent: int) -> None:
    """Write a parity entry behind some entries, over what follows them."""
    path, manifest = archive.path, replace(archive.manifest, entries=entries)
    with (
        scratch_folder(_scratch_path(path)) as scratch,
        PartialArchive(path, entries) as part,
    ):
        part.resume(lambda _entry: False)
        add_parity(part, archive.container, manifest, percent, scratch, lambda _done, _total: None)
        add_in_place(archive.container, part, replace(manifest, entries=part.all_entries))
    PartialArchive.remove_leftovers(path)


def _scratch_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.coded")
