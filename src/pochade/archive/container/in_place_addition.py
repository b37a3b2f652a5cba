"""Adds entries to an archive in place: the old ones stay where they are, and nothing is lost if the run is killed.

1. A backup of the old tail is written behind everything that the new archive will contain, and flushed.
2. The new entries and the new tail are written over the old tail, flushed and read back.
3. The file is cut behind the new tail.

From step 1 to step 3, every reader and every zip tool finds the backup at the end of the file: the old archive.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.archive_tail import ArchiveTail, make_tail
from pochade.archive.container.check_manifest import parse_manifest
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.manifest_json import write_manifest
from pochade.archive.container.manifest_records import Entry, Manifest
from pochade.archive.container.partial_archive import PartialArchive, is_intact, write_error
from pochade.archive.container.zip_layout import local_header, member_offsets
from pochade.errors import OutputUnwritable, UsageError
from pochade.system.path_text import printable

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def can_be_written(path: Path) -> bool:
    """Return whether an archive may be changed in place: a second name of the file may be somebody's copy of it."""
    try:
        return os.access(path, os.W_OK) and path.stat().st_nlink == 1
    except OSError:
        return False


def add_in_place(container: ArchiveContainer, part: PartialArchive, manifest: Manifest) -> None:
    """Add entries to an archive, and give it another manifest.

    Args:
        container: The open archive, whose tail is intact.
        part: The new entries.
        manifest: The new manifest: the entries of `part.base`, then the new ones, which are written behind them.

    Raises:
        OutputUnwritable: The disk is full, refuses to write, or returns other bytes; the archive is as before.
        UsageError: The manifest would be too large, or another file has taken the archive's place.
    """
    old, new = container.tail, make_tail(manifest)
    addition, start = FileRange(part.file, 0, part.end), member_offsets([entry.member for entry in part.base])[-1]
    try:
        with open_for_update(container) as file:
            try:
                write_backup(file, old, max(container.size, new.start + len(new.content())))
                write_at(file, start, chain(addition.chunks(), [new.content()]))
                _compare(file, start, part, new, manifest)
            except BaseException:
                restore_tail(file, old)
                raise
            _cut(file, new.start + len(new.content()))
    except OSError as error:
        raise write_error(part.target, error) from error


def undo_interrupted_addition(path: Path) -> bool:
    """Give an archive its tail back, if a run was killed while it added something.

    Returns:
        Whether there was something to undo.

    Raises:
        ArchiveDamaged: The archive can't be opened.
        OutputUnwritable: The disk refuses to write; the archive can be read as before.
    """
    container = ArchiveContainer(path)
    try:
        if not is_interrupted(container):
            return False
        with open_for_update(container) as file:
            restore_tail(file, container.tail)
        return True
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        container.close()


def is_interrupted(container: ArchiveContainer) -> bool:
    """Return whether an archive has a backup of its tail, or an unfinished one behind its intact tail."""
    tail = container.tail.content()
    end = container.tail.start + len(tail)
    has_rest = container.size > end and container.holds(container.tail.start, tail)
    return container.gap > 0 or has_rest


def restore_tail(file: BinaryIO, tail: ArchiveTail) -> None:
    """Write a tail where it belongs, and cut the file behind it. A backup of it stays whole until the end.

    Raises:
        OSError: The disk refuses to write.
    """
    content = tail.content()
    write_at(file, tail.start, [content])
    _cut(file, tail.start + len(content))


@contextmanager
def open_for_update(container: ArchiveContainer) -> Iterator[BinaryIO]:
    """Open the file of an archive for writing, without a buffer.

    Raises:
        UsageError: Another file has that name now.
    """
    with container.path.open("r+b", buffering=0) as file:
        if not os.path.samestat(os.fstat(file.fileno()), os.fstat(container.file.fileno())):
            why = f"'{printable(container.path)}' was replaced by another file meanwhile"
            raise UsageError(why, "give the same command again")
        yield file


def write_backup(file: BinaryIO, old: ArchiveTail, offset: int) -> None:
    """Write a backup of a tail at an offset behind everything else, and flush it.

    Raises:
        OSError: The disk is full, or refuses to write.
    """
    content = old.content(gap=offset - old.start)
    _reserve(file, offset + len(content))
    write_at(file, offset, [content])


def _reserve(file: BinaryIO, size: int) -> None:
    """Let the file system find room before anything is overwritten, where it can."""
    if hasattr(os, "posix_fallocate"):
        old_size = os.fstat(file.fileno()).st_size
        try:
            os.posix_fallocate(file.fileno(), old_size, size - old_size)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise


def write_at(file: BinaryIO, offset: int, chunks: Iterable[bytes], *, flush: bool = True) -> None:
    """Write chunks at an offset, and flush them to the disk unless the caller does."""
    file.seek(offset)
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            rest = rest[file.write(rest) :]
    if flush:
        os.fsync(file.fileno())


def _cut(file: BinaryIO, size: int) -> None:
    file.truncate(size)
    os.fsync(file.fileno())


def _compare(file: BinaryIO, start: int, part: PartialArchive, tail: ArchiveTail, manifest: Manifest) -> None:
    """Read back what was written.

    Raises:
        OutputUnwritable: It differs from what was to be written.
    """
    content, offset = tail.content(), start
    is_same = parse_manifest(write_manifest(manifest)) == manifest
    for entry in part.entries:
        is_same = is_same and _holds_entry(file, offset, entry)
        offset += len(local_header(entry.member)) + entry.bytes
    if not is_same or FileRange(file, offset, len(content)).content() != content:
        why = f"'{printable(part.target)}' could not be written: what was read back differs"
        raise OutputUnwritable(why, "check the disk, and give the same command again")


def _holds_entry(file: BinaryIO, offset: int, entry: Entry) -> bool:
    """Return whether an entry is at an offset, with its header."""
    header = local_header(entry.member)
    has_header = FileRange(file, offset, len(header)).content() == header
    return has_header and is_intact(FileRange(file, offset + len(header), entry.bytes), entry)
