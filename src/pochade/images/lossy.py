"""Pictures through a coder that takes something away, and back: what nets learn to mend."""

import io

import numpy as np
from PIL import Image

from pochade.images.picture import Array


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
