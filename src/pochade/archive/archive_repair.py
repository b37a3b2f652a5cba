"""`verify --repair`: writes again, in place, whatever of a damaged archive follows from the rest of it.

Each step only replaces wrong bytes by right ones, so a kill at any moment makes nothing worse.
"""

import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pochade.archive.archive_reader import open_archive
from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.damage_search import Damage
from pochade.archive.container.embedded_models import with_repair_record
from pochade.archive.container.in_place_addition import (
    open_for_update,
    restore_tail,
    undo_interrupted_addition,
    write_at,
    write_backup,
)
from pochade.archive.container.parity_repair import ParityRepair
from pochade.archive.container.partial_archive import write_error
from pochade.archive.container.zip_layout import local_header
from pochade.archive.parity_renewal import lost_percent, renew_damaged_parity, write_lost_parity
from pochade.errors import ArchiveDamaged
from pochade.system.atomic_files import file_lock
from pochade.system.path_text import printable


@dataclass
class RepairReport:
    """What `repair_archive` did, and what is still damaged."""

    repaired: list[str] = field(default_factory=list)  # sentences for people
    damages: list[Damage] = field(default_factory=list)


def repair_archive(path: Path, report: Callable[[int, int], None] = lambda _done, _total: None) -> RepairReport:
    """Repair an archive in place as far as it can be repaired without the originals, then verify it.

    An interrupted addition is undone. Headers, the directory and the end follow from the manifest, and the manifest and
    embedded models have parity data of their own. Contents are repaired by parity entries. What is already right is not
    written.

    Args:
        path: The archive.
        report: Called with the bytes that were verified and all bytes to verify.

    Raises:
        ArchiveDamaged: The archive can't be opened.
        FileUnreachable: The archive can't be read.
        OutputUnwritable: It can't be written.
        UsageError: Another process writes it.
    """
    path = Path(os.path.realpath(path))
    lock, result = path.with_name(f".{path.name}.lock"), RepairReport()
    with open_archive(path):  # before a lock is made beside something that is no archive
        pass
    with file_lock(lock, f"writing '{printable(path)}'"):
        try:
            if undo_interrupted_addition(path):
                result.repaired.append("what an interrupted run added is undone; `compress` adds it again")
            _write_again(path, result)
            for name in renew_damaged_parity(path):
                result.repaired.append(f"the parity data '{name}' is computed again")
            with open_archive(path) as archive:
                result.damages = archive.verify(report)
        finally:
            with suppress(OSError):
                lock.unlink()
    return result


def _write_again(path: Path, result: RepairReport) -> None:
    """Write the damaged parts that follow from others."""
    container = ArchiveContainer(path)
    try:
        percent = lost_percent(container) if container.manifest_copy.is_in_parity else None
        if container.manifest_copy.is_in_parity and percent is None:
            return  # entries may follow that this copy does not know
        parities = [entry for entry in container.manifest.entries if entry.parity is not None]
        parts = [*_damaged_headers(container), *_damaged_models(container)]
        has_tail = _has_intact_tail(container)
        if not parts and not parities and has_tail:
            return
        with open_for_update(container) as file:
            for part in parts:
                _write_part(file, part, result)
            if not has_tail:
                _write_end(file, container)
                result.repaired.append("the list of files and the directory at the end are written again")
            for entry in parities:
                if count := ParityRepair(container, entry, file).run():
                    blocks = "1 damaged block is" if count == 1 else f"{count:,} damaged blocks are"
                    result.repaired.append(f"{blocks} repaired by '{entry.name}'")
        if percent is not None:
            write_lost_parity(path, percent)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        container.close()


@dataclass(frozen=True)
class _Part:
    """Bytes that an archive must have at an offset."""

    what: str  # sentence for people
    offset: int
    content: bytes


def _damaged_headers(container: ArchiveContainer) -> list[_Part]:
    parts = []
    for entry in container.manifest.entries:
        header, offset = local_header(entry.member), container.offset_by_name[entry.name]
        if not container.holds(offset, header):
            parts.append(_Part(f"the header of '{entry.name}' is written again", offset, header))
    return parts


def _damaged_models(container: ArchiveContainer) -> list[_Part]:
    """Return the damaged models that can be repaired, as the archive must have them."""
    parts = []
    for entry in container.models():
        with suppress(ArchiveDamaged):
            content, start = with_repair_record(container.read_model(entry)), container.content_range(entry).start
            is_right = (len(content), zlib.crc32(content)) == (entry.bytes, entry.crc32)  # not if a stranger wrote it
            if is_right and not container.holds(start, content):
                parts.append(_Part(f"the model '{entry.name}' is repaired", start, content))
    return parts


def _has_intact_tail(container: ArchiveContainer) -> bool:
    tail, content = container.tail, container.tail.content()
    return container.size == tail.start + len(content) and container.holds(tail.start, content)


def _write_end(file: BinaryIO, container: ArchiveContainer) -> None:
    """Write the tail again. Where only parity data still had the list, it goes there, so a backup is needed before."""
    tail = container.tail
    if container.manifest_copy.is_in_parity:
        try:
            write_backup(file, tail, max(container.size, tail.start + len(tail.content())))
        except BaseException:
            file.truncate(container.size)  # a rest would look like entries that were added later
            raise
    restore_tail(file, tail)


def _write_part(file: BinaryIO, part: _Part, result: RepairReport) -> None:
    write_at(file, part.offset, [part.content])
    result.repaired.append(part.what)
