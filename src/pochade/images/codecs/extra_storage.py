"""Stores extra data of a JPEG or PNG in the file of another format, and reads it again; docs/format.md says where."""

# numbers of the file formats

import io
import struct

from pochade.images.base.source import Source
from pochade.images.codecs.extra_data import NO_EXTRA_DATA, ExtraData
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.formats.isobmff import make_box, top_level_boxes
from pochade.images.formats.png import make_png_chunk
from pochade.images.formats.webp import webp_chunks

EXTRA_BOX_ID = bytes.fromhex("0B6DBB3C5A2B4E0F9C3F6A1D5E7B8C24")
WEBP_CHUNK, PNG_CHUNK = b"pchd", b"exTr"
_PNG_HEADER_BYTES = 33  # of signature and first chunk
_PNG_CHUNKS_FOR_ANY_PICTURE = {b"tEXt", b"zTXt", b"iTXt", b"tIME"}  # the others depend on the kind of pixels
_VP8X_FLAGS_OF_NOTHING = bytes(4)


def extra_box(extra: ExtraData) -> bytes:
    """The box that holds extra data behind the last box of an AVIF or JPEG XL; no bytes if there is no data."""
    return make_box(b"uuid", EXTRA_BOX_ID + extra.origin + extra.content) if extra else b""


def add_to_webp(content: bytes, extra: ExtraData, width: int, height: int) -> bytes:
    """Add extra data to a WebP of a size in pixels, as its last chunk."""
    if not extra:
        return content
    body = content[8:]
    if not body.startswith(b"WEBPVP8X"):  # only the extended form may have further chunks
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = b"WEBP" + _webp_chunk(b"VP8X", _VP8X_FLAGS_OF_NOTHING + sides) + body[4:]
    body += _webp_chunk(WEBP_CHUNK, extra.origin + extra.content)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def add_to_png(content: bytes, extra: ExtraData) -> bytes:
    """Add extra data to a PNG: text and time of a PNG as its own chunks, everything else in a private chunk."""
    plain, others = b"", extra.content
    if extra.origin == b"PNG ":
        chunks = _split_chunks(extra.content)
        plain = b"".join(chunk for chunk in chunks if chunk[4:8] in _PNG_CHUNKS_FOR_ANY_PICTURE)
        others = b"".join(chunk for chunk in chunks if chunk[4:8] not in _PNG_CHUNKS_FOR_ANY_PICTURE)
    added = plain + (make_png_chunk(PNG_CHUNK, extra.origin + others) if others else b"")
    return content[:_PNG_HEADER_BYTES] + added + content[_PNG_HEADER_BYTES:]


def read_extra_data(content: bytes) -> ExtraData:
    """Read the extra data of an AVIF, JPEG XL or WebP; files without boxes or chunks have none."""
    source = Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES)
    if content.startswith(b"RIFF"):
        stored = [source.read_exactly(*span) for kind, *span in webp_chunks(source) if kind == WEBP_CHUNK]
    elif content[4:8] in {b"ftyp", b"JXL "}:
        boxes = [source.read_exactly(*span) for kind, *span in top_level_boxes(source) if kind == b"uuid"]
        stored = [box.removeprefix(EXTRA_BOX_ID) for box in boxes if box.startswith(EXTRA_BOX_ID)]
    else:
        return NO_EXTRA_DATA
    return ExtraData(stored[-1][:4], stored[-1][4:]) if stored else NO_EXTRA_DATA


def _webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _split_chunks(content: bytes) -> list[bytes]:
    """Split bytes into PNG chunks with their lengths, types and checksums."""
    chunks, position = [], 0
    while position < len(content):
        end = position + 12 + int.from_bytes(content[position : position + 4])
        chunks.append(content[position:end])
        position = end
    return chunks
