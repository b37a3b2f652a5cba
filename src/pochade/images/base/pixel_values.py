"""Pixel values as arrays: their types, and how they change between 8 bits, 16 bits and floats."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]  # shape and type are noted in a comment where an array is declared
Colour = tuple[int, int, int]

WHITE = (255, 255, 255)
_NARROW_BLACK, _NARROW_WHITE = 16, 235  # of narrow range in 8 bits


def to_8_bit(values: Array) -> Array:
    """Round uint8 or uint16 values to uint8; always a copy."""
    if values.dtype == np.uint8:
        return values.copy()
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def unit_floats_to_16_bit(values: Array) -> Array:
    """Stretch floats from 0 to 1 to the full range of uint16; values outside are clipped, and NaN becomes 0."""
    return (np.nan_to_num(values.astype(np.float32)).clip(0, 1) * 65535 + 0.5).astype(np.uint16)


def stretch_to_16_bit(values: Array, depth: int) -> Array:
    """Stretch whole numbers of `depth` bits to the full range of uint16."""
    if values.dtype == np.uint16 and depth == 16:  # noqa: PLR2004
        return values
    full = (1 << depth) - 1
    return ((values.astype(np.uint32) * 65535 + full // 2) // full).astype(np.uint16)


def stretch_narrow_range(values: Array) -> Array:
    """Stretch values of narrow range, as video uses it, to the full range of their type; what is outside is clipped.

    Args:
        values: uint8, in which black is 16 and white 235; or uint16, in which both are 256 times as high.
    """
    steps = 1 if values.dtype == np.uint8 else 256
    black, white = _NARROW_BLACK * steps, _NARROW_WHITE * steps
    full = np.iinfo(values.dtype).max
    table = (np.arange(full + 1, dtype=np.float64) - black) * full / (white - black) + 0.5
    return table.clip(0, full).astype(values.dtype)[values]


def lay_on_colour(colours: Array, alpha: Array | None, ground: Colour) -> Array:
    """Lay colours on a ground of one colour.

    Args:
        colours: (H, W, 1) or (H, W, 3) uint8, not multiplied by alpha.
        alpha: (H, W) uint8; None is opaque.
        ground: 0 to 255 per channel.

    Returns:
        (H, W, 3) uint8.
    """
    colours = np.broadcast_to(colours, (*colours.shape[:2], 3))
    if alpha is None:
        return colours.copy()
    opacity = alpha[..., None].astype(np.uint16)  # (H, W, 1)
    mixed = colours * opacity + np.array(ground, np.uint16) * (255 - opacity)  # at most 255 * 255: fits
    return ((mixed + np.uint16(127)) // 255).astype(np.uint8)
