"""Into how many parts a JPEG 2000 divides its pixels: a few bytes may ask for one part per pixel.

Its pixels are divided into tiles, precincts and blocks. For each of them a decoder takes memory, even if nothing is
stored of it. Honest files have parts of 32 x 32 pixels or more.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pochade.errors import PictureTooLarge
from pochade.images.base.source import Source

_CODING_STYLE, _COMPONENT_STYLE, _TILE_PART, _TILE_DATA = 0xFF52, 0xFF53, 0xFF90, 0xFF93  # markers
_MAX_SEGMENTS = 200_000  # tiles have one or two each
_WHOLE_PRECINCT = 0xFF  # both exponents are 15: one precinct for everything
_MAX_EXPONENT_OF_BLOCK = 10
_PRECINCT_WEIGHT = 4  # a precinct takes about four times as much memory as a block
_FREE_WEIGHT = 300_000  # that any picture may have
_PIXELS_PER_WEIGHT = 16


@dataclass(frozen=True)
class _CodingStyle:
    """How a tile, or one channel of it, is divided."""

    precincts: tuple[tuple[int, int], ...]  # exponents of width and height, the smallest resolution first
    block: tuple[int, int]  # exponents of width and height


def check_part_count(source: Source, start: int, end: int) -> None:
    """Check the number of parts of a codestream; the places of its start and its end are given.

    Raises:
        PictureTooLarge: It has far more parts than its pixels need.
        PictureDamaged: A segment is cut short or impossible.
    """
    right, lower, left, upper, tile_width, tile_height = struct.unpack(">6I", source.read_exactly(start + 8, 24))
    width, height = right - left, lower - upper
    channels = int.from_bytes(source.read_exactly(start + 40, 2))
    if not tile_width or not tile_height:
        raise source.damage_error("its header has invalid values")
    tile = (min(tile_width, width), min(tile_height, height))
    tiles = -(-width // tile[0]) * -(-height // tile[1])
    allowed = _FREE_WEIGHT + width * height // _PIXELS_PER_WEIGHT
    for style in _coding_styles(source, start, end):
        if (weight := tiles * channels * _weigh_parts(style, tile)) > allowed:
            reason = f"divides its {width:,} x {height:,} pixels into far more parts than they need ({weight:,})"
            raise PictureTooLarge.about(source.name, reason, "save another copy of it")


def _weigh_parts(style: _CodingStyle, tile: tuple[int, int]) -> int:
    """The parts of one channel of a tile, each by the memory that it takes."""
    weight, last = 0, len(style.precincts) - 1
    for resolution, precinct in enumerate(style.precincts):
        sides = [max(1, side >> (last - resolution)) for side in tile]
        blocks = [min(exponents) for exponents in zip(style.block, precinct, strict=True)]
        weight += _PRECINCT_WEIGHT * _count(sides, precinct) + _count(sides, blocks)
    return weight


def _count(sides: "list[int]", exponents: "list[int] | tuple[int, ...]") -> int:
    """How many parts with these exponents of their sides cover an area."""
    across, down = (-(-side // (1 << exponent)) for side, exponent in zip(sides, exponents, strict=True))
    return across * down


def _coding_styles(source: Source, start: int, end: int) -> Iterator[_CodingStyle]:
    """The styles in the main header, and in the headers of tiles, whose data are passed over."""
    offset, tile_end = start + 2, end
    for _ in range(_MAX_SEGMENTS):
        if offset + 4 > end:
            return
        marker, length = struct.unpack(">HH", source.read_exactly(offset, 4))
        if marker == _TILE_DATA:
            offset = tile_end
            continue
        if marker >> 8 != 0xFF or length < 2:
            return  # the decoder says what is wrong
        content = source.read_exactly(offset + 4, length - 2)
        if marker == _TILE_PART:
            tile_end = offset + int.from_bytes(content[2:6]) if any(content[2:6]) else end
        yield from _parse_style(marker, content)
        offset += 2 + length
    raise source.damage_error(f"it has more than {_MAX_SEGMENTS:,} segments")


def _parse_style(marker: int, content: bytes) -> Iterator[_CodingStyle]:
    """The style in a segment, if it holds one: levels, block width and height, and a byte for each resolution."""
    if marker not in {_CODING_STYLE, _COMPONENT_STYLE}:
        return
    has_precincts, settings = (content[:1], content[5:]) if marker == _CODING_STYLE else (content[1:2], content[2:])
    if len(settings) < 5:
        return
    levels = settings[0]
    sizes = settings[5 : 6 + levels] if has_precincts[0] & 1 else b""
    sizes = sizes.ljust(levels + 1, bytes([_WHOLE_PRECINCT]))
    block = (min(settings[1] + 2, _MAX_EXPONENT_OF_BLOCK), min(settings[2] + 2, _MAX_EXPONENT_OF_BLOCK))
    yield _CodingStyle(tuple((size & 15, size >> 4) for size in sizes), block)
