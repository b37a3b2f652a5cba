"""An archive that isn't finished: it grows by an entry at a time, and can be taken up after a kill at any moment.

Beside it lies its journal: a line for each entry, written when the entry is whole.
"""

import base64
import hashlib
import json
import os
import stat
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Self

from pochade.archive.archive_reader import Archive, Stretch
from pochade.archive.container.entry_names import EntryNames
from pochade.archive.container.manifest import MOST, STORED, Entry, Manifest, entry_data, entry_of, most_unpacked
from pochade.archive.container.parity import repair_of
from pochade.archive.container.zip_layout import DEFLATED, MANIFEST, REPAIR, Member, ending, local_header, stored
from pochade.errors import ArchiveDamaged, FileUnreachable, OutputUnwritable, UsageError
from pochade.images.base.source import printable

HINT = "make room, and give the same command again: it goes on where it was"
DROPPED = "dropped"  # a line of the journal that names entries to be taken out


class PartialArchive:
    """The growing file, and what is in it.

    Args:
        target: The name that it gets in the end.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f".{target.name}.part")
        self.journal_path = target.with_name(f".{target.name}.part.jsonl")
        self.entries: list[Entry] = []
        self.names = EntryNames()
        self.end = 0
        try:
            never_through_links = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | never_through_links, 0o666)
            self.file: BinaryIO = os.fdopen(descriptor, "r+b")  # raises for what has no places: a pipe
            self._take_rights(stat.S_IRUSR | stat.S_IWUSR)
        except OSError as error:
            raise unwritable(target, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    @staticmethod
    def forget(target: Path) -> None:
        """Remove what a killed run left: the archive has all that is wanted."""
        for kind in ("part", "part.jsonl"):
            with suppress(OSError):
                target.with_name(f".{target.name}.{kind}").unlink()

    def take_up(self, wanted: Callable[[Entry], bool]) -> None:
        """Keep of an interrupted run the entries that are wanted and whole, and close the gaps between them.

        Raises:
            OutputUnwritable: No space.
        """
        try:
            self._keep(wanted)
        except OSError as error:
            raise unwritable(self.target, error) from error

    def _keep(self, wanted: Callable[[Entry], bool]) -> None:
        """The same; a disk's errors go through."""
        entries, dropped = self._journal()
        place, kept = 0, []
        for entry in entries:
            header = len(local_header(entry.member))
            old, new = (Stretch(self.file, start + header, entry.bytes) for start in (place, self.end))
            place += header + entry.bytes
            if entry.name in dropped or not wanted(entry):
                continue
            stands = new == old or is_whole(new, entry)  # it may have moved before a kill
            if is_whole(new if stands else old, entry):
                self._put(entry, None if stands else old.stretches())
                kept.append(entry)
        self.file.truncate(self.end)
        lines = b"".join(map(line_of, kept))
        temporary = self.journal_path.with_name(self.journal_path.name + ".new")
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:  # never through a link
            file.write(lines)
        temporary.replace(self.journal_path)

    def add(self, entry: Entry, content: Iterable[bytes]) -> Entry:
        """Write an entry behind the last one.

        Args:
            entry: With `bytes` and `crc32` of what was compared with the original; what is stored is compared here.
            content: In stretches.

        Raises:
            FileUnreachable: What is stored isn't the file that it was: it changed meanwhile.
            OutputUnwritable: No space, or the content is another than was compared.
        """
        try:
            whole = self._put(entry, content)
            with self.journal_path.open("ab") as journal:
                journal.write(line_of(whole))
        except OSError as error:
            raise unwritable(self.target, error) from error
        return whole

    def drop(self, unwanted: list[Entry]) -> None:
        """Take entries out again, and close the gaps.

        Raises:
            OutputUnwritable: No space.
        """
        if not unwanted:
            return
        names, left = {entry.name for entry in unwanted}, len(self.entries) - len(unwanted)
        try:
            with self.journal_path.open("ab") as journal:  # first, so that a kill while they move costs nothing
                journal.write(json.dumps({DROPPED: sorted(names)}).encode() + b"\n")
        except OSError as error:
            raise unwritable(self.target, error) from error
        self.entries, self.names, self.end = [], EntryNames(), 0
        self.take_up(lambda _entry: True)
        if len(self.entries) != left:
            why = f"'{printable(self.target)}' could not be written: an entry was read back as something else"
            raise OutputUnwritable(why, "look after the disk, and give the same command again")

    def _put(self, entry: Entry, content: Iterable[bytes] | None) -> Entry:
        """Write header and content behind the last entry; None for a content that is there already."""
        if content is not None:
            entry = self._content(entry, content)
        header = local_header(entry.member)
        self.file.seek(self.end)
        self.file.write(header)
        self.file.flush()
        self.end += len(header) + entry.bytes
        self.entries.append(entry)
        self.names.take(entry.name)
        return entry

    def _content(self, entry: Entry, content: Iterable[bytes]) -> Entry:
        """Write a content where it belongs; compared on its way, a file by its SHA-256, all else by its CRC-32."""
        crc, digest = 0, hashlib.sha256()
        start = position = self.end + len(local_header(entry.member))
        for stretch in content:
            crc = zlib.crc32(stretch, crc)
            digest.update(stretch)
            self.file.seek(position)
            self.file.write(stretch)
            position += len(stretch)
        is_file = entry.coder == STORED
        same = digest.hexdigest() == entry.original_sha256 if is_file else crc == entry.crc32
        if position - start == entry.bytes and same:
            return replace(entry, crc32=crc)
        self.file.truncate(self.end)
        if is_file:
            raise FileUnreachable(f"'{entry.name}' changed while it was read", "give the same command again")
        why = f"'{printable(self.target)}' could not be written: '{entry.name}' was read back as something else"
        raise OutputUnwritable(why, "look after the disk and the memory, and give the same command again")

    def _journal(self) -> tuple[list[Entry], set[str]]:
        """What the journal says, up to the first line that isn't whole, and the names of entries that were dropped."""
        entries: list[Entry] = []
        dropped: set[str] = set()
        with suppress(OSError, ValueError, ArchiveDamaged):
            for line in self.journal_path.read_bytes().splitlines():
                said = json.loads(line)
                if DROPPED in said:
                    dropped.update(said[DROPPED])
                    continue
                rests = [base64.b64decode(said["rest"])] if said.get("rest") is not None else []
                entries.append(entry_of(said | ({"rest": 0} if rests else {}), rests))
        return entries, dropped

    def finish(self, manifest: Manifest) -> None:
        """Write what stands behind the entries, read everything back, and give the file its name.

        Raises:
            OutputUnwritable: No space, or what was read back differs.
            UsageError: The manifest would be too large.
        """
        content = manifest.as_json()
        if len(content) > MOST:
            raise UsageError("there are too many files for one archive", "make several of them")
        packed = deflated(content, 9)
        if len(content) > most_unpacked(len(packed)):
            packed = deflated(content, 0)  # a reader would refuse the other
        told = Member(MANIFEST, zlib.crc32(content), len(packed), len(content), DEFLATED)
        repair = repair_of(told, packed)
        mending = stored(REPAIR, repair)
        members = [*(entry.member for entry in manifest.entries), told, mending]
        end = ending(members, hashlib.sha256(content).hexdigest())
        try:
            self.file.truncate(self.end)  # an entry may have been begun that couldn't be read to its end
            self.file.seek(self.end)
            self.file.write(local_header(told) + packed + local_header(mending) + repair + end)
            self.file.flush()
            os.fsync(self.file.fileno())
            self._check(manifest)
            self._take_rights()
            self.path.replace(self.target)
            flush_folder(self.target.parent)
            self.journal_path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.target, error) from error

    def _take_rights(self, more: int = 0) -> None:
        """Who may read the old archive may read this one, and nobody else; more while it grows, for the next run."""
        with suppress(OSError):  # there is no old one, or the disk of a camera or stick, which knows no rights
            self.path.chmod(stat.S_IMODE(self.target.stat().st_mode) | more)

    def _check(self, manifest: Manifest) -> None:
        """Nothing, or OutputUnwritable: every entry is compared, and the manifest."""
        try:
            with Archive(self.path) as archive:
                damages = [damage.what for damage in archive.verify()]
                if archive.manifest != manifest:
                    damages.append("its manifest is another")
        except ArchiveDamaged as error:
            damages = [error.sentence]
        if damages:
            why = f"'{printable(self.target)}' could not be written: what was read back differs: {damages[0]}"
            raise OutputUnwritable(why, "look after the disk")


def deflated(content: bytes, level: int) -> bytes:
    """Packed as a ZIP has it."""
    packer = zlib.compressobj(level, wbits=-15)
    return packer.compress(content) + packer.flush()


def is_whole(stretch: Stretch, entry: Entry) -> bool:
    """Whether a content is there as it was written."""
    crc, length = 0, 0
    with suppress(ArchiveDamaged):
        for content in stretch.stretches():
            crc, length = zlib.crc32(content, crc), length + len(content)
    return (crc, length) == (entry.crc32, entry.bytes)


def line_of(entry: Entry) -> bytes:
    """A line of the journal."""
    rest = None if entry.rest is None else base64.b64encode(entry.rest).decode()
    return json.dumps(entry_data(entry, None) | ({} if rest is None else {"rest": rest})).encode() + b"\n"


def flush_folder(folder: Path) -> None:
    """Have the system write down a folder's names; not every system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def unwritable(target: Path, error: OSError) -> OutputUnwritable:
    """The error for a disk that doesn't take it."""
    return OutputUnwritable(f"'{printable(target)}' could not be written: {error.strerror or error}", HINT)
