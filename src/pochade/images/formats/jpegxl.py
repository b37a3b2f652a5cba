"""JPEG XL: the header from its first bits (ISO/IEC 18181-1), the pixels from libjxl.

The header is parsed here because the decoder only reports the size together with the pixels.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, JpegImagePlugin

from pochade.images.base.hdr import CodePoints
from pochade.images.base.picture import Array, Header, stretch_to_16_bit, to_8_bit, unit_floats_to_16_bit
from pochade.images.base.source import Source
from pochade.images.formats.isobmff import top_level_boxes
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.signatures import JXL_CONTAINER_SIGNATURE
from pochade.images.formats.visible_frame import Notes, find_visible_frame, frame_notes
from pochade.images.metadata.exif import add_exif_prefix, oriented_size, reset_orientation

_SIDE_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # width to height
_MAX_VALUES = 1_000_000_000  # values of all frames that are judged, because decoding takes time
_UNLIKELY_VALUE = 3  # of all channels and of all pixels of a frame
_MAX_FRAMES = 20  # of an animation that are judged; to decode one means to decode all before it
_MAX_HEADER_BYTES = 512  # only headers with many named channels are longer
_ENUM = ((0, 0), (1, 0), (2, 4), (18, 6))  # how the standard codes enumerated values
_SRGB_WHITE_POINT, _SRGB_PRIMARIES, _SRGB_TRANSFER_FUNCTION, _CUSTOM = 1, 1, 13, 2
_CODE_POINT_BY_PRIMARIES = {1: 1, 9: 9, 11: 12}  # the standard's number -> that of ITU-T H.273


class _BitReader:
    """Reads numbers bit by bit, the lowest bit of each byte first."""

    def __init__(self, content: bytes) -> None:
        self.remaining = int.from_bytes(content, "little")

    def take(self, count: int) -> int:
        """The next `count` bits as a number."""
        value = self.remaining & ((1 << count) - 1)
        self.remaining >>= count
        return value

    def u32(self, *alternatives: tuple[int, int]) -> int:
        """Read a U32 of the standard: two bits choose an offset, and the number of further bits to add to it."""
        offset, count = alternatives[self.take(2)]
        return offset + self.take(count)

    def side(self) -> int:
        """A width or height."""
        return self.u32((1, 9), (1, 13), (1, 18), (1, 30))


def read_jxl_header(source: Source) -> Header:
    """Read the header of a JPEG XL, whether a bare codestream or in boxes."""
    return _read_header_and_hdr(source)[0]


def _read_header_and_hdr(source: Source) -> tuple[Header, CodePoints | None]:
    """Read the header, and the code points of a picture in PQ or HLG."""
    bits = _BitReader(_codestream_start(source)[2:])
    small = bits.take(1)
    height = (bits.take(5) + 1) * 8 if small else bits.side()
    if ratio := bits.take(3):
        across, down = _SIDE_RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = (bits.take(5) + 1) * 8 if small else bits.side()
    return _read_image_metadata(bits, width, height)


def _read_image_metadata(bits: _BitReader, width: int, height: int) -> tuple[Header, CodePoints | None]:
    """Read the rest of the header. An animation counts as 2 frames, because counting its frames means decoding it."""
    if bits.take(1):  # all values are the default
        return Header("JPEG XL", width, height, 8, 3, has_alpha=False, frames=1), None
    orientation, frames = _read_extra_fields(bits) if bits.take(1) else (1, 1)
    width, height = oriented_size(width, height, orientation)
    depth = _read_bit_depth(bits)
    bits.take(1)  # whether 16-bit buffers suffice
    are_alpha = [_read_extra_channel(bits) for _ in range(bits.u32((0, 0), (1, 0), (2, 4), (1, 12)))]
    bits.take(1)  # whether the colours are stored as XYB
    colours = _read_colour_encoding(bits)
    header = Header("JPEG XL", width, height, depth, colours.channels, any(are_alpha), frames, colours.differ_from_srgb)
    return header, colours.hdr


class _Colours(NamedTuple):
    """What the header says about the colours."""

    channels: int
    differ_from_srgb: bool  # or may differ
    hdr: CodePoints | None  # only of PQ and HLG


def _read_colour_encoding(bits: _BitReader) -> _Colours:
    """Read the number of colour channels and the meaning of their values."""
    if bits.take(1):  # all values are the default
        return _Colours(3, differ_from_srgb=False, hdr=None)
    if bits.take(1):  # there is an ICC profile
        return _Colours(3, differ_from_srgb=True, hdr=None)
    grey = bits.u32(*_ENUM) == 1
    white_point = bits.u32(*_ENUM)
    if white_point == _CUSTOM:
        _skip_chromaticities(bits, 1)
    primaries = _SRGB_PRIMARIES if grey else bits.u32(*_ENUM)
    if primaries == _CUSTOM:
        _skip_chromaticities(bits, 3)
    transfer = 0 if bits.take(1) else bits.u32(*_ENUM)  # instead of a gamma
    encoding = (white_point, primaries, transfer)
    differ = encoding != (_SRGB_WHITE_POINT, _SRGB_PRIMARIES, _SRGB_TRANSFER_FUNCTION)
    code_points = CodePoints(_CODE_POINT_BY_PRIMARIES.get(primaries, 1), transfer)
    return _Colours(1 if grey else 3, differ, code_points if code_points.is_hdr else None)


def _skip_chromaticities(bits: _BitReader, count: int) -> None:
    for _ in range(2 * count):
        bits.u32((0, 19), (524_288, 19), (1_048_576, 20), (2_097_152, 21))


def _read_extra_fields(bits: _BitReader) -> tuple[int, int]:
    """Read the orientation and the number of frames; the fields between them are skipped."""
    orientation = bits.take(3) + 1
    if bits.take(1):  # intrinsic size, coded like the size
        small = bits.take(1)
        _ = bits.take(5) if small else bits.side()
        if not bits.take(3):
            _ = bits.take(5) if small else bits.side()
    if bits.take(1):  # an embedded preview, which almost no encoder writes: assume a still picture
        return orientation, 1
    if not bits.take(1):  # no animation
        return orientation, 1
    bits.u32((100, 0), (1000, 0), (1, 10), (1, 30))  # ticks per second, numerator
    bits.u32((1, 0), (1001, 0), (1, 8), (1, 10))  # ticks per second, denominator
    bits.u32((0, 0), (0, 3), (0, 16), (0, 32))  # number of loops
    bits.take(1)  # whether frames have time codes
    return orientation, 2


def _read_bit_depth(bits: _BitReader) -> int:
    """Read bits per channel, for whole numbers and floats alike."""
    if not bits.take(1):
        return bits.u32((8, 0), (10, 0), (12, 0), (1, 6))
    depth = bits.u32((32, 0), (16, 0), (24, 0), (1, 6))
    bits.take(4)  # bits of the exponent
    return depth


def _read_extra_channel(bits: _BitReader) -> bool:
    """Read the description of an extra channel; return whether it is alpha."""
    if bits.take(1):  # all values are the default: 8-bit alpha
        return True
    kind = bits.u32(*_ENUM)
    _read_bit_depth(bits)
    bits.u32((0, 0), (3, 0), (4, 0), (1, 3))  # how much smaller the channel is
    bits.take(8 * bits.u32((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    if kind == 0:
        bits.take(1)  # whether the colours are multiplied by it
    elif kind == 2:
        bits.take(64)  # spot colour
    return kind == 0


def _codestream_start(source: Source) -> bytes:
    """The first bytes of the codestream, which may lie in boxes."""
    if source.read_at(0, len(JXL_CONTAINER_SIGNATURE)) != JXL_CONTAINER_SIGNATURE:
        return source.read_at(0, _MAX_HEADER_BYTES)
    for name, start, length in top_level_boxes(source):
        if name in {b"jxlc", b"jxlp"}:
            skipped = 4 if name == b"jxlp" else 0  # a partial codestream begins with its number
            return source.read_at(start + skipped, min(_MAX_HEADER_BYTES, length - skipped))
    raise source.damage_error("there is no picture in it")


def read_jxl(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the pixels of a JPEG XL; if it was transcoded from a JPEG, exactly that JPEG is restored and read."""
    import pillow_jxl  # noqa: PLC0415  # heavy, and rarely needed

    content = source.read_all()
    was_jpeg, info, data, icc, boxes = pillow_jxl.Decoder(num_threads=1)(content)
    if was_jpeg:
        return RawImage.from_pillow(JpegImagePlugin.JpegImageFile(io.BytesIO(data)))
    exif = next((bytes(box.data) for box in boxes if box.box_type == b"Exif"), b"")
    exif = exif[4:] if exif[4:6] in {b"II", b"MM"} else exif
    image = _image_from_bytes(info.mode, (info.width, info.height), data)
    notes: Notes = ()
    if header.frames > 1:  # that decoder gives the last frame
        image, notes = _open_frame(content, side)
    deep = _decode_deep_jxl(content, header.depth) if header.depth > 8 and side is None else None
    _, hdr = _read_header_and_hdr(source)
    upright_exif = reset_orientation(add_exif_prefix(exif))
    return RawImage(image, deep, icc=icc or None, exif=upright_exif, notes=notes, hdr=hdr)


def _open_frame(content: bytes, side: int | None) -> tuple[Image.Image, Notes]:
    """The first frame of an animation in 8 bits, or for a preview the first one that shows something, and notes."""
    number = 0 if side is None else find_visible_frame(_decode_frames(content))
    return next(_decode_frames(content, number)), frame_notes(number)


def _decode_frames(content: bytes, first: int = 0) -> Iterator[Image.Image]:
    """The frames of an animation in 8 bits from a number on, up to a limit; each is decoded from the start."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = imagecodecs.jpegxl_decode(content, index=first, numthreads=1)
    most = min(_MAX_FRAMES, _MAX_VALUES // (values.size * _MAX_FRAMES))
    for number in range(first, max(first + 1, most)):
        values = np.full_like(values, _UNLIKELY_VALUE)
        imagecodecs.jpegxl_decode(content, index=number, numthreads=1, out=values)
        if (values == _UNLIKELY_VALUE).all():  # the decoder leaves the pixels alone behind the last frame
            return
        shallow = to_8_bit(unit_floats_to_16_bit(values) if values.dtype.kind == "f" else values)
        yield Image.fromarray(shallow[..., 0] if shallow.shape[2:] == (1,) else shallow)


def _image_from_bytes(mode: str, size: tuple[int, int], data: bytes) -> Image.Image:
    """The decoder's output as an image; floats from 0 to 1 become 8 bits."""
    if not mode.startswith("F"):
        return Image.frombytes(mode, size, data)
    kind = np.float16 if mode == "F;16" else np.float32
    values = np.frombuffer(data, kind).reshape(size[1], size[0])
    return Image.fromarray((np.nan_to_num(values).clip(0, 1) * 255 + 0.5).astype(np.uint8))


def _decode_deep_jxl(content: bytes, depth: int) -> Array:
    """Decode a JPEG XL of more than 8 bits per channel as (H, W, 1 to 4) uint16."""
    import imagecodecs  # noqa: PLC0415  # heavy, and rarely needed

    values = np.atleast_3d(imagecodecs.jpegxl_decode(content, index=0, numthreads=1))  # of an animation the first frame
    if values.dtype.kind == "f":
        return unit_floats_to_16_bit(values)
    return stretch_to_16_bit(values, depth if int(values.max(initial=0)) < 1 << depth else 16)
