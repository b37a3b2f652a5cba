"""A PNG's rows: values as samples of any depth, samples as bytes, bytes filtered and deflated.

Portable Network Graphics, third edition (2025), sections 7 and 9.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import struct
import zlib

import numpy as np

from pochade.images.base.picture import Array

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of the colour types, as they are stored
GREY, PALETTE = 0, 3
BAND = 4_000_000  # bytes that are filtered at once
LEVEL = 6  # of zlib's 9


def row_bytes(shape: bytes) -> tuple[int, int]:
    """Of a header's content: rows, and bytes in each, filter not counted; KeyError for an unknown colour type."""
    width, height, depth, kind = struct.unpack_from(">IIBB", shape)
    return height, (width * CHANNELS[kind] * depth + 7) // 8


def is_whole(shape: bytes, pixels: bytes) -> bool:
    """Whether the deflated pixels are as many as the header says, with the right checksum and nothing behind."""
    rows, length = row_bytes(shape)
    unpacking, wanted, pixels_left = zlib.decompressobj(), rows * (length + 1), pixels
    try:
        while not unpacking.eof and wanted >= 0 and pixels_left:
            wanted -= len(unpacking.decompress(pixels_left, BAND))
            pixels_left = unpacking.unconsumed_tail
    except zlib.error:
        return False
    return unpacking.eof and wanted == 0 and not unpacking.unused_data


def samples_of(values: Array, shape: bytes, palette: bytes, cover: bytes) -> Array:
    """What is stored for values that are shown, (H, W, C).

    Args:
        values: (H, W, C) uint8 or uint16.
        shape: The header's content.
        palette: Of a palette, its colours; else nothing.
        cover: The content of `tRNS`; of a palette, the alpha of its first colours.
    """
    depth, kind = shape[8], shape[9]
    if kind == PALETTE:
        return found_in(values, palette, cover)[..., None]
    if kind == GREY and depth < 8:
        return values[..., :1] // np.uint8(255 // (2**depth - 1))
    return values[..., : CHANNELS[kind]]


def found_in(values: Array, palette: bytes, cover: bytes) -> Array:
    """The numbers (H, W) uint8 of colours in a palette; ValueError where one isn't in it."""
    colours = np.frombuffer(palette, np.uint8).reshape(-1, 3)  # (N, 3)
    alpha = np.frombuffer(cover[: len(colours)].ljust(len(colours), b"\xff"), np.uint8)
    if values.shape[-1] == 3:
        values = np.concatenate([values, np.full((*values.shape[:2], 1), 255, np.uint8)], axis=-1)
    known, first = np.unique(np.c_[colours, alpha].copy().view(np.uint32)[:, 0], return_index=True)
    wanted = np.ascontiguousarray(values).view(np.uint32)[..., 0]  # (H, W)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    if not np.array_equal(known[places], wanted):
        raise ValueError("a colour isn't in the palette")
    return first[places].astype(np.uint8)


def packed_rows(samples: Array, shape: bytes) -> bytes:
    """Samples (H, W, C) filtered and deflated, as the content of `IDAT`."""
    depth, kind = shape[8], shape[9]
    rows, length = row_bytes(shape)
    lines = as_bytes(samples, depth)
    if lines.shape != (rows, length):
        raise ValueError("it has another size than its header says")
    step = 0 if depth < 8 or kind == PALETTE else CHANNELS[kind] * depth // 8
    ways = {0, step}  # flat colours are smaller without filters
    return min((deflated(lines, way) for way in ways), key=len)


def deflated(lines: Array, step: int) -> bytes:
    """Rows (H, L) filtered, some at a time, and deflated."""
    height, length = lines.shape
    packer, parts = zlib.compressobj(LEVEL), []
    band = max(1, BAND // max(1, length))
    for top in range(0, height, band):
        before = lines[top - 1] if top else np.zeros(length, np.uint8)
        parts.append(packer.compress(filtered(lines[top : top + band], before, step).tobytes()))
    return b"".join([*parts, packer.flush()])


def as_bytes(samples: Array, depth: int) -> Array:
    """Samples as rows of bytes (H, N): big-endian, or several in a byte with zeros at the end of a row."""
    height = len(samples)
    flat = samples.reshape(height, -1)
    if depth >= 8:
        return np.ascontiguousarray(flat.astype(">u2" if depth == 16 else np.uint8)).view(np.uint8)
    bits = (flat[..., None] >> np.arange(depth - 1, -1, -1, dtype=np.uint8)) & 1  # (H, N, depth)
    return np.packbits(bits.reshape(height, -1), axis=1)


def filtered(lines: Array, before: Array, step: int) -> Array:
    """Each row (N, L) behind the number of the filter that leaves the smallest sum; no filter where `step` is 0."""
    out = np.zeros((len(lines), lines.shape[1] + 1), np.uint8)
    out[:, 1:] = lines
    if not step:
        return out
    up = np.concatenate([before[None], lines[:-1]])
    left, corner = np.zeros_like(lines), np.zeros_like(lines)
    left[:, step:], corner[:, step:] = lines[:, :-step], up[:, :-step]
    mean = ((left.astype(np.uint16) + up) // 2).astype(np.uint8)
    least = np.abs(lines.view(np.int8).astype(np.int16)).sum(1, dtype=np.int64)
    for number, guess in enumerate((left, up, mean, nearest(left, up, corner)), 1):
        change = lines - guess
        cost = np.abs(change.view(np.int8).astype(np.int16)).sum(1, dtype=np.int64)
        better = cost < least
        least = np.where(better, cost, least)
        out[better, 0], out[better, 1:] = number, change[better]
    return out


def nearest(left: Array, up: Array, corner: Array) -> Array:
    """Paeth's guess: which of the three is nearest to left + up - corner."""
    one, two, three = (plane.astype(np.int16) for plane in (left, up, corner))
    across, down, both = np.abs(two - three), np.abs(one - three), np.abs(one + two - 2 * three)
    return np.where((across <= down) & (across <= both), left, np.where(down <= both, up, corner))
