"""The sections of PSD and PSB files (Adobe Photoshop File Formats Specification).

    header (26 bytes) -> palette -> resources -> layers -> merged picture, channel by channel

Each section but the first and the last begins with its length.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pochade.images.base.source import Source

GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 1, 2, 3, 4, 7, 8, 9  # colour modes
PSD_COLOUR_CHANNELS = {0: 1, GREY: 1, INDEXED: 3, RGB: 3, CMYK: 4, MULTICHANNEL: 1, DUOTONE: 1, LAB: 3}  # 0: bitmap
_RESOURCE_SIGNATURES = {b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"}

Span = tuple[int, int]  # offset and length in bytes


@dataclass(frozen=True)
class PsdLayout:
    """The header of a PSD and the place of its sections."""

    large: bool  # whether it is a PSB, whose lengths take twice the bytes
    planes: int  # channels of the merged picture, with alpha and masks
    height: int
    width: int
    depth: int  # bits per channel: 1, 8, 16 or 32
    mode: int  # colour mode
    palette: Span
    resources: dict[int, Span]  # by number
    has_alpha: bool  # whether the first channel after the colours is the picture's alpha
    merged: int  # offset of the merged picture

    @property
    def stored_colour_channels(self) -> int:
        """Colour channels in the file; the indices into a palette are one."""
        return 1 if self.mode == INDEXED else PSD_COLOUR_CHANNELS[self.mode]

    def read_resource(self, source: Source, number: int) -> bytes | None:
        """Read the content of a resource; None if the file does not have it."""
        return source.read_at(*self.resources[number]) if number in self.resources else None


def read_psd_layout(source: Source) -> PsdLayout:
    """Read the header and walk over the sections.

    Raises:
        PictureDamaged: The header is invalid, or a section reaches beyond the end of the file.
    """
    version, planes, height, width, depth, mode = struct.unpack(">H6xHIIHH", source.read_exactly(4, 22))
    if mode not in PSD_COLOUR_CHANNELS or depth not in {1, 8, 16, 32} or version not in {1, 2}:
        raise source.damage_error("its header has invalid values")
    large = version == 2
    palette, end = _read_section(source, 26, 4)
    resources, end = _read_section(source, end, 4)
    layers, end = _read_section(source, end, 8 if large else 4)
    layout = PsdLayout(
        large, planes, height, width, depth, mode, palette, dict(_resources(source, *resources)), False, end
    )
    if planes > layout.stored_colour_channels and _has_negative_layer_count(source, layers, large=large):
        return replace(layout, has_alpha=True)
    return layout


def _read_section(source: Source, start: int, length_bytes: int) -> tuple[Span, int]:
    """Read a length of `length_bytes` bytes; return the span of the content, and the offset behind the content."""
    length = int.from_bytes(source.read_exactly(start, length_bytes))
    start += length_bytes
    if start + length > source.size:
        raise source.truncation_error(start + length)
    return (start, length), start + length


def _resources(source: Source, start: int, length: int) -> Iterator[tuple[int, Span]]:
    """The number and span of each resource; stops at the first invalid one."""
    end = start + length
    while start + 12 <= end:
        signature, number, name_length = struct.unpack(">4sHB", source.read_exactly(start, 7))
        start += 6 + (name_length + 2) // 2 * 2
        if signature not in _RESOURCE_SIGNATURES or start + 4 > end:
            return
        size = int.from_bytes(source.read_exactly(start, 4))
        if start + 4 + size > end:
            return
        yield number, (start + 4, size)
        start += 4 + size + size % 2


def _has_negative_layer_count(source: Source, layers: Span, *, large: bool) -> bool:
    """Whether the number of layers is negative, which marks a merged picture with alpha."""
    start, length = layers
    length_bytes = 8 if large else 4
    if length < length_bytes + 2 or not int.from_bytes(source.read_exactly(start, length_bytes)):
        return False
    return source.read_exactly(start + length_bytes, 1)[0] >= 0x80
