"""The rows of a PNG: pixel values to stored samples, samples to bytes, bytes filtered and compressed.

    values ──► samples of 1 to 16 bits ──► rows of bytes ──► filtered rows ──► the zlib stream of IDAT chunks

After Portable Network Graphics, third edition (2025), sections 7 and 9.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import struct
import zlib

import numpy as np

from pochade.images.base.picture import Array

SAMPLES_PER_PIXEL = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
GREY, PALETTE = 0, 3  # colour types
BAND_BYTES = 4_000_000  # filtered, or decompressed, at once
ZLIB_LEVEL, QUICK_LEVEL = 6, 1  # of 9
PREFIX_BYTES = 2**18  # of rows, enough for zlib to return some of the stream unless they are nearly flat


def _row_shape(header: bytes) -> tuple[int, int]:
    """The number of rows, and the bytes per row without the filter type; KeyError for an unknown colour type."""
    width, height, depth, colour_type = struct.unpack_from(">IIBB", header)
    return height, (width * SAMPLES_PER_PIXEL[colour_type] * depth + 7) // 8


def holds_all_rows(header: bytes, pixels: bytes) -> bool:
    """Whether a zlib stream holds exactly the rows of a picture, with the right checksum and nothing after it.

    Args:
        header: The content of the IHDR chunk.
        pixels: The joined content of the IDAT chunks.
    """
    rows, length = _row_shape(header)
    decompressor, missing, pending = zlib.decompressobj(), rows * (length + 1), pixels
    try:
        while not decompressor.eof and missing >= 0 and pending:
            missing -= len(decompressor.decompress(pending, BAND_BYTES))
            pending = decompressor.unconsumed_tail
    except zlib.error:
        return False
    return decompressor.eof and missing == 0 and not decompressor.unused_data


def samples_from_values(values: Array, header: bytes, palette: bytes, transparency: bytes) -> Array:
    """Convert pixel values to the samples (H, W, C) that a PNG stores for them.

    Args:
        values: (H, W, C) uint8 or uint16.
        header: The content of the IHDR chunk.
        palette: The content of the PLTE chunk; empty if there is none.
        transparency: The content of the tRNS chunk, which in a PNG with a palette is the alpha of the first colours;
            empty if there is none.

    Raises:
        ValueError: A colour isn't in the palette.
    """
    depth, colour_type = header[8], header[9]
    if colour_type == PALETTE:
        return _palette_indices(values, palette, transparency)[..., None]
    if colour_type == GREY and depth < 8:
        return values[..., :1] // np.uint8(255 // (2**depth - 1))
    return values[..., : SAMPLES_PER_PIXEL[colour_type]]


def _palette_indices(values: Array, palette: bytes, transparency: bytes) -> Array:
    """Look up the index (H, W) uint8 of each colour in a palette; the first one of equal colours."""
    colours = np.frombuffer(palette, np.uint8).reshape(-1, 3)  # (N, 3)
    alpha = np.frombuffer(transparency[: len(colours)].ljust(len(colours), b"\xff"), np.uint8)
    if values.shape[-1] == 3:
        values = np.concatenate([values, np.full((*values.shape[:2], 1), 255, np.uint8)], axis=-1)
    sorted_colours, indices = np.unique(np.c_[colours, alpha].copy().view(np.uint32)[:, 0], return_index=True)
    pixels = np.ascontiguousarray(values).view(np.uint32)[..., 0]  # (H, W)
    ranks = np.minimum(np.searchsorted(sorted_colours, pixels), len(sorted_colours) - 1)
    if not np.array_equal(sorted_colours[ranks], pixels):
        raise ValueError("a colour isn't in the palette")
    return indices[ranks].astype(np.uint8)


def compress_rows(samples: Array, header: bytes) -> bytes:
    """Filter and compress samples (H, W, C) into the content of an IDAT chunk.

    Args:
        samples: Samples as `samples_from_values` returns them.
        header: The content of the IHDR chunk.

    Raises:
        ValueError: The samples don't fit the header.
    """
    lines = _lines_of(samples, header)
    return min((_compress(lines, step) for step in _filter_steps(header)), key=len)


def compress_rows_quickly(samples: Array, header: bytes) -> bytes:
    """Compress samples as `compress_rows` does, in a twentieth of the time, and often to more bytes."""
    return _compress(_lines_of(samples, header), 0, QUICK_LEVEL)


def may_compress_to(pixels: bytes, samples: Array, header: bytes) -> bool:
    """Return whether `compress_rows` may return exactly `pixels`; its beginning is compared, which takes no time."""
    lines = _lines_of(samples, header)
    first = lines[: max(1, PREFIX_BYTES // max(1, lines.shape[1]))]
    row_above = np.zeros(lines.shape[1], np.uint8)
    filtered = (_filter_rows(first, row_above, step) for step in _filter_steps(header))
    return any(pixels.startswith(zlib.compressobj(ZLIB_LEVEL).compress(rows.tobytes())) for rows in filtered)


def _lines_of(samples: Array, header: bytes) -> Array:
    """Pack samples into the rows (H, L) uint8 that the header announces; ValueError if they don't fit it."""
    lines = _pack_samples(samples, header[8])
    if lines.shape != _row_shape(header):
        raise ValueError("its pixels don't fit its header")
    return lines


def _filter_steps(header: bytes) -> set[int]:
    """The values of `step` for `_filter_rows` that are tried; 0 is best for flat colours."""
    depth, colour_type = header[8], header[9]
    return {0, 0 if depth < 8 or colour_type == PALETTE else SAMPLES_PER_PIXEL[colour_type] * depth // 8}


def _compress(lines: Array, step: int, level: int = ZLIB_LEVEL) -> bytes:
    """Filter rows (H, L) band by band, and compress them; `step` is as for `_filter_rows`."""
    height, length = lines.shape
    compressor, parts = zlib.compressobj(level), []
    band = max(1, BAND_BYTES // max(1, length))
    for top in range(0, height, band):
        row_above = lines[top - 1] if top else np.zeros(length, np.uint8)
        parts.append(compressor.compress(_filter_rows(lines[top : top + band], row_above, step).tobytes()))
    return b"".join([*parts, compressor.flush()])


def _pack_samples(samples: Array, depth: int) -> Array:
    """Pack samples into rows of bytes (H, L): big-endian, or several per byte with zeros at the end of a row."""
    height = len(samples)
    flat = samples.reshape(height, -1)
    if depth >= 8:
        return np.ascontiguousarray(flat.astype(">u2" if depth == 16 else np.uint8)).view(np.uint8)
    bits = (flat[..., None] >> np.arange(depth - 1, -1, -1, dtype=np.uint8)) & 1  # (H, N, depth)
    return np.packbits(bits.reshape(height, -1), axis=1)


def _filter_rows(lines: Array, row_above: Array, step: int) -> Array:
    """Filter each row by the filter type that leaves the smallest sum of absolute differences.

    Args:
        lines: Rows (N, L) uint8.
        row_above: The row above the first one (L,).
        step: Bytes per pixel; 0 leaves all rows unfiltered.

    Returns:
        (N, 1 + L) uint8: the filter type, then the filtered row.
    """
    out = np.zeros((len(lines), lines.shape[1] + 1), np.uint8)
    out[:, 1:] = lines
    if not step:
        return out
    up = np.concatenate([row_above[None], lines[:-1]])
    left, corner = np.zeros_like(lines), np.zeros_like(lines)
    left[:, step:], corner[:, step:] = lines[:, :-step], up[:, :-step]
    mean = ((left.astype(np.uint16) + up) // 2).astype(np.uint8)
    least = np.abs(lines.view(np.int8).astype(np.int16)).sum(1, dtype=np.int64)
    for filter_type, prediction in enumerate((left, up, mean, _paeth(left, up, corner)), 1):
        change = lines - prediction
        cost = np.abs(change.view(np.int8).astype(np.int16)).sum(1, dtype=np.int64)
        better = cost < least
        least = np.where(better, cost, least)
        out[better, 0], out[better, 1:] = filter_type, change[better]
    return out


def _paeth(left: Array, up: Array, corner: Array) -> Array:
    """Paeth's predictor: whichever of the three is nearest to left + up - corner."""
    a, b, c = (plane.astype(np.int16) for plane in (left, up, corner))
    across, down, diagonal = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    return np.where((across <= down) & (across <= diagonal), left, np.where(down <= diagonal, up, corner))
