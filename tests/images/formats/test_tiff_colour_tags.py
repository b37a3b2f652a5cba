"""A TIFF without a profile names its colours by a transfer function, primaries, or its EXIF."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pochade.images.io.read import read_preview
from tests.support.picture_checks import read_content, write_file
from tests.support.picture_files import Array, encode_tiff

Tag = tuple[int, int, int, object, bool]

SOFT, SOFT_FROM_P3, SOFT_FROM_ADOBE_RGB = (200, 100, 80), (215, 93, 73), (227, 100, 78)
SHORT, LONG, FRACTION = 3, 4, 5  # types
WHITE: Tag = (318, FRACTION, 2, (3127, 10_000, 3290, 10_000), True)
P3: Tag = (319, FRACTION, 6, (680, 1000, 320, 1000, 265, 1000, 690, 1000, 150, 1000, 60, 1000), True)
LINE: Tag = (319, FRACTION, 6, (1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2), True)


def transfer(count: int, length: int = 256, exponent: float = 1.0) -> Tag:
    table = np.round(np.linspace(0, 1, length) ** exponent * 65535).astype(int)
    return (301, SHORT, count * length, tuple(map(int, np.tile(table, count))), True)


def one_colour(colour: tuple[int, ...] = SOFT, kind: type = np.uint8) -> Array:
    return np.full((16, 16, len(colour)), colour, kind) * kind(257 if kind is np.uint16 else 1)


def shown(folder: Path, values: Array, *tags: Tag, **options: object) -> list[int]:
    """The colour of the whole picture, which the preview shares."""
    content = encode_tiff(values, extratags=list(tags), photometric="rgb", **options)
    colour = read_content(folder, content).srgb()[4, 4].astype(int)
    assert np.abs(read_preview(write_file(folder, content), 8).pixels[4, 4] - colour).max() <= 1
    return list(map(int, colour))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("tags", "colour"),
    [
        ([transfer(1)], (229, 168, 152)),
        ([transfer(3)], (229, 168, 152)),
        ([P3, WHITE], SOFT_FROM_P3),
        ([P3], SOFT_FROM_P3),
        ([P3, WHITE, transfer(1, exponent=2.2)], SOFT_FROM_P3),
        ([transfer(1, exponent=0)], SOFT),
        ([transfer(1, length=100)], SOFT),
        ([LINE], SOFT),
        ([WHITE], SOFT),
    ],
)
def test_transfer_function_and_primaries_count(
    tags: list[Tag], colour: tuple[int, ...], kind: type, tmp_path: Path
) -> None:
    assert shown(tmp_path, one_colour(kind=kind), *tags) == pytest.approx(colour, abs=2)


def test_a_long_transfer_function_keeps_the_darks(tmp_path: Path) -> None:
    values = np.full((16, 16, 3), 400, np.uint16)
    assert shown(tmp_path, values, transfer(1, length=65536)) == pytest.approx([18] * 3, abs=1)


def test_grey_has_a_transfer_function_too(tmp_path: Path) -> None:
    content = encode_tiff(np.full((16, 16), 128, np.uint8), extratags=[transfer(1)], photometric="minisblack")
    assert read_content(tmp_path, content).srgb()[4, 4].tolist() == pytest.approx([188] * 3, abs=1)


def test_floats_are_light_in_the_primaries_that_are_stated(tmp_path: Path) -> None:
    light = one_colour((1,) * 3, np.float32) * np.array([0.5776, 0.1274, 0.0802], np.float32)
    assert shown(tmp_path, light, P3, WHITE, transfer(1)) == pytest.approx(SOFT_FROM_P3, abs=2)


def with_exif(colour_space: int, rule: bytes = b"") -> bytes:
    """A TIFF whose EXIF names a colour space, and may name an interoperability rule."""
    content = encode_tiff(one_colour(), photometric="rgb", extratags=[(65000, LONG, 1, 0x7ABCDEF0, True)])
    content = content.replace(struct.pack("<HHI", 65000, LONG, 1), struct.pack("<HHI", 34665, LONG, 1))
    start = len(content) + len(content) % 2
    third = struct.pack("<HHHI4s", 1, 1, 2, 4, rule) + bytes(4)
    second = struct.pack("<HHHIHHHHII", 2, 0xA001, 3, 1, colour_space, 0, 0xA005, 4, 1, start + 30) + bytes(4)
    return content.replace(struct.pack("<I", 0x7ABCDEF0), struct.pack("<I", start)).ljust(start, b"\0") + second + third


@pytest.mark.parametrize(
    ("colour_space", "rule", "colour"),
    [
        (2, b"", SOFT_FROM_ADOBE_RGB),
        (0xFFFF, b"R03", SOFT_FROM_ADOBE_RGB),
        (0xFFFF, b"R98", SOFT),
        (1, b"R03", SOFT),
    ],
)
def test_cameras_name_adobe_rgb_in_exif(
    colour_space: int, rule: bytes, colour: tuple[int, ...], tmp_path: Path
) -> None:
    picture = read_content(tmp_path, with_exif(colour_space, rule))
    assert picture.srgb()[4, 4].tolist() == pytest.approx(colour, abs=1)
