"""Packs and unpacks files with xz, in chunks, because a file may be larger than the memory."""

import lzma
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Protocol

from pochade.archive.container.manifest_records import CHUNK_BYTES
from pochade.errors import ArchiveDamaged
from pochade.images.base.source import first_line

MAX_WINDOW_BYTES = 2**25  # packing takes twelve times as much memory, unpacking a little more than this
MIN_WINDOW_BYTES = 4096
UNPACK_MEMORY_BYTES = 2 * MAX_WINDOW_BYTES
TRIAL_BYTES = 8 * CHUNK_BYTES  # packing stops after these bytes if it saves too little
MAX_TRIAL_RATIO = 0.98  # of packed to unpacked bytes


class ChunkReader(Protocol):
    """Anything that can be read like a file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; no bytes at the end."""


def pack_xz(chunks: Iterable[bytes], size: int, into: BinaryIO) -> bool:
    """Pack a file.

    Args:
        chunks: The file's content.
        size: The file's bytes.
        into: Where the packed bytes go.

    Returns:
        Whether the packed file is smaller. If not, `into` may hold only its beginning.
    """
    compressor, read_bytes = _make_compressor(size), 0
    for chunk in chunks:
        into.write(compressor.compress(chunk))
        read_bytes += len(chunk)
        if read_bytes >= TRIAL_BYTES and into.tell() > MAX_TRIAL_RATIO * read_bytes:
            return False
    into.write(compressor.flush())
    return into.tell() < size


def pack_bytes(content: bytes) -> bytes:
    """Pack bytes in memory, whether they become smaller or not."""
    compressor = _make_compressor(len(content))
    return compressor.compress(content) + compressor.flush()


def unpack_bytes(packed: bytes, max_bytes: int) -> bytes:
    """Unpack bytes in memory.

    Raises:
        ArchiveDamaged: They are damaged, or unpack to more than `max_bytes`.
    """
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACK_MEMORY_BYTES)
    try:
        content = decompressor.decompress(packed, max_bytes + 1)
    except (lzma.LZMAError, EOFError) as error:
        raise ArchiveDamaged(f"it can't be unpacked: {first_line(error)}") from error
    if len(content) > max_bytes or not decompressor.eof:
        raise ArchiveDamaged("it unpacks to more than the manifest says, or its end is missing")
    return content


def _make_compressor(size: int) -> lzma.LZMACompressor:
    window = max(MIN_WINDOW_BYTES, min(MAX_WINDOW_BYTES, size))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": window}]
    return lzma.LZMACompressor(check=lzma.CHECK_CRC32, filters=filters)


def unpack_xz(packed: ChunkReader, length: int, write: Callable[[bytes], Any]) -> None:
    """Unpack a file, and never write more than its length.

    Args:
        packed: The packed file.
        length: Bytes of the unpacked file.
        write: Called with each chunk.

    Raises:
        ArchiveDamaged: The packed file is damaged, or unpacks to another length.
    """
    decompressor, missing = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACK_MEMORY_BYTES), length
    try:
        while not decompressor.eof and missing >= 0:
            chunk = packed.read(CHUNK_BYTES) if decompressor.needs_input else b""
            if decompressor.needs_input and not chunk:
                break
            content = decompressor.decompress(chunk, CHUNK_BYTES)
            missing -= len(content)
            write(content[: max(0, missing + len(content))])
    except (lzma.LZMAError, EOFError) as error:
        raise ArchiveDamaged(f"it can't be unpacked: {first_line(error)}") from error
    if missing or not decompressor.eof:
        raise ArchiveDamaged("it unpacks to another length than the manifest says")
