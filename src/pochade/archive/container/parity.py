"""The repair record of a manifest: checksums of its blocks, and XOR sums over some of them.

A block whose checksum is wrong is recovered as the XOR of its sum and the other blocks in that sum. A record repairs
damage that touches at most one block of each sum.
"""

import struct
import zlib
from typing import NamedTuple

import numpy as np

from pochade.archive.container.zip_layout import MANIFEST_NAME, METHOD_DEFLATED, ZipMember
from pochade.images.base.picture import Array

BLOCK_BYTES = 256
MAX_BLOCKS_PER_SUM = 16
MIN_SUMS = 2  # so that damage to two neighbouring blocks can be repaired
RECORD_HEADER = struct.Struct("<4sQQI")  # signature, packed and unpacked bytes of the manifest, its CRC-32
RECORD_SIGNATURE = b"PRP1"


class RepairRecord(NamedTuple):
    """A parsed repair record."""

    member: ZipMember  # the manifest as the ZIP stores it
    checksums: Array  # (N,) uint32, CRC-32 of each block
    sums: Array  # (S, BLOCK_BYTES) uint8; sum s covers the blocks s, s + S, s + 2 S …


def make_repair_record(member: ZipMember, packed: bytes) -> bytes:
    """Return the repair record for a manifest.

    Args:
        member: The manifest as the ZIP stores it.
        packed: Its packed bytes.
    """
    blocks, sum_count = _split_blocks(packed), _block_and_sum_count(len(packed))[1]
    checksums = np.array([zlib.crc32(block.tobytes()) for block in blocks], "<u4")
    sums = [np.bitwise_xor.reduce(blocks[first::sum_count], axis=0) for first in range(sum_count)]
    header = RECORD_HEADER.pack(RECORD_SIGNATURE, member.packed, member.unpacked, member.crc32)
    return header + checksums.tobytes() + b"".join(block_sum.tobytes() for block_sum in sums)


def parse_repair_record(content: bytes) -> RepairRecord | None:
    """Parse a repair record; return None if the bytes are not one."""
    if len(content) < RECORD_HEADER.size:
        return None
    signature, packed, unpacked, crc32 = RECORD_HEADER.unpack_from(content)
    blocks, sums = _block_and_sum_count(packed)
    if signature != RECORD_SIGNATURE or len(content) != RECORD_HEADER.size + 4 * blocks + BLOCK_BYTES * sums:
        return None
    checksums = np.frombuffer(content, "<u4", blocks, RECORD_HEADER.size)
    flat_sums = np.frombuffer(content, np.uint8, BLOCK_BYTES * sums, RECORD_HEADER.size + 4 * blocks)
    member = ZipMember(MANIFEST_NAME, crc32, packed, unpacked, METHOD_DEFLATED)
    return RepairRecord(member, checksums, flat_sums.reshape(sums, BLOCK_BYTES))


def repair_blocks(packed: bytes, record: RepairRecord) -> bytes:
    """Return the packed bytes, with each damaged block recovered if it is the only damaged one in its sum."""
    blocks, sum_count = _split_blocks(packed), len(record.sums)
    damaged = [n for n, block in enumerate(blocks) if zlib.crc32(block.tobytes()) != record.checksums[n]]
    for number in damaged:
        first = number % sum_count
        sum_of_others = np.bitwise_xor.reduce(blocks[first::sum_count], axis=0) ^ blocks[number]
        blocks[number] = sum_of_others ^ record.sums[first]
    return blocks.tobytes()[: len(packed)]


def _block_and_sum_count(packed: int) -> tuple[int, int]:
    blocks = -(-packed // BLOCK_BYTES)
    return blocks, max(min(blocks, MIN_SUMS), -(-blocks // MAX_BLOCKS_PER_SUM))


def _split_blocks(packed: bytes) -> Array:
    """Split bytes into blocks (N, BLOCK_BYTES) uint8, with zeros behind the end."""
    count = _block_and_sum_count(len(packed))[0]
    return np.frombuffer(packed.ljust(count * BLOCK_BYTES, b"\0"), np.uint8).reshape(count, BLOCK_BYTES).copy()
