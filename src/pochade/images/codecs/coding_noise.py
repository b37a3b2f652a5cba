"""Pictures through a coder that takes something away, and back: what nets learn to mend."""

import io

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array


def through_jpeg(pixels: Array, quality: int, *, full_colour: bool = True) -> Array:
    """A picture (H, W, 3) uint8 as it comes back from a JPEG.

    Args:
        pixels: The picture.
        quality: 1 to 95.
        full_colour: Whether colours are kept at every pixel (4:4:4), or at every second one each way (4:2:0).
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0 if full_colour else 2)
    return np.asarray(Image.open(buffer))


def through_avif(pixels: Array, quality: int, speed: int = 6) -> Array:
    """A picture (H, W, 3) uint8 as it comes back from an AVIF with colours at every pixel (4:4:4).

    Args:
        pixels: The picture.
        quality: 0 to 100.
        speed: Of the coder, 0 to 10: slower ones need fewer bytes.
    """
    buffer = io.BytesIO()
    image, options = Image.fromarray(pixels), {"quality": quality, "speed": speed}
    image.save(buffer, "AVIF", subsampling="4:4:4", max_threads=1, **options)
    return np.asarray(Image.open(buffer).convert("RGB"))
