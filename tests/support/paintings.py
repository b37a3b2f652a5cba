"""Pictures that lose much without looking different: soft light and grain, made in code."""

import io
from hashlib import shake_256

import numpy as np
from PIL import Image

from pochade.images.base.picture import Picture
from pochade.images.base.source import Source
from pochade.images.io.read import picture_from_source
from tests.support.picture_files import Array, encode_with_pillow


def painting(height: int = 56, width: int = 72) -> Array:
    """Soft light with grain, (H, W, 3) uint8: much can be lost before anybody sees it."""
    y, x = np.mgrid[:height, :width] / 12
    light = np.stack([x * 20 + y * 9, 90 + 40 * np.sin(x), 120 + 30 * np.cos(y)], axis=-1)
    return np.clip(light + np.random.default_rng(3).normal(0, 2, light.shape), 0, 255).astype(np.uint8)


def save_png(values: Array, **options: object) -> bytes:
    """Pixel values as a PNG."""
    return encode_with_pillow(Image.fromarray(values), "PNG", **options)


def washes(height: int, width: int, grain: int) -> Array:
    """Soft washes of colour with grain, (H, W, 3) uint8, in integer arithmetic: the same on every machine."""
    y, x = np.mgrid[:height, :width]
    soft = np.stack([40 + x * 2 + y, 200 - (x - 30) ** 2 // 12, 60 + (y * y + 3 * x) // 20], axis=-1)
    noise = np.frombuffer(shake_256(b"grain").digest(2 * soft.size), np.uint8).astype(int)
    coarse = noise.reshape(2, *soft.shape).sum(0)
    return (soft + (coarse - 255) * grain // 255).clip(0, 255).astype(np.uint8)


def decode(content: bytes) -> Picture:
    """Decode the bytes of any picture file."""
    return picture_from_source(Source(io.BytesIO(content), "the file", len(content), 2**30))
