"""Values of pixels as lossless pictures, each coder at its best, and back; JPEG files as JPEG XL, and back.

Values are (H, W, C) uint8 or uint16: grey or RGB, straight alpha behind them when there is any.
"""

# ruff: noqa: PLR2004  # the numbers are the formats' own

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.io.identify import header_of
from pochade.images.io.read import picture_in

EFFORTS = ((1_000_000, 10), (16_000_000, 9), (50_000_000, 7))  # pixels, and JPEG XL's effort; beyond, too much memory
WEBP_EFFORT, LARGE_WEBP_EFFORT = 100, 75  # a twelfth of the time, for 3 percent more
PNG_PIXELS = 2**17  # beyond which no PNG was the smallest in trials, and trying takes long
PNG_LEVEL = 4  # of oxipng's 6; 6 takes three times longer for 2 percent
MOST_BYTES = 2**32  # of memory that a picture out of an archive may take
MOST_PIXELS = 2**28  # of one; no WebP has more, and all other coders stop before
FORMATS = {"jpeg-xl": "JPEG XL", "webp": "WebP", "png": "PNG"}  # what a coder gives


def jpeg_xl(values: Array) -> bytes:
    """As JPEG XL."""
    import imagecodecs  # noqa: PLC0415  # a heavy library

    pixels = values.shape[0] * values.shape[1]
    effort = next((effort for most, effort in EFFORTS if pixels <= most), None)
    if effort is None:
        raise ValueError("it takes too much memory")
    flat = values[..., 0] if values.shape[-1] == 1 else values
    return bytes(imagecodecs.jpegxl_encode(np.ascontiguousarray(flat), lossless=True, effort=effort, numthreads=1))


def webp(values: Array) -> bytes:
    """As WebP, which has 8 bits and no grey."""
    small = values.shape[0] * values.shape[1] <= EFFORTS[0][0]
    return webp_with(values, quality=WEBP_EFFORT if small else LARGE_WEBP_EFFORT, method=6)


def webp_with(values: Array, quality: int, method: int) -> bytes:
    """The same with so much effort: quality is one, too, where nothing is lost."""
    if values.dtype != np.uint8:
        raise ValueError("WebP has 8 bits")
    channels = values.shape[-1]
    colours = np.broadcast_to(values[..., : channels - 1 + channels % 2], (*values.shape[:2], 3))  # (H, W, 3)
    whole = colours if channels % 2 else np.concatenate([colours, values[..., -1:]], axis=-1)
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(whole))
    image.save(file, "WebP", lossless=True, quality=quality, method=method, exact=True)
    return file.getvalue()


def png(values: Array) -> bytes:
    """As PNG, optimised; only small ones are worth it."""
    import imagecodecs  # noqa: PLC0415  # a heavy library
    import oxipng  # noqa: PLC0415  # not needed but here

    if values.shape[0] * values.shape[1] > PNG_PIXELS:
        raise ValueError("another coder makes it smaller")
    flat = values[..., 0] if values.shape[-1] == 1 else values
    plain = bytes(imagecodecs.png_encode(np.ascontiguousarray(flat), level=1))
    return bytes(oxipng.optimize_from_memory(plain, level=PNG_LEVEL, strip=oxipng.StripChunks.all()))


CODERS: dict[str, Callable[[Array], bytes]] = {"jpeg-xl": jpeg_xl, "webp": webp, "png": png}


def reduced(values: Array) -> Array:
    """Without what says nothing: opaque alpha, colours that are greys, 16 bits that are 8."""
    if values.dtype == np.uint16 and np.array_equal(values >> 8, values & 255):
        values = (values >> 8).astype(np.uint8)
    if values.shape[-1] in {2, 4} and (values[..., -1] == np.iinfo(values.dtype).max).all():
        values = values[..., :-1]
    if values.shape[-1] >= 3 and (values[..., :2] == values[..., 1:3]).all():
        values = values[..., 2:]
    return values


def enlarged(values: Array, channels: int, deep: bool) -> Array:
    """What `reduced` took away, added again; ValueError when there is more than is wanted."""
    if deep and values.dtype == np.uint8:
        values = values.astype(np.uint16) * np.uint16(257)
    own_alpha, alpha = values.shape[-1] % 2 == 0, channels % 2 == 0
    if values.dtype != (np.uint16 if deep else np.uint8) or values.shape[-1] > channels or own_alpha > alpha:
        raise ValueError(f"it holds {values.shape[-1]} channels of {values.dtype} where {channels} are told")
    colours = values[..., : values.shape[-1] - own_alpha]
    colours = np.broadcast_to(colours, (*values.shape[:2], channels - alpha))
    if not alpha:
        return np.ascontiguousarray(colours)
    opaque = np.full((*values.shape[:2], 1), np.iinfo(values.dtype).max, values.dtype)
    return np.concatenate([colours, values[..., -1:] if own_alpha else opaque], axis=-1)


def values_in(content: bytes, coder: str, shape: tuple[int, int, int, int]) -> Array:
    """The values of a coded picture.

    Args:
        content: What the coder gave.
        coder: Its name.
        shape: Height, width, channels, bits a channel, as they were told to it.

    Raises:
        PictureUnreadable, ValueError or any library's exception: It is damaged, or of another shape.
    """
    height, width, channels, bits = shape
    source = Source(io.BytesIO(content), "the entry", len(content), MOST_BYTES)
    header = header_of(source)
    if header.format != FORMATS[coder]:
        raise ValueError(f"it is a picture of the format {header.format}")
    if channels not in {1, 2, 3, 4} or bits not in {8, 16} or height * width > MOST_PIXELS:
        raise ValueError(f"no picture has {height} x {width} pixels of {channels} channels of {bits} bits")
    check_size(header, height, width)
    picture = picture_in(source)
    parts = [picture.pixels] if picture.alpha is None else [picture.pixels, picture.alpha[..., None]]
    return enlarged(reduced(np.concatenate(parts, axis=-1)), channels, deep=bits == 16)


def check_size(header: Header, height: int, width: int) -> None:
    """Nothing, or ValueError."""
    if (header.height, header.width) != (height, width):
        raise ValueError(f"it holds {header.width} x {header.height} pixels where {width} x {height} are told")


def jpeg_as_jpeg_xl(content: bytes) -> bytes:
    """A JPEG's own coefficients as JPEG XL; a library's exception where it can't."""
    import pillow_jxl  # noqa: PLC0415  # a heavy library

    header = header_of(Source(io.BytesIO(content), "the file", len(content), MOST_BYTES))
    kind: Any = pillow_jxl.Encoder  # its types describe an older one
    encoder = kind("RGB", lossless=True, effort=9, num_threads=1, use_container=True)
    return bytes(encoder(content, header.width, header.height, jpeg_encode=True))


def jpeg_again(content: bytes) -> bytes:
    """The JPEG, byte for byte."""
    import imagecodecs  # noqa: PLC0415  # a heavy library

    source = Source(io.BytesIO(content), "the entry", len(content), MOST_BYTES)
    header = header_of(source)
    source.allow(header.width, header.height, 10)
    return bytes(imagecodecs.jpegxl_decode_jpeg(content, numthreads=1))
