"""A picture's file taken apart into values of pixels and all the rest, and put together again.

docs/format.md has the forms. Only files are taken apart of which every byte is known: others give None.
"""

# ruff: noqa: PLR2004  # the numbers are the formats' own

import io
import struct
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.base.source import Source
from pochade.images.codecs.lossless import MOST_BYTES, webp_with
from pochade.images.codecs.png_rows import PALETTE, is_whole, packed_rows, samples_of
from pochade.images.formats.chunked import webp_chunks
from pochade.images.formats.tiff import DEPTH, EXTRA, HEIGHT, KIND, SAMPLES, WIDTH, tiff_directory
from pochade.images.io.encode import png_chunk
from pochade.images.io.read import picture_in

PNG = b"\x89PNG\r\n\x1a\n"
EMPTY_IDAT = png_chunk(b"IDAT", b"")
EMPTY_VP8L = b"VP8L" + bytes(4)
ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
COMPRESSION, STRIPS, LENGTHS, PLANES, PREDICTOR, TILES, BIT_ORDER, SIGNS = 259, 273, 279, 284, 317, 322, 266, 339
USUAL = {COMPRESSION: 1, PLANES: 1, PREDICTOR: 1, BIT_ORDER: 1}  # of TIFF's tags; what they are where they are missing


class RowLayout(NamedTuple):
    """How uncompressed rows lie in a file."""

    at: int  # byte of the rest
    stride: int  # bytes a row
    up: bool = False
    bgr: bool = False
    big: bool = False


@dataclass(frozen=True)
class SplitFile:
    """A picture's file in two."""

    format: str  # PNG, WebP, BMP or TIFF
    values: Array  # (H, W, C) uint8 or uint16
    rest: bytes
    raster: RowLayout | None = None


def taken_apart(content: bytes) -> SplitFile | None:
    """The file in two; None where it is none that can be put together again. A library's exceptions go through."""
    if content.startswith(PNG):
        return png_apart(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return webp_apart(content)
    if content.startswith(b"BM"):
        return bmp_apart(content)
    return tiff_apart(content) if content[:4] in {b"II*\0", b"MM\0*"} else None


def together(form: str, values: Array, rest: bytes, raster: RowLayout | None) -> bytes:
    """The file again, with the same pixels; ValueError where the parts don't fit."""
    if raster is not None:
        return rest[: raster.at] + rows_of(values, raster) + rest[raster.at :]
    return {"PNG": png_together, "WebP": webp_together}[form](values, rest)


def values_of(content: bytes) -> Array:
    """What a small file that is made here shows: colours, and alpha behind them where there is any."""
    picture = picture_in(Source(io.BytesIO(content), "the picture", len(content), MOST_BYTES))
    parts = [picture.pixels] if picture.alpha is None else [picture.pixels, picture.alpha[..., None]]
    return np.concatenate(parts, axis=-1)  # (H, W, C)


def png_parts(content: bytes) -> list[tuple[bytes, int, int]]:
    """Kind, begin and end of each chunk with its frame, up to the last; ValueError where one is cut short."""
    position, kind, found = len(PNG), b"", []
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content):
            raise ValueError("it is cut short")
        found.append((kind, position, end))
        position = end
    return found


def png_apart(content: bytes) -> SplitFile | None:
    """Of a PNG: still, not interlaced, whole, with its pixels in chunks that follow each other."""
    parts = png_parts(content)
    kinds = [kind for kind, _, _ in parts]
    places = [number for number, kind in enumerate(kinds) if kind == b"IDAT"]
    in_a_row = places == list(range(places[0], places[0] + len(places))) if places else False
    if kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or not in_a_row or not ANIMATION.isdisjoint(kinds):
        return None
    pixels = b"".join(content[begin + 8 : end - 4] for kind, begin, end in parts if kind == b"IDAT")
    shape = content[16:29]
    if len(pixels) == 0 or shape[12] != 0 or not is_whole(shape, pixels):
        return None
    shown = [content[begin:end] for kind, begin, end in parts if kind in {b"IHDR", b"PLTE", b"tRNS"}]
    small = PNG + b"".join(shown) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    colours = sum(end - begin - 12 for kind, begin, end in parts if kind == b"PLTE") // 3
    if shape[9] == PALETTE and highest_in(small) >= colours:  # which colour that is, is anybody's guess
        return None
    rest = content[: parts[places[0]][1]] + EMPTY_IDAT + content[parts[places[-1]][2] :]
    return SplitFile("PNG", values_of(small), rest)


def highest_in(content: bytes) -> int:
    """The highest number of a colour in a PNG with a palette."""
    with Image.open(io.BytesIO(content)) as image:
        return int(np.asarray(image).max())


def png_together(values: Array, rest: bytes) -> bytes:
    """The chunks, and the pixels as the header wants them."""
    parts = png_parts(rest)
    place = next(begin for kind, begin, _ in parts if kind == b"IDAT")
    found = {kind: rest[begin + 8 : end - 4] for kind, begin, end in parts}
    samples = samples_of(values, found[b"IHDR"], found.get(b"PLTE", b""), found.get(b"tRNS", b""))
    pixels = packed_rows(samples, found[b"IHDR"])
    return rest[:place] + png_chunk(b"IDAT", pixels) + rest[place + len(EMPTY_IDAT) :]


def webp_apart(content: bytes) -> SplitFile | None:
    """Of a lossless still WebP."""
    chunks = list(webp_chunks(Source(io.BytesIO(content), "the file", len(content), MOST_BYTES)))
    kinds = [kind for kind, _, _ in chunks]
    size = int.from_bytes(content[4:8], "little") + 8
    if kinds.count(b"VP8L") != 1 or size != len(content) or {b"VP8 ", b"ALPH", b"ANIM", b"ANMF"} & set(kinds):
        return None
    start, length = next((start, length) for kind, start, length in chunks if kind == b"VP8L")
    end = start + length + length % 2
    chunk = content[start - 8 : end]
    small = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    rest = b"RIFF" + bytes(4) + content[8 : start - 8] + EMPTY_VP8L + content[end:]
    return SplitFile("WebP", values_of(small), rest)


def webp_together(values: Array, rest: bytes) -> bytes:
    """The chunks, and the pixels packed anew."""
    small = webp_with(values, quality=80, method=4)
    pixels = small[small.index(b"VP8L") :]
    place = rest.index(EMPTY_VP8L, 12)
    whole = rest[:place] + pixels + rest[place + len(EMPTY_VP8L) :]
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def bmp_apart(content: bytes) -> SplitFile | None:
    """Of an uncompressed BMP of 24 bits, or of 8 bits whose palette are the greys."""
    start, size, width, height, _, bits, packing = struct.unpack_from("<I I i i H H I", content, 10)
    stride = (abs(width) * bits // 8 + 3) // 4 * 4
    length = stride * abs(height)
    if size < 40 or packing or width < 1 or not 1 <= length <= len(content) - start:
        return None
    greys = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
    if bits != 24 and not (bits == 8 and content[14 + size : start] == greys):
        return None
    raster = RowLayout(start, stride, up=height > 0, bgr=bits == 24)
    values = values_in_rows(content[start : start + length], raster, (abs(height), width, bits // 8, 8))
    return SplitFile("BMP", values, content[:start] + content[start + length :], raster)


def tiff_apart(content: bytes) -> SplitFile | None:
    """Of an uncompressed TIFF of 8 or 16 bits, grey or RGB, perhaps with alpha, whose rows follow each other."""
    tags = tiff_directory(Source(io.BytesIO(content), "the file", len(content), MOST_BYTES))
    starts, lengths = tags.get(STRIPS, ()), tags.get(LENGTHS, ())
    depths, samples = set(tags.get(DEPTH, (1,))), int(tags.get(SAMPLES, 1))
    colours = {1: 1, 2: 3}.get(tags.get(KIND, 0), 0)
    unusual = any(tags.get(tag, usual) != usual for tag, usual in USUAL.items()) or TILES in tags
    if unusual or depths not in ({8}, {16}) or not starts or set(tags.get(SIGNS, (1,))) != {1} or not colours:
        return None
    if samples - colours not in {0, 1} or (samples > colours and tuple(tags.get(EXTRA, ())) != (2,)):
        return None
    height, width, bits = int(tags[HEIGHT]), int(tags[WIDTH]), depths.pop()
    stride, at = width * samples * bits // 8, starts[0]
    ends = [start + length for start, length in zip(starts, lengths, strict=True)]
    if list(starts[1:]) != ends[:-1] or sum(lengths) != stride * height or ends[-1] > len(content):
        return None
    raster = RowLayout(at, stride, big=content.startswith(b"MM") and bits == 16)
    values = values_in_rows(content[at : ends[-1]], raster, (height, width, samples, bits))
    return SplitFile("TIFF", values, content[:at] + content[ends[-1] :], raster)


def values_in_rows(rows: bytes, raster: RowLayout, shape: tuple[int, int, int, int]) -> Array:
    """Rows as they lie in a file, as values (H, W, C)."""
    height, width, channels, bits = shape
    lines = np.frombuffer(rows, np.uint8).reshape(height, raster.stride)[:, : width * channels * bits // 8]
    kind = ">u2" if raster.big else f"<u{bits // 8}"
    values = np.ascontiguousarray(lines).view(kind).astype(f"u{bits // 8}").reshape(height, width, channels)
    values = values[::-1] if raster.up else values
    return np.ascontiguousarray(values[..., ::-1] if raster.bgr else values)


def rows_of(values: Array, raster: RowLayout) -> bytes:
    """The other way; ValueError where a row is longer than told."""
    values = values[::-1] if raster.up else values
    values = np.ascontiguousarray(values[..., ::-1] if raster.bgr else values)
    lines = values.astype(">u2" if raster.big else values.dtype.newbyteorder("<"))
    lines = np.ascontiguousarray(lines).view(np.uint8).reshape(len(values), -1)
    if not lines.shape[1] <= raster.stride < lines.shape[1] + 4:
        raise ValueError("its rows are of another length")
    return np.pad(lines, ((0, 0), (0, raster.stride - lines.shape[1]))).tobytes()
