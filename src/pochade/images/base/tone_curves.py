"""Tone curves: how the numbers of a picture become light.

A curve is written as the parameters of an ICC profile's `para` tag, so that profiles and arrays share one definition:
(g,) is x^g, and (g, a, b, c, d) is (a x + b)^g from d upwards and c x below.
"""

import numpy as np

from pochade.images.base.pixel_values import Array

ToneCurve = tuple[float, ...]

SRGB_CURVE: ToneCurve = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
LINEAR_CURVE: ToneCurve = (1.0,)
_BT709 = (1 / 0.45, 1 / 1.09929682680944, 0.09929682680944 / 1.09929682680944, 1 / 4.5, 0.08124285829863151)
_SMPTE_240M = (1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0913)
_SMPTE_428 = (2.6, (52.37 / 48) ** (1 / 2.6), 0.0, 0.0, 0.0)
CURVES_BY_CODE: dict[int, ToneCurve] = {  # by the transfer characteristics of ITU-T H.273
    1: _BT709,
    4: (2.2,),
    5: (2.8,),
    6: _BT709,
    7: _SMPTE_240M,
    8: LINEAR_CURVE,
    11: _BT709,
    12: _BT709,
    13: SRGB_CURVE,
    14: _BT709,
    15: _BT709,
    17: _SMPTE_428,
}

_PQ_M1, _PQ_M2 = 2610 / 16384, 2523 / 32  # SMPTE ST 2084
_PQ_C1, _PQ_C2, _PQ_C3 = 3424 / 4096, 2413 / 128, 2392 / 128
_PQ_PEAK = 10_000  # candelas per square metre
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073  # ITU-R BT.2100


def light_of(values: Array, curve: ToneCurve) -> Array:
    """The light of values from 0 to 1 by a tone curve, 0 to 1, in the same float type and shape."""
    if len(curve) == 1:
        return values ** curve[0]
    exponent, scale, offset, slope, start = curve
    bright = np.maximum(scale * values + offset, 0) ** exponent
    return np.where(values >= start, bright, slope * values).astype(values.dtype)


def srgb_of_light(light: Array) -> Array:
    """The values in sRGB, 0 to 1, of light from 0 to 1; what is outside is clipped."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(light.dtype)  # noqa: PLR2004


def light_of_pq(values: Array) -> Array:
    """The light of PQ values from 0 to 1 (SMPTE ST 2084), in candelas per square metre."""
    powers = values ** (1 / _PQ_M2)
    share = np.maximum(powers - _PQ_C1, 0) / (_PQ_C2 - _PQ_C3 * powers)
    return _PQ_PEAK * share ** (1 / _PQ_M1)


def scene_light_of_hlg(values: Array) -> Array:
    """The light of the scene, 0 to 1, of HLG values from 0 to 1 (ITU-R BT.2100)."""
    return np.where(values <= 0.5, values * values / 3, (np.exp((values - _HLG_C) / _HLG_A) + _HLG_B) / 12)  # noqa: PLR2004
