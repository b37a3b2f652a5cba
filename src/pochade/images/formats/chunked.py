"""PNG, JPEG, WebP, GIF and BMP: the size from their first bytes, the pixels through Pillow, 16 bits through libpng.

The chunks of PNG, WebP and GIF are walked over once: it costs microseconds, finds a file that is cut short before
anything is decoded, counts frames and finds an orientation that stands behind the pixels.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import struct
from collections.abc import Iterator

import numpy as np
from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.raster import Raw
from pochade.images.metadata.exif import orientation_of, upright, with_prefix

PNG_COLOURS = {0: 1, 2: 3, 3: 3, 4: 1, 6: 3}  # the colour type's channels without alpha; 3 is a palette
PNG_DEPTHS = {1, 2, 4, 8, 16}
PALETTE = 3
TURNS = 5  # from this orientation on, width and height change places


def sized(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Width and height after the orientation is applied."""
    return (height, width) if orientation >= TURNS else (width, height)


def png_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's kind, and where its content begins and how long it is; PictureDamaged when the end is missing."""
    position, kind = 8, b""
    while kind != b"IEND":
        head = source.exactly(position, 8)
        length, kind = struct.unpack(">I4s", head)
        if position + 12 + length > source.size:
            raise source.cut_short(position + 12 + length)
        yield kind, position + 8, length
        position += 12 + length


def png_header(source: Source) -> Header:
    """Of a PNG or an APNG."""
    shape, kinds, frames, exif = b"", set(), 1, None
    for kind, start, length in png_chunks(source):
        kinds.add(kind)
        if kind == b"IHDR":
            if shape:
                raise source.damaged("it has two headers")
            shape = source.read_at(start, length)
        elif kind == b"acTL" and length >= 4:
            frames = int.from_bytes(source.read_at(start, 4))
        elif kind == b"eXIf":
            exif = source.read_at(start, length)
    if len(shape) != 13 or shape[9] not in PNG_COLOURS or shape[8] not in PNG_DEPTHS:
        raise source.damaged("its header makes no sense")
    width, height = struct.unpack(">II", shape[:8])
    width, height = sized(width, height, orientation_of(exif))
    has_alpha = shape[9] in {4, 6} or b"tRNS" in kinds
    depth = 8 if shape[9] == PALETTE else shape[8]
    name = "APNG" if b"acTL" in kinds else "PNG"
    return Header(name, width, height, depth, PNG_COLOURS[shape[9]], has_alpha, max(1, frames))


def png_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The pixels of a PNG; 16 bits are only decoded as such when all of them are wanted."""
    found = {kind: (start, length) for kind, start, length in png_chunks(source) if kind in {b"eXIf", b"tRNS"}}
    exif = with_prefix(source.read_at(*found[b"eXIf"])) if b"eXIf" in found else None
    source.file.seek(0)
    image = PngImagePlugin.PngImageFile(source.file)
    deep = None
    if header.depth == 16 and side is None:
        key = source.read_at(*found[b"tRNS"]) if b"tRNS" in found else None
        deep = deep_png(source.content(), key)
    return Raw.of(image, deep=deep, orientation=orientation_of(exif), exif=upright(exif))


def deep_png(content: bytes, key: bytes | None) -> Array:
    """A 16-bit PNG as (H, W, 1 to 4) uint16; the colour that a key makes transparent gets alpha 0."""
    import imagecodecs  # noqa: PLC0415  # a heavy library, for few files

    values = np.atleast_3d(imagecodecs.png_decode(content))  # (H, W, C)
    if key is None or values.shape[-1] in {2, 4}:
        return values
    transparent = np.frombuffer(key, ">u2")[: values.shape[-1]]
    alpha = np.where((values == transparent).all(axis=-1, keepdims=True), 0, 65535)
    return np.concatenate([values, alpha.astype(np.uint16)], axis=-1)


def jpeg_header(source: Source) -> Header:
    """Of a JPEG."""
    source.file.seek(0)
    image = JpegImagePlugin.JpegImageFile(source.file)
    if not image.tile:  # it ends before the first pixel
        raise source.cut_short()
    width, height = sized(*image.size, orientation_of(with_prefix(image.info.get("exif"))))
    return Header("JPEG", width, height, 8, len(image.getbands()), False, 1)


def jpeg_raw(source: Source, _header: Header, _side: int | None) -> Raw:
    """The pixels of a JPEG, not decoded yet: how small they are wanted is told to the decoder."""
    source.file.seek(0)
    return Raw.of(JpegImagePlugin.JpegImageFile(source.file))


def webp_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's kind, and where its content begins and how long it is; PictureDamaged when the end is missing."""
    end = 8 + int.from_bytes(source.read_at(4, 4), "little")
    if end > source.size:
        raise source.cut_short(end)
    position = 12
    while position + 8 <= end:
        kind, length = struct.unpack("<4sI", source.exactly(position, 8))
        yield kind, position + 8, length
        position += 8 + length + length % 2


def webp_header(source: Source) -> Header:
    """Of a WebP, still or animated."""
    size, has_alpha, frames, exif = (0, 0), False, 0, None
    for kind, start, length in webp_chunks(source):
        frames += kind == b"ANMF"
        if kind == b"EXIF":
            exif = with_prefix(source.read_at(start, length))
        elif kind in {b"VP8X", b"VP8L", b"VP8 "} and size == (0, 0):
            size, has_alpha = webp_size(kind, source.exactly(start, 10))
    width, height = sized(*size, orientation_of(exif))
    return Header("WebP", width, height, 8, 3, has_alpha, max(1, frames))


def webp_size(kind: bytes, start: bytes) -> tuple[tuple[int, int], bool]:
    """Width and height, and whether there is alpha, from the first ten bytes of one of the three kinds of chunks."""
    if kind == b"VP8X":
        width, height = (int.from_bytes(start[at : at + 3], "little") + 1 for at in (4, 7))
        return (width, height), bool(start[0] & 16)
    if kind == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bool(bits >> 28 & 1)
    width, height = (int.from_bytes(start[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return (width, height), False


def webp_raw(source: Source, _header: Header, _side: int | None) -> Raw:
    """The first frame of a WebP."""
    source.file.seek(0)
    return Raw.of(WebPImagePlugin.WebPImageFile(source.file))


def gif_header(source: Source) -> Header:
    """Of a GIF; PictureDamaged when it ends inside of a frame."""
    width, height, flags = struct.unpack("<HHB", source.exactly(6, 5))
    position, frames, has_alpha = 13 + palette_bytes(flags), 0, False
    while position < source.size and (kind := source.read_at(position, 1)) != b";":
        if kind == b",":
            left, top, wide, high, flags = struct.unpack("<HHHHB", source.exactly(position + 1, 9))
            if not frames:  # a first frame may reach beyond the canvas, which then grows
                width, height = max(width, left + wide), max(height, top + high)
            frames += 1
            position = after_blocks(source, position + 11 + palette_bytes(flags))
        elif kind == b"!":
            what, _, transparency = source.exactly(position + 1, 3)
            has_alpha = has_alpha or (not frames and what == 0xF9 and bool(transparency & 1))
            position = after_blocks(source, position + 2)
        else:
            position += 1  # padding, which every reader skips
    if not frames:
        raise source.cut_short()
    return Header("GIF", width, height, 8, 3, has_alpha, frames)


def palette_bytes(flags: int) -> int:
    """How long the palette is that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def after_blocks(source: Source, position: int) -> int:
    """Where a row of GIF's little blocks, which ends with an empty one, is over."""
    while length := source.exactly(position, 1)[0]:
        position += 1 + length
    return position + 1


def gif_raw(source: Source, _header: Header, _side: int | None) -> Raw:
    """The first frame of a GIF."""
    source.file.seek(0)
    return Raw.of(GifImagePlugin.GifImageFile(source.file))


def bmp_header(source: Source) -> Header:
    """Of a BMP."""
    source.file.seek(0)
    image = BmpImagePlugin.BmpImageFile(source.file)
    colours = 1 if image.mode in {"1", "L"} else 3
    return Header("BMP", *image.size, 8, colours, image.mode == "RGBA", 1)


def bmp_raw(source: Source, _header: Header, _side: int | None) -> Raw:
    """The pixels of a BMP."""
    source.file.seek(0)
    return Raw.of(BmpImagePlugin.BmpImageFile(source.file))
