"""Pictures encoded by a lossy codec and decoded again: examples of the damage that models learn to remove."""

import io

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array


def jpeg_round_trip(pixels: Array, quality: int, *, full_colour: bool = True) -> Array:
    """Encode a picture (H, W, 3) uint8 as JPEG and decode it.

    Args:
        pixels: The picture.
        quality: 1 to 95.
        full_colour: Whether every pixel has its own colour (4:4:4), or every 2 x 2 pixels share one (4:2:0).
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0 if full_colour else 2)
    return np.asarray(Image.open(buffer))


def avif_round_trip(pixels: Array, quality: int, speed: int = 6) -> Array:
    """Encode a picture (H, W, 3) uint8 as AVIF with full colour resolution (4:4:4) and decode it.

    Args:
        pixels: The picture.
        quality: 0 to 100.
        speed: Of the encoder, 0 to 10. Slower encoding needs fewer bytes.
    """
    buffer = io.BytesIO()
    image, options = Image.fromarray(pixels), {"quality": quality, "speed": speed}
    image.save(buffer, "AVIF", subsampling="4:4:4", max_threads=1, **options)
    return np.asarray(Image.open(buffer).convert("RGB"))
