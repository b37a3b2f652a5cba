"""Pictures encoded for display on a screen: (h, w, 3) uint8, and cut-outs (h, w, 4) uint8 with straight alpha."""

import io

from PIL import Image

from pochade.images.base.picture import Array

JPEG_QUALITY = 92
WEBP_QUALITY = 88  # of the colours; alpha keeps every value
WEBP_EFFORT = 2  # of 6
MAX_WEBP_SIDE = 16_383  # pixels, by the format; previews stay below it
PNG_COMPRESSION = 1  # of 9: fast, because each PNG is shown only once


def encode_screen_jpeg(pixels: Array) -> bytes:
    """Encode a JPEG with full colour resolution (4:4:4), which keeps thin red lines red."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def encode_screen_webp(pixels: Array, *, lossless: bool) -> bytes:
    """Encode a WebP; with loss, the colours keep thin red lines red as far as half the resolution allows.

    Args:
        pixels: (h, w, 3 or 4) uint8, a fourth channel being alpha; no side is longer than `MAX_WEBP_SIDE`.
        lossless: Whether what is not fully transparent keeps every value.
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer, "WEBP", lossless=lossless, quality=0 if lossless else WEBP_QUALITY,
        method=0 if lossless else WEBP_EFFORT, use_sharp_yuv=not lossless,
    )  # fmt: skip
    return buffer.getvalue()


def encode_screen_png(pixels: Array) -> bytes:
    """Encode a PNG without loss, for comparing pixels closely."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=PNG_COMPRESSION)
    return buffer.getvalue()


def encode_compact_jpeg(pixels: Array, quality: int) -> bytes:
    """Encode a JPEG with half the colour resolution (4:2:0), for thumbnails and sheets; `quality` is 1 to 95."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
