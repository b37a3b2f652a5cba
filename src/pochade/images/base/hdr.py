"""Pictures of high dynamic range: what PQ and HLG values mean, and how they are mapped to what a screen shows.

No ICC profile describes such pictures well, so that they are named by the code points of ITU-T H.273, as in PNG's cICP
chunk. They are mapped to sRGB only to be looked at. What is written keeps its values and its code points.

    values ─► light ─► primaries of sRGB ─►┤tone mapping of the brightest channel├─► sRGB

Up to the knee the mapping changes nothing. Above it, light up to the peak is compressed so that the peak becomes white.
"""

from typing import NamedTuple

import numpy as np

from pochade.images.base.pixel_values import Array
from pochade.images.base.primaries import PRIMARIES_BY_CODE, SRGB_PRIMARIES, matrix_to_srgb
from pochade.images.base.tone_curves import light_of_pq, scene_light_of_hlg, srgb_of_light

PQ, HLG = 16, 18  # transfer characteristics of ITU-T H.273
_REFERENCE_WHITE = 203  # candelas per square metre of white paper (ITU-R BT.2408)
_PEAK = 1000  # candelas per square metre that become white
_HLG_SYSTEM_GAMMA = 1.2  # of a screen with this peak
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)  # of the primaries of BT.2020
_KNEE = 0.6  # of the reference white
_BAND_PIXELS = 1 << 20  # processed as floats at a time, to save memory


class CodePoints(NamedTuple):
    """How a file names its colours by the code points of ITU-T H.273."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """Whether the values are PQ or HLG."""
        return self.transfer in {PQ, HLG}


def map_hdr_to_srgb(pixels: Array, code_points: CodePoints) -> Array:
    """Map HDR values to what a screen in sRGB shows.

    Args:
        pixels: (H, W, 1) or (H, W, 3), uint8 or uint16.
        code_points: Primaries and PQ or HLG.

    Returns:
        (H, W, 3) uint8.
    """
    height, width = pixels.shape[:2]
    mapped = np.empty((height, width, 3), np.uint8)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        band = np.broadcast_to(pixels[top : top + rows], (len(pixels[top : top + rows]), width, 3))
        values = band.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)
        mapped[top : top + rows] = (_map_values(values, code_points) * 255 + 0.5).astype(np.uint8)
    return mapped


def _map_values(values: Array, code_points: CodePoints) -> Array:
    """Values (H, W, 3) float32 from 0 to 1 as sRGB values from 0 to 1."""
    light = _light_of_pq(values) if code_points.transfer == PQ else _light_of_hlg(values)
    matrix = matrix_to_srgb(PRIMARIES_BY_CODE.get(code_points.primaries, SRGB_PRIMARIES)).astype(np.float32)
    return srgb_of_light(_compress(np.maximum(light @ matrix.T, 0)))


def _light_of_pq(values: Array) -> Array:
    """Light relative to the reference white."""
    return (light_of_pq(values) / _REFERENCE_WHITE).astype(np.float32)


def _light_of_hlg(values: Array) -> Array:
    """Light on a screen, relative to the reference white."""
    scene = scene_light_of_hlg(values)
    luminance = (scene @ _LUMINANCE)[..., None]  # (H, W, 1)
    screen = _PEAK * luminance ** np.float32(_HLG_SYSTEM_GAMMA - 1) * scene
    return (screen / _REFERENCE_WHITE).astype(np.float32)


def _compress(light: Array) -> Array:
    """Compress light (H, W, 3) to 0 to 1 by its brightest channel, so that hues stay."""
    brightest = light.max(axis=-1, keepdims=True)
    slope = np.float32((_PEAK / _REFERENCE_WHITE - _KNEE) / (1 - _KNEE))
    above = np.maximum(brightest - _KNEE, 0) / np.float32(_PEAK / _REFERENCE_WHITE - _KNEE)
    compressed = _KNEE + (1 - _KNEE) * above * slope / (1 + above * (slope - 1))
    target = np.where(brightest > _KNEE, np.minimum(compressed, 1), brightest)
    return light * (target / np.maximum(brightest, np.float32(1e-6)))
