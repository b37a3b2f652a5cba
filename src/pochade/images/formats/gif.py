"""GIF, still or animated: the size and the number of frames from its blocks, the pixels through Pillow."""

import struct

from PIL import GifImagePlugin

from pochade.errors import PictureDamaged
from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.visible_frame import open_frame

_GRAPHIC_CONTROL = 0xF9  # label of the extension that states a frame's transparency


def read_gif_header(source: Source) -> Header:
    """Read the header of a GIF.

    Raises:
        PictureDamaged: The file ends inside a frame, or has none.
    """
    width, height, flags = struct.unpack("<HHB", source.read_exactly(6, 5))
    offset, frames, has_alpha = 13 + _palette_bytes(flags), 0, False
    while offset < source.size and (kind := source.read_at(offset, 1)) != b";":
        if kind == b",":
            x, y, frame_width, frame_height, flags = struct.unpack("<HHHHB", source.read_exactly(offset + 1, 9))
            if not frames:  # the first frame may reach beyond the canvas, which then grows
                width, height = max(width, x + frame_width), max(height, y + frame_height)
            frames += 1
            offset = _skip_sub_blocks(source, offset + 11 + _palette_bytes(flags))
        elif kind == b"!":
            label, _, transparency = source.read_exactly(offset + 1, 3)
            has_alpha = has_alpha or (not frames and label == _GRAPHIC_CONTROL and bool(transparency & 1))
            offset = _skip_sub_blocks(source, offset + 2)
        else:
            offset += 1  # padding, which every decoder skips
    if not frames:
        raise source.truncation_error()
    return Header("GIF", width, height, 8, 3, has_alpha, frames)


def find_gif_end(source: Source) -> int | None:
    """The offset behind the last whole frame of a GIF whose end is missing; None if it has its end.

    Raises:
        PictureDamaged: It has no whole frame.
    """
    offset, end = 13 + _palette_bytes(source.read_exactly(10, 1)[0]), None
    try:
        while (kind := source.read_exactly(offset, 1)) != b";":
            if kind == b",":
                flags = source.read_exactly(offset + 9, 1)[0]
                offset = end = _skip_sub_blocks(source, offset + 11 + _palette_bytes(flags))
            elif kind == b"!":
                offset = _skip_sub_blocks(source, offset + 2)
            else:
                offset += 1  # padding
    except PictureDamaged:
        if end is None:
            raise
        return end
    return None


def end_first_frame(source: Source) -> bytes:
    """The start of a GIF that ends in its first frame, with the blocks of that frame ended where the file ends.

    Raises:
        PictureDamaged: There is no pixel of that frame.
    """
    offset = 13 + _palette_bytes(source.read_exactly(10, 1)[0])
    while (kind := source.read_exactly(offset, 1)) != b",":
        offset = _skip_sub_blocks(source, offset + 2) if kind == b"!" else offset + 1
    offset += 11 + _palette_bytes(source.read_exactly(offset + 9, 1)[0])
    last = length = 0
    while offset < source.size and (length := source.read_exactly(offset, 1)[0]):
        last, offset = offset, offset + 1 + length
    if not last or not length or source.size < last + 2:
        raise source.truncation_error()
    start, block = source.read_at(0, last), source.read_at(last + 1, length)
    return start + bytes((len(block),)) + block + b"\0;"


def _palette_bytes(flags: int) -> int:
    """The length of the palette that follows these flags."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_sub_blocks(source: Source, offset: int) -> int:
    """Return the offset behind a series of sub-blocks, which ends with an empty one."""
    while length := source.read_exactly(offset, 1)[0]:
        offset += 1 + length
    return offset + 1


def read_gif(source: Source, header: Header, side: int | None) -> RawImage:
    """Open the first frame of a GIF; for a preview, the first one that shows something."""
    image, notes = open_frame(GifImagePlugin.GifImageFile, source.file, header.frames, side)
    return RawImage.from_pillow(image, notes=notes)
