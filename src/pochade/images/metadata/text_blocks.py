"""Find the parts of a file that may hold texts, without decoding a pixel: EXIF, XMP, IPTC, and plain texts.

    JPEG ─► segments      PNG, WebP ─► chunks      TIFF ─► tags      PSD ─► resources      GIF ─► comments
    every format ─► a search for XMP, which is written as plain bytes so that any program finds it; and for EXIF

Sizes in a file are never believed: every read is bounded, and what is cut short is left out.
"""

# ruff: noqa: PLR2004  # numbers of the file formats

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from pochade.images.base.source import Source
from pochade.images.metadata.exif import EXIF_PREFIX
from pochade.images.metadata.exif_texts import (
    IPTC_TAG,
    PHOTOSHOP_TAG,
    XMP_TAG,
    decode_exif_text,
    find_exif_values,
)
from pochade.images.metadata.iptc import decode_text
from pochade.images.metadata.markup_texts import read_markup_texts

MAX_BLOCK_BYTES = 2**20
MAX_SEARCHED_BYTES = 2**26  # from the start of a file in a format whose parts are not known here
_MAX_PARTS = 100_000  # of one file
_XMP_SIGNATURE, _PHOTOSHOP_SIGNATURE = b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
_PNG_SIGNATURE, _TIFF_SIGNATURES = b"\x89PNG\r\n\x1a\n", (b"II*\0", b"MM\0*")
_XMP_START, _XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"
_MAX_PACKETS = 8  # of XMP, in a format whose parts are not known here
_EXIF_BLOCK = re.compile(rb"Exif\0{2,6}(?=II\*\0|MM\0\*)")  # in HEIC, AVIF and JPEG XL
_BLOCK_KINDS = {XMP_TAG: "xmp", IPTC_TAG: "iptc"}  # of a TIFF
_RESOURCE_NAMES = {1028: "iptc", 1058: "exif", 1060: "xmp"}  # of Photoshop
_RAW_PROFILE = re.compile(r"Raw profile type (exif|APP1|iptc|8bim|xmp)")  # of ImageMagick, in hexadecimal
_COMMENT, _FIRST_APP, _SCAN = 0xFE, 0xE0, 0xDA  # markers of a JPEG
_GIF_COMMENT = b"\xfe"


class TextBlock(NamedTuple):
    """A part of a file that may hold texts."""

    kind: str  # exif, xmp, iptc, or text
    content: bytes  # EXIF without its prefix; a text as UTF-8
    name: str = ""  # of a text


def find_text_blocks(source: Source) -> Iterator[TextBlock]:
    """Yield the parts of an open picture that may hold texts, in the file's order."""
    start = source.read_at(0, 12)
    if start.startswith(b"\xff\xd8"):
        yield from _jpeg_blocks(source)
    elif start.startswith(_PNG_SIGNATURE):
        yield from _png_blocks(source)
    elif start.startswith(b"RIFF") and start[8:] == b"WEBP":
        yield from _webp_blocks(source)
    elif start.startswith(_TIFF_SIGNATURES):
        yield from _tiff_blocks(source)
    elif start.startswith(b"8BPS"):
        yield from _psd_blocks(source)
    else:
        content = source.read_at(0, MAX_SEARCHED_BYTES)
        texts = _gif_comments(content) if start.startswith(b"GIF8") else read_markup_texts(content)
        yield from (TextBlock("text", text.encode("utf-8", "replace")) for text in texts)
        yield from _xmp_packets(content)
        if match := _EXIF_BLOCK.search(content):
            yield TextBlock("exif", content[match.end() : match.end() + MAX_BLOCK_BYTES])


def _jpeg_blocks(source: Source) -> Iterator[TextBlock]:
    position = 2
    for _ in range(_MAX_PARTS):
        head = source.read_at(position, 4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == _SCAN:
            return
        if head[1] == 0xFF:  # padding
            position += 1
            continue
        length = int.from_bytes(head[2:])
        if head[1] == _COMMENT or head[1] >= _FIRST_APP:
            yield from _segment_blocks(head[1], source.read_at(position + 4, length - 2) if length > 2 else b"")
        position += 2 + length


def _segment_blocks(marker: int, content: bytes) -> Iterator[TextBlock]:
    if marker == _COMMENT:
        yield TextBlock("text", decode_text(content).encode(), "Comment")
    elif marker == _FIRST_APP + 1 and content.startswith(EXIF_PREFIX):
        yield TextBlock("exif", content[len(EXIF_PREFIX) :])
    elif marker == _FIRST_APP + 1 and content.startswith(_XMP_SIGNATURE):
        yield TextBlock("xmp", content[len(_XMP_SIGNATURE) :])
    elif marker == _FIRST_APP + 13 and content.startswith(_PHOTOSHOP_SIGNATURE):
        yield from _resource_blocks(content[len(_PHOTOSHOP_SIGNATURE) :])


def _resource_blocks(content: bytes) -> Iterator[TextBlock]:
    """The blocks in image resources of Photoshop: signature, number, a name of even length, length, content."""
    position = 0
    while content[position : position + 4] == b"8BIM" and position + 7 <= len(content):
        number = int.from_bytes(content[position + 4 : position + 6])
        name_bytes = 1 + content[position + 6]
        start = position + 6 + name_bytes + name_bytes % 2 + 4
        length = int.from_bytes(content[start - 4 : start])
        if number in _RESOURCE_NAMES:
            yield TextBlock(_RESOURCE_NAMES[number], content[start : start + min(length, MAX_BLOCK_BYTES)])
        position = start + length + length % 2


def _png_blocks(source: Source) -> Iterator[TextBlock]:
    position = len(_PNG_SIGNATURE)
    for _ in range(_MAX_PARTS):
        head = source.read_at(position, 8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length, kind = int.from_bytes(head[:4]), head[4:]
        if kind == b"eXIf":
            yield TextBlock("exif", source.read_at(position + 8, min(length, MAX_BLOCK_BYTES)))
        elif kind in {b"tEXt", b"zTXt", b"iTXt"}:
            yield from _png_text(kind, source.read_at(position + 8, min(length, MAX_BLOCK_BYTES)))
        position += length + 12


def _png_text(kind: bytes, content: bytes) -> Iterator[TextBlock]:
    """The text of a chunk: keyword, 0, and then, by the kind of chunk, how it is packed, its language, the text."""
    keyword, _, rest = content.partition(b"\0")
    name = keyword.decode("latin-1")
    if kind == b"zTXt":
        rest = _unpack(rest[1:])
    elif kind == b"iTXt":
        is_packed, (_, _, text) = rest[:1] == b"\1", _split_twice(rest[2:])
        rest = _unpack(text) if is_packed else text
    if name == "XML:com.adobe.xmp":
        yield TextBlock("xmp", rest)
    elif profile := _RAW_PROFILE.fullmatch(name):
        yield from _raw_profile(profile[1], rest)
    else:
        yield TextBlock("text", rest if kind == b"iTXt" else decode_text(rest).encode(), name)


def _split_twice(content: bytes) -> tuple[bytes, bytes, bytes]:
    first, _, rest = content.partition(b"\0")
    second, _, text = rest.partition(b"\0")
    return first, second, text


def _unpack(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, MAX_BLOCK_BYTES)
    except zlib.error:
        return b""


def _raw_profile(kind: str, text: bytes) -> Iterator[TextBlock]:
    """A block in hexadecimal, below its name and its length."""
    try:
        _, _, digits = text.strip().split(b"\n", 2)
        block = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return
    if kind in {"iptc", "8bim"}:
        yield from _resource_blocks(block) if block.startswith(b"8BIM") else (TextBlock("iptc", block),)
    elif kind == "xmp" or block.startswith(_XMP_SIGNATURE):
        yield TextBlock("xmp", block.removeprefix(_XMP_SIGNATURE))
    else:
        yield TextBlock("exif", block.removeprefix(EXIF_PREFIX))


def _webp_blocks(source: Source) -> Iterator[TextBlock]:
    position = 12
    for _ in range(_MAX_PARTS):
        head = source.read_at(position, 8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "little")
        if head[:4] in {b"EXIF", b"XMP "}:
            content = source.read_at(position + 8, min(length, MAX_BLOCK_BYTES))
            yield TextBlock(head[:4].strip().decode().lower(), content.removeprefix(EXIF_PREFIX))
        position += 8 + length + length % 2


def _tiff_blocks(source: Source) -> Iterator[TextBlock]:
    byte_order = source.read_at(0, 2)
    for value in find_exif_values(source.read_at):
        if value.tag in _BLOCK_KINDS:
            yield TextBlock(_BLOCK_KINDS[value.tag], value.content)
        elif value.tag == PHOTOSHOP_TAG:
            yield from _resource_blocks(value.content)
        else:
            yield TextBlock("text", decode_exif_text(value, byte_order).encode("utf-8", "replace"))


def _psd_blocks(source: Source) -> Iterator[TextBlock]:
    """The image resources of a PSD: behind the header of 26 bytes and the palette."""
    palette_length = int.from_bytes(source.read_at(26, 4))
    start = 30 + palette_length
    length = min(int.from_bytes(source.read_at(start, 4)), MAX_SEARCHED_BYTES)
    yield from _resource_blocks(source.read_at(start + 4, length))


def _xmp_packets(content: bytes) -> Iterator[TextBlock]:
    start = 0
    for _ in range(_MAX_PACKETS):
        start = content.find(_XMP_START, start)
        end = content.find(_XMP_END, start, start + MAX_BLOCK_BYTES) if start >= 0 else -1
        if end < 0:
            return
        yield TextBlock("xmp", content[start : end + len(_XMP_END)])
        start = end


def _gif_comments(content: bytes) -> Iterator[str]:
    """The comments of a GIF before its first frame, where programs write them."""
    position = 13 + (3 << (content[10:11] or b"\0")[0] % 8 + 1) * (content[10:11] > b"\x7f")
    while content[position : position + 1] == b"!":
        label, text, position = content[position + 1 : position + 2], b"", position + 2
        while length := int.from_bytes(content[position : position + 1]):
            text += content[position + 1 : position + 1 + length]
            position += 1 + length
        position += 1
        if label == _GIF_COMMENT:
            yield decode_text(text[:MAX_BLOCK_BYTES])
