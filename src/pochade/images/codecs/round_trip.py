"""Pictures encoded by a lossy codec and decoded again: training examples of coding artifacts."""

import io

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array


def avif_round_trip(pixels: Array, quality: int, speed: int = 6) -> Array:
    """Encode a picture as AVIF with full colour resolution (4:4:4) and decode it.

    Args:
        pixels: (H, W, 3) uint8.
        quality: 0 to 100.
        speed: Of the encoder, 0 to 10. Slower encoding needs fewer bytes.

    Returns:
        The decoded picture (H, W, 3) uint8.
    """
    buffer = io.BytesIO()
    image, options = Image.fromarray(pixels), {"quality": quality, "speed": speed}
    image.save(buffer, "AVIF", subsampling="4:4:4", max_threads=1, **options)
    return np.asarray(Image.open(buffer).convert("RGB"))


def webp_round_trip(pixels: Array, quality: int) -> tuple[int, Array]:
    """Encode a picture as lossy WebP and decode it.

    Args:
        pixels: (H, W, 3) uint8.
        quality: 0 to 100.

    Returns:
        The number of bytes of the file, and the decoded picture (H, W, 3) uint8.
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=quality, method=6)
    return buffer.tell(), np.asarray(Image.open(buffer))
