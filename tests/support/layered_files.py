"""Layered files as different programs write them: PSDs with layers, and three ways to choose run lengths."""

import struct
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from pochade.images.base.picture import Array
from tests.support.paintings import painting

RowPacker = Callable[[bytes], bytes]


class MadeLayer(NamedTuple):
    """A layer of a made PSD."""

    values: Array  # (H, W, C) uint8 or uint16: colours, then alpha if there is any
    top: int = 0
    left: int = 0
    mask: Array | None = None  # (H, W)
    mode: bytes = b"norm"
    opacity: int = 255
    clipped: bool = False
    hidden: bool = False


def literal(content: bytes) -> bytes:
    return bytes([len(content) - 1]) + content


def run(value: int, length: int) -> bytes:
    return bytes([257 - length, value])


def pack_pairs_as_runs(row: bytes) -> bytes:
    """Every pair is a run."""
    packed, waiting = b"", b""
    for value, group in groupby(row):
        length = len(list(group))
        while length:
            piece = min(length, 128)
            if piece > 1:
                packed += (literal(waiting) if waiting else b"") + run(value, piece)
                waiting = b""
            else:
                waiting += bytes([value])
                if len(waiting) == 128:
                    packed, waiting = packed + literal(waiting), b""
            length -= piece
    return packed + (literal(waiting) if waiting else b"")


def pack_like_gimp(row: bytes, last: int = 1) -> bytes:
    """A pair is a run only where a token begins; a literal goes on until three equal bytes.

    The last byte of a row is no part of a longer literal, unless `last` is 0.
    """
    packed, at = b"", 0
    while at < len(row):
        length = 1
        while length < 128 and at + length < len(row) and row[at + length] == row[at]:
            length += 1
        if length > 1:
            packed += run(row[at], length)
        else:
            while length < 128 and at + length + last < len(row) and _goes_on(row[at + length : at + length + 3]):
                length += 1
            packed += literal(row[at : at + length])
        at += length
    return packed


def pack_tile_like_gimp(plane: bytes) -> bytes:
    """The run lengths of an XCF, byte by byte: single bytes and pairs go on a literal, and a run ends it."""
    runs = [(value, len(list(group))) for value, group in groupby(plane)]
    packed, waiting = b"", b""
    for number, (value, length) in enumerate(runs):
        is_last = number + 1 == len(runs)
        if length > 2 or (length == 2 and (is_last or not waiting)) or (is_last and not waiting):
            packed, waiting = packed + _tile_literal(waiting), b""
            packed += (bytes([length - 1]) if length < 128 else struct.pack(">BH", 127, length)) + bytes([value])
        else:
            waiting += bytes([value]) * length
    return packed + _tile_literal(waiting)


def _tile_literal(content: bytes) -> bytes:
    if not content:
        return b""
    head = bytes([256 - len(content)]) if len(content) < 128 else struct.pack(">BH", 128, len(content))
    return head + content


def _goes_on(following: bytes) -> bool:
    """Whether a literal goes on with these bytes."""
    return len(following) < 3 or len(set(following)) > 1


def pack_in_blocks(row: bytes, segment: int = 368, left: int = 0) -> bytes:
    """No token crosses a block of 128 bytes, and blocks begin anew at multiples of `segment` in the picture."""
    packed, at = b"", 0
    while at < len(row):
        end = min(len(row), at + segment - (at + left) % segment)
        for start in range(at, end, 128):
            packed += pack_like_gimp(row[start : min(end, start + 128)], last=0)
        at = end
    return packed


def make_layered_psd(
    layers: Sequence[MadeLayer],
    merged: Array,
    *,
    pack: RowPacker | None = pack_like_gimp,
    deflate: Callable[[bytes], bytes] | None = None,
    large: bool = False,
) -> bytes:
    """A PSD or PSB with layers and a merged picture.

    Args:
        layers: The layers.
        merged: (H, W, 3) like the layers.
        pack: How rows are packed; None stores samples as they are.
        deflate: Compresses the samples of layers instead.
        large: Whether it is a PSB.
    """
    height, width, channels = merged.shape
    records, contents = b"", b""
    for layer in layers:
        record, content = _layer(layer, pack, deflate, large=large)
        records, contents = records + record, contents + content
    info = struct.pack(">h", len(layers)) + records + contents
    info += bytes(-len(info) % 4)
    length = ">Q" if large else ">I"
    section = struct.pack(length, len(info)) + info + struct.pack(">I", 0)
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1 + large, channels, height, width, 8 * merged.itemsize, 3)
    planes = [merged[..., number] for number in range(channels)]
    body = _packed_planes(planes, pack, large=large) if pack else b"\0\0" + b"".join(map(_big_endian, planes))
    return header + struct.pack(">II", 0, 0) + struct.pack(length, len(section)) + section + body


def _layer(
    layer: MadeLayer,
    pack: RowPacker | None,
    deflate: Callable[[bytes], bytes] | None,
    *,
    large: bool,
) -> tuple[bytes, bytes]:
    """The record and the contents of a layer."""
    height, width, channels = layer.values.shape
    planes = {number if number < 3 else -1: layer.values[..., number] for number in range(channels)}
    if layer.mask is not None:
        planes[-2] = layer.mask
    contents = list[bytes]()
    for plane in planes.values():
        if deflate is not None:
            contents.append(b"\0\2" + deflate(_big_endian(plane)))
        else:
            contents.append(_packed_planes([plane], pack, large=large) if pack else b"\0\0" + _big_endian(plane))
    entry = ">hQ" if large else ">hI"
    channels_of_record = b"".join(
        struct.pack(entry, number, len(content)) for number, content in zip(planes, contents, strict=True)
    )
    mask = b""
    if layer.mask is not None:
        mask = struct.pack(">4iBBH", layer.top, layer.left, layer.top + height, layer.left + width, 0, 0, 0)
    extra = struct.pack(">I", len(mask)) + mask + struct.pack(">I", 0) + b"\1L\0\0"
    bounds = struct.pack(">4iH", layer.top, layer.left, layer.top + height, layer.left + width, len(planes))
    blending = b"8BIM" + layer.mode + bytes([layer.opacity, layer.clipped, 2 * layer.hidden, 0])
    return bounds + channels_of_record + blending + struct.pack(">I", len(extra)) + extra, b"".join(contents)


def _packed_planes(planes: list[Array], pack: RowPacker | None, *, large: bool) -> bytes:
    assert pack is not None
    width = planes[0].shape[1] * planes[0].itemsize
    rows = [pack(row) for plane in planes for row in _rows(_big_endian(plane), width)]
    sizes = struct.pack(f">{len(rows)}{'I' if large else 'H'}", *map(len, rows))
    return b"\0\1" + sizes + b"".join(rows)


def _big_endian(plane: Array) -> bytes:
    return np.ascontiguousarray(plane.astype(plane.dtype.newbyteorder(">"))).tobytes()


def _rows(content: bytes, width: int) -> list[bytes]:
    return [content[start : start + width] for start in range(0, len(content), width)]


def painted_layers(height: int = 90, width: int = 150) -> list[MadeLayer]:
    """A painted ground, and a flat figure with soft edges above it."""
    ground = painting(height, width)
    y, x = np.mgrid[: height - 20, : width - 40]
    distance = np.hypot(y - height / 2 + 10, x - width / 2 + 20)
    alpha = np.clip((height / 3 - distance) * 60, 0, 255).astype(np.uint8)
    figure = np.dstack([np.full_like(alpha, 200), np.where(x % 17 < 9, 40, 90), np.full_like(alpha, 60), alpha])
    return [MadeLayer(ground), MadeLayer(figure.astype(np.uint8), 12, 25, mask=255 - alpha)]
