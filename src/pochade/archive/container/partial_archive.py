"""An unfinished archive, which grows by one entry at a time. The next run resumes it after a kill at any moment.

Its journal is a file beside it, with one line for each complete entry.
"""

import base64
import hashlib
import json
import os
import stat
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Self

from pochade.archive.container.archive_container import ArchiveContainer
from pochade.archive.container.archive_tail import make_tail
from pochade.archive.container.check_manifest import entry_from_json
from pochade.archive.container.damage_search import find_damage
from pochade.archive.container.entry_names import EntryNames
from pochade.archive.container.file_range import FileRange
from pochade.archive.container.manifest_json import entry_to_json
from pochade.archive.container.manifest_records import STORED, Entry, Manifest
from pochade.archive.container.zip_layout import local_header
from pochade.errors import ArchiveDamaged, FileUnreachable, OutputUnwritable
from pochade.system.path_text import printable

RETRY_HINT = "make room, and give the same command again: it continues where it stopped"
MIN_DIGEST_BYTES = 2**14  # of an entry whose SHA-256 is stored; for a smaller one it would take much of what was saved
DROPPED_KEY = "dropped"  # marks a line of the journal that lists entries to be removed


class PartialArchive:
    """The unfinished archive file, its entries and its journal.

    Args:
        target: The path of the finished archive.
        base: The entries of an existing archive to which the entries of this one will be added in place.

    Raises:
        OutputUnwritable: The unfinished file can't be made.
    """

    def __init__(self, target: Path, base: Sequence[Entry] = ()) -> None:
        self.target, self.base = target, base
        self.path = target.with_name(f".{target.name}.part")
        self.journal_path = target.with_name(f".{target.name}.part.jsonl")
        self.entries: list[Entry] = []
        self.names = self._names_of_base()
        self.end = 0  # offset behind the last entry
        try:
            no_links = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | no_links, 0o666)
            self.file: BinaryIO = os.fdopen(descriptor, "r+b")  # raises for a pipe, which has no offsets
            self._copy_permissions(stat.S_IRUSR | stat.S_IWUSR)
        except OSError as error:
            raise write_error(target, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    @property
    def all_entries(self) -> list[Entry]:
        """The entries of the existing archive, then those of this one."""
        return [*self.base, *self.entries]

    def _names_of_base(self) -> EntryNames:
        names = EntryNames()
        for entry in self.base:
            names.take(entry.name)
        return names

    @staticmethod
    def remove_leftovers(target: Path) -> None:
        """Remove the unfinished file and journal of a killed run, because the archive already has everything."""
        for suffix in ("part", "part.jsonl"):
            with suppress(OSError):
                target.with_name(f".{target.name}.{suffix}").unlink()

    def resume(self, is_planned: Callable[[Entry], bool]) -> None:
        """Keep the planned and intact entries of an interrupted run, and close the gaps between them.

        Raises:
            OutputUnwritable: The disk refuses to write, for example because it is full.
        """
        try:
            self._resume(is_planned)
        except OSError as error:
            raise write_error(self.target, error) from error

    def _resume(self, is_planned: Callable[[Entry], bool]) -> None:
        entries, dropped = self._read_journal()
        old_end, resumed_entries = 0, []
        for entry in entries:
            header = len(local_header(entry.member))
            old, new = (FileRange(self.file, start + header, entry.bytes) for start in (old_end, self.end))
            old_end += header + entry.bytes
            if entry.name in dropped or not is_planned(entry):
                continue
            is_in_place = new == old or is_intact(new, entry)  # a killed run may have moved it already
            if is_intact(new if is_in_place else old, entry):
                self._append(entry, None if is_in_place else old.chunks())
                resumed_entries.append(entry)
        self.file.truncate(self.end)
        lines = b"".join(map(journal_line, resumed_entries))
        temporary = self.journal_path.with_name(self.journal_path.name + ".new")
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:  # fails if a link has that name
            file.write(lines)
        temporary.replace(self.journal_path)

    def add(self, entry: Entry, content: Iterable[bytes]) -> Entry:
        """Write an entry behind the last one, and compare its content with what was encoded.

        Args:
            entry: Its `bytes` and `crc32` are those of the encoded content that was compared with the original;
                for a stored file, `original_sha256` is compared instead.
            content: The entry's bytes, in chunks.

        Returns:
            The entry with the CRC-32 of its content.

        Raises:
            FileUnreachable: A stored file changed since it was hashed.
            OutputUnwritable: The disk refuses to write, or the content differs from what was encoded.
        """
        try:
            written_entry = self._append(entry, content)
            with self.journal_path.open("ab") as journal:
                journal.write(journal_line(written_entry))
        except OSError as error:
            raise write_error(self.target, error) from error
        return written_entry

    def drop(self, entries: list[Entry]) -> None:
        """Remove entries, and close the gaps.

        Raises:
            OutputUnwritable: The disk refuses to write, for example because it is full.
        """
        if not entries:
            return
        names, expected_count = {entry.name for entry in entries}, len(self.entries) - len(entries)
        try:
            with self.journal_path.open("ab") as journal:  # before entries move, so that a kill loses none
                journal.write(json.dumps({DROPPED_KEY: sorted(names)}).encode() + b"\n")
        except OSError as error:
            raise write_error(self.target, error) from error
        self.entries, self.names, self.end = [], self._names_of_base(), 0
        self.resume(lambda _entry: True)
        if len(self.entries) != expected_count:
            why = f"'{printable(self.target)}' could not be written: the disk returned other bytes than were written"
            raise OutputUnwritable(why, "check the disk, and give the same command again")

    def finish(self, manifest: Manifest) -> None:
        """Write everything behind the entries, verify the whole file, and rename it to `target`.

        Raises:
            OutputUnwritable: The disk refuses to write, or what was read back differs.
            UsageError: The manifest would be too large.
        """
        tail = make_tail(manifest).content()
        try:
            self.file.truncate(self.end)  # a file that could not be read to its end may have left a part of an entry
            self.file.seek(self.end)
            self.file.write(tail)
            self.file.flush()
            os.fsync(self.file.fileno())
            self._verify(manifest)
            self._copy_permissions()
            self.path.replace(self.target)  # not by `atomic_files`: this file grew over several runs
            flush_folder(self.target.parent)
            self.journal_path.unlink(missing_ok=True)
        except OSError as error:
            raise write_error(self.target, error) from error

    def _append(self, entry: Entry, content: Iterable[bytes] | None) -> Entry:
        """Write header and content behind the last entry; `content` is None if it is already in place."""
        if content is not None:
            entry = self._write_content(entry, content)
        header = local_header(entry.member)
        self.file.seek(self.end)
        self.file.write(header)
        self.file.flush()
        self.end += len(header) + entry.bytes
        self.entries.append(entry)
        self.names.take(entry.name)
        return entry

    def _write_content(self, entry: Entry, content: Iterable[bytes]) -> Entry:
        """Write an entry's content and compare it: a stored file by SHA-256, anything else by CRC-32."""
        crc32, digest = 0, hashlib.sha256()
        start = position = self.end + len(local_header(entry.member))
        for chunk in content:
            crc32 = zlib.crc32(chunk, crc32)
            digest.update(chunk)
            self.file.seek(position)
            self.file.write(chunk)
            position += len(chunk)
        is_file = entry.codec == STORED
        is_same = digest.hexdigest() == entry.original_sha256 if is_file else crc32 == entry.crc32
        if position - start == entry.bytes and is_same:
            has_digest = not is_file and entry.bytes >= MIN_DIGEST_BYTES
            return replace(entry, crc32=crc32, content_sha256=digest.hexdigest() if has_digest else None)
        self.file.truncate(self.end)
        if is_file:
            raise FileUnreachable.about(entry.name, "changed while it was read", "give the same command again")
        why = f"'{printable(self.target)}' could not be written: '{entry.name}' differs from what was encoded"
        raise OutputUnwritable(why, "check the disk and the memory, and give the same command again")

    def _read_journal(self) -> tuple[list[Entry], set[str]]:
        """Return the entries in the journal up to its first incomplete line, and the names of dropped entries."""
        entries: list[Entry] = []
        dropped: set[str] = set()
        with suppress(OSError, ValueError, ArchiveDamaged):
            for line in self.journal_path.read_bytes().splitlines():
                data = json.loads(line)
                if DROPPED_KEY in data:
                    dropped.update(data[DROPPED_KEY])
                    continue
                remainders = [base64.b64decode(data["rest"])] if data.get("rest") is not None else []
                entries.append(entry_from_json(data | ({"rest": 0} if remainders else {}), remainders))
        return entries, dropped

    def _copy_permissions(self, extra: int = 0) -> None:
        """Give the file the old archive's permissions, and `extra` ones that a resuming run needs."""
        with suppress(OSError):  # there is no old archive, or the file system has no permissions
            self.path.chmod(stat.S_IMODE(self.target.stat().st_mode) | extra)

    def _verify(self, manifest: Manifest) -> None:
        """Read the whole file back; raise OutputUnwritable if anything differs."""
        try:
            container = ArchiveContainer(self.path)
            try:
                differences = [damage.what for damage in find_damage(container)]
                if container.manifest != manifest:
                    differences.append("its manifest differs")
            finally:
                container.close()
        except ArchiveDamaged as error:
            differences = [error.sentence]
        if differences:
            why = f"'{printable(self.target)}' could not be written: what was read back differs: {differences[0]}"
            raise OutputUnwritable(why, "check the disk, and give the same command again")


def journal_line(entry: Entry) -> bytes:
    """Return an entry's line in the journal, which holds the remainder itself instead of its number."""
    data = entry_to_json(entry, None)
    if entry.remainder is not None:
        data["rest"] = base64.b64encode(entry.remainder).decode()
    return json.dumps(data).encode() + b"\n"


def flush_folder(folder: Path) -> None:
    """Ask the system to write a folder's list of names to the disk, if the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_error(target: Path, error: OSError) -> OutputUnwritable:
    """Return the error for a disk that refuses to write."""
    return OutputUnwritable(f"'{printable(target)}' could not be written: {error.strerror or error}", RETRY_HINT)


def is_intact(file_range: FileRange, entry: Entry) -> bool:
    """Return whether a range holds an entry's content."""
    crc32, length = 0, 0
    with suppress(ArchiveDamaged):
        for chunk in file_range.chunks():
            crc32, length = zlib.crc32(chunk, crc32), length + len(chunk)
    return (crc32, length) == (entry.crc32, entry.bytes)
