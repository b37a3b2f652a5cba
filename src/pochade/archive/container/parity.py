"""What mends a damaged manifest without being a second one: checksums of its blocks, and sums over some of them.

A block whose checksum is wrong is the sum of the others that were summed with it.
"""

import struct
import zlib
from typing import NamedTuple

import numpy as np

from pochade.archive.container.zip_layout import DEFLATED, MANIFEST, Member
from pochade.images.base.picture import Array

BLOCK = 256  # bytes
SUMMED = 16  # blocks in a sum, at most
FEWEST = 2  # sums: damage across the border of two blocks is mended, too
HEAD = struct.Struct("<4sQQI")  # mark, packed and unpacked bytes of the manifest, its CRC-32
MARK = b"PRP1"


class Repair(NamedTuple):
    """What a repair says."""

    member: Member  # the manifest, as the ZIP has it
    checksums: Array  # (N,) uint32
    sums: Array  # (S, BLOCK) uint8


def shape_of(packed: int) -> tuple[int, int]:
    """Of a manifest of so many packed bytes: blocks and sums."""
    blocks = -(-packed // BLOCK)
    return blocks, max(min(blocks, FEWEST), -(-blocks // SUMMED))


def blocks_of(packed: bytes) -> Array:
    """(N, BLOCK) uint8, zeros behind the end."""
    count = shape_of(len(packed))[0]
    return np.frombuffer(packed.ljust(count * BLOCK, b"\0"), np.uint8).reshape(count, BLOCK).copy()


def repair_of(member: Member, packed: bytes) -> bytes:
    """The repair for a manifest."""
    blocks, count = blocks_of(packed), shape_of(len(packed))[1]
    checksums = np.array([zlib.crc32(block.tobytes()) for block in blocks], "<u4")
    sums = [np.bitwise_xor.reduce(blocks[first::count], axis=0) for first in range(count)]
    head = HEAD.pack(MARK, member.packed, member.unpacked, member.crc32)
    return head + checksums.tobytes() + b"".join(one.tobytes() for one in sums)


def read_repair(content: bytes) -> Repair | None:
    """What a repair says; None where it isn't one."""
    if len(content) < HEAD.size:
        return None
    mark, packed, unpacked, crc = HEAD.unpack_from(content)
    blocks, sums = shape_of(packed)
    if mark != MARK or len(content) != HEAD.size + 4 * blocks + BLOCK * sums:
        return None
    checksums = np.frombuffer(content, "<u4", blocks, HEAD.size)
    rest = np.frombuffer(content, np.uint8, BLOCK * sums, HEAD.size + 4 * blocks)
    return Repair(Member(MANIFEST, crc, packed, unpacked, DEFLATED), checksums, rest.reshape(sums, BLOCK))


def mended(packed: bytes, repair: Repair) -> bytes:
    """A damaged packed manifest with its wrong blocks put right, as far as there is one in each sum."""
    blocks, count = blocks_of(packed), len(repair.sums)
    wrong = [n for n, block in enumerate(blocks) if zlib.crc32(block.tobytes()) != repair.checksums[n]]
    for number in wrong:
        first = number % count
        others = np.bitwise_xor.reduce(blocks[first::count], axis=0) ^ blocks[number]
        blocks[number] = others ^ repair.sums[first]
    return blocks.tobytes()[: len(packed)]
