"""PNG and APNG: the size from the chunks, 8-bit pixels through Pillow, 16-bit pixels through libpng.

Reading the lengths of all chunks takes microseconds. It detects a truncated file before anything is decoded, counts the
frames, and finds an EXIF chunk behind the pixels.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, PngImagePlugin

from pochade.images.base.icc import needs_depth
from pochade.images.base.picture import Array, Header
from pochade.images.base.pixel_values import stretch_narrow_range
from pochade.images.base.source import Source
from pochade.images.formats.png_tags import TAG_CHUNKS, read_png_colours, read_png_exif
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.signatures import PNG_SIGNATURE
from pochade.images.formats.visible_frame import open_frame
from pochade.images.geometry.resize import to_basic_mode
from pochade.images.metadata.exif import oriented_size, read_orientation, reset_orientation

_COLOUR_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 1, 6: 3}  # by colour type, without alpha
_PALETTE_TYPE = 3
_ALPHA_TYPES = {4, 6}
_DEEP_BYTES_PER_PIXEL = 32  # memory of a preview from 16 bits
_NARROW_NOTE = "its values of narrow range were stretched"
_DEPTHS = {1, 2, 4, 8, 16}
_MAX_CHUNKS = 100_000  # a picture of 800 MB in the usual chunks of 8 kB


def png_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a PNG up to IEND.

    Yields:
        A chunk's type, the offset of its content, and the length of its content.

    Raises:
        PictureDamaged: The file ends before IEND.
        PictureTooLarge: It has more than 100,000 chunks, for which decoders take seconds.
    """
    offset, kind, count = len(PNG_SIGNATURE), b"", 0
    while kind != b"IEND":
        count += 1
        if count > _MAX_CHUNKS:
            raise source.size_error(f"it has more than {_MAX_CHUNKS:,} chunks")
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
    shape, kinds, frames, tags = b"", set(), 1, []
    for kind, start, length in png_chunks(source):
        kinds.add(kind)
        if kind == b"IHDR":
            if shape:
                raise source.damage_error("it has two headers")
            shape = source.read_at(start, length)
        elif kind == b"acTL" and length >= 4:
            frames = int.from_bytes(source.read_at(start, 4))
        elif kind in TAG_CHUNKS:
            tags.append((kind, start, length))
    if len(shape) != 13 or shape[9] not in _COLOUR_CHANNELS or shape[8] not in _DEPTHS:
        raise source.damage_error("its header has invalid values")
    width, height = struct.unpack(">II", shape[:8])
    width, height = oriented_size(width, height, read_orientation(read_png_exif(source, tags)))
    has_alpha = shape[9] in _ALPHA_TYPES or b"tRNS" in kinds
    depth = 8 if shape[9] == _PALETTE_TYPE else shape[8]
    name = "APNG" if b"acTL" in kinds else "PNG"
    return Header(name, width, height, depth, _COLOUR_CHANNELS[shape[9]], has_alpha, max(1, frames))


def read_png(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the pixels of a PNG; a preview keeps 16 bits only where 8 are too coarse for its colours."""
    chunks = [chunk for chunk in png_chunks(source) if chunk[0] in TAG_CHUNKS | {b"tRNS"}]
    exif = read_png_exif(source, chunks)
    image, notes = open_frame(PngImagePlugin.PngImageFile, source.file, _count_frames(source, header), side)
    grey = header.channels == 1
    tags = read_png_colours(source, chunks, image.info.get("icc_profile") or None, exif)
    icc, hdr = tags.resolve(grey=grey)
    deep = None
    if header.depth == 16 and (side is None or _needs_depth(source, header, icc)):
        colour_keys = [source.read_at(start, length) for kind, start, length in chunks if kind == b"tRNS"]
        deep = _decode_deep_png(source.read_all(), colour_keys[0] if colour_keys else None)
    if tags.is_narrow:
        image, deep = _stretch_image(image), None if deep is None else _stretch_colours(deep)
        notes += (_NARROW_NOTE,)
    orientation, exif = read_orientation(exif), reset_orientation(exif)
    metadata = {"orientation": orientation, "exif": exif, "icc": icc, "hdr": hdr, "notes": notes}
    return RawImage.from_pillow(image, deep=deep, **metadata)


def _count_frames(source: Source, header: Header) -> int:
    """The number of frames, with the picture for programs that know no animation, which is their first one."""
    first = next((kind for kind, _, _ in png_chunks(source) if kind in {b"fcTL", b"IDAT"}), b"")
    return header.frames + (header.format == "APNG" and first == b"IDAT")


def _stretch_image(image: Image.Image) -> Image.Image:
    """Stretch the colours of an image from narrow to full range; its metadata stay."""
    image.load()
    basic = to_basic_mode(image)
    values = _stretch_colours(np.atleast_3d(np.asarray(basic)))
    stretched = Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values)
    stretched.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return stretched


def _stretch_colours(values: Array) -> Array:
    """Stretch the colours among (H, W, 1 to 4) uint8 or uint16 from narrow to full range; alpha has full range."""
    colours = values.shape[-1] - 1 + values.shape[-1] % 2
    return np.concatenate([stretch_narrow_range(values[..., :colours]), values[..., colours:]], axis=-1)


def _needs_depth(source: Source, header: Header, icc: bytes | None) -> bool:
    """Whether a preview needs all 16 bits, and may take the memory for them."""
    if icc is None or not needs_depth(icc, "L" if header.channels == 1 else "RGB"):
        return False
    return header.width * header.height * _DEEP_BYTES_PER_PIXEL <= source.max_bytes


def _decode_deep_png(content: bytes, colour_key: bytes | None) -> Array:
    """Decode a 16-bit PNG as (H, W, 1 to 4) uint16; pixels of the key's colour get alpha 0."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = np.atleast_3d(imagecodecs.png_decode(content))  # (H, W, C)
    if colour_key is None or values.shape[-1] in {2, 4}:
        return values
    transparent = np.frombuffer(colour_key, ">u2")[: values.shape[-1]]
    alpha = np.where((values == transparent).all(axis=-1, keepdims=True), 0, 65535)
    return np.concatenate([values, alpha.astype(np.uint16)], axis=-1)
