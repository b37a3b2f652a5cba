"""Complete a PNG whose end is missing."""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
import zlib
from dataclasses import dataclass

from pochade.images.base.filled_file import MIN_SHARE, FilledFile
from pochade.images.base.source import Source
from pochade.images.formats.png import make_png_chunk
from pochade.images.formats.signatures import PNG_SIGNATURE

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # stored values per pixel, by colour type
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # Adam7
_ANIMATION_CHUNKS = {b"acTL", b"fcTL", b"fdAT"}
_ROW_COPIES = 3  # copies of the rows in memory while they are compressed again


@dataclass(frozen=True)
class _PngParts:
    """The chunks of a PNG whose end is missing."""

    shape: bytes  # the content of IHDR
    start: bytes  # the chunks before the pixels, without those of animations
    pixels: bytes  # the compressed rows, as far as they are there


def fill_png(source: Source, *, with_pixels: bool) -> FilledFile | None:
    """End a PNG behind its pixels, and fill missing rows with zeros.

    If less than a sixteenth of the rows is there, nothing is filled in, and its reader says that it is cut short.

    Args:
        source: The file.
        with_pixels: Whether the pixels will be read; the header needs none of them.

    Returns:
        A whole file; None if nothing is missing, or if less than a sixteenth is there.

    Raises:
        PictureTooLarge: The rows need more memory than allowed.
    """
    parts = _split_cut_png(source)
    if parts is None or len(parts.shape) != 13 or parts.shape[9] not in _CHANNELS or not parts.pixels:
        return None
    pixels, lacks_pixels = b"", False
    if with_pixels:
        width, height = struct.unpack(">II", parts.shape[:8])
        length = _row_bytes(width, height, parts.shape[8] * _CHANNELS[parts.shape[9]], interlaced=parts.shape[12] == 1)
        source.check_memory(width, height, length * _ROW_COPIES / max(1, width * height))
        rows = _decompress(parts.pixels, length)
        if len(rows) < length * MIN_SHARE:
            return None
        lacks_pixels = len(rows) < length
        pixels = zlib.compress(rows.ljust(length, b"\0"), 1)
    content = parts.start + make_png_chunk(b"IDAT", pixels) + make_png_chunk(b"IEND", b"")
    return FilledFile(content, lacks_pixels=lacks_pixels)


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
