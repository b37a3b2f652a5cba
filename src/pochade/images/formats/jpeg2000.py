"""JPEG 2000, as JP2 or as a bare codestream: 8 bits through Pillow, more through OpenJPEG in imagecodecs."""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, Jpeg2KImagePlugin

from pochade.images.base.picture import Array, Header, stretch_to_16_bit
from pochade.images.base.source import Source
from pochade.images.formats.jpeg2000_parts import check_part_count
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.signatures import J2K_SIGNATURE, JP2_SIGNATURE

_END_OF_CODESTREAM = b"\xff\xd9"
_CMYK, _ICC_METHODS = 12, {2, 3}  # the enumerated colour space; methods of the colour box that hold a profile
_DEEP_BITS = 8


@dataclass(frozen=True)
class Jpeg2000Layout:
    """The size of a JPEG 2000, and what its boxes say."""

    codestream: tuple[int, int]  # its offset, and the offset of its end
    width: int
    height: int
    channels: int  # with alpha
    depth: int
    has_palette: bool
    is_cmyk: bool
    icc: bytes | None

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is alpha; a palette's alpha does not count."""
        return self.channels in {2, 4} and not self.is_cmyk


def read_jpeg2000_layout(source: Source) -> Jpeg2000Layout:
    """Read the boxes and the first segment of the codestream.

    Raises:
        PictureDamaged: They are missing or contradict themselves, or the end of the codestream is missing.
        PictureTooLarge: The pixels are divided into far too many parts.
    """
    start, end, has_palette, is_cmyk, icc = 0, source.size, False, False, None
    if source.read_at(0, 12) == JP2_SIGNATURE:
        start = 0
        for kind, content, content_end in _boxes(source, 0, source.size):
            if kind == b"jp2c":
                start, end = content, content_end
                break
            if kind == b"jp2h":
                has_palette, is_cmyk, icc = _read_colour_boxes(source, content, content_end)
        if not start:
            raise source.truncation_error()
    if source.read_exactly(start, 4) != J2K_SIGNATURE:
        raise source.damage_error("its codestream is missing")
    if source.read_exactly(end - 2, 2) != _END_OF_CODESTREAM:
        raise source.truncation_error()
    right, lower, left, upper = struct.unpack(">4I", source.read_exactly(start + 8, 16))
    channels, depth = struct.unpack(">HB", source.read_exactly(start + 40, 3))
    if not 1 <= channels <= 4 or right <= left or lower <= upper:
        raise source.damage_error("its header has invalid values")
    check_part_count(source, start, end)
    shape = (right - left, lower - upper, channels, (depth & 0x7F) + 1)
    return Jpeg2000Layout((start, end), *shape, has_palette, is_cmyk, icc)


def _boxes(source: Source, offset: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The type of each box, and the start and end of its content; the last may reach to the end of the file."""
    while offset + 8 <= end:
        length, kind = struct.unpack(">I4s", source.read_exactly(offset, 8))
        header = 8
        if length == 1:
            length, header = int.from_bytes(source.read_exactly(offset + 8, 8)), 16
        box_end = end if length == 0 else offset + length
        if box_end < offset + header:
            raise source.damage_error("a box in it has an impossible length")
        if box_end > source.size:
            raise source.truncation_error(box_end)
        yield kind, offset + header, box_end
        offset = box_end


def _read_colour_boxes(source: Source, start: int, end: int) -> tuple[bool, bool, bytes | None]:
    """Whether there is a palette, whether the colours are CMYK, and the ICC profile."""
    has_palette, is_cmyk, icc = False, False, None
    for kind, content, content_end in _boxes(source, start, end):
        has_palette = has_palette or kind == b"pclr"
        if kind == b"colr" and content_end - content >= 7:
            method, space = struct.unpack(">BxxI", source.read_exactly(content, 7))
            is_cmyk = is_cmyk or (method == 1 and space == _CMYK)
            icc = icc or (
                source.read_exactly(content + 3, content_end - content - 3) if method in _ICC_METHODS else None
            )
    return has_palette, is_cmyk, icc


def read_jpeg2000_header(source: Source) -> Header:
    """Read the header of a JPEG 2000."""
    layout = read_jpeg2000_layout(source)
    channels = 3 if layout.has_palette else layout.channels - layout.has_alpha
    depth = 8 if layout.has_palette else layout.depth
    return Header("JPEG 2000", layout.width, layout.height, depth, channels, layout.has_alpha, 1)


def read_jpeg2000(source: Source, header: Header, _side: int | None) -> RawImage:
    """Read the pixels of a JPEG 2000."""
    layout = read_jpeg2000_layout(source)
    if layout.has_palette:
        return RawImage(Image.fromarray(_decode_palette(source)))
    source.file.seek(0)
    image = Jpeg2KImagePlugin.Jpeg2KImageFile(source.file)
    if header.depth <= _DEEP_BITS:
        return RawImage.from_pillow(image, icc=layout.icc)
    dots = RawImage.from_pillow(image).dpi
    deep = _decode_deep(source, layout)
    if layout.is_cmyk:
        return RawImage(Image.fromarray((deep >> 8).astype(np.uint8), "CMYK"), icc=layout.icc, dpi=dots)
    return RawImage(Image.new("L", (1, 1)), deep, icc=layout.icc, dpi=dots)


def _decode_palette(source: Source) -> Array:
    """Decode a picture with a palette, (H, W, 3 or 4) uint8 in sRGB; Pillow mixes up a palette with equal colours."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = imagecodecs.jpeg2k_decode(source.read_all(), numthreads=1)
    if values.dtype != np.uint8 or values.ndim != 3 or values.shape[-1] not in {3, 4}:
        raise source.damage_error("its palette can't be read")
    return np.asarray(values)


def _decode_deep(source: Source, layout: Jpeg2000Layout) -> Array:
    """Decode more than 8 bits per channel as (H, W, C) uint16."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    start, end = layout.codestream if layout.icc else (0, source.size)  # the library would convert by the profile
    values = np.atleast_3d(imagecodecs.jpeg2k_decode(source.read_exactly(start, end - start), numthreads=1))
    if values.dtype.kind != "u" or values.dtype.itemsize > 2 or values.shape[-1] != layout.channels:
        raise source.damage_error("its pixels have an unknown type")
    return stretch_to_16_bit(values, layout.depth)
