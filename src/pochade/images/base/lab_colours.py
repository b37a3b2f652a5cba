"""Convert Lab colours to sRGB: lightness, and two numbers for the hue, under the white of ICC profiles (D50).

Formats store Lab in different ways. In `CIELAB` the two numbers are signed. In `ICCLAB` and `PHOTOSHOP_LAB` the middle
of the range is neutral. In 16 bits, the lightness of `ICCLAB` ends at 65,280, as in profiles of version 2. A file may
also state the range of each number (`LabRanges`).
"""

from typing import NamedTuple

import numpy as np

from pochade.images.base.pixel_values import Array, unit_floats_to_16_bit
from pochade.images.base.primaries import D50_XYZ, SRGB_PRIMARIES, adaptation_to_d50, matrix_to_xyz
from pochade.images.base.tone_curves import srgb_of_light

_BAND_ROWS = 256  # rows processed as floats at a time, to save memory
_LINEAR_END, _SLOPE = 6 / 29, 3 * (6 / 29) ** 2  # of the curve of lightness
_MAX_LIGHTNESS = 100


class LabEncoding(NamedTuple):
    """How a format stores Lab in whole numbers."""

    signed: bool  # whether the two numbers for the hue are signed
    deep_white: int  # the lightness of white in 16 bits


class LabRanges(NamedTuple):
    """The Lab colours that the smallest and the largest stored values stand for."""

    lowest: tuple[float, float, float]
    highest: tuple[float, float, float]
    largest_value: int  # the smallest is 0


CIELAB = LabEncoding(signed=True, deep_white=65535)
ICCLAB = LabEncoding(signed=False, deep_white=65280)
PHOTOSHOP_LAB = LabEncoding(signed=False, deep_white=65535)


def convert_lab_to_srgb(values: Array, encoding: LabEncoding | LabRanges) -> Array:
    """Convert Lab to sRGB; colours outside of sRGB are clipped.

    Args:
        values: (H, W, 3), uint8 or uint16; or floats, which are L from 0 to 100, a and b.
        encoding: How whole numbers are stored.

    Returns:
        (H, W, 3) uint16.
    """
    converted = np.empty(values.shape, np.uint16)
    matrix = np.linalg.inv(adaptation_to_d50(SRGB_PRIMARIES.white) @ matrix_to_xyz(SRGB_PRIMARIES)).astype(np.float32)
    for top in range(0, len(values), _BAND_ROWS):
        xyz = _xyz_of_lab(_decode(values[top : top + _BAND_ROWS], encoding))
        converted[top : top + _BAND_ROWS] = unit_floats_to_16_bit(srgb_of_light(xyz @ matrix.T))
    return converted


def itu_ranges(depth: int) -> LabRanges:
    """The ranges of ITU-T T.42, in which `ITULAB` is stored if a file states no others.

    Args:
        depth: Bits per channel.
    """
    largest = 2**depth - 1
    neutral = (2 ** (depth - 1) / largest, 3 * 2 ** (depth - 3) / largest)  # of a and b, as shares of the range
    lowest = (0.0, -170 * neutral[0], -200 * neutral[1])
    return LabRanges(lowest, (100.0, lowest[1] + 170, lowest[2] + 200), largest)


def _decode(values: Array, encoding: LabEncoding | LabRanges) -> Array:
    """Stored values as L from 0 to 100, a and b, (H, W, 3) float32."""
    if values.dtype.kind == "f":
        return np.nan_to_num(values.astype(np.float32))
    if isinstance(encoding, LabRanges):
        low, high = (np.array(limits, np.float32) for limits in (encoding.lowest, encoding.highest))
        return np.asarray(low + values * ((high - low) / encoding.largest_value), np.float32)
    deep = values.dtype == np.uint16
    steps, middle = (256, 1 << 15) if deep else (1, 1 << 7)  # per unit of a and b; what is neutral
    lab = np.empty(values.shape, np.float32)
    lab[..., 0] = values[..., 0] * np.float32(_MAX_LIGHTNESS / (encoding.deep_white if deep else 255))
    hues = values[..., 1:]
    whole = hues.astype(np.int32) - middle if not encoding.signed else hues.astype(np.int16 if deep else np.int8)
    lab[..., 1:] = whole.astype(np.float32) / np.float32(steps)
    return lab


def _xyz_of_lab(lab: Array) -> Array:
    """XYZ (H, W, 3) float32 under D50, in which white has a luminance of 1."""
    middle = (lab[..., 0] + 16) / 116
    roots = np.stack([middle + lab[..., 1] / 500, middle, middle - lab[..., 2] / 200], axis=-1)
    light = np.where(roots > _LINEAR_END, roots**3, _SLOPE * (roots - 4 / 29))
    return np.asarray((light * D50_XYZ).astype(np.float32))
