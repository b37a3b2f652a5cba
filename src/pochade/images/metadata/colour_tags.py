"""What a file says about its colours, in all the ways in which files say it, and which of them decides.

A file may name its colours several times. The order of precedence is that of the PNG specification:

    cICP ─► iCCP ─► sRGB ─► gAMA with cHRM ─► EXIF ─► sRGB, if it says nothing

The result is an ICC profile, or code points for pictures of high dynamic range. None of both means sRGB.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pochade.images.base.hdr import CodePoints
from pochade.images.base.icc import is_broken
from pochade.images.base.icc_writer import code_points_in_profile, make_grey_profile, make_rgb_profile
from pochade.images.base.primaries import ADOBE_RGB_PRIMARIES, PRIMARIES_BY_CODE, SRGB_PRIMARIES, Primaries
from pochade.images.base.tone_curves import CURVES_BY_CODE, SRGB_CURVE, ToneCurve
from pochade.images.metadata.exif import says_adobe_rgb

_ADOBE_RGB_GAMMA = 563 / 256  # 2.2, as the specification of Adobe RGB (1998) writes it
_SRGB_GAMMA_RANGE = (0.44, 0.47)  # of gAMA: meant as sRGB's curve, which 1 / 2.2 approximates
_GAMMA_RANGE = (0.05, 5.0)  # of gAMA: what a real file may state
_SAME_CHROMATICITY = 0.002  # x and y nearer than this are the same colour
_NAME_BY_PRIMARIES = {1: "sRGB primaries", 9: "BT.2020", 11: "DCI P3", 12: "Display P3"}


class ColourSpace(NamedTuple):
    """What the numbers of a picture mean; sRGB if both fields are None."""

    icc: bytes | None = None  # a profile
    hdr: CodePoints | None = None  # only of PQ and HLG, which a profile can name but not describe


SRGB = ColourSpace()


@dataclass(frozen=True)
class ColourTags:
    """What a file says about its colours; None or False where it says nothing."""

    code_points: CodePoints | None = None
    icc: bytes | None = None
    srgb: bool = False
    gamma: float | None = None  # the exponent of encoding, such as 1 / 2.2
    primaries: Primaries | None = None  # counts only together with the gamma
    exif: bytes | None = None
    narrow_range: bool = False  # black is 16 and white is 235 of 255, as in films; counts only with the code points

    @property
    def is_narrow(self) -> bool:
        """Whether the values must be stretched from narrow range before their colours mean anything."""
        named = self.code_points is not None and space_of_code_points(self.code_points, grey=False) is not None
        return self.narrow_range and named

    def resolve(self, *, grey: bool) -> ColourSpace:
        """Decide what the numbers mean.

        Args:
            grey: Whether the picture has one channel.
        """
        if self.code_points and (named := space_of_code_points(self.code_points, grey=grey)):
            return named
        if self.icc and not (self.gamma is not None and is_broken(self.icc)):
            code_points = code_points_in_profile(self.icc)
            hdr = CodePoints(*code_points) if code_points else None
            return ColourSpace(self.icc, hdr if hdr is not None and hdr.is_hdr else None)
        if self.srgb:
            return SRGB
        if self.gamma is not None and _GAMMA_RANGE[0] <= self.gamma <= _GAMMA_RANGE[1]:
            return ColourSpace(_profile_of_gamma(self.gamma, self.primaries, grey=grey))
        return ColourSpace(adobe_rgb_profile()) if says_adobe_rgb(self.exif) and not grey else SRGB


def space_of_code_points(code_points: CodePoints, *, grey: bool) -> ColourSpace | None:
    """The colours that code points of ITU-T H.273 name; None if they name none, or none that is known.

    Args:
        code_points: The primaries or the transfer may be unspecified (2), which counts as sRGB's.
        grey: Whether the picture has one channel, so that its primaries do not matter.
    """
    if code_points.is_hdr:
        return ColourSpace(None, code_points)
    unspecified = 2
    if code_points == (unspecified, unspecified):
        return None
    primaries = PRIMARIES_BY_CODE.get(1 if code_points.primaries == unspecified else code_points.primaries)
    curve = CURVES_BY_CODE.get(13 if code_points.transfer == unspecified else code_points.transfer)
    if primaries is None or curve is None:
        return None
    name = _NAME_BY_PRIMARIES.get(code_points.primaries, f"Primaries {code_points.primaries}")
    return ColourSpace(_make_profile(f"{name}, curve {code_points.transfer}", primaries, curve, grey=grey))


def space_of_primaries(primaries: Primaries | None, *, grey: bool) -> ColourSpace:
    """The colours of primaries and the tone curve of sRGB; sRGB if there are none, or they are impossible."""
    if primaries is None or grey or _are_same(primaries, SRGB_PRIMARIES):
        return SRGB
    return ColourSpace(_make_profile("Other primaries", primaries, SRGB_CURVE, grey=False))


@lru_cache(maxsize=1)
def adobe_rgb_profile() -> bytes:
    """A profile for Adobe RGB (1998)."""
    return make_rgb_profile("Compatible with Adobe RGB (1998)", ADOBE_RGB_PRIMARIES, (_ADOBE_RGB_GAMMA,))


def _profile_of_gamma(gamma: float, primaries: Primaries | None, *, grey: bool) -> bytes | None:
    """The profile of a gamma and primaries; None if they mean sRGB or are impossible."""
    low, high = _SRGB_GAMMA_RANGE
    usual = grey or primaries is None or _are_same(primaries, SRGB_PRIMARIES)
    if low <= gamma <= high and usual:
        return None
    chosen = SRGB_PRIMARIES if usual or primaries is None else primaries
    return _make_profile(f"Gamma {1 / gamma:.3f}", chosen, (1 / gamma,), grey=grey)


def _are_same(first: Primaries, second: Primaries) -> bool:
    pairs = zip(sum(first, ()), sum(second, ()), strict=True)
    return all(abs(value - other) < _SAME_CHROMATICITY for value, other in pairs)


@lru_cache(maxsize=32)
def _make_profile(name: str, primaries: Primaries, curve: ToneCurve, *, grey: bool) -> bytes | None:
    """A profile; None if it would be that of sRGB, or no profile can hold it."""
    if curve == SRGB_CURVE and (grey or primaries == SRGB_PRIMARIES):
        return None
    try:
        if grey:
            return make_grey_profile(name, primaries.white, curve)
        return make_rgb_profile(name, primaries, curve)
    except ValueError:
        return None
