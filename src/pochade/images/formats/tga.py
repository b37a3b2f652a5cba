"""TGA, through Pillow. The first version of the format has no signature; its header is recognised by its values."""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from dataclasses import replace

from PIL import Image, ImageOps, TgaImagePlugin

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage

_FOOTER, _FOOTER_BYTES = b"TRUEVISION-XFILE.\0", 18  # at the end of files of the second version
_PALETTE_TYPES, _GREY_TYPES = {1, 9}, {3, 11}
_TYPES_AND_DEPTHS = {1: {8}, 2: {16, 24, 32}, 3: {8, 16}}  # bits per pixel, by the lower bits of the type
_COMPRESSED = 8  # bit of the type
_MAX_PIXELS_PER_BYTE = 128  # of compressed pixels: a packet has two bytes or more


def is_tga(source: Source, start: bytes) -> bool:
    """Whether a file is a TGA.

    Args:
        source: The file.
        start: Its first bytes, at least 18.
    """
    if len(start) < 18 or not _has_valid_header(start):
        return False
    if source.read_at(max(0, source.size - _FOOTER_BYTES), _FOOTER_BYTES) == _FOOTER:
        return True
    pixels_at, width, height, depth = _layout(start)
    if start[2] & _COMPRESSED:
        return width * height <= (source.size - pixels_at) * _MAX_PIXELS_PER_BYTE
    return pixels_at + width * height * depth // 8 <= source.size


def _has_valid_header(start: bytes) -> bool:
    kind, depth, descriptor = start[2], start[16], start[17]
    if kind & ~_COMPRESSED not in _TYPES_AND_DEPTHS or depth not in _TYPES_AND_DEPTHS[kind & ~_COMPRESSED]:
        return False
    has_palette, width, height = start[1], *struct.unpack("<HH", start[12:16])
    palette_is_plausible = start[7] in {16, 24, 32} if has_palette else start[3:8] == bytes(5)
    wants_palette = kind in _PALETTE_TYPES
    return (
        has_palette in {0, 1} and palette_is_plausible and has_palette >= wants_palette
        and width > 0 and height > 0 and descriptor & 0xC0 == 0 and descriptor & 15 <= 8
    )  # fmt: skip


def _layout(start: bytes) -> tuple[int, int, int, int]:
    """The offset of the pixels, width, height and bits per pixel."""
    colours, colour_bits = struct.unpack("<HB", start[5:8])
    palette = colours * ((colour_bits + 7) // 8) if start[1] else 0
    width, height, depth = struct.unpack("<HHB", start[12:17])
    return 18 + start[0] + palette, width, height, depth


def read_tga_header(source: Source) -> Header:
    """Read the header of a TGA.

    Raises:
        PictureDamaged: The pixels are not compressed, and some of them lie beyond the end of the file.
    """
    start = source.read_exactly(0, 18)
    pixels_at, width, height, depth = _layout(start)
    if not start[2] & _COMPRESSED and (end := pixels_at + width * height * depth // 8) > source.size:
        raise source.truncation_error(end)
    channels = 1 if start[2] in _GREY_TYPES else 3
    return Header("TGA", width, height, 8, channels, _has_alpha(start), 1)


def _has_alpha(start: bytes) -> bool:
    """Whether bits of each pixel are alpha; without any, a fourth channel has no meaning and is often zero."""
    if start[1] and start[2] in _PALETTE_TYPES:
        return start[7] == 32
    return start[17] & 15 > 0 and start[16] in {16, 32}


def read_tga(source: Source, header: Header, _side: int | None) -> RawImage:
    """Read the pixels of a TGA; alpha that is zero everywhere has no meaning, because programs leave it so."""
    source.file.seek(0)
    image: Image.Image = TgaImagePlugin.TgaImageFile(source.file)
    raw = RawImage.from_pillow(image)
    if image.mode not in {"LA", "RGBA"}:
        return raw
    if header.has_alpha and image.mode == "RGBA" and source.read_exactly(16, 1) == b"\x10":
        image.putalpha(ImageOps.invert(image.getchannel("A")))  # Pillow takes a set bit as transparent
    if header.has_alpha and image.getchannel("A").getbbox() is not None:
        return replace(raw, image=image)
    return replace(raw, image=image.convert("L" if image.mode == "LA" else "RGB"))
