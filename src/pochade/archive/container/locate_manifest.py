"""Finds the manifest of an archive that may be damaged or hostile.

The right manifest is the last one in the file whose entries end exactly where its own header begins. If something was
just being added, it is the one in the backup at the end of the file. If the end is lost, a parity entry has a copy.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from pochade.archive.container.check_manifest import parse_manifest
from pochade.archive.container.manifest_json import MAX_MANIFEST_BYTES, MAX_PACKED_BYTES, max_unpacked_bytes
from pochade.archive.container.manifest_records import CHUNK_BYTES, Manifest
from pochade.archive.container.parity import parse_repair_record, repair_blocks
from pochade.archive.container.parity_layout import HEAD, PARITY_NAME, SIGNATURE
from pochade.archive.container.zip_layout import (
    FORMAT_NAME,
    LOCAL_HEADER_BYTES,
    LOCAL_HEADER_SIGNATURE,
    MANIFEST_NAME,
    METHOD_DEFLATED,
    METHOD_STORED,
    REPAIR_NAME,
    ZipMember,
    end_comment,
    local_header,
    member_offsets,
)
from pochade.errors import UNDAMAGED_COPY_HINT, ArchiveDamaged

END_COMMENT_BYTES = 100  # a little more than the comment at the end of an archive
FIRST_FOLDER = b"pieces/"  # an archive begins with an entry in this folder
MAX_HEADERS_TRIED = 16  # usually the last header is the right one; damage or hostile bytes may follow it


class ManifestCopy(NamedTuple):
    """A manifest as bytes, and where the archive stores it."""

    offset: int  # of its header
    member: ZipMember
    packed: bytes  # as stored
    content: bytes  # the JSON
    is_in_parity: bool = False  # whether it is the copy in a parity entry, whose header is at the offset


def locate_manifest(file: BinaryIO, size: int) -> tuple[ManifestCopy, Manifest]:
    """Find and check the manifest; if no intact one is right, repair it with its repair record.

    Args:
        file: The archive.
        size: Bytes of the archive.

    Raises:
        ArchiveDamaged: There is no manifest that can be repaired, or it says something impossible.
    """
    refusal = _refusal_without_manifest(file, size)
    ways = ((MANIFEST_NAME, _read_copy), (REPAIR_NAME, _read_repaired_copy), (PARITY_NAME, _read_copy_in_parity))
    for name, read_copy in ways:
        for copy in _manifest_copies(file, size, name, read_copy):
            try:
                manifest = parse_manifest(copy.content)
            except ArchiveDamaged as error:
                refusal = error
                continue
            entries_end = member_offsets([entry.member for entry in manifest.entries])[-1]
            if entries_end == copy.offset or (entries_end < copy.offset and _is_backup(file, size, copy)):
                return copy, manifest
            refusal = ArchiveDamaged("its manifest has other sizes than the file")
    raise refusal


def _refusal_without_manifest(file: BinaryIO, size: int) -> ArchiveDamaged:
    """Return the error for a file without a manifest: the beginning of an archive, or something else."""
    file.seek(0)
    start = file.read(LOCAL_HEADER_BYTES + len(FIRST_FOLDER))
    if not size:
        return ArchiveDamaged("it is empty", UNDAMAGED_COPY_HINT)
    is_ours = start.startswith(LOCAL_HEADER_SIGNATURE) and FIRST_FOLDER.startswith(start[LOCAL_HEADER_BYTES:])
    if not is_ours:
        return ArchiveDamaged("it isn't an archive of Pochade's", "check its name")
    file.seek(max(0, size - END_COMMENT_BYTES))
    if FORMAT_NAME.encode() in file.read(END_COMMENT_BYTES):
        return ArchiveDamaged("the list of its files is damaged and can't be repaired", UNDAMAGED_COPY_HINT)
    why = f"it is cut off after {size:,} bytes, and the list of its files was at its end"
    return ArchiveDamaged(why, "copy it once more from where it is whole; a tool that repairs ZIPs finds what is left")


def _manifest_copies(
    file: BinaryIO, size: int, name: str, read_copy: Callable[[BinaryIO, int, ZipMember], ManifestCopy | None]
) -> Iterator[ManifestCopy]:
    """Yield the manifests behind headers with a name, the last one first, from at most `MAX_HEADERS_TRIED` headers.

    Args:
        file: The archive.
        size: Bytes of the archive.
        name: Of the manifest, or of the repair record.
        read_copy: Reads the manifest that belongs to a header; the file is positioned behind that header.
    """
    headers_tried = 0
    for name_offset in _offsets_from_end(file, size, name.encode()):
        offset = name_offset - LOCAL_HEADER_BYTES
        if (member := _read_header(file, size, offset, name)) is None:
            continue
        if (headers_tried := headers_tried + 1) > MAX_HEADERS_TRIED:
            return
        if (copy := read_copy(file, offset, member)) is not None:
            yield copy


def _is_backup(file: BinaryIO, size: int, copy: ManifestCopy) -> bool:
    """Return whether the file ends with the backup of a tail, and the manifest belongs to it."""
    comment = end_comment(hashlib.sha256(copy.content).hexdigest(), is_backup=True)
    file.seek(max(0, size - len(comment)))
    return file.read(len(comment)) == comment


def _offsets_from_end(file: BinaryIO, size: int, pattern: bytes) -> Iterator[int]:
    """Yield the offsets at which a pattern occurs in the file, the last one first."""
    end = size
    while end > 0:
        start = max(0, end - CHUNK_BYTES)
        file.seek(start)
        content = file.read(end - start + len(pattern) - 1)  # the pattern may cross the border of two chunks
        position = content.rfind(pattern)
        while position >= 0:
            yield start + position
            position = content.rfind(pattern, 0, position + len(pattern) - 1)
        end = start


def _read_header(file: BinaryIO, size: int, offset: int, name: str) -> ZipMember | None:
    """Read the header of a manifest or a repair record; None if Pochade would not write such a header.

    The file is then positioned behind the header.
    """
    if offset < 0:
        return None
    file.seek(offset)
    header = file.read(LOCAL_HEADER_BYTES + len(name))
    if len(header) < LOCAL_HEADER_BYTES or not header.startswith(LOCAL_HEADER_SIGNATURE):
        return None
    if name == PARITY_NAME:
        return _read_parity_header(file, size, header)
    crc32, packed, unpacked = struct.unpack_from("<3I", header, 14)
    method = METHOD_DEFLATED if name == MANIFEST_NAME else METHOD_STORED
    member = ZipMember(name, crc32, packed, unpacked, method)
    is_ours = header == local_header(member) and file.tell() + packed <= size
    return member if is_ours and _has_plausible_size(member) else None


def _read_copy(file: BinaryIO, offset: int, member: ZipMember) -> ManifestCopy | None:
    """Read the manifest at the file's position; None if it is damaged."""
    return _inflate(offset, member, file.read(member.packed))


def _read_repaired_copy(file: BinaryIO, offset: int, member: ZipMember) -> ManifestCopy | None:
    """Read the manifest in front of the repair record at the file's position; None if it can't be repaired."""
    content = file.read(member.packed)
    record = parse_repair_record(content) if zlib.crc32(content) == member.crc32 else None
    if record is None or (start := offset - record.member.packed) < 0 or not _has_plausible_size(record.member):
        return None
    file.seek(start)
    packed = repair_blocks(file.read(record.member.packed), record)
    return _inflate(start - len(local_header(record.member)), record.member, packed)


def _read_parity_header(file: BinaryIO, size: int, header: bytes) -> ZipMember | None:
    """Read the rest of the header of a parity entry, and the head of its content; None if there is none.

    Returns:
        The copy of the manifest in it; its CRC-32 is not known. The file is then positioned at its bytes.
    """
    name_bytes, extra_bytes = struct.unpack_from("<2H", header, 26)
    file.seek(name_bytes - len(PARITY_NAME) + extra_bytes, os.SEEK_CUR)
    head = file.read(HEAD.size)
    if len(head) < HEAD.size or not head.startswith(SIGNATURE):
        return None
    _, packed, unpacked = HEAD.unpack(head)
    member = ZipMember(MANIFEST_NAME, 0, packed, unpacked, METHOD_DEFLATED)
    return member if file.tell() + packed <= size and _has_plausible_size(member) else None


def _read_copy_in_parity(file: BinaryIO, offset: int, member: ZipMember) -> ManifestCopy | None:
    """Read the manifest at the file's position, from whose bytes its CRC-32 follows; None if it is damaged."""
    packed = file.read(member.packed)
    try:
        content = zlib.decompressobj(-15).decompress(packed, member.unpacked + 1)
    except zlib.error:
        return None
    copy = _inflate(offset, member._replace(crc32=zlib.crc32(content)), packed)
    return copy._replace(is_in_parity=True) if copy is not None else None


def _has_plausible_size(member: ZipMember) -> bool:
    """Return whether a manifest is small enough, and grows by unpacking no more than those that Pochade writes."""
    is_small = member.packed <= MAX_PACKED_BYTES  # it is read whole; a stranger's file may be sparse
    return is_small and member.unpacked <= min(MAX_MANIFEST_BYTES, max_unpacked_bytes(member.packed))


def _inflate(offset: int, member: ZipMember, packed: bytes) -> ManifestCopy | None:
    """Unpack a manifest; return None if it is damaged."""
    decompressor = zlib.decompressobj(-15)
    try:
        content = decompressor.decompress(packed, member.unpacked + 1)
    except zlib.error:
        return None
    has_right_size = len(content) == member.unpacked and len(packed) == member.packed
    is_intact = has_right_size and zlib.crc32(content) == member.crc32
    return ManifestCopy(offset, member, packed, content) if is_intact else None
