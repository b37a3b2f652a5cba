"""PSDs of linear light, Lab and CMYK with alpha show the colours that they mean."""

from pathlib import Path

import numpy as np
import pytest

from pochade.images.base.icc import is_srgb
from pochade.images.base.icc_writer import make_rgb_profile
from pochade.images.base.primaries import PRIMARIES_BY_CODE, SRGB_PRIMARIES
from pochade.images.base.tone_curves import LINEAR_CURVE, SRGB_CURVE
from tests.support.picture_checks import read_content
from tests.support.picture_files import Array, make_psd

ICC_RESOURCE = 1039
SRGB_LINEAR = make_rgb_profile("Linear sRGB", SRGB_PRIMARIES, LINEAR_CURVE)
P3_LINEAR = make_rgb_profile("Linear P3", PRIMARIES_BY_CODE[12], LINEAR_CURVE)
P3 = make_rgb_profile("Display P3", PRIMARIES_BY_CODE[12], SRGB_CURVE)


def planes_of(*values: float, kind: str = ">f4") -> Array:
    stored = np.array(values) if kind == ">f4" else np.round(values)
    return np.broadcast_to(stored.astype(kind)[:, None, None], (len(values), 4, 4))


@pytest.mark.parametrize("profile", [None, SRGB_LINEAR, make_rgb_profile("sRGB", SRGB_PRIMARIES, SRGB_CURVE)])
def test_32_bits_are_linear_light_whatever_curve_the_profile_has(profile: bytes | None, tmp_path: Path) -> None:
    resources = {} if profile is None else {ICC_RESOURCE: profile}
    picture = read_content(tmp_path, make_psd(planes_of(0.5, 0.002, 1), packbits=False, resources=resources))
    assert picture.srgb()[0, 0].tolist() == pytest.approx([188, 7, 255], abs=1)
    assert picture.icc is None or is_srgb(picture.icc, "RGB")


@pytest.mark.parametrize("profile", [P3_LINEAR, P3])
def test_32_bits_keep_the_primaries_of_their_profile(profile: bytes, tmp_path: Path) -> None:
    light = [0.5776, 0.1274, 0.0802]  # 200, 100, 80 in the tone curve of sRGB
    content = make_psd(planes_of(*light), packbits=False, resources={ICC_RESOURCE: profile})
    picture = read_content(tmp_path, content)
    assert picture.srgb()[0, 0].tolist() == pytest.approx([215, 93, 73], abs=1)


def test_grey_of_32_bits_is_linear_light(tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_psd(planes_of(0.5), mode=1, packbits=False))
    assert picture.srgb()[0, 0].tolist() == pytest.approx([188] * 3, abs=1)


@pytest.mark.parametrize(
    ("kind", "red"),
    [
        ("u1", (54.29 * 2.55, 80.8 + 128, 69.89 + 128)),
        (">u2", (54.29 * 655.35, 80.8 * 256 + 32768, 69.89 * 256 + 32768)),
    ],
)
def test_lab_becomes_rgb_of_the_same_depth(kind: str, red: tuple[float, ...], tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_psd(planes_of(*red, kind=kind), mode=9, packbits=False))
    assert picture.srgb()[0, 0].tolist() == pytest.approx([255, 0, 0], abs=3)
    assert picture.pixels.dtype == np.dtype(kind).newbyteorder("=")


@pytest.mark.parametrize("kind", ["u1", ">u2"])
def test_cmyk_may_have_alpha(kind: str, tmp_path: Path) -> None:
    full = int(np.iinfo(kind).max)
    half_cyan_on_white = (full // 2, full, full, full, full // 2 + 1)  # 0 is full ink
    content = make_psd(planes_of(*half_cyan_on_white, kind=kind), mode=4, alpha=True, packbits=False)
    picture = read_content(tmp_path, content)
    assert picture.alpha is not None
    assert int(picture.alpha[0, 0]) == full // 2 + 1
    assert (picture.pixels[0, 0] / full).tolist() == pytest.approx([0, 1, 1], abs=0.01)


def test_spot_colours_of_cmyk_are_no_alpha(tmp_path: Path) -> None:
    picture = read_content(tmp_path, make_psd(planes_of(0, 255, 255, 255, 90, kind="u1"), mode=4))
    assert picture.alpha is None
    assert picture.pixels[0, 0].tolist() == [0, 255, 255]


def test_an_index_may_be_transparent(tmp_path: Path) -> None:
    palette = np.zeros((3, 256), np.uint8)
    palette[:, 7] = 200, 100, 80
    planes = np.full((1, 4, 4), 7, np.uint8)
    planes[0, 0] = 9
    content = make_psd(planes, mode=2, resources={1047: b"\0\x09"})
    place = 26
    content = content[:place] + (768).to_bytes(4) + palette.tobytes() + content[place + 4 :]
    picture = read_content(tmp_path, content)
    assert picture.alpha is not None
    assert (picture.alpha[0, 0], picture.alpha[1, 0]) == (0, 255)
    assert picture.pixels[1, 0].tolist() == [200, 100, 80]
