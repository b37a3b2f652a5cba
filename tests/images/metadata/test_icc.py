"""Colours are converted to sRGB through their profile; a broken profile is noted."""

import struct
from pathlib import Path

from PIL import Image

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
