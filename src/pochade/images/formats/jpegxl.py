"""JPEG XL: the size from the bits it begins with (ISO/IEC 18181-1), the pixels from libjxl.

The header is read here because the decoder says the size only together with the pixels.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import io

import numpy as np
from PIL import Image, JpegImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.chunked import sized
from pochade.images.formats.isobmff import stretched, top_boxes
from pochade.images.formats.raster import Raw
from pochade.images.metadata.exif import upright, with_prefix

JXL_BOX = b"\x00\x00\x00\x0cJXL \r\n\x87\n"
JXL_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
HEADER_BYTES = 512  # more than any header takes but those with many named channels
JXL_KINDS = ((0, 0), (1, 0), (2, 4), (18, 6))  # how the standard writes numbers that stand for names
JXL_WHITE, JXL_PRIMARIES, JXL_CURVE = 1, 1, 13  # the names of sRGB's


class Bits:
    """A row of bits, the lowest of each byte first, as JPEG XL writes its header."""

    def __init__(self, content: bytes) -> None:
        self.rest = int.from_bytes(content, "little")

    def take(self, count: int) -> int:
        """The next number of so many bits."""
        value = self.rest & ((1 << count) - 1)
        self.rest >>= count
        return value

    def choice(self, *ways: tuple[int, int]) -> int:
        """A number written in one of four ways: an offset and how many bits are added to it."""
        offset, count = ways[self.take(2)]
        return offset + self.take(count)

    def side(self) -> int:
        """A width or height."""
        return self.choice((1, 9), (1, 13), (1, 18), (1, 30))


def jxl_header(source: Source) -> Header:
    """Of a JPEG XL, bare or in boxes; the width and height are already those after turning."""
    bits = Bits(codestream_start(source)[2:])
    small = bits.take(1)
    height = (bits.take(5) + 1) * 8 if small else bits.side()
    if ratio := bits.take(3):
        across, down = JXL_RATIOS[ratio - 1]
        width = height * across // down
    else:
        width = (bits.take(5) + 1) * 8 if small else bits.side()
    return jxl_kind(bits, width, height)


def jxl_kind(bits: Bits, width: int, height: int) -> Header:
    """All else that the header says; 2 frames for any animation: counting would mean decoding."""
    if bits.take(1):  # all as usual
        return Header("JPEG XL", *sized(width, height, 1), 8, 3, has_alpha=False, frames=1)
    orientation, frames = jxl_extra(bits) if bits.take(1) else (1, 1)
    depth = jxl_depth(bits)
    bits.take(1)  # whether 16-bit buffers suffice
    others = [jxl_is_alpha(bits) for _ in range(bits.choice((0, 0), (1, 0), (2, 4), (1, 12)))]
    bits.take(1)  # whether the colours are stored as XYB
    colours, own_profile = jxl_colours(bits)
    return Header("JPEG XL", *sized(width, height, orientation), depth, colours, any(others), frames, own_profile)


def jxl_colours(bits: Bits) -> tuple[int, bool]:
    """How many colours, and whether they may be others than sRGB's: there is a profile, or names of other ones."""
    if bits.take(1):  # all as usual
        return 3, False
    if bits.take(1):
        return 3, True
    grey = bits.choice(*JXL_KINDS) == 1
    same_white = bits.choice(*JXL_KINDS) == JXL_WHITE
    same = same_white and (grey or bits.choice(*JXL_KINDS) == JXL_PRIMARIES)
    same = same and not bits.take(1) and bits.choice(*JXL_KINDS) == JXL_CURVE  # the bit: a power instead of a name
    return 1 if grey else 3, not same


def jxl_extra(bits: Bits) -> tuple[int, int]:
    """Orientation and frames; what stands between them is passed over."""
    orientation = bits.take(3) + 1
    if bits.take(1):  # a size to be shown at, written as the size is
        small = bits.take(1)
        _ = bits.take(5) if small else bits.side()
        if not bits.take(3):
            _ = bits.take(5) if small else bits.side()
    if bits.take(1):  # a preview inside of the stream: practically nobody writes one
        return orientation, 1
    if not bits.take(1):
        return orientation, 1
    bits.choice((100, 0), (1000, 0), (1, 10), (1, 30))  # ticks a second, and what they are divided by
    bits.choice((1, 0), (1001, 0), (1, 8), (1, 10))
    bits.choice((0, 0), (0, 3), (0, 16), (0, 32))  # how often it is played
    bits.take(1)  # whether frames carry time codes
    return orientation, 2


def jxl_depth(bits: Bits) -> int:
    """Bits a channel; floats count as what they take."""
    if not bits.take(1):
        return bits.choice((8, 0), (10, 0), (12, 0), (1, 6))
    depth = bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
    bits.take(4)  # of them, the exponent
    return depth


def jxl_is_alpha(bits: Bits) -> bool:
    """Whether the next channel beside the colours is alpha; goes past all that is said of it."""
    if bits.take(1):  # all as usual: 8 bits of alpha
        return True
    kind = bits.choice(*JXL_KINDS)
    jxl_depth(bits)
    bits.choice((0, 0), (3, 0), (4, 0), (1, 3))  # how much smaller it is
    bits.take(8 * bits.choice((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    if kind == 0:
        bits.take(1)  # whether the colours are multiplied by it
    elif kind == 2:
        bits.take(64)  # a spot colour
    return kind == 0


def codestream_start(source: Source) -> bytes:
    """The first bytes of the stream itself, out of the boxes where there are some."""
    if source.read_at(0, len(JXL_BOX)) != JXL_BOX:
        return source.read_at(0, HEADER_BYTES)
    for name, start, length in top_boxes(source):
        if name in {b"jxlc", b"jxlp"}:
            skipped = 4 if name == b"jxlp" else 0  # the part's number
            return source.read_at(start + skipped, min(HEADER_BYTES, length - skipped))
    raise source.damaged("there is no picture in it")


def jxl_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The pixels of a JPEG XL. One that was made from a JPEG becomes that JPEG again, exactly."""
    import pillow_jxl  # noqa: PLC0415  # a heavy library, for few files

    content = source.content()
    was_jpeg, info, data, icc, found = pillow_jxl.Decoder(num_threads=1)(content)
    if was_jpeg:
        return Raw.of(JpegImagePlugin.JpegImageFile(io.BytesIO(data)))
    exif = next((bytes(box.data) for box in found if box.box_type == b"Exif"), b"")
    exif = exif[4:] if exif[4:6] in {b"II", b"MM"} else exif
    image = jxl_image(info.mode, (info.width, info.height), data)
    deep = deep_jxl(content, header.depth) if header.depth > 8 and side is None else None
    return Raw(image, deep, icc=icc or None, exif=upright(with_prefix(exif)))


def jxl_image(mode: str, size: tuple[int, int], data: bytes) -> Image.Image:
    """The decoder's bytes as an image; floats, from 0 to 1, as 8 bits."""
    if not mode.startswith("F"):
        return Image.frombytes(mode, size, data)
    kind = np.float16 if mode == "F;16" else np.float32
    values = np.frombuffer(data, kind).reshape(size[1], size[0])
    return Image.fromarray((np.nan_to_num(values).clip(0, 1) * 255 + 0.5).astype(np.uint8))


def deep_jxl(content: bytes, depth: int) -> Array:
    """A JPEG XL of more than 8 bits as (H, W, 1 to 4) uint16."""
    import imagecodecs  # noqa: PLC0415  # a heavy library, for few files

    values = np.atleast_3d(imagecodecs.jpegxl_decode(content, numthreads=1))
    values = values[0] if values.ndim == 4 else values  # an animation's first frame
    if values.dtype.kind == "f":
        return (np.nan_to_num(values.astype(np.float32)).clip(0, 1) * 65535 + 0.5).astype(np.uint16)
    return stretched(values, depth if int(values.max(initial=0)) < 1 << depth else 16)
