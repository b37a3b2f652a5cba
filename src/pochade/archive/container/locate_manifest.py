"""The manifest found in an archive that may be damaged, or made to harm: the last whose entries end where it begins."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pochade.archive.container.manifest import MOST, STRETCH, Manifest, most_unpacked
from pochade.archive.container.parity import mended, read_repair
from pochade.archive.container.zip_layout import (
    DEFLATED,
    LOCAL_BYTES,
    LOCAL_MARK,
    MANIFEST,
    REPAIR,
    Member,
    local_header,
)
from pochade.archive.container.zip_layout import STORED as AS_IT_IS
from pochade.archive.container.zip_layout import places as places_of
from pochade.errors import ArchiveDamaged

MOST_TRIED = 16  # headers: the right one is the last, but where what stands behind it is damaged


class Copy(NamedTuple):
    """The manifest as it was written."""

    place: int  # of its header
    member: Member
    packed: bytes
    content: bytes


def found_at_the_end(file: BinaryIO, size: int) -> tuple[Copy, Manifest]:
    """The manifest as it lies there, or else mended.

    Raises:
        ArchiveDamaged: It can't be mended, or what it says can't be.
    """
    if size < LOCAL_BYTES:
        raise ArchiveDamaged("it is no archive of Pochade's, or only its beginning")
    refused = ArchiveDamaged(
        "it is no archive of Pochade's, or its end is missing", "a tool that repairs ZIPs finds what is left of it"
    )
    for name, at in ((MANIFEST, copy_at), (REPAIR, mended_at)):
        tried = 0
        for place in places_from_the_end(file, size, name.encode()):
            if (member := member_at(file, size, place - LOCAL_BYTES, name)) is None:
                continue
            if (tried := tried + 1) > MOST_TRIED:
                break
            if (copy := at(file, place - LOCAL_BYTES, member)) is None:
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


def fits(manifest: Manifest, copy: Copy) -> bool:
    """Whether a manifest's entries end where it was found."""
    return places_of([entry.member for entry in manifest.entries])[-1] == copy.place


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


def copy_at(file: BinaryIO, place: int, member: Member) -> Copy | None:
    """The manifest whose header is there; None where it is damaged."""
    return unpacked(place, member, file.read(member.packed))


def mended_at(file: BinaryIO, place: int, member: Member) -> Copy | None:
    """The manifest in front of the repair whose header is there; None where it can't be mended."""
    content = file.read(member.packed)
    repair = read_repair(content) if zlib.crc32(content) == member.crc32 else None
    if repair is None or (start := place - repair.member.packed) < 0 or not is_plausible(repair.member):
        return None
    file.seek(start)
    packed = mended(file.read(repair.member.packed), repair)
    return unpacked(start - len(local_header(repair.member)), repair.member, packed)


def member_at(file: BinaryIO, size: int, place: int, name: str) -> Member | None:
    """What the header there says of a manifest or a repair; None where there is none as we write them."""
    if place < 0:
        return None
    file.seek(place)
    head = file.read(LOCAL_BYTES + len(name))
    if len(head) < LOCAL_BYTES or not head.startswith(LOCAL_MARK):
        return None
    crc, packed, length = struct.unpack_from("<3I", head, 14)
    member = Member(name, crc, packed, length, DEFLATED if name == MANIFEST else AS_IT_IS)
    right = head == local_header(member) and file.tell() + packed <= size
    return member if right and is_plausible(member) else None


def is_plausible(member: Member) -> bool:
    """Whether a manifest isn't too large, and doesn't grow more than one that we write."""
    return member.unpacked <= min(MOST, most_unpacked(member.packed))


def unpacked(place: int, member: Member, packed: bytes) -> Copy | None:
    """A manifest out of its packed bytes; None where they are damaged."""
    unpacker = zlib.decompressobj(-15)
    try:
        content = unpacker.decompress(packed, member.unpacked + 1)
    except zlib.error:
        return None
    right = len(content) == member.unpacked and zlib.crc32(content) == member.crc32 and len(packed) == member.packed
    return Copy(place, member, packed, content) if right else None
