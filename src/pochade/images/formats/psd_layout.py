"""The sections of PSD and PSB files (Adobe Photoshop File Formats Specification).

    header (26 bytes) -> palette -> resources -> layers -> merged picture, channel by channel

Each section but the first and the last begins with its length.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pochade.images.base.source import Source

GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 1, 2, 3, 4, 7, 8, 9  # colour modes
PSD_COLOUR_CHANNELS = {0: 1, GREY: 1, INDEXED: 3, RGB: 3, CMYK: 4, MULTICHANNEL: 1, DUOTONE: 1, LAB: 3}  # 0: bitmap
_RESOURCE_SIGNATURES = {b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"}
_BLOCK_SIGNATURES = {b"8BIM", b"8B64"}
_DEEP_LAYER_KEYS = {b"Layr", b"Lr16", b"Lr32"}  # blocks with the layers of a file of 16 or 32 bits
_MERGED_ALPHA_KEYS = {b"Mtrn", b"Mt16", b"Mt32"}  # empty blocks: the merged picture has alpha
_LONG_LENGTH_KEYS = (
    _DEEP_LAYER_KEYS | _MERGED_ALPHA_KEYS | {b"LMsk", b"Alph", b"FMsk", b"lnk2", b"FEid", b"FXid", b"PxSD"}
)
_MAX_LAYERS = 10_000  # whose places are read

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
    layer_infos: tuple[Span, ...]  # the places that hold layers: one for a file of 8 bits, a block for deeper ones
    layer_pixels: tuple[int, ...]  # width times height of each layer; empty layers and folders are left out
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
    has_alpha, layer_infos, layer_pixels = _read_layers(source, layers, large=large)
    has_alpha = has_alpha and planes > (1 if mode == INDEXED else PSD_COLOUR_CHANNELS[mode])
    places = dict(_resources(source, *resources))
    return PsdLayout(
        large, planes, height, width, depth, mode, palette, places, has_alpha, layer_infos, layer_pixels, end
    )


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


def _read_layers(source: Source, layers: Span, *, large: bool) -> tuple[bool, tuple[Span, ...], tuple[int, ...]]:
    """Whether the merged picture has alpha, the places that hold layers, and the pixels of each layer.

    Files of 8 bits hold their layers at the start of the section. Files of 16 and 32 bits leave that part empty, and
    hold the layers in a tagged block at the end.
    """
    start, length = layers
    if not length:
        return False, (), ()
    length_bytes = 8 if large else 4
    info, end = _read_section(source, start, length_bytes)
    has_alpha, layer_pixels = _read_layer_info(source, info, large=large)
    infos: tuple[Span, ...] = (info,)
    if start + length - end < 4:  # there is no mask and no block
        return has_alpha, infos, layer_pixels
    _, end = _read_section(source, end, 4)  # the mask of all layers
    for key, block in _blocks(source, end, start + length, large=large):
        has_alpha = has_alpha or key in _MERGED_ALPHA_KEYS
        if key in _DEEP_LAYER_KEYS:
            deep_alpha, deep_pixels = _read_layer_info(source, block, large=large)
            has_alpha, layer_pixels = has_alpha or deep_alpha, layer_pixels + deep_pixels
            infos += (block,)
    return has_alpha, infos, layer_pixels


def _blocks(source: Source, offset: int, end: int, *, large: bool) -> Iterator[tuple[bytes, Span]]:
    """The key and span of each tagged block; stops at the first invalid one."""
    while offset + 12 <= end:
        signature, key = struct.unpack(">4s4s", source.read_exactly(offset, 8))
        length_bytes = 8 if large and key in _LONG_LENGTH_KEYS else 4
        size = int.from_bytes(source.read_at(offset + 8, length_bytes))
        start = offset + 8 + length_bytes
        if signature not in _BLOCK_SIGNATURES or start + size > end:
            return
        yield key, (start, size)
        offset = start + (size + 3) // 4 * 4


def _read_layer_info(source: Source, info: Span, *, large: bool) -> tuple[bool, tuple[int, ...]]:
    """Whether the number of layers is negative, which marks alpha, and the pixels of each layer."""
    start, length = info
    if length < 2:
        return False, ()
    count = int.from_bytes(source.read_exactly(start, 2), signed=True)
    return count < 0, tuple(_layer_pixels(source, start + 2, start + length, min(abs(count), _MAX_LAYERS), large=large))


def _layer_pixels(source: Source, offset: int, end: int, count: int, *, large: bool) -> Iterator[int]:
    """Width times height of each layer that has pixels; stops where the records reach beyond `end`."""
    for _ in range(count):
        if offset + 18 > end:
            return
        top, left, bottom, right, channels = struct.unpack(">4iH", source.read_exactly(offset, 18))
        extra = offset + 18 + channels * (10 if large else 6) + 12  # behind signature, blend mode and flags
        if extra + 4 > end:
            return
        if bottom > top and right > left:
            yield (bottom - top) * (right - left)
        offset = extra + 4 + int.from_bytes(source.read_exactly(extra, 4))
