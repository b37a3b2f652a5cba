"""Where a PSD or PSB file holds the samples of its layers and of its merged picture, channel by channel.

    header ─ palette ─ resources ─ layer records ─┤channel├─┤channel├─ … ─ blocks ─┤all channels of the merged picture├

Each place begins with two bytes that say how its samples are compressed (Adobe Photoshop File Formats Specification).
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pochade.images.base.source import Source
from pochade.images.formats.psd_layout import PsdLayout, Span, read_psd_layout

RAW, PACK_BITS = 0, 1  # how samples are compressed
ALPHA, MASK = -1, -2  # numbers of channels that are no colours
MERGED = -1  # the number of the merged picture among the layers
HIDDEN, MASK_OFF = 2, 2  # bits of the flags of a layer and of a mask
MAX_LAYERS, MAX_CHANNELS = 10_000, 60

Bounds = tuple[int, int, int, int]  # top, left, bottom, right


@dataclass(frozen=True)
class ChannelPlace:
    """A place with the samples of one channel of a layer, or of all channels of the merged picture."""

    start: int  # offset of the samples, behind the two bytes that say how they are compressed
    end: int  # offset behind them
    compression: int
    channels: tuple[int, ...]  # numbers of the channels
    bounds: Bounds  # not empty
    layer: int  # number of the layer

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of each channel."""
        top, left, bottom, right = self.bounds
        return bottom - top, right - left


class LayerRecord(NamedTuple):
    """What a file says about a layer."""

    bounds: Bounds
    mask_bounds: Bounds
    mask_outside: int  # the value of the mask beyond its bounds
    mask_is_off: bool
    channels: tuple[tuple[int, int], ...]  # number of each channel, and the bytes of its place
    mode: bytes  # the key of the blend mode
    opacity: int  # 0 to 255
    is_clipped: bool  # to the layer below
    is_hidden: bool


class PsdChannels(NamedTuple):
    """A file's layers, and where their samples are."""

    layout: PsdLayout
    layers: list[LayerRecord]
    places: list[ChannelPlace]  # in the order of the file


def find_channels(source: Source) -> PsdChannels:
    """Find every place that holds samples.

    Raises:
        PictureDamaged: The file is cut short, or its lengths contradict each other.
    """
    layout = read_psd_layout(source)
    layers, places = list[LayerRecord](), list[ChannelPlace]()
    for info in layout.layer_infos:
        records, start = _read_records(source, info, large=layout.large)
        places += _layer_places(source, records, start, len(layers))
        layers += records
    whole = (0, 0, layout.height, layout.width)
    places += _place(source, (layout.merged, source.size), tuple(range(layout.planes)), whole, MERGED)
    if any(before.end > after.start for before, after in pairwise(places)):
        raise source.damage_error("its layers overlap")
    return PsdChannels(layout, layers, places)


def _read_records(source: Source, info: Span, *, large: bool) -> tuple[list[LayerRecord], int]:
    """Read the records of all layers; also return the offset behind them."""
    start, length = info
    count = abs(int.from_bytes(source.read_exactly(start, 2), signed=True)) if length >= 2 else 0
    layers, offset = list[LayerRecord](), start + 2
    for _ in range(min(count, MAX_LAYERS)):
        layer, offset = _read_record(source, offset, large=large)
        layers.append(layer)
    return layers, offset


def _layer_places(source: Source, layers: list[LayerRecord], offset: int, first_number: int) -> Iterator[ChannelPlace]:
    for number, layer in enumerate(layers, first_number):
        for channel, size in layer.channels:
            bounds = layer.bounds if channel >= ALPHA else layer.mask_bounds
            if channel >= MASK:  # the bounds of other masks stand elsewhere
                yield from _place(source, (offset, offset + size), (channel,), bounds, number)
            offset += size


def _read_record(source: Source, offset: int, *, large: bool) -> tuple[LayerRecord, int]:
    """Read a layer's record; also return the offset behind it."""
    *bounds, count = struct.unpack(">4iH", source.read_exactly(offset, 18))
    entry = struct.Struct(">hQ" if large else ">hI")
    if count > MAX_CHANNELS:
        raise source.damage_error(f"a layer has {count} channels")
    channels = tuple(entry.iter_unpack(source.read_exactly(offset + 18, count * entry.size)))
    blending = offset + 18 + count * entry.size
    mode, opacity, clipping, flags = struct.unpack(">4x4s3Bx", source.read_exactly(blending, 12))
    extra = blending + 12
    extra_bytes, mask_bytes = struct.unpack(">II", source.read_exactly(extra, 8))
    *mask, outside, mask_flags = (
        struct.unpack(">4iBB", source.read_exactly(extra + 8, 18)) if mask_bytes >= 18 else (0, 0, 0, 0, 0, 0)
    )
    record = LayerRecord(
        (bounds[0], bounds[1], bounds[2], bounds[3]),
        (mask[0], mask[1], mask[2], mask[3]),
        outside,
        bool(mask_flags & MASK_OFF),
        channels,
        mode,
        opacity,
        clipping == 1,
        bool(flags & HIDDEN),
    )
    return record, extra + 4 + extra_bytes


def _place(
    source: Source, span: tuple[int, int], channels: tuple[int, ...], bounds: Bounds, layer: int
) -> Iterator[ChannelPlace]:
    """The place from one offset to another, if it holds samples."""
    start, end = span
    top, left, bottom, right = bounds
    if end > start + 2 and bottom > top and right > left:
        compression = int.from_bytes(source.read_exactly(start, 2))
        yield ChannelPlace(start + 2, end, compression, channels, bounds, layer)
