"""Lossless image codecs for pixel values, and JPEG files transcoded to JPEG XL.

Values are (H, W, C) uint8 or uint16: grey or RGB, then straight alpha if there is any.
"""

# ruff: noqa: PLR2004  # the numbers are the formats' own

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.codecs.jpeg_segments import read_jpeg_parts
from pochade.images.formats.isobmff import make_box, top_level_boxes
from pochade.images.io.identify import read_header
from pochade.images.io.read import picture_from_source

JPEG_XL_EFFORTS = ((1_000_000, 10), (16_000_000, 9), (50_000_000, 7))  # largest number of pixels, and its effort
WEBP_EFFORT, LARGE_WEBP_EFFORT = 100, 75  # 75 takes a twelfth of the time, and 3 percent more bytes
MAX_PNG_PIXELS = 2**17  # in trials PNG was never the smallest for larger pictures, and optimising them takes long
PNG_LEVEL = 4  # of oxipng's 6; 6 takes three times longer and saves 2 percent
MAX_PICTURE_BYTES = 2**32  # memory for decoding one picture
MAX_PICTURE_PIXELS = 2**28  # of a picture in an archive; no codec here encodes more
TAIL_BOX_ID = bytes.fromhex("7DF1A8D83C2F4C7AA2EE2B3A0C5B9E61")
BOX_HEADER_BYTES = 8
MODES = ("L", "LA", "RGB", "RGBA")  # of Pillow, by number of channels
FORMAT_NAMES = {"jpeg-xl": "JPEG XL", "webp": "WebP", "png": "PNG"}  # by codec name


def encode_jpeg_xl(values: Array) -> bytes:
    """Encode as JPEG XL.

    Raises:
        ValueError: The picture is so large that encoding would take too much memory.
    """
    pixels = values.shape[0] * values.shape[1]
    effort = next((effort for max_pixels, effort in JPEG_XL_EFFORTS if pixels <= max_pixels), None)
    if effort is None:
        raise ValueError("it takes too much memory")
    return encode_jpeg_xl_at(values, effort)


def encode_jpeg_xl_at(values: Array, effort: int) -> bytes:
    """Encode as lossless JPEG XL with a given effort, 1 to 10."""
    import imagecodecs  # noqa: PLC0415  # slow to import

    flat = values[..., 0] if values.shape[-1] == 1 else values
    return bytes(imagecodecs.jpegxl_encode(np.ascontiguousarray(flat), lossless=True, effort=effort, numthreads=1))


def encode_jpeg_xl_quickly(values: Array, effort: int) -> bytes:
    """Encode as lossless JPEG XL with another library, whose libjxl is newer, as `encode_jpeg_xl_at` does.

    It takes half to four fifths of the time. Pictures of many colours take 2 percent fewer to 4 percent more bytes, and
    flat ones much more.

    Args:
        values: (H, W, C) uint8.
        effort: 1 to 10.

    Raises:
        ValueError: The values have 16 bits.
    """
    import pillow_jxl  # noqa: PLC0415  slow to import

    if values.dtype != np.uint8:
        raise ValueError("this encoder is for 8 bits a channel")
    height, width, channels = values.shape
    encoder_class: Any = pillow_jxl.Encoder  # its type stubs describe an older version
    encoder = encoder_class(MODES[channels - 1], lossless=True, effort=effort, num_threads=1)
    return bytes(encoder(np.ascontiguousarray(values).tobytes(), width, height, jpeg_encode=False))


def encode_webp(values: Array) -> bytes:
    """Encode as lossless WebP.

    Raises:
        ValueError: The values have 16 bits.
    """
    is_small = values.shape[0] * values.shape[1] <= JPEG_XL_EFFORTS[0][0]
    return encode_webp_at(values, quality=WEBP_EFFORT if is_small else LARGE_WEBP_EFFORT, method=6)


def encode_webp_at(values: Array, quality: int, method: int) -> bytes:
    """Encode as lossless WebP with a given effort. WebP has no grey, so grey values become RGB.

    Args:
        values: (H, W, C) uint8.
        quality: The encoder's effort, 0 to 100; in lossless WebP it does not change the pixels.
        method: The thoroughness of its search, 0 to 6.

    Raises:
        ValueError: The values have 16 bits.
    """
    if values.dtype != np.uint8:
        raise ValueError("WebP holds 8 bits a channel only")
    channels = values.shape[-1]
    has_alpha = channels % 2 == 0
    colours = np.broadcast_to(values[..., : channels - has_alpha], (*values.shape[:2], 3))  # (H, W, 3)
    stacked = np.concatenate([colours, values[..., -1:]], axis=-1) if has_alpha else colours
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(stacked))
    image.save(file, "WebP", lossless=True, quality=quality, method=method, exact=True)
    return file.getvalue()


def encode_png(values: Array) -> bytes:
    """Encode as an optimised PNG.

    Raises:
        ValueError: The picture is so large that another codec makes it smaller.
    """
    import imagecodecs  # noqa: PLC0415  # slow to import
    import oxipng  # noqa: PLC0415  # needed only here

    if values.shape[0] * values.shape[1] > MAX_PNG_PIXELS:
        raise ValueError("another codec makes it smaller")
    flat = values[..., 0] if values.shape[-1] == 1 else values
    plain = bytes(imagecodecs.png_encode(np.ascontiguousarray(flat), level=1))
    return bytes(oxipng.optimize_from_memory(plain, level=PNG_LEVEL, strip=oxipng.StripChunks.all()))


LOSSLESS_CODECS: dict[str, Callable[[Array], bytes]] = {
    "jpeg-xl": encode_jpeg_xl,
    "webp": encode_webp,
    "png": encode_png,
}


def drop_redundancy(values: Array) -> Array:
    """Drop opaque alpha, colour channels that are all equal, and lower bytes that repeat the upper ones."""
    if values.dtype == np.uint16 and np.array_equal(values >> 8, values & 255):
        values = (values >> 8).astype(np.uint8)
    if values.shape[-1] in {2, 4} and (values[..., -1] == np.iinfo(values.dtype).max).all():
        values = values[..., :-1]
    if values.shape[-1] >= 3 and (values[..., :2] == values[..., 1:3]).all():
        values = values[..., 2:]
    return values


def _restore_redundancy(values: Array, channels: int, deep: bool) -> Array:
    """Undo `drop_redundancy`; ValueError if the values have more channels or bits than they should."""
    if deep and values.dtype == np.uint8:
        values = values.astype(np.uint16) * np.uint16(257)
    has_alpha, needs_alpha = values.shape[-1] % 2 == 0, channels % 2 == 0
    if values.dtype != (np.uint16 if deep else np.uint8) or values.shape[-1] > channels or has_alpha > needs_alpha:
        raise ValueError(f"it holds {values.shape[-1]} channels of {values.dtype} instead of {channels} channels")
    colours = values[..., : values.shape[-1] - has_alpha]
    colours = np.broadcast_to(colours, (*values.shape[:2], channels - needs_alpha))
    if not needs_alpha:
        return np.ascontiguousarray(colours)
    opaque = np.full((*values.shape[:2], 1), np.iinfo(values.dtype).max, values.dtype)
    return np.concatenate([colours, values[..., -1:] if has_alpha else opaque], axis=-1)


def decode_values(content: bytes, codec: str, shape: tuple[int, int, int, int]) -> Array:
    """Decode pixel values that one of `LOSSLESS_CODECS` encoded after `drop_redundancy`.

    Args:
        content: The encoded picture.
        codec: The codec's name.
        shape: Height, width, channels and bits per channel of the values before encoding.

    Returns:
        (H, W, C) uint8 or uint16.

    Raises:
        ValueError: The content has another format or shape.
        Exception: The content is damaged; the decoding library decides the type.
    """
    height, width, channels, bits = shape
    source = Source(io.BytesIO(content), "the entry", len(content), MAX_PICTURE_BYTES)
    header = read_header(source)
    if header.format != FORMAT_NAMES[codec]:
        raise ValueError(f"it is a picture of the format {header.format}")
    if channels not in {1, 2, 3, 4} or bits not in {8, 16} or height * width > MAX_PICTURE_PIXELS:
        raise ValueError(f"no picture has {height} x {width} pixels of {channels} channels of {bits} bits")
    _check_size(header, height, width)
    return _restore_redundancy(drop_redundancy(read_values(source)), channels, deep=bits == 16)


def read_values(source: Source) -> Array:
    """Decode a picture to its values (H, W, C): colours, then alpha if there is any."""
    picture = picture_from_source(source)
    planes = [picture.pixels] if picture.alpha is None else [picture.pixels, picture.alpha[..., None]]
    return np.concatenate(planes, axis=-1)


def _check_size(header: Header, height: int, width: int) -> None:
    if (header.height, header.width) != (height, width):
        raise ValueError(f"it holds {header.width} x {header.height} pixels instead of {width} x {height}")


def transcode_jpeg(content: bytes, effort: int = 9) -> bytes:
    """Transcode the coefficients of a JPEG to JPEG XL without loss. Exceptions of the library are not caught.

    Args:
        content: The file.
        effort: 1 to 10.
    """
    import pillow_jxl  # noqa: PLC0415  # slow to import

    header = read_header(Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES))
    encoder_class: Any = pillow_jxl.Encoder  # its type stubs describe an older version
    encoder = encoder_class("RGB", lossless=True, effort=effort, num_threads=1, use_container=True)
    return bytes(encoder(content, header.width, header.height, jpeg_encode=True))


def restore_jpeg(content: bytes) -> bytes:
    """Restore, byte for byte, the JPEG that `transcode_jpeg` transcoded. Exceptions of the library are not caught."""
    import imagecodecs  # noqa: PLC0415  # slow to import

    source = Source(io.BytesIO(content), "the entry", len(content), MAX_PICTURE_BYTES)
    header = read_header(source)
    source.check_memory(header.width, header.height, 10)
    return bytes(imagecodecs.jpegxl_decode_jpeg(content, numthreads=1))


def transcode_jpeg_with_tail(content: bytes, effort: int = 9) -> bytes:
    """Transcode a JPEG up to its end, and store what follows the end in a last box of the JPEG XL.

    Args:
        content: The file.
        effort: 1 to 10.

    Raises:
        ValueError: Nothing follows the end, or there is no end.
    """
    end = read_jpeg_parts(content).end
    if end == len(content):
        raise ValueError("nothing follows its end")
    return transcode_jpeg(content[:end], effort) + make_box(b"uuid", TAIL_BOX_ID + content[end:])


def restore_jpeg_with_tail(content: bytes) -> bytes:
    """Restore, byte for byte, the file that `transcode_jpeg_with_tail` transcoded.

    Raises:
        ValueError: The last box of the JPEG XL is another one.
    """
    source = Source(io.BytesIO(content), "the entry", len(content), MAX_PICTURE_BYTES)
    name, start, length = list(top_level_boxes(source))[-1]
    if name != b"uuid" or not content[start : start + length].startswith(TAIL_BOX_ID):
        raise ValueError("the bytes behind the end of the JPEG are missing")
    return restore_jpeg(content[: start - BOX_HEADER_BYTES]) + content[start + len(TAIL_BOX_ID) :]
