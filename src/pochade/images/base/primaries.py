"""Primaries: which red, green, blue and white the numbers of a picture mean, as CIE 1931 chromaticities."""

from typing import NamedTuple

import numpy as np

from pochade.images.base.pixel_values import Array

Chromaticity = tuple[float, float]  # x, y

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)
D50_XYZ = np.array([0.9642, 1.0, 0.8249])  # the white of ICC profiles
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_MIN_DETERMINANT = 1e-4  # of a matrix of primaries that lie apart


class Primaries(NamedTuple):
    """The chromaticities of red, green, blue and white."""

    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity
    white: Chromaticity


SRGB_PRIMARIES = Primaries((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
ADOBE_RGB_PRIMARIES = Primaries((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), _D65)
_SMPTE_170M = Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)
PRIMARIES_BY_CODE = {  # by the colour primaries of ITU-T H.273
    1: SRGB_PRIMARIES,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: _SMPTE_170M,
    7: _SMPTE_170M,
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    10: Primaries((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1 / 3, 1 / 3)),
    11: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),
    12: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}


def xyz_of(chromaticity: Chromaticity) -> Array:
    """The XYZ of a chromaticity at a luminance of 1: (3,). ValueError if its y is not positive."""
    x, y = chromaticity
    if y <= 0:
        raise ValueError("a chromaticity has no luminance")
    return np.array([x / y, 1.0, (1 - x - y) / y])


def matrix_to_xyz(primaries: Primaries) -> Array:
    """The matrix (3, 3) from light in these primaries to XYZ, relative to their white.

    Raises:
        ValueError: The primaries lie on one line, or the white has no luminance.
    """
    columns = np.array([(x, y, 1 - x - y) for x, y in primaries[:3]]).T
    if abs(np.linalg.det(columns)) < _MIN_DETERMINANT:
        raise ValueError("the primaries lie on one line")
    return np.asarray(columns * np.linalg.solve(columns, xyz_of(primaries.white)))


def span_colours(primaries: Primaries) -> bool:
    """Whether primaries are possible: they lie apart, and their white has a luminance."""
    try:
        return bool(np.isfinite(matrix_to_xyz(primaries)).all())
    except ValueError:
        return False


def adaptation_to_d50(white: Chromaticity) -> Array:
    """The matrix (3, 3) that adapts XYZ under a white to the white of ICC profiles, by Bradford's method."""
    response = (_BRADFORD @ D50_XYZ) / (_BRADFORD @ xyz_of(white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(response) @ _BRADFORD)


def matrix_to_srgb(primaries: Primaries) -> Array:
    """The matrix (3, 3) from light in these primaries to light in those of sRGB, with the whites adapted."""
    to_d50 = adaptation_to_d50(primaries.white) @ matrix_to_xyz(primaries)
    srgb_to_d50 = adaptation_to_d50(_D65) @ matrix_to_xyz(SRGB_PRIMARIES)
    return np.asarray(np.linalg.solve(srgb_to_d50, to_d50))
