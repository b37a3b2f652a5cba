"""WebP, still or animated: the size from the chunks, the pixels through Pillow."""

import struct
from collections.abc import Iterator

from PIL import WebPImagePlugin

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.visible_frame import open_frame
from pochade.images.metadata.exif import add_exif_prefix, oriented_size, read_orientation


def webp_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a WebP.

    Yields:
        A chunk's type, the offset of its content, and the length of its content.

    Raises:
        PictureDamaged: The file is shorter than its first bytes state.
    """
    end = 8 + int.from_bytes(source.read_at(4, 4), "little")
    if end > source.size:
        raise source.truncation_error(end)
    offset = 12
    while offset + 8 <= end:
        kind, length = struct.unpack("<4sI", source.read_exactly(offset, 8))
        yield kind, offset + 8, length
        offset += 8 + length + length % 2


def read_webp_header(source: Source) -> Header:
    """Read the header of a still or animated WebP."""
    size, has_alpha, frames, exif = (0, 0), False, 0, None
    for kind, start, length in webp_chunks(source):
        frames += kind == b"ANMF"
        if kind == b"EXIF":
            exif = add_exif_prefix(source.read_at(start, length))
        elif kind in {b"VP8X", b"VP8L", b"VP8 "} and size == (0, 0):
            size, has_alpha = _parse_size(kind, source.read_exactly(start, 10))
    width, height = oriented_size(*size, read_orientation(exif))
    return Header("WebP", width, height, 8, 3, has_alpha, max(1, frames))


def _parse_size(kind: bytes, start: bytes) -> tuple[tuple[int, int], bool]:
    """Parse width, height and alpha from the first ten bytes of a VP8X, VP8L or VP8 chunk."""
    if kind == b"VP8X":
        width, height = (int.from_bytes(start[at : at + 3], "little") + 1 for at in (4, 7))
        return (width, height), bool(start[0] & 16)
    if kind == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bool(bits >> 28 & 1)
    width, height = (int.from_bytes(start[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return (width, height), False


def read_webp(source: Source, header: Header, side: int | None) -> RawImage:
    """Open the first frame of a WebP; for a preview, the first one that shows something."""
    image, notes = open_frame(WebPImagePlugin.WebPImageFile, source.file, header.frames, side)
    return RawImage.from_pillow(image, notes=notes)
