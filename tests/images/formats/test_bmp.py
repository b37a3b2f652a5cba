"""BMP: bit fields, colours that its header names, and alpha without a meaning."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pochade.errors import PictureDamaged, PictureTooLarge
from pochade.images.base.icc_writer import make_rgb_profile
from pochade.images.base.primaries import PRIMARIES_BY_CODE, matrix_to_xyz
from pochade.images.base.tone_curves import SRGB_CURVE
from pochade.images.io.read import read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file

SOFT, SOFT_FROM_P3 = (200, 100, 80), (215, 93, 73)
SIDE = 8
P3_PROFILE = make_rgb_profile("Display P3", PRIMARIES_BY_CODE[12], SRGB_CURVE)
BGRA_MASKS = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)


def make_bmp(
    pixel: bytes, *, header: int = 40, fields: bytes = b"", compression: int = 0, behind: bytes = b"", side: int = SIDE
) -> bytes:
    """A BMP of equal pixels, whose rows need no padding."""
    pixels = pixel * SIDE * SIDE
    start = struct.pack("<IiiHHIIiiII", header, side, side, 1, 8 * len(pixel), compression, 0, 0, 0, 0, 0)
    offset = 14 + len(start) + len(fields)
    return b"BM" + struct.pack("<I4xI", offset + len(pixels), offset) + start + fields + pixels + behind


def colour_fields(kind: bytes, *, masks: tuple[int, ...] = (0, 0, 0, 0), code: int = 1, gamma: float = 0) -> bytes:
    """The fields of version 4 behind the first 40 bytes, with the primaries of a code of ITU-T H.273."""
    endpoints = matrix_to_xyz(PRIMARIES_BY_CODE[code]).T.reshape(-1)  # XYZ of red, green and blue
    numbers = [round(float(value) * 2**30) for value in endpoints]
    return struct.pack("<4I4s9i3I", *masks, kind, *numbers, *[round(gamma * 65536)] * 3)


def profile_fields(masks: tuple[int, ...] = (0, 0, 0, 0), pixel_bytes: int = 3) -> bytes:
    """The fields of version 5 for a profile behind the pixels."""
    place = struct.pack("<4I", 4, 124 + pixel_bytes * SIDE * SIDE, len(P3_PROFILE), 0)
    return colour_fields(b"DEBM", masks=masks) + place


def shown(folder: Path, content: bytes) -> list[int]:
    """The colour of the whole picture, which the preview shares."""
    colour = read_content(folder, content).srgb()[4, 4].astype(int)
    assert np.abs(read_preview(write_file(folder, content), 8).pixels[4, 4] - colour).max() <= 2
    return list(map(int, colour))


@pytest.mark.parametrize(
    ("pixel", "masks", "colour"),
    [
        (struct.pack("<H", 25 << 11 | 25 << 5 | 10), (0xF800, 0x7E0, 0x1F), (206, 101, 82)),
        (struct.pack("<H", 12 << 8 | 6 << 4 | 5), (0xF00, 0xF0, 0xF), (204, 102, 85)),
        (struct.pack("<I", 800 << 20 | 400 << 10 | 320), (0x3FF00000, 0xFFC00, 0x3FF), (199, 100, 80)),
        (bytes((0, 80, 100, 200)), (0xFF000000, 0xFF0000, 0xFF00), SOFT),
    ],
)
def test_colours_lie_at_any_bits(pixel: bytes, masks: tuple[int, ...], colour: tuple[int, ...], tmp_path: Path) -> None:
    content = make_bmp(pixel, compression=3, fields=struct.pack("<3I", *masks))
    assert shown(tmp_path, content) == pytest.approx(colour, abs=1)


@pytest.mark.parametrize(("alpha", "stored"), [(128, 128), (0, None), (255, 255)])
def test_alpha_that_is_zero_everywhere_has_no_meaning(alpha: int, stored: int | None, tmp_path: Path) -> None:
    fields = colour_fields(b"BGRs", masks=BGRA_MASKS)
    content = make_bmp(bytes((*SOFT[::-1], alpha)), header=108, compression=3, fields=fields)
    picture = read_content(tmp_path, content)
    assert picture.pixels[4, 4].tolist() == list(SOFT)
    assert (None if picture.alpha is None else picture.alpha[4, 4]) == stored


def test_rows_may_begin_at_the_top(tmp_path: Path) -> None:
    content = bytearray(make_bmp(bytes(4), compression=3, fields=struct.pack("<3I", *BGRA_MASKS[:3])))
    content[-4 * SIDE :] = bytes((*SOFT[::-1], 0)) * SIDE
    assert read_content(tmp_path, bytes(content)).pixels[0, 0].tolist() == list(SOFT)
    content[22:26] = struct.pack("<i", -SIDE)
    assert read_content(tmp_path, bytes(content)).pixels[-1, 0].tolist() == list(SOFT)


def test_an_embedded_profile_counts(tmp_path: Path) -> None:
    content = make_bmp(bytes(SOFT[::-1]), header=124, fields=profile_fields(), behind=P3_PROFILE)
    assert shown(tmp_path, content) == pytest.approx(SOFT_FROM_P3, abs=1)
    with_alpha = make_bmp(
        bytes((*SOFT[::-1], 255)),
        header=124,
        compression=3,
        fields=profile_fields(BGRA_MASKS, 4),
        behind=P3_PROFILE,
    )
    assert shown(tmp_path, with_alpha) == pytest.approx(SOFT_FROM_P3, abs=1)


@pytest.mark.parametrize(
    ("fields", "colour"),
    [
        (colour_fields(bytes(4), gamma=1), (229, 168, 152)),
        (colour_fields(bytes(4), code=12, gamma=2.2), SOFT_FROM_P3),
        (colour_fields(bytes(4), code=12, gamma=0), SOFT),
        (colour_fields(b"BGRs", code=12, gamma=1), SOFT),
        (colour_fields(b" niW", code=12, gamma=1), SOFT),
        (bytes(68), SOFT),
    ],
)
def test_calibrated_colours_count(fields: bytes, colour: tuple[int, ...], tmp_path: Path) -> None:
    assert shown(tmp_path, make_bmp(bytes(SOFT[::-1]), header=108, fields=fields)) == pytest.approx(colour, abs=2)


def test_bit_fields_that_claim_to_be_huge_are_refused(tmp_path: Path) -> None:
    content = make_bmp(bytes(4), compression=3, fields=struct.pack("<3I", *BGRA_MASKS[:3]), side=50_000)
    assert_unreadable(write_file(tmp_path, content), PictureTooLarge, "pixels need")


def test_a_header_without_its_end_is_cut_short(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, make_bmp(bytes(3))[:40]), PictureDamaged, "is cut short")
