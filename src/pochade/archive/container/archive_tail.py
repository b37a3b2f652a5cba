"""The tail of an archive: everything behind its entries. All of its bytes follow from the manifest.

manifest.json ─ manifest.repair ─ central directory ─ end record

While something is added in place, a backup of the old tail is at the end of the file (see docs/format.md).
"""

import hashlib
import zlib
from dataclasses import dataclass
from functools import cached_property

from pochade.archive.container.manifest_json import MAX_MANIFEST_BYTES, max_unpacked_bytes, write_manifest
from pochade.archive.container.manifest_records import Manifest
from pochade.archive.container.parity import make_repair_record
from pochade.archive.container.zip_layout import (
    MANIFEST_NAME,
    METHOD_DEFLATED,
    REPAIR_NAME,
    TAIL_MEMBERS,
    ZipMember,
    directory_and_end,
    local_header,
    member_offsets,
    stored_member,
)
from pochade.errors import UsageError


@dataclass(frozen=True)
class ArchiveTail:
    """The parts of a tail."""

    members: list[ZipMember]  # all entries, then the manifest and its repair record
    packed: bytes  # the manifest as stored
    repair_record: bytes
    manifest_sha256: str  # of its JSON, in hexadecimal digits

    @cached_property
    def start(self) -> int:
        """The offset at which the last entry ends, and the tail begins."""
        return member_offsets(self.members[:-TAIL_MEMBERS])[-1]

    def content(self, gap: int = 0) -> bytes:
        """Return the bytes of the tail.

        Args:
            gap: Bytes between the last entry and the tail: 0, or more for a backup.
        """
        manifest, repair = self.members[-TAIL_MEMBERS:]
        parts = (local_header(manifest), self.packed, local_header(repair), self.repair_record)
        return b"".join(parts) + self.directory_and_end(gap)

    def directory_and_end(self, gap: int = 0) -> bytes:
        """Return the central directory and the end record."""
        return directory_and_end(self.members, self.manifest_sha256, gap)


def make_tail(manifest: Manifest) -> ArchiveTail:
    """Return the tail for a manifest.

    Raises:
        UsageError: The manifest would be too large.
    """
    content = write_manifest(manifest)
    if len(content) > MAX_MANIFEST_BYTES:
        raise UsageError("there are too many files for one archive", "make several archives")
    packed = pack_manifest(content)
    member = ZipMember(MANIFEST_NAME, zlib.crc32(content), len(packed), len(content), METHOD_DEFLATED)
    return read_tail(manifest, member, packed, content)


def read_tail(manifest: Manifest, member: ZipMember, packed: bytes, content: bytes) -> ArchiveTail:
    """Return the tail that an archive must have.

    Args:
        manifest: The manifest.
        member: The manifest as the ZIP stores it.
        packed: Its packed bytes.
        content: Its JSON.
    """
    repair_record = make_repair_record(member, packed)
    entries = (entry.member for entry in manifest.entries)
    members = [*entries, member, stored_member(REPAIR_NAME, repair_record)]
    return ArchiveTail(members, packed, repair_record, hashlib.sha256(content).hexdigest())


def pack_manifest(content: bytes) -> bytes:
    """Compress a manifest, as far as readers unpack it: they refuse one that expands more than others."""
    packed = deflate(content, 9)
    return packed if len(content) <= max_unpacked_bytes(len(packed)) else deflate(content, 0)


def deflate(content: bytes, level: int) -> bytes:
    """Compress bytes as a ZIP stores them; `level` is zlib's, 0 to 9."""
    compressor = zlib.compressobj(level, wbits=-15)
    return compressor.compress(content) + compressor.flush()
