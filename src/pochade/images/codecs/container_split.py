"""Picture files split into pixel values and the remainder of their bytes, and joined again.

docs/format.md specifies both parts. A file is split only if the two parts hold everything that it holds.
"""

# ruff: noqa: PLR2004  # the numbers are the formats' own

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES, encode_webp_at, read_values
from pochade.images.codecs.png_rows import PALETTE, compress_rows, holds_all_rows, samples_from_values
from pochade.images.formats.png import make_png_chunk, png_chunks
from pochade.images.formats.signatures import PNG_SIGNATURE
from pochade.images.formats.tiff import (
    BITS_PER_SAMPLE_TAG,
    EXTRA_SAMPLES_TAG,
    HEIGHT_TAG,
    PHOTOMETRIC_TAG,
    SAMPLES_PER_PIXEL_TAG,
    WIDTH_TAG,
    read_tiff_directory,
)
from pochade.images.formats.webp import webp_chunks

EMPTY_IDAT = make_png_chunk(b"IDAT", b"")
EMPTY_VP8L = b"VP8L" + bytes(4)
ANIMATION_CHUNKS = {b"acTL", b"fcTL", b"fdAT"}
COMPRESSION_TAG, FILL_ORDER_TAG, STRIP_OFFSETS_TAG, STRIP_BYTES_TAG = 259, 266, 273, 279
PLANES_TAG, PREDICTOR_TAG, TILE_WIDTH_TAG, SAMPLE_FORMAT_TAG = 284, 317, 322, 339
PLAIN_TIFF = {COMPRESSION_TAG: 1, PLANES_TAG: 1, PREDICTOR_TAG: 1, FILL_ORDER_TAG: 1}  # also TIFF's default values
STRAIGHT_ALPHA = (2,)  # the value of ExtraSamples


class RowLayout(NamedTuple):
    """How a file stores uncompressed rows. An archive's manifest stores these fields by name."""

    at: int  # the offset in the remainder at which the rows are inserted
    stride: int  # bytes per row
    up: bool = False  # the last row is stored first
    bgr: bool = False  # channels are stored as blue, green, red
    big: bool = False  # 16-bit values are big-endian


@dataclass(frozen=True)
class SplitFile:
    """A picture file, split into pixel values and the remainder of its bytes."""

    format: str  # PNG, WebP, BMP or TIFF
    values: Array  # (H, W, C) uint8 or uint16
    remainder: bytes
    layout: RowLayout | None = None  # of BMP and TIFF


def split_file(content: bytes) -> SplitFile | None:
    """Split a picture file; None if joining could lose something. Exceptions of the libraries are not caught."""
    if content.startswith(PNG_SIGNATURE):
        return _split_png(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _split_webp(content)
    if content.startswith(b"BM"):
        return _split_bmp(content)
    return _split_tiff(content) if content[:4] in {b"II*\0", b"MM\0*"} else None


def join_file(file_format: str, values: Array, remainder: bytes, layout: RowLayout | None) -> bytes:
    """Join the parts of a split file into a file with the same pixels.

    Args:
        file_format: The format of the split file; see `SplitFile.format`.
        values: Its pixel values (H, W, C) uint8 or uint16.
        remainder: The remainder of its bytes.
        layout: How a BMP or TIFF stores rows; None for a PNG or WebP.

    Raises:
        ValueError: The parts don't fit together.
    """
    if layout is not None:
        return remainder[: layout.at] + _pack_rows(values, layout) + remainder[layout.at :]
    return {"PNG": _join_png, "WebP": _join_webp}[file_format](values, remainder)


def _decode(content: bytes) -> Array:
    return read_values(Source(io.BytesIO(content), "the picture", len(content), MAX_PICTURE_BYTES))


def _png_spans(content: bytes) -> list[tuple[bytes, int, int]]:
    """Locate the chunks of a PNG up to IEND: type, start and end of each, including length and checksum."""
    source = Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES)
    return [(kind, start - 8, start + length + 4) for kind, start, length in png_chunks(source)]


def _split_png(content: bytes) -> SplitFile | None:
    """Split a PNG that is complete, still and not interlaced, with adjacent IDAT chunks."""
    spans = _png_spans(content)
    kinds = [kind for kind, _, _ in spans]
    idats = [number for number, kind in enumerate(kinds) if kind == b"IDAT"]
    are_adjacent = idats == list(range(idats[0], idats[0] + len(idats))) if idats else False
    if kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or not are_adjacent or not ANIMATION_CHUNKS.isdisjoint(kinds):
        return None
    pixels = b"".join(content[start + 8 : end - 4] for kind, start, end in spans if kind == b"IDAT")
    header = content[16:29]
    if len(pixels) == 0 or header[12] != 0 or not holds_all_rows(header, pixels):
        return None
    needed = [content[start:end] for kind, start, end in spans if kind in {b"IHDR", b"PLTE", b"tRNS"}]
    bare = PNG_SIGNATURE + b"".join(needed) + make_png_chunk(b"IDAT", pixels) + make_png_chunk(b"IEND", b"")
    colours = sum(end - start - 12 for kind, start, end in spans if kind == b"PLTE") // 3
    if header[9] == PALETTE and _highest_palette_index(bare) >= colours:  # colours outside the palette are undefined
        return None
    remainder = content[: spans[idats[0]][1]] + EMPTY_IDAT + content[spans[idats[-1]][2] :]
    return SplitFile("PNG", _decode(bare), remainder)


def _highest_palette_index(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as image:
        return int(np.asarray(image).max())


def _join_png(values: Array, remainder: bytes) -> bytes:
    return PngRemainder.read(remainder).join(values, compress_rows)


class PngRemainder(NamedTuple):
    """The remainder of a PNG, and what of it says how pixel values are stored."""

    content: bytes
    idat_start: int  # where the chunk with the pixels begins, here and in the original
    header: bytes  # the content of the IHDR chunk
    palette: bytes
    transparency: bytes

    @classmethod
    def read(cls, remainder: bytes) -> Self:
        """Read the remainder that `split_file` made."""
        spans = _png_spans(remainder)
        idat_start = next(start for kind, start, _ in spans if kind == b"IDAT")
        chunks = {kind: remainder[start + 8 : end - 4] for kind, start, end in spans}
        return cls(remainder, idat_start, chunks[b"IHDR"], chunks.get(b"PLTE", b""), chunks.get(b"tRNS", b""))

    def samples(self, values: Array) -> Array:
        """Convert pixel values to the samples that the PNG stores."""
        return samples_from_values(values, self.header, self.palette, self.transparency)

    def join(self, values: Array, compress: Callable[[Array, bytes], bytes]) -> bytes:
        """Join it with pixel values; `compress` makes the content of IDAT chunks from samples and the header."""
        pixels = compress(self.samples(values), self.header)
        end = self.idat_start + len(EMPTY_IDAT)
        return self.content[: self.idat_start] + make_png_chunk(b"IDAT", pixels) + self.content[end:]


def _split_webp(content: bytes) -> SplitFile | None:
    """Split a WebP that is lossless and still."""
    chunks = list(webp_chunks(Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES)))
    kinds = [kind for kind, _, _ in chunks]
    size = int.from_bytes(content[4:8], "little") + 8
    if kinds.count(b"VP8L") != 1 or size != len(content) or {b"VP8 ", b"ALPH", b"ANIM", b"ANMF"} & set(kinds):
        return None
    start, length = next((start, length) for kind, start, length in chunks if kind == b"VP8L")
    end = start + length + length % 2
    chunk = content[start - 8 : end]
    bare = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    remainder = b"RIFF" + bytes(4) + content[8 : start - 8] + EMPTY_VP8L + content[end:]
    return SplitFile("WebP", _decode(bare), remainder)


def _join_webp(values: Array, remainder: bytes) -> bytes:
    bare = encode_webp_at(values, quality=80, method=4)
    pixels = bare[bare.index(b"VP8L") :]
    start = remainder.index(EMPTY_VP8L, 12)
    content = remainder[:start] + pixels + remainder[start + len(EMPTY_VP8L) :]
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def _split_bmp(content: bytes) -> SplitFile | None:
    """Split an uncompressed BMP of 24 bits, or of 8 bits with a palette of greys."""
    start, size, width, height, _, bits, compression = struct.unpack_from("<I I i i H H I", content, 10)
    stride = (abs(width) * bits // 8 + 3) // 4 * 4
    length = stride * abs(height)
    if size < 40 or compression or width < 1 or not 1 <= length <= len(content) - start:
        return None
    greys = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    if bits != 24 and not (bits == 8 and content[14 + size : start] == greys):
        return None
    layout = RowLayout(start, stride, up=height > 0, bgr=bits == 24)
    values = _unpack_rows(content[start : start + length], layout, (abs(height), width, bits // 8, 8))
    return SplitFile("BMP", values, content[:start] + content[start + length :], layout)


def _split_tiff(content: bytes) -> SplitFile | None:
    """Split an uncompressed TIFF of 8 or 16 bits, grey or RGB, with or without alpha, whose strips are adjacent."""
    tags = read_tiff_directory(Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES))
    starts, lengths = tags.get(STRIP_OFFSETS_TAG, ()), tags.get(STRIP_BYTES_TAG, ())
    depths, samples = set(tags.get(BITS_PER_SAMPLE_TAG, (1,))), int(tags.get(SAMPLES_PER_PIXEL_TAG, 1))
    colours = {1: 1, 2: 3}.get(tags.get(PHOTOMETRIC_TAG, 0), 0)
    plain = TILE_WIDTH_TAG not in tags and all(tags.get(tag, value) == value for tag, value in PLAIN_TIFF.items())
    unsigned = set(tags.get(SAMPLE_FORMAT_TAG, (1,))) == {1}
    if not plain or depths not in ({8}, {16}) or not starts or not unsigned or not colours:
        return None
    if samples != colours and (samples, tuple(tags.get(EXTRA_SAMPLES_TAG, ()))) != (colours + 1, STRAIGHT_ALPHA):
        return None
    height, width, bits = int(tags[HEIGHT_TAG]), int(tags[WIDTH_TAG]), depths.pop()
    stride, first = width * samples * bits // 8, starts[0]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    if list(starts[1:]) != ends[:-1] or sum(lengths) != stride * height or ends[-1] > len(content):
        return None
    layout = RowLayout(first, stride, big=content.startswith(b"MM") and bits == 16)
    values = _unpack_rows(content[first : ends[-1]], layout, (height, width, samples, bits))
    return SplitFile("TIFF", values, content[:first] + content[ends[-1] :], layout)


def _unpack_rows(rows: bytes, layout: RowLayout, shape: tuple[int, int, int, int]) -> Array:
    """Read values (H, W, C) from the rows of a file; `shape` is height, width, channels and bits per channel."""
    height, width, channels, bits = shape
    lines = np.frombuffer(rows, np.uint8).reshape(height, layout.stride)[:, : width * channels * bits // 8]
    dtype = ">u2" if layout.big else f"<u{bits // 8}"
    values = np.ascontiguousarray(lines).view(dtype).astype(f"u{bits // 8}").reshape(height, width, channels)
    values = values[::-1] if layout.up else values
    return np.ascontiguousarray(values[..., ::-1] if layout.bgr else values)


def _pack_rows(values: Array, layout: RowLayout) -> bytes:
    """Store values (H, W, C) in rows with the layout of a file; ValueError if they don't fit it."""
    values = values[::-1] if layout.up else values
    values = np.ascontiguousarray(values[..., ::-1] if layout.bgr else values)
    lines = values.astype(">u2" if layout.big else values.dtype.newbyteorder("<"))
    lines = np.ascontiguousarray(lines).view(np.uint8).reshape(len(values), -1)
    if not lines.shape[1] <= layout.stride < lines.shape[1] + 4:
        raise ValueError(f"its rows of {lines.shape[1]} bytes don't fit a stride of {layout.stride}")
    return np.pad(lines, ((0, 0), (0, layout.stride - lines.shape[1]))).tobytes()
