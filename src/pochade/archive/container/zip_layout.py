"""Every byte of an archive that is no content: ZIP's headers, its directory and its end, as docs/format.md fixes them.

Nothing is read from them: they follow from the manifest, so that a reader computes them and compares.
"""

# the numbers are the format's own

import struct
import zlib
from typing import NamedTuple

FORMAT = "pochade-archive-1"
MANIFEST, REPAIR = "pochade/manifest.json", "pochade/manifest.repair"
LOCAL_MARK = b"PK\3\4"
LOCAL_BYTES = 30  # of a header in front of its name
UTF8 = 0x0800
DAY = 0x0021  # 1 January 1980
STORED, DEFLATED = 0, 8
PLAIN, LONG = 20, 45  # versions of ZIP: 2.0, and 4.5, which has fields of 64 bits
FULL_32, FULL_16 = 2**32 - 1, 2**16 - 1


class Member(NamedTuple):
    """What a ZIP says of one of its entries."""

    name: str
    crc32: int
    packed: int  # bytes as they lie there
    unpacked: int
    method: int = STORED


def stored(name: str, content: bytes) -> Member:
    """A content as a ZIP has it that doesn't pack it."""
    return Member(name, zlib.crc32(content), len(content), len(content), STORED)


def is_long(member: Member) -> bool:
    """Whether its sizes want 64 bits."""
    return max(member.packed, member.unpacked) >= FULL_32


def local_header(member: Member) -> bytes:
    """What stands before a content: header, name, and its sizes where they are long."""
    name, sizes, extra = member.name.encode(), (member.packed, member.unpacked), b""
    version = PLAIN
    if is_long(member):
        extra = struct.pack("<HHQQ", 1, 16, member.unpacked, member.packed)
        version, sizes = LONG, (FULL_32, FULL_32)
    head = struct.pack(
        "<4s5H3I2H",
        LOCAL_MARK, version, UTF8, member.method, 0, DAY, member.crc32, *sizes, len(name), len(extra),
    )  # fmt: skip
    return head + name + extra


def directory_entry(member: Member, place: int) -> bytes:
    """What the directory says of it; `place` is where its header is."""
    name, sizes, extra = member.name.encode(), (member.packed, member.unpacked), b""
    if is_long(member):
        extra, sizes = struct.pack("<QQ", member.unpacked, member.packed), (FULL_32, FULL_32)
    if place >= FULL_32:
        extra, place = extra + struct.pack("<Q", place), FULL_32
    version = LONG if extra else PLAIN
    extra = struct.pack("<HH", 1, len(extra)) + extra if extra else b""
    head = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2", version, version, UTF8, member.method, 0, DAY, member.crc32, *sizes,
        len(name), len(extra), 0, 0, 0, 0, place,
    )  # fmt: skip
    return head + name + extra


def places(members: list[Member]) -> list[int]:
    """Where each one's header is, and behind the last one where they end."""
    found = [0]
    for member in members:
        found.append(found[-1] + len(local_header(member)) + member.packed)
    return found


def ending(members: list[Member], manifest_sha256: str) -> bytes:
    """The directory and the end of the file."""
    *starts, place = places(members)
    directory = b"".join(directory_entry(member, start) for member, start in zip(members, starts, strict=True))
    comment = f"{FORMAT} {manifest_sha256}".encode()
    count, size, long = len(members), len(directory), b""
    if count >= FULL_16 or size >= FULL_32 or place >= FULL_32:
        long = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, LONG, LONG, 0, 0, count, count, size, place)
        long += struct.pack("<4sIQI", b"PK\6\7", 0, place + size, 1)
    counted = min(count, FULL_16)
    last = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, counted, counted, min(size, FULL_32), min(place, FULL_32), len(comment)
    )
    return directory + long + last + comment
