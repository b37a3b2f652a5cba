"""The boxes of ISO base media files (ISO/IEC 14496-12), which hold AVIF, HEIC and JPEG XL.

A box is a length, a name and a content, which may consist of boxes.
"""

import struct
from collections.abc import Iterator

from pochade.images.base.source import Source


def parse_boxes(content: bytes, start: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and content of each box in `content`; content that is cut short just ends the boxes."""
    while start + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, start)
        header_bytes = 8
        if length == 1 and start + 16 <= len(content):
            length, header_bytes = struct.unpack_from(">Q", content, start + 8)[0], 16
        end = start + length if length else len(content)
        if end < start + header_bytes:
            return
        yield name, content[start + header_bytes : end]
        start = end


def make_box(name: bytes, content: bytes) -> bytes:
    """Make a box of a name (4 bytes) and a content."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def top_level_boxes(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """The outermost boxes of a file.

    Yields:
        A box's name, the offset of its content, and the length of its content.

    Raises:
        PictureDamaged: A box is cut short or has an impossible length.
    """
    offset = 0
    while offset + 8 <= source.size:
        length, name = struct.unpack(">I4s", source.read_exactly(offset, 8))
        header_bytes = 8
        if length == 1:
            length, header_bytes = int.from_bytes(source.read_exactly(offset + 8, 8)), 16
        length = length or source.size - offset
        if length < header_bytes:
            raise source.damage_error("a box in it is shorter than its own header")
        if offset + length > source.size:
            raise source.truncation_error(offset + length)
        yield name, offset + header_bytes, length - header_bytes
        offset += length


def largest_item_shape(source: Source) -> tuple[int, int, int]:
    """Read the width, height and bit depth of the largest item, before any rotation.

    The decoders of AVIF and HEIC allocate memory before they report a size. This size bounds what they allocate.
    """
    meta_boxes = [(start, length) for name, start, length in top_level_boxes(source) if name == b"meta"]
    meta = b"".join(source.read_exactly(start, length) for start, length in meta_boxes)
    properties = dict(parse_boxes(dict(parse_boxes(meta, 4)).get(b"iprp", b""))).get(b"ipco", b"")
    sizes, depths = [(0, 0)], [8]
    for name, content in parse_boxes(properties):
        if name == b"ispe":
            sizes.append(struct.unpack_from(">II", content, 4))
        elif name == b"pixi":
            depths += content[5:]
        elif name == b"av1C":
            depths.append(8 + (2 << (content[2] >> 5 & 1) if content[2] & 0x40 else 0))
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return width, height, max(depths)
