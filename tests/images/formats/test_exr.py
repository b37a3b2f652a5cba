"""OpenEXR: linear light, premultiplied alpha, windows, layers, primaries, false sizes."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pochade.errors import FormatUnknown, PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import Array, colour_values, encode_exr, files_of_every_format, linear_light

CONTENT = files_of_every_format()["EXR"]


def plane(value: float) -> Array:
    return np.full((8, 8), value, np.float32)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_linear_light_gets_the_tone_curve_of_srgb(kind: type, tmp_path: Path) -> None:
    content = encode_exr({name: light.astype(kind) for name, light in linear_light().items()})
    picture = read_content(tmp_path, content)
    assert picture.header.depth == 8 * np.dtype(kind).itemsize
    assert np.abs(picture.pixels / 257 - colour_values()).max() < 0.1
    assert np.abs(read_preview(tmp_path / "picture", 24).pixels.astype(int) - colour_values()).max() <= 1


def test_alpha_is_straight_afterwards(tmp_path: Path) -> None:
    picture = read_content(tmp_path, encode_exr({"R": plane(0.5), "G": plane(0), "B": plane(0), "A": plane(0.5)}))
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 32768
    assert picture.pixels[0, 0].tolist() == [65535, 0, 0]


def test_light_beyond_white_is_noted(tmp_path: Path) -> None:
    picture = read_content(tmp_path, encode_exr({"R": plane(7), "G": plane(0.2), "B": plane(np.inf)}))
    assert picture.pixels[0, 0, 0] == picture.pixels[0, 0, 2] == 65535
    assert picture.notes == ("its light beyond white is shown as white",)


def test_infinite_and_missing_values_give_a_picture(tmp_path: Path) -> None:
    values = plane(0.5)
    values[0], values[1] = np.nan, -np.inf
    picture = read_content(tmp_path, encode_exr({"Y": values}))
    assert picture.pixels.shape == (8, 8, 1)
    assert not picture.pixels[:2].any()


def test_only_the_display_window_is_shown(tmp_path: Path) -> None:
    window = (np.array([-2, 0], np.int32), np.array([3, 9], np.int32))
    content = encode_exr({letter: plane(1) for letter in "RGB"}, displayWindow=window)
    picture = read_content(tmp_path, content)
    assert picture.pixels.shape == (10, 6, 3)
    assert picture.pixels[0].tolist() == [[0] * 3] * 2 + [[65535] * 3] * 4
    assert not picture.pixels[8:].any()


def test_the_first_layer_with_colours_is_shown(tmp_path: Path) -> None:
    channels = {"depth.Z": plane(3), "paint.R": plane(1), "paint.G": plane(0), "paint.B": plane(0)}
    assert read_content(tmp_path, encode_exr(channels)).pixels[0, 0].tolist() == [65535, 0, 0]


def test_a_file_without_colours_is_no_picture(tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, encode_exr({"Z": plane(1)})), FormatUnknown, "without colours")


def test_other_primaries_are_named_by_a_profile(tmp_path: Path) -> None:
    wide = np.array([0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290], np.float32)
    channels = {"R": plane(0.5), "G": plane(0.1), "B": plane(0.1)}
    picture = read_content(tmp_path, encode_exr(channels, chromaticities=tuple(wide.tolist())))
    assert picture.icc is not None
    assert read_content(tmp_path, encode_exr(channels)).icc is None


def test_darks_in_wide_primaries_are_not_crushed(tmp_path: Path) -> None:
    wide = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
    channels = {letter: plane(0.002) for letter in "RGB"}
    shown = read_content(tmp_path, encode_exr(channels, chromaticities=wide)).srgb()
    assert shown[4, 4].tolist() == pytest.approx([7] * 3, abs=1)


def coarse_exr(luminance: float, red: float, blue: float, side: int = 8) -> bytes:
    """An EXR of one colour, as a luminance and two differences at half the resolution; not compressed."""

    def attribute(name: str, kind: str, content: bytes) -> bytes:
        return f"{name}\0{kind}\0".encode() + struct.pack("<i", len(content)) + content

    window = struct.pack("<4i", 0, 0, side - 1, side - 1)
    channels = [
        name + b"\0" + struct.pack("<iB3xii", 1, 0, step, step) for name, step in ((b"BY", 2), (b"RY", 2), (b"Y", 1))
    ]
    head = attribute("channels", "chlist", b"".join(channels) + b"\0") + attribute("compression", "compression", b"\0")
    head += attribute("dataWindow", "box2i", window) + attribute("displayWindow", "box2i", window)
    head += attribute("lineOrder", "lineOrder", b"\0") + attribute("pixelAspectRatio", "float", struct.pack("<f", 1))
    head += attribute("screenWindowCenter", "v2f", bytes(8)) + attribute(
        "screenWindowWidth", "float", struct.pack("<f", 1)
    )
    rows, offsets, start = b"", list[int](), 8 + len(head) + 1 + 8 * side
    for row in range(side):
        values = [] if row % 2 else [blue] * (side // 2) + [red] * (side // 2)
        content = np.array([*values, *[luminance] * side], np.float16).tobytes()
        offsets.append(start + len(rows))
        rows += struct.pack("<ii", row, len(content)) + content
    return b"v/1\x01" + struct.pack("<I", 2) + head + b"\0" + struct.pack(f"<{side}Q", *offsets) + rows


def test_a_luminance_with_coarse_differences_is_colour(tmp_path: Path) -> None:
    red, green, blue = 0.5776, 0.1274, 0.0802  # 200, 100, 80 in the tone curve of sRGB
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    content = coarse_exr(luminance, (red - luminance) / luminance, (blue - luminance) / luminance)
    picture = read_content(tmp_path, content)
    assert picture.header.channels == 3
    assert picture.srgb()[4, 4].tolist() == pytest.approx([200, 100, 80], abs=1)


def test_a_window_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    content, corner = bytearray(CONTENT), struct.pack("<4i", 0, 0, 23, 15)
    for _ in range(2):
        place = content.index(corner)
        content[place : place + 16] = struct.pack("<4i", 0, 0, 999_999, 999_999)
    assert_unreadable(write_file(tmp_path, bytes(content)), PictureTooLarge, "1,000,000 x 1,000,000")


def test_many_channels_stay_within_the_memory(tmp_path: Path) -> None:
    channels = {f"layer{number}.{letter}": plane(1) for number in range(40) for letter in "RGB"}
    with pytest.raises(PictureTooLarge):
        read_picture(write_file(tmp_path, encode_exr(channels)), most_bytes=30_000)


@pytest.mark.parametrize("length", [4, 8, 60, 200, 330])
def test_a_cut_header_is_cut_short(length: int, tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, CONTENT[:length]), PictureDamaged, "is cut short|is damaged")


def test_damage_gives_a_picture_or_an_error_of_ours(tmp_path: Path) -> None:
    for place in range(4, len(CONTENT), 5):
        content = bytearray(CONTENT)
        content[place] ^= 0x55
        path = write_file(tmp_path, bytes(content))
        try:
            assert read_picture(path, most_bytes=10**7).header == identify(path)
        except PictureUnreadable as error:
            assert str(error)  # noqa: PT017  # an error of ours is as good as a picture
