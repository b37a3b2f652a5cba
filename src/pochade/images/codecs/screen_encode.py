"""Pictures (h, w, 3) uint8 as files for a screen."""

import io

from PIL import Image

from pochade.images.base.picture import Array

QUALITY = 92
QUICK = 1  # of 9: a PNG is made to be seen once


def as_jpeg(pixels: Array) -> bytes:
    """For looking at: colours are kept at every pixel, so that thin red lines stay red."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def as_png(pixels: Array) -> bytes:
    """For looking closely: every pixel as it is."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=QUICK)
    return buffer.getvalue()
