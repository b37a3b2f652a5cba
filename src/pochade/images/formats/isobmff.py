"""AVIF and HEIC: the size from the boxes they begin with, the pixels from their decoders.

Both are ISO base media files (ISO/IEC 14496-12, 23008-12): boxes with a length and a name. The sizes are read here
because the decoders allocate before they tell.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import AvifImagePlugin, Image

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.chunked import sized
from pochade.images.formats.raster import Raw
from pochade.images.metadata.exif import upright, with_prefix


def boxes(content: bytes, start: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Each box's name and content; ends quietly where the content does."""
    while start + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, start)
        head = 8
        if length == 1 and start + 16 <= len(content):
            length, head = struct.unpack_from(">Q", content, start + 8)[0], 16
        end = start + length if length else len(content)
        if end < start + head:
            return
        yield name, content[start + head : end]
        start = end


def box(name: bytes, content: bytes) -> bytes:
    """The other way: a content with its length and name."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def top_boxes(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Each outermost box's name, where its content begins and how long it is; PictureDamaged when one is cut short."""
    position = 0
    while position + 8 <= source.size:
        length, name = struct.unpack(">I4s", source.exactly(position, 8))
        head = 8
        if length == 1:
            length, head = int.from_bytes(source.exactly(position + 8, 8)), 16
        length = length or source.size - position
        if length < head:
            raise source.damaged("a box in it has no length")
        if position + length > source.size:
            raise source.cut_short(position + length)
        yield name, position + head, length - head
        position += length


def largest_item(source: Source) -> tuple[int, int, int]:
    """Width, height (before turning) and depth: the largest of any item's, which is what a decoder may allocate."""
    meta = b"".join(source.exactly(start, length) for name, start, length in top_boxes(source) if name == b"meta")
    properties = dict(boxes(dict(boxes(meta, 4)).get(b"iprp", b""))).get(b"ipco", b"")
    sizes, depths = [(0, 0)], [8]
    for name, content in boxes(properties):
        if name == b"ispe":
            sizes.append(struct.unpack_from(">II", content, 4))
        elif name == b"pixi":
            depths += content[5:]
        elif name == b"av1C":
            depths.append(8 + (2 << (content[2] >> 5 & 1) if content[2] & 0x40 else 0))
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return width, height, max(depths)


def avif_header(source: Source) -> Header:
    """Of an AVIF, still or animated."""
    width, height, depth = largest_item(source)
    source.allow(width, height, 1)
    image = avif_image(source)
    width, height = sized(*image.size, Raw.of(image).orientation)
    colours = 1 if image.mode.startswith("L") else 3
    return Header("AVIF", width, height, depth, colours, image.mode in {"LA", "RGBA"}, image.n_frames)


def avif_image(source: Source) -> AvifImagePlugin.AvifImageFile:
    """Opened, not decoded."""
    return AvifImagePlugin.AvifImageFile(io.BytesIO(source.content()))


def avif_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The pixels of an AVIF; 10 and 12 bits are only decoded as such when all of them are wanted."""
    image = avif_image(source)
    if header.depth == 8 or side is not None:
        return Raw.of(image)
    import imagecodecs  # noqa: PLC0415  # a heavy library, for few files

    values = np.atleast_3d(imagecodecs.avif_decode(source.content(), numthreads=1))
    values = values[0] if values.ndim == 4 else values  # an animation's first frame
    return Raw.of(image, deep=stretched(values, header.depth))


def stretched(values: Array, depth: int) -> Array:
    """Values of `depth` bits over the whole range of 16."""
    if values.dtype == np.uint16 and depth == 16:
        return values
    full = (1 << depth) - 1
    return ((values.astype(np.uint32) * 65535 + full // 2) // full).astype(np.uint16)


def heic_header(source: Source) -> Header:
    """Of a HEIC or HEIF; only its primary picture counts."""
    width, height, _ = largest_item(source)
    source.allow(width, height, 1)
    import pillow_heif  # noqa: PLC0415  # a heavy library, for few files

    found = pillow_heif.open_heif(io.BytesIO(source.content()), convert_hdr_to_8bit=False)
    colours = 1 if found.mode.startswith(("L", "I")) else 3
    depth = int(found.info["bit_depth"])
    return Header("HEIC", found.size[0], found.size[1], depth, colours, found.has_alpha, 1)


def heic_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The pixels of a HEIC, turned as its own boxes say; EXIF's orientation doesn't count in HEIC."""
    import pillow_heif  # noqa: PLC0415  # a heavy library, for few files

    pillow_heif.options.DECODE_THREADS = 1  # there is a process for each core already
    deep_wanted = header.depth > 8 and side is None
    found = pillow_heif.open_heif(io.BytesIO(source.content()), convert_hdr_to_8bit=not deep_wanted)
    icc, exif = found.info.get("icc_profile"), upright(with_prefix(found.info.get("exif")))
    if not deep_wanted:
        return Raw(found.to_pillow(), icc=icc, exif=exif)
    values = np.atleast_3d(np.asarray(found))  # the bits stand at the top of 16
    return Raw(Image.new("L", (1, 1)), stretched(values >> (16 - header.depth), header.depth), icc=icc, exif=exif)
