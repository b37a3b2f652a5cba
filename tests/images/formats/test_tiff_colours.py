"""TIFFs of floats, Lab and CMYK with further channels show the colours that they mean."""

from pathlib import Path

import numpy as np
import pytest

from pochade.images.base.icc_writer import make_rgb_profile
from pochade.images.base.lab_colours import CIELAB, convert_lab_to_srgb
from pochade.images.base.primaries import SRGB_PRIMARIES
from pochade.images.base.tone_curves import LINEAR_CURVE
from pochade.images.io.read import read_preview
from tests.support.picture_checks import read_content, write_file
from tests.support.picture_files import Array, encode_tiff

RED_IN_LAB = (54.29, 80.8, 69.89)  # sRGB's red under the white of profiles
LINEAR_PROFILE = make_rgb_profile("Linear", SRGB_PRIMARIES, LINEAR_CURVE)


def shown(folder: Path, content: bytes) -> list[int]:
    """The colour of the whole picture, which the preview shares."""
    colour = read_content(folder, content).srgb()[0, 0].astype(int)
    assert np.abs(read_preview(write_file(folder, content), 8).pixels[0, 0] - colour).max() <= 1
    return list(map(int, colour))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("profile", [None, LINEAR_PROFILE])
def test_floats_are_linear_light(kind: type, profile: bytes | None, tmp_path: Path) -> None:
    content = encode_tiff(np.full((16, 16, 3), 0.5, kind), photometric="rgb", iccprofile=profile)
    assert shown(tmp_path, content) == pytest.approx([188] * 3, abs=1)


def test_floats_in_the_dark_are_not_crushed(tmp_path: Path) -> None:
    content = encode_tiff(np.full((16, 16, 3), 0.002, np.float32), photometric="rgb", iccprofile=LINEAR_PROFILE)
    assert shown(tmp_path, content) == pytest.approx([7] * 3, abs=1)


@pytest.mark.parametrize(("white", "grey"), [(255, 128), (65535, 32896)])
def test_floats_that_were_whole_numbers_are_shown_as_these(white: float, grey: float, tmp_path: Path) -> None:
    values = np.full((16, 16, 3), grey, np.float32)
    values[8:] = white
    assert shown(tmp_path, encode_tiff(values, photometric="rgb")) == pytest.approx([128] * 3, abs=1)


def test_a_stated_range_counts(tmp_path: Path) -> None:
    tags = [(340, 11, 1, -1000.0, True), (341, 11, 1, 1000.0, True)]
    content = encode_tiff(np.zeros((16, 16), np.float32), photometric="minisblack", extratags=tags)
    assert shown(tmp_path, content) == pytest.approx([128] * 3, abs=1)


def test_highlights_are_cut_off_with_a_note(tmp_path: Path) -> None:
    values = np.full((16, 16, 3), 0.5, np.float32)
    values[:2] = 20
    picture = read_content(tmp_path, encode_tiff(values, photometric="rgb"))
    assert picture.notes == ("its brightest values were cut off",)
    assert picture.srgb()[8, 8].tolist() == pytest.approx([188] * 3, abs=1)


def lab_values(kind: type, lightness: float, hue_offset: int) -> Array:
    """Red as whole numbers: the lightness of white, and what is added to the two numbers for the hue."""
    scale = 1 if kind == np.uint8 else 256
    stored = [RED_IN_LAB[0] * lightness / 100, *(hue * scale + hue_offset for hue in RED_IN_LAB[1:])]
    return np.full((16, 16, 3), np.round(stored).astype(int), int).astype(kind)


@pytest.mark.parametrize(
    ("photometric", "values"),
    [
        ("cielab", lab_values(np.uint8, 255, 0)),
        ("cielab", lab_values(np.uint16, 65535, 0)),
        ("icclab", lab_values(np.uint8, 255, 128)),
        ("icclab", lab_values(np.uint16, 65280, 32768)),
    ],
)
def test_lab_becomes_rgb(photometric: str, values: Array, tmp_path: Path) -> None:
    content = encode_tiff(values, photometric=photometric)
    assert shown(tmp_path, content) == pytest.approx([255, 0, 0], abs=2)
    picture = read_content(tmp_path, content)
    assert picture.notes == ("its Lab colours became RGB",)
    assert picture.pixels.dtype == values.dtype


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("ranges", [None, (0, 100, -128, 127, -100, 150), (0, 100, 5, 5, 9, 1)])
def test_the_lab_of_facsimiles_has_ranges(ranges: tuple[int, ...] | None, depth: int, tmp_path: Path) -> None:
    largest = 2**depth - 1
    limits: tuple[float, ...] = ranges or ()
    if not (ranges and ranges[2] < ranges[3]):  # those of ITU-T T.42 in its own words
        limits = (0, 100, *(edge / 255 for edge in (-21760, 21590, -19200, 31800)))
        if depth == 16:
            limits = (0, 100, -170 * 32768 / 65535, 170 * 32767 / 65535, -200 * 24576 / 65535, 200 * 40959 / 65535)
    low, high = np.array(limits[::2]), np.array(limits[1::2])
    stored = np.round((np.array((70.0, 30.0, 40.0)) - low) / (high - low) * largest)
    values: Array = np.full((16, 16, 3), stored, np.uint8 if depth == 8 else np.uint16)
    tags = [(433, 10, 6, tuple(part for number in ranges for part in (number, 1)), True)] if ranges else ()
    content = encode_tiff(values, photometric="itulab", extratags=tags)
    cielab = np.full((16, 16, 3), (70, 30, 40), np.float32)
    expected = convert_lab_to_srgb(cielab, CIELAB)[0, 0] / 257
    assert shown(tmp_path, content) == pytest.approx(expected.tolist(), abs=2)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_cmyk_may_have_alpha(kind: type, tmp_path: Path) -> None:
    full = np.iinfo(kind).max
    values: Array = np.full((16, 16, 5), (full, 0, 0, 0, full // 2), kind)
    picture = read_content(tmp_path, encode_tiff(values, photometric="separated", extrasamples=["unassalpha"]))
    assert picture.alpha is not None
    assert (picture.pixels[0, 0].tolist(), int(picture.alpha[0, 0])) == ([0, full, full], full // 2)


def test_spot_colours_are_left_out_with_a_note(tmp_path: Path) -> None:
    values = np.full((16, 16, 5), (255, 0, 0, 0, 90), np.uint8)
    picture = read_content(tmp_path, encode_tiff(values, photometric="separated", extrasamples=["unspecified"]))
    assert picture.alpha is None
    assert picture.pixels[0, 0].tolist() == [0, 255, 255]
    assert "its spot colours were left out" in picture.notes


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("planar", [False, True])
def test_alpha_is_not_inverted_where_white_is_zero(planar: bool, kind: type, tmp_path: Path) -> None:
    full = int(np.iinfo(kind).max)
    planes: Array = np.stack([np.full((16, 16), value, kind) for value in (full // 5, full)], 0 if planar else -1)
    options = {"planarconfig": "separate"} if planar else {}
    content = encode_tiff(planes, photometric="miniswhite", extrasamples=["unassalpha"], **options)
    assert shown(tmp_path, content) == pytest.approx([204] * 3, abs=1)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_alpha_may_lie_behind_another_sample(kind: type, tmp_path: Path) -> None:
    unit = np.iinfo(kind).max // 255
    values = np.full((16, 16, 5), (200, 100, 80, 7, 255), kind) * kind(unit)
    content = encode_tiff(values, photometric="rgb", extrasamples=["unspecified", "unassalpha"])
    assert shown(tmp_path, content) == [200, 100, 80]
    assert read_content(tmp_path, content).alpha is not None


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_cmyk_with_multiplied_alpha_keeps_its_colours(kind: type, tmp_path: Path) -> None:
    unit = np.iinfo(kind).max // 255
    values = np.full((16, 16, 5), (0, 60, 60, 0, 128), kind) * kind(unit)
    content = encode_tiff(values, photometric="separated", extrasamples=["assocalpha"])
    levels = read_content(tmp_path, content).pixels[4, 4] / unit
    assert levels.tolist() == pytest.approx([255, 135, 135], abs=2)


@pytest.mark.parametrize("shift", [0, 8])
def test_a_palette_may_hold_8_or_16_bits(shift: int, tmp_path: Path) -> None:
    palette = np.zeros((3, 256), np.uint16)
    palette[:, 7] = 200 << shift, 100 << shift, 80 << shift
    content = encode_tiff(np.full((16, 16), 7, np.uint8), photometric="palette", colormap=palette)
    assert shown(tmp_path, content) == [200, 100, 80]


def test_a_palette_may_have_many_colours(tmp_path: Path) -> None:
    palette = np.zeros((3, 65536), np.uint16)
    palette[:, 300] = 200 << 8, 100 << 8, 80 << 8
    content = encode_tiff(np.full((16, 16), 300, np.uint16), photometric="palette", colormap=palette)
    assert shown(tmp_path, content) == [200, 100, 80]


@pytest.mark.parametrize("compression", ["jpeg2000", "jpegxl", "webp", "lerc"])
def test_compressions_that_pillow_does_not_know_are_read(compression: str, tmp_path: Path) -> None:
    content = encode_tiff(np.full((64, 64, 3), (200, 100, 80), np.uint8), photometric="rgb", compression=compression)
    assert shown(tmp_path, content) == pytest.approx([200, 100, 80], abs=3)
