"""Colours are converted to sRGB through their profile; a broken profile is noted."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pochade.images.base.icc import convert_cmyk_to_srgb, convert_pixels_to_srgb, is_srgb, needs_depth
from pochade.images.base.icc_writer import make_grey_profile, make_rgb_profile, with_curve
from pochade.images.base.primaries import PRIMARIES_BY_CODE, SRGB_PRIMARIES
from pochade.images.base.tone_curves import LINEAR_CURVE, SRGB_CURVE, srgb_of_light
from pochade.images.io.read import read_preview
from tests.support.picture_checks import write_file
from tests.support.picture_files import SRGB_PROFILE, encode_with_pillow, rgb_image


def test_a_broken_profile_is_noted_and_ignored(tmp_path: Path) -> None:
    path = write_file(tmp_path, encode_with_pillow(rgb_image(), "PNG", icc_profile=b"no profile at all"))
    assert read_preview(path, 8).notes == ("its colour profile is broken and was ignored",)


def test_a_preview_is_in_srgb(tmp_path: Path) -> None:
    red = Image.new("RGB", (8, 8), (200, 20, 20))
    path = write_file(tmp_path, encode_with_pillow(red, "PNG", icc_profile=linear_profile()))
    pixel = read_preview(path, 8).pixels[0, 0]
    assert pixel[0] > 220  # linear 200 is lighter in sRGB


def linear_profile() -> bytes:
    """A profile with the primaries of sRGB and linear tone curves."""
    profile = bytearray(SRGB_PROFILE)
    count = struct.unpack_from(">I", profile, 128)[0]
    for entry in range(132, 132 + 12 * count, 12):
        kind, offset, length = struct.unpack_from(">4sII", profile, entry)
        if kind in {b"rTRC", b"gTRC", b"bTRC"}:
            profile[offset : offset + length] = struct.pack(">4sII", b"curv", 0, 0).ljust(length, b"\0")
    return bytes(profile)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_grey_and_colour_of_any_depth_use_the_same_profile(kind: type[np.uint8 | np.uint16], channels: int) -> None:
    pixels = np.full((4, 4, channels), np.iinfo(kind).max // 2, kind)
    shown = convert_pixels_to_srgb(pixels, linear_profile())
    assert shown.shape == (4, 4, 3)
    assert np.abs(shown.astype(int) - 188).max() <= 1


def test_sixteen_bits_of_a_grey_profile_are_exact_in_the_dark() -> None:
    grey = make_grey_profile("Linear grey", SRGB_PRIMARIES.white, LINEAR_CURVE)
    levels = np.arange(0, 4000, 7, dtype=np.uint16).reshape(1, -1, 1)
    expected = srgb_of_light(levels / 65535) * 255
    assert np.abs(convert_pixels_to_srgb(levels, grey)[..., :1] - expected).max() < 0.6


def test_only_linear_profiles_need_depth() -> None:
    assert needs_depth(linear_profile(), "RGB")
    assert not needs_depth(SRGB_PROFILE, "RGB")
    assert not needs_depth(make_rgb_profile("Gamma 1.8", SRGB_PRIMARIES, (1.8,)), "RGB")


@pytest.mark.parametrize("code", PRIMARIES_BY_CODE)
def test_the_white_of_every_made_profile_is_white(code: int) -> None:
    profile = make_rgb_profile("Primaries", PRIMARIES_BY_CODE[code], SRGB_CURVE)
    white = np.full((1, 1, 3), 255, np.uint8)
    assert np.abs(convert_pixels_to_srgb(white, profile).astype(int) - 255).max() <= 1


def test_a_profile_may_get_another_curve() -> None:
    profile = with_curve(linear_profile(), SRGB_CURVE)
    assert profile is not None
    assert is_srgb(profile, "RGB")
    assert with_curve(b"no profile at all", SRGB_CURVE) is None


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_profile_for_other_colours_is_noted_and_ignored_in_cmyk(kind: type[np.uint8 | np.uint16]) -> None:
    full = np.iinfo(kind).max
    colours, notes = convert_cmyk_to_srgb(np.full((2, 2, 4), (full, 0, 0, 0), kind), SRGB_PROFILE)
    assert colours[0, 0].tolist() == [0, full, full]
    assert colours.dtype == kind
    assert notes == ("its colour profile is broken and was ignored",)
