"""The headers of a BMP: its size, where its pixels lie, and what it says about its colours.

    file header (14 bytes) -> information header, in several versions -> bit fields or palette -> pixels -> profile

From version 4 on, the information header names the colours: as sRGB, by primaries and gammas, or by an ICC profile.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from dataclasses import dataclass

from pochade.images.base.primaries import Chromaticity, Primaries, span_colours
from pochade.images.base.source import Source
from pochade.images.metadata.colour_tags import ColourTags

_FILE_HEADER_BYTES, _CORE_BYTES, _PLAIN_BYTES, _VERSION_4_BYTES, _VERSION_5_BYTES = 14, 12, 40, 108, 124
_RUN_LENGTHS, _BIT_FIELD_KINDS = {1, 2}, {3, 6}  # kinds of compression
_CALIBRATED, _EMBEDDED_PROFILE = b"\0\0\0\0", b"DEBM"  # kinds of colour spaces
_FIXED_2_30, _FIXED_16_16 = 2**30, 2**16
_METRES_PER_INCH = 0.0254
_MAX_SIDE = 2**31 - 1


@dataclass(frozen=True)
class BmpLayout:
    """What the headers state."""

    width: int
    height: int
    is_top_down: bool  # else the lowest row comes first
    bits: int  # per pixel
    compression: int
    pixels_at: int  # offset
    file_bytes: int  # of the whole file, as it states, which may be wrong
    masks: tuple[int, int, int, int]  # the bits of red, green, blue and alpha; only of bit fields
    dpi: tuple[float, float] | None
    colours: ColourTags

    @property
    def row_bytes(self) -> int:
        """Bytes of a row that is not compressed."""
        return (self.width * self.bits + 31) // 32 * 4

    @property
    def has_run_lengths(self) -> bool:
        """Whether the pixels are compressed."""
        return self.compression in _RUN_LENGTHS

    @property
    def has_bit_fields(self) -> bool:
        """Whether masks say which bits of a pixel are which colour."""
        return self.compression in _BIT_FIELD_KINDS and self.bits in {16, 32} and any(self.masks[:3])


def read_bmp_layout(source: Source) -> BmpLayout:
    """Read the headers.

    Raises:
        PictureDamaged: They are cut short.
    """
    file_bytes, pixels_at, length = struct.unpack("<I4xII", source.read_exactly(2, 16))
    if length < _PLAIN_BYTES:
        width, height, bits = struct.unpack("<HH2xH", source.read_exactly(18, 8))
        return BmpLayout(width, height, False, bits, 0, pixels_at, file_bytes, (0, 0, 0, 0), None, ColourTags())
    header = source.read_exactly(_FILE_HEADER_BYTES, min(length, _VERSION_5_BYTES))
    width, height, bits, compression, across, down = struct.unpack("<ii2xHI4xii", header[4:32])
    dpi = (across * _METRES_PER_INCH, down * _METRES_PER_INCH) if across > 0 and down > 0 else None
    return BmpLayout(
        width, min(abs(height), _MAX_SIDE), height < 0, bits, compression, pixels_at, file_bytes,
        _read_masks(source, header, compression), dpi, _read_colours(source, header),
    )  # fmt: skip


def _read_masks(source: Source, header: bytes, compression: int) -> tuple[int, int, int, int]:
    """The masks of bit fields, which lie in a long header or behind a short one; zeros without any."""
    if compression not in _BIT_FIELD_KINDS:
        return 0, 0, 0, 0
    count = 3 if len(header) < 56 and compression == 3 else 4
    content = source.read_exactly(_FILE_HEADER_BYTES + _PLAIN_BYTES, 4 * count).ljust(16, b"\0")
    red, green, blue, alpha = struct.unpack("<4I", content)
    return red, green, blue, alpha


def _read_colours(source: Source, header: bytes) -> ColourTags:
    """What the header says about the colours; before version 4 it says nothing."""
    if len(header) < _VERSION_4_BYTES:
        return ColourTags()
    kind = header[56:60]
    if kind == _EMBEDDED_PROFILE and len(header) == _VERSION_5_BYTES:
        offset, size = struct.unpack("<II", header[112:120])
        return ColourTags(icc=source.read_at(_FILE_HEADER_BYTES + offset, min(size, source.size)) or None)
    if kind != _CALIBRATED:
        return ColourTags(srgb=True)
    gammas = [value / _FIXED_16_16 for value in struct.unpack("<3I", header[96:108])]
    gamma = 3 / sum(gammas) if all(gammas) else None  # a profile of ours has one for all channels
    return ColourTags(gamma=gamma, primaries=_parse_endpoints(header[60:96]))


def _parse_endpoints(content: bytes) -> Primaries | None:
    """The primaries by the XYZ of red, green and blue; None if they are impossible. White is their sum."""
    numbers = [value / _FIXED_2_30 for value in struct.unpack("<9i", content)]
    colours = [numbers[start : start + 3] for start in (0, 3, 6)]
    colours.append([sum(values) for values in zip(*colours, strict=True)])
    try:
        red, green, blue, white = (_chromaticity(colour) for colour in colours)
    except ZeroDivisionError:
        return None
    primaries = Primaries(red, green, blue, white)
    return primaries if span_colours(primaries) else None


def _chromaticity(xyz: list[float]) -> Chromaticity:
    total = sum(xyz)
    return xyz[0] / total, xyz[1] / total
