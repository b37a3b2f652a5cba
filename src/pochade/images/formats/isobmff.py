"""The boxes of ISO base media files (ISO/IEC 14496-12), which hold AVIF, HEIC and JPEG XL.

A box is a length, a name and a content, which may consist of boxes.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator

from pochade.images.base.hdr import CodePoints
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
    _, item_properties = _read_meta(source)
    properties = item_properties.get(b"ipco", b"")
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


def _read_meta(source: Source) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Read the boxes that describe the items, and among them those of the items' properties, by name."""
    places = [(start, length) for name, start, length in top_level_boxes(source) if name == b"meta"]
    meta = dict(parse_boxes(b"".join(source.read_exactly(start, length) for start, length in places), 4))
    return meta, dict(parse_boxes(meta.get(b"iprp", b"")))


def primary_code_points(source: Source) -> CodePoints | None:
    """Read how the primary item names its colours by code points; None if it doesn't, or in a way that is damaged."""
    try:
        meta, item_properties = _read_meta(source)
        numbers = _primary_properties(meta.get(b"pitm", b""), item_properties.get(b"ipma", b""))
    except struct.error:
        return None
    for number, (name, content) in enumerate(parse_boxes(item_properties.get(b"ipco", b"")), 1):
        if number in numbers and name == b"colr" and content[:4] == b"nclx" and len(content) >= 8:
            return CodePoints(*struct.unpack_from(">HH", content, 4))
    return None


def _primary_properties(primary: bytes, associations: bytes) -> set[int]:
    """The numbers, from 1, of the primary item's properties, by the boxes `pitm` and `ipma`."""
    primary_item = struct.unpack_from(">I" if primary[0] else ">H", primary, 4)[0] if primary else None
    if not associations:
        return set()
    wide_items, wide_numbers = associations[0] >= 1, associations[3] & 1
    count, offset = struct.unpack_from(">I", associations, 4)[0], 8
    for _ in range(count):
        item, numbers_count = struct.unpack_from(">IB" if wide_items else ">HB", associations, offset)
        offset += 5 if wide_items else 3
        kind, width = ("H", 2) if wide_numbers else ("B", 1)
        if item == primary_item:
            numbers = struct.unpack_from(f">{numbers_count}{kind}", associations, offset)
            return {number & (0x7FFF if wide_numbers else 0x7F) for number in numbers}  # the first bit: essential
        offset += numbers_count * width
    return set()
