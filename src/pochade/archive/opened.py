"""An archive to read from: nothing in it is believed before it was compared.

with open_archive("art.pochade") as archive:
    for piece in archive:
        content = archive.read(piece)
"""

# the numbers are ZIP's own

import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from pochade.archive.coders import STORED, STRETCH, XZ, from_picture, unpack
from pochade.archive.layout import DEFLATED, LOCAL_BYTES, LOCAL_MARK, MANIFEST, REPAIR, Member, ending, local_header
from pochade.archive.layout import STORED as AS_IT_IS
from pochade.archive.layout import places as places_of
from pochade.archive.manifest import BYTES, MOST, Entry, Manifest, Piece
from pochade.archive.names import Text
from pochade.archive.repair import mended, read_repair, repair_of
from pochade.errors import ArchiveDamaged, FileUnreachable
from pochade.images.source import printable, without_waiting


class Damage(NamedTuple):
    """Something that isn't as it was written."""

    what: str  # a sentence
    pieces: tuple[Text, ...]  # that are lost by it


class Copy(NamedTuple):
    """The manifest as it was written."""

    place: int  # of its header
    member: Member
    packed: bytes
    content: bytes


@dataclass(frozen=True)
class Stretch:
    """A part of an open file."""

    file: BinaryIO
    start: int
    length: int

    def stretches(self) -> Iterator[bytes]:
        """Its bytes, some at a time; fewer where the file ends before."""
        position, end = self.start, self.start + self.length
        while position < end:
            self.file.seek(position)
            content = self.file.read(min(STRETCH, end - position))
            if not content:
                return
            position += len(content)
            yield content

    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.stretches())


class Archive:
    """An open archive; iterating gives its pieces.

    Args:
        path: The file.

    Raises:
        ArchiveDamaged: It is no archive, or neither copy of its manifest can be read.
        FileUnreachable: It can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.file: BinaryIO = open(path, "rb", opener=without_waiting)  # noqa: SIM115  closed by `close`
        except OSError as error:
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        try:
            self.size = self.file.seek(0, 2)
            copy, self.manifest = self._found()
            self.copy = copy
            members = [entry.member for entry in self.manifest.entries]
            self.repair = repair_of(copy.member, copy.packed)
            self.members = [*members, copy.member, stored(REPAIR, self.repair)]
            self.places = places_of(self.members)
            self.starts = {member.name: place for member, place in zip(self.members, self.places, strict=False)}
        except OSError as error:
            self.close()
            raise FileUnreachable(f"'{printable(path)}' can't be read: {error.strerror}") from error
        except ArchiveDamaged as error:
            self.close()
            raise ArchiveDamaged(f"'{printable(path)}' can't be opened: {error.sentence}", error.hint) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.manifest.pieces)

    def __len__(self) -> int:
        return len(self.manifest.pieces)

    def close(self) -> None:
        """Let the file go."""
        self.file.close()

    def read(self, piece: Piece) -> bytes:
        """The file that a piece was, as `fidelity` and `returns` of its entry promise.

        Raises:
            ArchiveDamaged: Its entry is damaged.
        """
        buffer = io.BytesIO()
        self.write(piece.entry, buffer.write)
        return buffer.getvalue()

    def write(self, entry: Entry, write: Callable[[bytes], Any]) -> None:
        """The same in stretches, for files that are larger than the memory.

        Raises:
            ArchiveDamaged: As `read` does; what was written by then is worthless.
        """
        if reason := self.fault(entry):
            raise ArchiveDamaged(f"'{entry.name}' is damaged: {reason}", "look for an undamaged copy")
        digest, count = hashlib.sha256(), 0

        def passed(content: bytes) -> None:
            nonlocal count
            count += len(content)
            digest.update(content)
            write(content)

        if entry.coder == XZ:
            unpack(InStretch(self.stretch(entry)), entry.original_bytes, passed)
        elif entry.coder == STORED:
            for content in self.stretch(entry).stretches():
                passed(content)
        else:
            passed(from_picture(entry, self.stretch(entry).content()))
        same = (digest.hexdigest(), count) == (entry.original_sha256, entry.original_bytes)
        if entry.returns == BYTES and not same:
            raise ArchiveDamaged(f"'{entry.name}' gives another file than its manifest says")

    def verify(self, report: Callable[[int, int], None] = lambda _done, _total: None) -> list[Damage]:
        """Every byte of the file compared with what it was; what is damaged, and which pieces that costs.

        Args:
            report: Told how many bytes of how many were read.
        """
        files: dict[str, list[Text]] = {}
        for piece in self:
            files.setdefault(piece.entry.name, []).append(piece.path)
        damages = []
        for number, entry in enumerate(self.manifest.entries):
            if not self._stands(self.places[number], local_header(entry.member)):
                damages.append(Damage(f"the header in front of '{entry.name}' is damaged; nothing is lost by it", ()))
            if reason := self.fault(entry):
                lost = tuple(files.get(entry.name, ()))
                damages.append(Damage(f"'{entry.name}' is damaged: {reason}", lost))
            report(self.places[number + 1], self.size)
        return damages + self._faults_behind()

    def fault(self, entry: Entry) -> str:
        """What is wrong with an entry's content; nothing when it is as it was."""
        crc, length = 0, 0
        for content in self.stretch(entry).stretches():
            crc, length = zlib.crc32(content, crc), length + len(content)
        if length < entry.bytes:
            return "the file ends before"
        return "" if crc == entry.crc32 else "its checksum is another"

    def stretch(self, entry: Entry) -> Stretch:
        """Where an entry's content is."""
        place = self.starts[entry.name]
        return Stretch(self.file, place + len(local_header(entry.member)), entry.bytes)

    def _stands(self, place: int, wanted: bytes) -> bool:
        """Whether these bytes are there."""
        self.file.seek(place)
        return self.file.read(len(wanted)) == wanted

    def _faults_behind(self) -> list[Damage]:
        """What is wrong with the manifests, the directory and the end."""
        damages = []
        behind = zip(self.places[-3:-1], self.members[-2:], (self.copy.packed, self.repair), strict=True)
        for place, member, content in behind:
            if not self._stands(place, local_header(member) + content):
                damages.append(Damage(f"'{member.name}' is damaged; nothing is lost by it", ()))
        end = ending(self.members, hashlib.sha256(self.copy.content).hexdigest())
        if not self._stands(self.places[-1], end) or self.size != self.places[-1] + len(end):
            damages.append(Damage("the directory at the end is damaged; nothing is lost by it", ()))
        return damages

    def _found(self) -> tuple[Copy, Manifest]:
        """The manifest as it lies there, or else mended.

        Raises:
            ArchiveDamaged: It can't be mended, or what it says can't be.
        """
        if self.size < LOCAL_BYTES:
            raise ArchiveDamaged("it is no archive of Pochade's, or only its beginning")
        refused = ArchiveDamaged(
            "it is no archive of Pochade's, or its end is missing", "a tool that repairs ZIPs finds what is left of it"
        )
        for name, at in ((MANIFEST, copy_at), (REPAIR, mended_at)):
            for place in places_from_the_end(self.file, self.size, name.encode()):
                copy = at(self.file, place - LOCAL_BYTES)
                if copy is None:
                    continue
                try:
                    manifest = Manifest.read(copy.content)
                except ArchiveDamaged as error:
                    refused = error
                    continue
                if fits(manifest, copy):
                    return copy, manifest
                refused = ArchiveDamaged("its manifest speaks of other sizes than there are")
        raise refused


class InStretch:
    """A stretch to be read like a file."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretches = stretch.stretches()

    def read(self, _size: int = -1) -> bytes:
        """The next bytes, as many as come at once."""
        return next(self.stretches, b"")


def open_archive(path: Path | str) -> Archive:
    """Open an archive to look into it, read pieces of it, or verify it; see `Archive`."""
    return Archive(Path(path))


def fits(manifest: Manifest, copy: Copy) -> bool:
    """Whether a manifest's entries end where it was found."""
    return places_of([entry.member for entry in manifest.entries])[-1] == copy.place


def stored(name: str, content: bytes) -> Member:
    """A content as a ZIP has it that doesn't pack it."""
    return Member(name, zlib.crc32(content), len(content), len(content), AS_IT_IS)


def places_from_the_end(file: BinaryIO, size: int, wanted: bytes) -> Iterator[int]:
    """Where these bytes are, the last place first."""
    end = size
    while end > 0:
        start = max(0, end - STRETCH)
        file.seek(start)
        content = file.read(end - start + len(wanted) - 1)  # a place may lie across the border
        place = content.rfind(wanted)
        while place >= 0:
            yield start + place
            place = content.rfind(wanted, 0, place + len(wanted) - 1)
        end = start


def copy_at(file: BinaryIO, place: int) -> Copy | None:
    """The manifest whose header is there; None where none is, or a damaged one."""
    member = member_at(file, place, MANIFEST, DEFLATED)
    return None if member is None else unpacked(place, member, file.read(member.packed))


def mended_at(file: BinaryIO, place: int) -> Copy | None:
    """The manifest in front of the repair whose header is there; None where it can't be mended."""
    member = member_at(file, place, REPAIR, AS_IT_IS)
    content = file.read(member.packed) if member else b""
    repair = read_repair(content) if member and zlib.crc32(content) == member.crc32 else None
    if repair is None or (start := place - repair.member.packed) < 0 or repair.member.unpacked > MOST:
        return None
    file.seek(start)
    packed = mended(file.read(repair.member.packed), repair)
    return unpacked(start - len(local_header(repair.member)), repair.member, packed)


def member_at(file: BinaryIO, place: int, name: str, method: int) -> Member | None:
    """What the header there says of a member; None where there is none as we write them."""
    if place < 0:
        return None
    file.seek(place)
    head = file.read(LOCAL_BYTES + len(name))
    if len(head) < LOCAL_BYTES or not head.startswith(LOCAL_MARK):
        return None
    crc, packed, length = struct.unpack_from("<3I", head, 14)
    member = Member(name, crc, packed, length, method)
    return member if head == local_header(member) and member.unpacked <= MOST else None


def unpacked(place: int, member: Member, packed: bytes) -> Copy | None:
    """A manifest out of its packed bytes; None where they are damaged."""
    unpacker = zlib.decompressobj(-15)
    try:
        content = unpacker.decompress(packed, member.unpacked + 1)
    except zlib.error:
        return None
    right = len(content) == member.unpacked and zlib.crc32(content) == member.crc32 and len(packed) == member.packed
    return Copy(place, member, packed, content) if right else None
