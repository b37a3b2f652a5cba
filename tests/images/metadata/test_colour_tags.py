"""Colours are read as the file means them, however it names them: each value is what a colour-managed viewer shows."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from pochade.images.base.hdr import CodePoints
from pochade.images.base.icc import srgb_profile
from pochade.images.base.icc_writer import make_rgb_profile
from pochade.images.base.primaries import PRIMARIES_BY_CODE
from pochade.images.base.tone_curves import SRGB_CURVE
from pochade.images.io.read import read_preview
from pochade.images.io.write import write_picture
from pochade.images.metadata.colour_tags import adobe_rgb_profile
from tests.support.picture_checks import read_content, write_file
from tests.support.picture_files import Array, encode_png, encode_with_pillow, make_png_chunk

SOFT = (200, 100, 80)
SOFT_FROM_P3 = (215, 93, 73)  # these numbers in Display P3, shown in sRGB
SOFT_FROM_ADOBE_RGB = (227, 100, 78)
P3_CODE_POINTS = bytes((12, 13, 0, 1))
P3_PROFILE = make_rgb_profile("Display P3", PRIMARIES_BY_CODE[12], SRGB_CURVE)
P3_CHROMATICITIES = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB_CHUNK = (b"sRGB", b"\0")
LINEAR_GAMMA = (b"gAMA", struct.pack(">I", 100_000))
P3_CHUNK = (b"cICP", P3_CODE_POINTS)
P3_PROFILE_CHUNK = (b"iCCP", b"P3\0\0" + zlib.compress(P3_PROFILE))


def one_colour(colour: tuple[int, ...] = SOFT, kind: type[np.uint8 | np.uint16] = np.uint8) -> Array:
    return np.full((16, 16, len(colour)), colour, kind)


def png_with(*chunks: tuple[bytes, bytes], values: Array | None = None) -> bytes:
    """A PNG with chunks before its pixels."""
    content = encode_png(one_colour() if values is None else values)
    return content[:33] + b"".join(make_png_chunk(*chunk) for chunk in chunks) + content[33:]


def assert_shown(folder: Path, content: bytes, colour: tuple[int, ...], tolerance: int = 1) -> None:
    """Check the middle of the whole picture and of the preview."""
    shown = [read_content(folder, content).srgb(), read_preview(write_file(folder, content), 8).pixels]
    for pixels in shown:
        assert np.abs(pixels[len(pixels) // 2, len(pixels) // 2].astype(int) - colour).max() <= tolerance, pixels[4, 4]


@pytest.mark.parametrize(
    ("chunks", "colour"),
    [
        ([], SOFT),
        ([SRGB_CHUNK], SOFT),
        ([P3_CHUNK], SOFT_FROM_P3),
        ([P3_PROFILE_CHUNK], SOFT_FROM_P3),
        ([(b"gAMA", struct.pack(">I", 45_455))], SOFT),
        ([LINEAR_GAMMA], (229, 168, 152)),
        ([(b"gAMA", struct.pack(">I", 45_455)), (b"cHRM", P3_CHROMATICITIES)], SOFT_FROM_P3),
        ([(b"cHRM", P3_CHROMATICITIES)], SOFT),
        ([P3_CHUNK, (b"iCCP", b"sRGB\0\0" + zlib.compress(srgb_profile()))], SOFT_FROM_P3),
        ([(b"cICP", bytes((1, 13, 0, 1))), P3_PROFILE_CHUNK, LINEAR_GAMMA], SOFT),
        ([P3_PROFILE_CHUNK, SRGB_CHUNK, LINEAR_GAMMA], SOFT_FROM_P3),
        ([SRGB_CHUNK, LINEAR_GAMMA], SOFT),
        ([(b"gAMA", bytes(4))], SOFT),
        ([(b"gAMA", struct.pack(">I", 100_000)), (b"cHRM", bytes(32))], (229, 168, 152)),
        ([(b"cICP", bytes((99, 99, 0, 1))), P3_PROFILE_CHUNK], SOFT_FROM_P3),
    ],
)
def test_the_first_of_cicp_iccp_srgb_and_gama_decides(
    chunks: list[tuple[bytes, bytes]], colour: tuple[int, ...], tmp_path: Path
) -> None:
    assert_shown(tmp_path, png_with(*chunks), colour)


@pytest.mark.parametrize(
    ("code_points", "values", "colour"),
    [
        ((1, 13, 0, 0), one_colour((16, 235, 126)), (0, 255, 128)),
        ((12, 13, 0, 0), one_colour((188, 102, 85)), SOFT_FROM_P3),
        ((1, 13, 0, 0), one_colour((188 << 8, 102 << 8, 85 << 8), np.uint16), SOFT),
        ((1, 13, 0, 0), one_colour((188, 102, 85, 255)), SOFT),
        ((1, 13, 0, 0), one_colour((126, 255)), (128, 128, 128)),
        ((9, 16, 0, 0), one_colour((16,) * 3), (0, 0, 0)),
        ((99, 99, 0, 0), one_colour(), SOFT),
    ],
)
def test_values_of_narrow_range_are_stretched(
    code_points: tuple[int, ...], values: Array, colour: tuple[int, ...], tmp_path: Path
) -> None:
    content = png_with((b"cICP", bytes(code_points)), values=values)
    assert_shown(tmp_path, content, colour, 2)
    assert any("narrow range" in note for note in read_content(tmp_path, content).notes) == (code_points[0] != 99)


def test_a_palette_of_narrow_range_is_stretched(tmp_path: Path) -> None:
    content = encode_with_pillow(Image.fromarray(one_colour((188, 102, 85))).quantize(4), "PNG")
    content = content[:33] + make_png_chunk(b"cICP", bytes((1, 13, 0, 0))) + content[33:]
    assert_shown(tmp_path, content, SOFT, 2)


def test_a_broken_profile_leaves_the_decision_to_the_gamma(tmp_path: Path) -> None:
    broken = (b"iCCP", b"broken\0\0" + zlib.compress(bytes(200)))
    assert_shown(tmp_path, png_with(broken, LINEAR_GAMMA), (229, 168, 152))
    assert_shown(tmp_path, png_with(broken), SOFT)


def test_grey_has_a_gamma_too(tmp_path: Path) -> None:
    content = png_with(LINEAR_GAMMA, values=np.full((16, 16), 128, np.uint8))
    assert_shown(tmp_path, content, (188, 188, 188))


@pytest.mark.parametrize("level", [40, 400, 4000])
def test_sixteen_bits_of_linear_light_keep_their_darks(level: int, tmp_path: Path) -> None:
    light = level / 65535
    shown = round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))
    assert_shown(tmp_path, png_with(LINEAR_GAMMA, values=one_colour((level,) * 3, np.uint16)), (shown,) * 3)


def camera_exif(rule: bytes | None, colour_space: int) -> bytes:
    """An EXIF block as cameras write it: three directories, of which the last one names a rule."""
    settings = 26
    interoperability = settings + 30
    first = struct.pack("<HHHII", 1, 0x8769, 4, 1, settings) + bytes(4)
    second = struct.pack("<HHHIHHHHII", 2, 0xA001, 3, 1, colour_space, 0, 0xA005, 4, 1, interoperability) + bytes(4)
    third = b"" if rule is None else struct.pack("<HHHI4s", 1, 1, 2, 4, rule) + bytes(4)
    return b"Exif\0\0II*\0\x08\0\0\0" + first + second + third


@pytest.mark.parametrize(
    ("rule", "colour_space", "colour"),
    [
        (b"R03", 0xFFFF, SOFT_FROM_ADOBE_RGB),
        (b"A98", 0xFFFF, SOFT_FROM_ADOBE_RGB),
        (None, 2, SOFT_FROM_ADOBE_RGB),
        (b"R98", 1, SOFT),
        (b"R98", 0xFFFF, SOFT),
        (b"R03", 1, SOFT),
        (None, 0xFFFF, SOFT),
    ],
)
def test_cameras_name_adobe_rgb_in_exif(
    rule: bytes | None, colour_space: int, colour: tuple[int, ...], tmp_path: Path
) -> None:
    options = {"quality": 100, "subsampling": 0, "exif": camera_exif(rule, colour_space)}
    image = Image.fromarray(one_colour())
    assert_shown(tmp_path, encode_with_pillow(image, "JPEG", **options), colour, 2)
    with_profile = encode_with_pillow(image, "JPEG", icc_profile=srgb_profile(), **options)
    assert_shown(tmp_path, with_profile, SOFT, 2)  # a profile counts more


def avif_with(primaries: int, transfer: int) -> bytes:
    content = encode_with_pillow(Image.fromarray(one_colour()), "AVIF", quality=100, subsampling="4:4:4")
    at = content.index(b"nclx") + 4
    return content[:at] + struct.pack(">HH", primaries, transfer) + content[at + 4 :]


def heic_with(primaries: int, transfer: int) -> bytes:
    buffer = io.BytesIO()
    options = {"color_primaries": primaries, "transfer_characteristics": transfer}
    pillow_heif.from_pillow(Image.fromarray(one_colour())).save(buffer, quality=100, chroma=444, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("make", [avif_with, heic_with])
@pytest.mark.parametrize(
    ("code_points", "colour"), [((12, 13), SOFT_FROM_P3), ((9, 13), (241, 76, 73)), ((1, 13), SOFT), ((2, 2), SOFT)]
)
def test_avif_and_heic_name_colours_by_code_points(
    make: type, code_points: tuple[int, int], colour: tuple[int, ...], tmp_path: Path
) -> None:
    assert_shown(tmp_path, make(*code_points), colour, 3)


def test_code_points_count_more_than_the_rule_of_cameras(tmp_path: Path) -> None:
    options = {"quality": 100, "subsampling": "4:4:4", "exif": camera_exif(b"R03", 0xFFFF)}
    content = encode_with_pillow(Image.fromarray(one_colour()), "AVIF", **options)
    at = content.index(b"nclx") + 4
    assert_shown(tmp_path, content[:at] + struct.pack(">HH", 12, 13) + content[at + 4 :], SOFT_FROM_P3, 3)
    assert_shown(tmp_path, content[:at] + struct.pack(">HH", 2, 2) + content[at + 4 :], SOFT_FROM_ADOBE_RGB, 3)


@pytest.mark.parametrize("make", [avif_with, heic_with])
@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_mapped_for_looking_only(make: type, transfer: int, tmp_path: Path) -> None:
    picture = read_content(tmp_path, make(9, transfer))
    assert picture.hdr == CodePoints(9, transfer)
    assert np.abs(picture.pixels[8, 8].astype(int) - SOFT).max() <= 2
    assert picture.srgb()[8, 8, 0] > 220
    write_picture(picture, tmp_path / "copy.png", "PNG")
    assert read_content(tmp_path, (tmp_path / "copy.png").read_bytes()).hdr == picture.hdr


@pytest.mark.parametrize(
    ("content", "format_name"),
    [
        (png_with(P3_CHUNK), "PNG"),
        (png_with(LINEAR_GAMMA), "TIFF"),
        (png_with(P3_CHUNK), "WebP"),
        (avif_with(12, 13), "AVIF"),
        (heic_with(12, 13), "JPEG"),
    ],
)
def test_what_is_written_has_a_profile_and_shows_the_same(content: bytes, format_name: str, tmp_path: Path) -> None:
    picture = read_content(tmp_path, content)
    write_picture(picture, tmp_path / "copy", format_name)
    with Image.open(tmp_path / "copy") as image:
        assert image.info["icc_profile"] == picture.icc
    colour = tuple(picture.srgb()[8, 8].tolist())
    assert_shown(tmp_path, (tmp_path / "copy").read_bytes(), colour, 3)


def test_a_profile_of_adobe_rgb_shows_the_same_as_the_rule_of_cameras(tmp_path: Path) -> None:
    content = encode_with_pillow(Image.fromarray(one_colour()), "PNG", icc_profile=adobe_rgb_profile())
    assert_shown(tmp_path, content, SOFT_FROM_ADOBE_RGB)
