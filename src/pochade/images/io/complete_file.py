"""Complete files whose end is missing: PNG, JPEG, GIF, WebP and BMP, which every browser shows, and JPEG 2000.

A copy that was interrupted, or a full disk, leaves such files. What is there is read, and a note says what is missing.
A note also keeps the file from being an exact duplicate, and the cover of a family if a part of its pixels is lost.
"""

# ruff: noqa: PLR2004  # numbers of the file formats

import struct
import zlib
from dataclasses import dataclass

from pochade.errors import PictureDamaged
from pochade.images.base.source import Source
from pochade.images.formats.gif import find_gif_end
from pochade.images.formats.jpeg2000 import J2K_SIGNATURE, JP2_SIGNATURE
from pochade.images.formats.jpeg_damage import MIN_SHARE, is_jpeg_damaged, scan_jpeg
from pochade.images.formats.png import PNG_SIGNATURE, make_png_chunk
from pochade.images.io.cut_jpeg2000 import fill_jpeg2000
from pochade.images.io.missing_pixels import FilledFile, fill_bmp, fill_gif, fill_webp

END_MISSING_NOTE = "its end is missing"
PART_DESTROYED_NOTE = "a part of it is destroyed"
DAMAGE_NOTES = frozenset((END_MISSING_NOTE, PART_DESTROYED_NOTE))
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # stored values per pixel of a PNG, by colour type
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # Adam7
_ANIMATION_CHUNKS = {b"acTL", b"fcTL", b"fdAT"}
_FILLERS = {
    b"RIFF": fill_webp, b"BM": fill_bmp, JP2_SIGNATURE[:8]: fill_jpeg2000, J2K_SIGNATURE: fill_jpeg2000,
}  # fmt: skip
_ROW_COPIES = 3  # copies of the rows in memory while they are compressed again


@dataclass(frozen=True)
class CompleteFile:
    """A file that decoders read to its end, and what had to be added."""

    source: Source
    notes: tuple[str, ...] = ()


def complete_file(source: Source, *, with_pixels: bool = True) -> CompleteFile:
    """Complete a file whose end is missing; any other file is returned as it is.

    So is a file if less than a sixteenth of it is there: it shows nothing, and may lie about its size.

    Args:
        source: An open file of any format.
        with_pixels: Whether the pixels will be read; else only what the header needs is completed.

    Raises:
        PictureTooLarge: The completed file needs more memory than allowed.
    """
    start = source.read_at(0, 8)
    if start == PNG_SIGNATURE:
        return _complete_png(source, with_pixels=with_pixels)
    if start.startswith(b"\xff\xd8\xff") and with_pixels and source.size <= source.max_bytes // 4:
        return _complete_jpeg(source)
    if start[:6] in {b"GIF87a", b"GIF89a"}:
        return _complete_gif(source, with_pixels=with_pixels)
    fill = next((fill for signature, fill in _FILLERS.items() if start.startswith(signature)), None)
    return CompleteFile(source) if fill is None else _complete_with(source, fill(source, with_pixels=with_pixels))


def _complete_with(source: Source, filled: FilledFile | None) -> CompleteFile:
    if filled is None:
        return CompleteFile(source)
    notes = (END_MISSING_NOTE, PART_DESTROYED_NOTE) if filled.lacks_pixels else (END_MISSING_NOTE,)
    return CompleteFile(source.open_embedded(filled.content), notes)


def _complete_jpeg(source: Source) -> CompleteFile:
    content = source.read_all()
    scan = scan_jpeg(content)
    if not scan.has_pixels or not (scan.is_suspicious or scan.is_broken):
        return CompleteFile(source)
    if scan.has_end:
        damaged = scan.is_broken or is_jpeg_damaged(source, content, scan)
        return CompleteFile(source, (PART_DESTROYED_NOTE,) if damaged else ())
    notes: tuple[str, ...] = () if content.rstrip(b"\0").endswith(b"\xff\xd9") else (END_MISSING_NOTE,)
    content = content[: scan.end] + b"\xff\xd9"
    if is_jpeg_damaged(source, content, scan) or scan.is_broken:  # the first also refuses one that shows nothing
        notes += (PART_DESTROYED_NOTE,)
    return CompleteFile(source.open_embedded(content), notes)


def _complete_gif(source: Source, *, with_pixels: bool) -> CompleteFile:
    """End a GIF behind its last whole frame, or show what there is of its first frame."""
    try:
        end = find_gif_end(source)
    except PictureDamaged:
        return _complete_with(source, fill_gif(source, with_pixels=with_pixels))
    if end is None:
        return CompleteFile(source)
    return CompleteFile(source.open_embedded(source.read_all()[:end] + b";"), (END_MISSING_NOTE,))


@dataclass(frozen=True)
class _PngParts:
    """The chunks of a PNG whose end is missing."""

    shape: bytes  # the content of IHDR
    start: bytes  # the chunks before the pixels, without those of animations
    pixels: bytes  # the compressed rows, as far as they are there


def _complete_png(source: Source, *, with_pixels: bool) -> CompleteFile:
    """End a PNG behind its pixels, and fill missing rows with zeros.

    If less than a sixteenth of the rows is there, nothing is filled in, and its reader says that it is cut short.
    """
    parts = _split_cut_png(source)
    if parts is None or len(parts.shape) != 13 or parts.shape[9] not in _CHANNELS or not parts.pixels:
        return CompleteFile(source)
    notes: tuple[str, ...] = (END_MISSING_NOTE,)
    pixels = b""
    if with_pixels:
        width, height = struct.unpack(">II", parts.shape[:8])
        length = _row_bytes(width, height, parts.shape[8] * _CHANNELS[parts.shape[9]], interlaced=parts.shape[12] == 1)
        source.check_memory(width, height, length * _ROW_COPIES / max(1, width * height))
        rows = _decompress(parts.pixels, length)
        if len(rows) < length * MIN_SHARE:
            return CompleteFile(source)
        notes += (PART_DESTROYED_NOTE,) if len(rows) < length else ()
        pixels = zlib.compress(rows.ljust(length, b"\0"), 1)
    content = parts.start + make_png_chunk(b"IDAT", pixels) + make_png_chunk(b"IEND", b"")
    return CompleteFile(source.open_embedded(content), notes)


def _split_cut_png(source: Source) -> _PngParts | None:
    """Split a PNG without IEND into its parts; None if it has one."""
    offset, shape, start, pixels = 8, b"", [PNG_SIGNATURE], list[bytes]()
    while offset + 8 <= source.size:
        length, kind = struct.unpack(">I4s", source.read_at(offset, 8))
        if kind == b"IEND":
            return None
        end = offset + 12 + length
        if kind == b"IDAT":
            pixels.append(source.read_at(offset + 8, min(length, source.size - offset - 8)))
        elif end <= source.size and not pixels and kind not in _ANIMATION_CHUNKS:
            start.append(source.read_at(offset, 12 + length))
            shape = shape or (start[-1][8:-4] if kind == b"IHDR" else b"")
        offset = end
    return _PngParts(shape, b"".join(start), b"".join(pixels))


def _row_bytes(width: int, height: int, bits_per_pixel: int, *, interlaced: bool) -> int:
    """The bytes of all rows, with the byte of the filter before each."""
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, step_x, step_y in passes:
        columns, rows = -(-(width - left) // step_x), -(-(height - top) // step_y)
        total += rows * (1 + (columns * bits_per_pixel + 7) // 8) if columns > 0 and rows > 0 else 0
    return total


def _decompress(content: bytes, length: int) -> bytes:
    """Decompress as much as there is, at most `length` bytes; damage ends it."""
    decompressor, rows = zlib.decompressobj(), bytearray()
    for place in range(0, len(content), 65_536):
        try:
            rows += decompressor.decompress(content[place : place + 65_536], length - len(rows))
        except zlib.error:
            break
        if len(rows) >= length:
            break
    return bytes(rows)
