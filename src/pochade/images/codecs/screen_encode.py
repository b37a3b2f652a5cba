"""Pictures (h, w, 3) uint8 encoded for display on a screen."""

import io

from PIL import Image

from pochade.images.base.picture import Array

JPEG_QUALITY = 92
PNG_COMPRESSION = 1  # of 9: fast, because each PNG is shown only once


def encode_screen_jpeg(pixels: Array) -> bytes:
    """Encode a JPEG with full colour resolution (4:4:4), which keeps thin red lines red."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
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
