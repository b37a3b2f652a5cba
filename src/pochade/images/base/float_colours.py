"""Pixels that are stored as floats: the range that they span, and light that becomes values in sRGB's tone curve."""

import numpy as np

from pochade.images.base.pixel_values import Array, unit_floats_to_16_bit
from pochade.images.base.tone_curves import srgb_of_light

_WHOLE_RANGES = (1.0, 255.0, 65535.0)  # whose floats are often whole numbers of another type
_MIN_NOISE = -0.5  # smaller values are no noise of a resized picture
_BAND_ROWS = 256  # rows processed at a time, to save memory
_MAX_SAMPLES = 1 << 20  # pixels that are looked at to find the range

Range = tuple[float, float]


def find_float_range(values: Array) -> Range:
    """Find the values of black and white of floats whose file doesn't state them.

    Most floats lie from 0 to 1. Few values above 1 are highlights, which are cut off. If most values are above 1, they
    were whole numbers of 8 or 16 bits, or their range is the one that they span.

    Args:
        values: (H, W) or (H, W, C) floats, without alpha.
    """
    samples = values.reshape(-1)[:: max(1, values.size // _MAX_SAMPLES)]
    finite = samples[np.isfinite(samples)]
    if not finite.size or (finite.min() >= 0 and np.median(finite) <= 1):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if low >= 0:
        return 0.0, next((white for white in _WHOLE_RANGES if high <= white), high)
    return (low, high) if low < _MIN_NOISE and high > low else (0.0, 1.0)


def scale_floats(values: Array, limits: Range) -> Array:
    """Scale floats so that black is 0 and white is 1; what is outside is clipped, and NaN becomes 0."""
    low, high = limits
    return ((np.nan_to_num(values.astype(np.float32)) - np.float32(low)) / np.float32(high - low)).clip(0, 1)


def encode_light(light: Array, colours: int) -> Array:
    """Encode linear light with sRGB's tone curve, in which 16 bits are enough for the darks.

    Args:
        light: (H, W, C) floats, 0 to 1; what is outside is clipped, and NaN becomes 0.
        colours: How many of the channels are colours; the others, such as alpha, stay linear.

    Returns:
        (H, W, C) uint16.
    """
    encoded = np.empty(light.shape, np.uint16)
    for top in range(0, len(light), _BAND_ROWS):
        band = np.nan_to_num(light[top : top + _BAND_ROWS].astype(np.float32)).clip(0, 1)
        band[..., :colours] = srgb_of_light(band[..., :colours])
        encoded[top : top + _BAND_ROWS] = unit_floats_to_16_bit(band)
    return encoded
