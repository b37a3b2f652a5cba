"""Fill in what a JPEG 2000 lacks because its end is missing.

Its pixels are divided into tiles, and those into packets. Zeros stand for packets without content, so zeros up to the
length that the last tile states let its decoder show what is there: all of a tile, but coarser. Missing tiles stay
black.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections import Counter
from typing import NamedTuple

from pochade.images.base.filled_file import MIN_SHARE, FilledFile
from pochade.images.base.source import Source
from pochade.images.formats.signatures import J2K_SIGNATURE

_TILE_PART, _END = 0xFF90, b"\xff\xd9"  # markers
_MAX_SEGMENTS = 200_000
_COPIES = 3  # of the file in memory
_UNKNOWN_REST = 2**16  # zeros for a tile that states no length; each may be a packet


class _Codestream(NamedTuple):
    """Where the pixels are stored."""

    start: int
    stated_end: int  # 0 if the file does not say


class _TilePart(NamedTuple):
    """A part of a tile; the last one in the file may be cut."""

    offset: int
    tile: int
    length: int  # 0 if the file does not say
    parts: int  # of its tile; 0 if the file does not say


def fill_jpeg2000(source: Source, *, with_pixels: bool) -> FilledFile | None:
    """Complete a JPEG 2000 whose end is missing.

    Args:
        source: The file.
        with_pixels: Whether the pixels will be read; the header needs none of them.

    Returns:
        A whole file; None if nothing is missing, or if less than a sixteenth is there.
    """
    stream = _find_codestream(source)
    if stream is None or not _is_cut(source, stream):
        return None
    parts = _tile_parts(source, stream.start)
    if not parts:
        return None
    last = parts[-1]
    end = last.offset + last.length if last.length else max(stream.stated_end - 2, source.size + _UNKNOWN_REST)
    if end > source.max_bytes // _COPIES or _share_there(source, stream.start, parts, end) < MIN_SHARE:
        return None
    stored = source.read_at(0, min(source.size, end))
    content = (stored.ljust(end, b"\0") if with_pixels else stored) + _END
    return FilledFile(_with_box_length(content, stream.start), lacks_pixels=_lacks_parts(source, stream.start, parts))


def _find_codestream(source: Source) -> _Codestream | None:
    """Find the codestream; None if it does not begin in what is there."""
    if source.read_at(0, 4) == J2K_SIGNATURE:
        return _Codestream(0, 0)
    offset = 0
    for _ in range(_MAX_SEGMENTS):
        head = source.read_at(offset, 16)
        if len(head) < 16:
            return None
        length, kind = struct.unpack(">I4s", head[:8])
        if kind == b"jp2c":
            # a length of 64 bits is only needed for more than 4 GB
            starts = head[8:12] == J2K_SIGNATURE and length != 1
            return _Codestream(offset + 8, offset + length if length else 0) if starts else None
        if length < 8:
            return None
        offset += length
    return None


def _is_cut(source: Source, stream: _Codestream) -> bool:
    if stream.stated_end:
        return stream.stated_end > source.size
    return source.read_at(source.size - 2, 2) != _END


def _tile_parts(source: Source, start: int) -> list[_TilePart]:
    """The parts of tiles whose header is there, in the order of the file."""
    offset, parts = start + 2, list[_TilePart]()
    for _ in range(_MAX_SEGMENTS):
        head = source.read_at(offset, 12)
        if len(head) < 12:
            break
        marker, length = struct.unpack(">HH", head[:4])
        if marker >> 8 != 0xFF or length < 2:
            break  # the decoder says what is wrong
        if marker == _TILE_PART:
            tile, size, _, count = struct.unpack(">HIBB", head[4:12])
            parts.append(_TilePart(offset, tile, size, count))
            if not size or size < 12:
                break
            offset += size
        else:
            offset += 2 + length
    return parts


def _tile_count(source: Source, start: int) -> int:
    right, lower, left, upper, width, height, first_x, first_y = struct.unpack(
        ">8I", source.read_exactly(start + 8, 32)
    )
    if not width or not height or right <= left or lower <= upper:
        raise source.damage_error("its header has invalid values")
    return -(-(right - first_x) // width) * -(-(lower - first_y) // height)


def _share_there(source: Source, start: int, parts: list[_TilePart], end: int) -> float:
    """About how much of all pixels' data is there."""
    last = parts[-1]
    of_last = min(1.0, (source.size - last.offset) / max(1, end - last.offset)) if last.length else 1.0
    before = {part.tile for part in parts[:-1]} - {last.tile}
    return (len(before) + of_last) / max(1, _tile_count(source, start))


def _lacks_parts(source: Source, start: int, parts: list[_TilePart]) -> bool:
    """Whether a tile, or a part of one, is missing or cut."""
    last, present = parts[-1], Counter(part.tile for part in parts)
    is_cut = not last.length or last.offset + last.length > source.size
    lacks_some = any(present[part.tile] < part.parts for part in parts)
    return is_cut or lacks_some or len(present) < _tile_count(source, start)


def _with_box_length(content: bytes, start: int) -> bytes:
    """The file with a box of the codestream that reaches to its end."""
    return content if not start else content[: start - 8] + bytes(4) + content[start - 4 :]
