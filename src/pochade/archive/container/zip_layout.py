"""The bytes of an archive's ZIP structure: entry headers, the central directory and the end record.

A reader never parses these bytes: they all follow from the manifest (see docs/format.md), so the reader computes them
and compares them with the file.
"""

import struct
import zlib
from typing import NamedTuple

FORMAT_NAME = "pochade-archive-1"
MANIFEST_NAME, REPAIR_NAME = "pochade/manifest.json", "pochade/manifest.repair"
TAIL_MEMBERS = 2  # these two, behind all entries
BACKUP_NOTE = " backup"  # in the comment at the end of a backup
LOCAL_HEADER_SIGNATURE = b"PK\3\4"
LOCAL_HEADER_BYTES = 30  # without the entry's name
UTF8_NAMES_FLAG = 0x0800
DOS_DATE = 0x0021  # 1 January 1980, for every entry
METHOD_STORED, METHOD_DEFLATED = 0, 8
VERSION_PLAIN, VERSION_ZIP64 = 20, 45  # of the ZIP specification: 2.0, and 4.5 with its fields of 64 bits
MAX_UINT32, MAX_UINT16 = 2**32 - 1, 2**16 - 1


class ZipMember(NamedTuple):
    """What the ZIP structure records about one entry."""

    name: str
    crc32: int
    packed: int  # bytes in the file
    unpacked: int  # bytes
    method: int = METHOD_STORED


def stored_member(name: str, content: bytes) -> ZipMember:
    """Return the member for a content that is stored without compression."""
    return ZipMember(name, zlib.crc32(content), len(content), len(content), METHOD_STORED)


def local_header(member: ZipMember) -> bytes:
    """Return the header in front of a member's content: fixed fields, name, and ZIP64 sizes if they are needed."""
    name, sizes, extra = member.name.encode(), (member.packed, member.unpacked), b""
    version = VERSION_PLAIN
    if _needs_zip64(member):
        extra = struct.pack("<HHQQ", 1, 16, member.unpacked, member.packed)
        version, sizes = VERSION_ZIP64, (MAX_UINT32, MAX_UINT32)
    head = struct.pack(
        "<4s5H3I2H",
        LOCAL_HEADER_SIGNATURE, version, UTF8_NAMES_FLAG, member.method, 0, DOS_DATE, member.crc32, *sizes,
        len(name), len(extra),
    )  # fmt: skip
    return head + name + extra


def member_offsets(members: list[ZipMember], gap: int = 0) -> list[int]:
    """Return the offset of each member's header, followed by the offset at which the last member ends.

    Args:
        members: The members.
        gap: Bytes in front of the manifest; if there are any, the manifest and its repair record are the last members.
    """
    offsets = [0]
    for member in members:
        offsets.append(offsets[-1] + len(local_header(member)) + member.packed)
    if gap:
        first_moved = len(members) - TAIL_MEMBERS
        offsets[first_moved:] = [offset + gap for offset in offsets[first_moved:]]
    return offsets


def directory_and_end(members: list[ZipMember], manifest_sha256: str, gap: int = 0) -> bytes:
    """Return the central directory and the end record, whose comment holds the manifest's SHA-256.

    Args:
        members: The entries, then the manifest and its repair record.
        manifest_sha256: In hexadecimal digits.
        gap: Bytes in front of the manifest, in a backup; 0 otherwise.
    """
    *starts, end = member_offsets(members, gap)
    directory = b"".join(_directory_record(member, start) for member, start in zip(members, starts, strict=True))
    comment = end_comment(manifest_sha256, is_backup=gap > 0)
    count, size, zip64 = len(members), len(directory), b""
    if count >= MAX_UINT16 or size >= MAX_UINT32 or end >= MAX_UINT32:
        zip64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, VERSION_ZIP64, VERSION_ZIP64, 0, 0, count, count, size, end)
        zip64 += struct.pack("<4sIQI", b"PK\6\7", 0, end + size, 1)
    count_16 = min(count, MAX_UINT16)
    end_record = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, count_16, count_16, min(size, MAX_UINT32), min(end, MAX_UINT32), len(comment)
    )
    return directory + zip64 + end_record + comment


def end_comment(manifest_sha256: str, *, is_backup: bool = False) -> bytes:
    """Return the comment of the end record."""
    return f"{FORMAT_NAME} {manifest_sha256}{BACKUP_NOTE if is_backup else ''}".encode()


def _needs_zip64(member: ZipMember) -> bool:
    return max(member.packed, member.unpacked) >= MAX_UINT32


def _directory_record(member: ZipMember, offset: int) -> bytes:
    """Return a member's record in the central directory; `offset` is where its local header begins."""
    name, sizes, extra = member.name.encode(), (member.packed, member.unpacked), b""
    if _needs_zip64(member):
        extra, sizes = struct.pack("<QQ", member.unpacked, member.packed), (MAX_UINT32, MAX_UINT32)
    if offset >= MAX_UINT32:
        extra, offset = extra + struct.pack("<Q", offset), MAX_UINT32
    version = VERSION_ZIP64 if extra else VERSION_PLAIN
    extra = struct.pack("<HH", 1, len(extra)) + extra if extra else b""
    head = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2", version, version, UTF8_NAMES_FLAG, member.method, 0, DOS_DATE, member.crc32, *sizes,
        len(name), len(extra), 0, 0, 0, 0, offset,
    )  # fmt: skip
    return head + name + extra
