"""PNG and APNG: the size from the chunks, 8-bit pixels through Pillow, 16-bit pixels through libpng.

Reading the lengths of all chunks takes microseconds. It detects a truncated file before anything is decoded, counts the
frames, and finds an EXIF chunk behind the pixels.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import PngImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage
from pochade.images.metadata.exif import add_exif_prefix, oriented_size, read_orientation, reset_orientation

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 1, 6: 3}  # by colour type, without alpha
_PALETTE_TYPE = 3
_ALPHA_TYPES = {4, 6}
_DEPTHS = {1, 2, 4, 8, 16}


def png_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a PNG up to IEND.

    Yields:
        A chunk's type, the offset of its content, and the length of its content.

    Raises:
        PictureDamaged: The file ends before IEND.
    """
    offset, kind = len(PNG_SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", source.read_exactly(offset, 8))
        if offset + 12 + length > source.size:
            raise source.truncation_error(offset + 12 + length)
        yield kind, offset + 8, length
        offset += 12 + length


def make_png_chunk(kind: bytes, content: bytes) -> bytes:
    """Make a PNG chunk with its length, type and checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def read_png_header(source: Source) -> Header:
    """Read the header of a PNG or APNG."""
    shape, kinds, frames, exif = b"", set(), 1, None
    for kind, start, length in png_chunks(source):
        kinds.add(kind)
        if kind == b"IHDR":
            if shape:
                raise source.damage_error("it has two headers")
            shape = source.read_at(start, length)
        elif kind == b"acTL" and length >= 4:
            frames = int.from_bytes(source.read_at(start, 4))
        elif kind == b"eXIf":
            exif = source.read_at(start, length)
    if len(shape) != 13 or shape[9] not in _COLOUR_CHANNELS or shape[8] not in _DEPTHS:
        raise source.damage_error("its header has invalid values")
    width, height = struct.unpack(">II", shape[:8])
    width, height = oriented_size(width, height, read_orientation(exif))
    has_alpha = shape[9] in _ALPHA_TYPES or b"tRNS" in kinds
    depth = 8 if shape[9] == _PALETTE_TYPE else shape[8]
    name = "APNG" if b"acTL" in kinds else "PNG"
    return Header(name, width, height, depth, _COLOUR_CHANNELS[shape[9]], has_alpha, max(1, frames))


def read_png(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the pixels of a PNG; 16 bits are kept only for a whole picture."""
    chunks = {kind: (start, length) for kind, start, length in png_chunks(source) if kind in {b"eXIf", b"tRNS"}}
    exif = add_exif_prefix(source.read_at(*chunks[b"eXIf"])) if b"eXIf" in chunks else None
    source.file.seek(0)
    image = PngImagePlugin.PngImageFile(source.file)
    deep = None
    if header.depth == 16 and side is None:
        colour_key = source.read_at(*chunks[b"tRNS"]) if b"tRNS" in chunks else None
        deep = _decode_deep_png(source.read_all(), colour_key)
    return RawImage.from_pillow(image, deep=deep, orientation=read_orientation(exif), exif=reset_orientation(exif))


def _decode_deep_png(content: bytes, colour_key: bytes | None) -> Array:
    """Decode a 16-bit PNG as (H, W, 1 to 4) uint16; pixels of the key's colour get alpha 0."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = np.atleast_3d(imagecodecs.png_decode(content))  # (H, W, C)
    if colour_key is None or values.shape[-1] in {2, 4}:
        return values
    transparent = np.frombuffer(colour_key, ">u2")[: values.shape[-1]]
    alpha = np.where((values == transparent).all(axis=-1, keepdims=True), 0, 65535)
    return np.concatenate([values, alpha.astype(np.uint16)], axis=-1)
