"""A picture that is written and read again is the same picture, with its metadata."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.errors import OutputUnwritable, UsageError
from pochade.images.base.hdr import CodePoints
from pochade.images.base.picture import Header, Picture
from pochade.images.io import write
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture
from pochade.images.io.write import choose_output_format, write_picture
from tests.support.permissions import nobody_may_write
from tests.support.picture_files import (
    SRGB_PROFILE,
    Array,
    alpha_values,
    colour_and_alpha_values,
    colour_values,
    encode_tiff,
    encode_with_pillow,
    files_of_every_format,
    make_exif,
    make_psd,
    rgb_image,
)

LOSSLESS_FORMATS = ["PNG", "TIFF", "WebP", "JPEG XL", "BMP"]
DEEP_FORMATS = ["PNG", "TIFF"]
FORMATS_WITH_DPI = ["PNG", "TIFF", "JPEG", "BMP"]
FORMATS_WITH_PROFILE = ["PNG", "TIFF", "JPEG", "WebP", "AVIF"]
FORMATS_WITH_EXIF = ["PNG", "TIFF", "JPEG", "WebP", "AVIF", "JPEG XL"]
SIZES = [(1, 1), (1, 37), (37, 1), (2, 3), (17, 33), (64, 64)]


def make_picture(pixels: Array, alpha: Array | None = None, **metadata: Any) -> Picture:
    """A picture with these pixels (H, W, C), as if it had been read."""
    height, width, channels = pixels.shape
    header = Header("PNG", width, height, 8 * pixels.itemsize, channels, alpha is not None, 1)
    blank = {"icc": None, "exif": None, "dpi": None, "notes": ()}
    return Picture(header, pixels, alpha, **(blank | metadata))


def write_and_read(folder: Path, picture: Picture, format_name: str) -> Picture:
    write_picture(picture, folder / "picture", format_name)
    assert [path.name for path in folder.iterdir()] == ["picture"]
    return read_picture(folder / "picture")


@settings(max_examples=60, deadline=None)
@given(
    format_name=st.sampled_from(LOSSLESS_FORMATS),
    deep=st.booleans(),
    grey=st.booleans(),
    transparent=st.booleans(),
    size=st.sampled_from(SIZES),
    icc=st.sampled_from([None, SRGB_PROFILE]),
    artist=st.sampled_from([None, make_exif(1)]),
    dpi=st.sampled_from([None, (300.0, 300.0), (72.0, 600.0)]),
    seed=st.integers(0, 99),
)
def test_lossless_formats_give_the_same_picture_again(
    format_name: str,
    deep: bool,
    grey: bool,
    transparent: bool,
    size: tuple[int, int],
    icc: bytes | None,
    artist: bytes | None,
    dpi: tuple[float, float] | None,
    seed: int,
) -> None:
    kind = np.uint16 if deep and format_name in DEEP_FORMATS else np.uint8
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, np.iinfo(kind).max, (*size, 1 if grey else 3), kind, endpoint=True)
    alpha = rng.integers(0, np.iinfo(kind).max, size, kind, endpoint=True)
    has_alpha = transparent and format_name != "BMP"
    picture = make_picture(pixels, alpha if has_alpha else None, icc=icc, exif=artist, dpi=dpi)
    with tempfile.TemporaryDirectory() as folder:
        decoded = write_and_read(Path(folder), picture, format_name)
    assert decoded.pixels.dtype == kind
    expected = np.broadcast_to(pixels, decoded.pixels.shape) if format_name == "WebP" else pixels
    np.testing.assert_array_equal(decoded.pixels, expected)
    assert (decoded.alpha is None) == (picture.alpha is None) or format_name == "WebP"  # which drops opaque alpha
    if picture.alpha is not None and decoded.alpha is not None:
        np.testing.assert_array_equal(decoded.alpha, picture.alpha)
    if format_name in FORMATS_WITH_PROFILE:
        assert decoded.icc == icc
    if format_name in FORMATS_WITH_EXIF:
        assert artist_of(decoded) == artist_of(picture)
    if format_name in FORMATS_WITH_DPI:
        assert dpi is None or decoded.dpi == pytest.approx(dpi, abs=0.02)


def artist_of(picture: Picture) -> str | None:
    exif = Image.Exif()
    exif.load(picture.exif or b"")
    return exif.get(315)


@pytest.mark.parametrize("format_name", ["JPEG", "AVIF"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_lossy_formats_give_a_similar_picture(
    format_name: str, size: tuple[int, int], channels: int, tmp_path: Path
) -> None:
    down, across = np.mgrid[0 : size[0], 0 : size[1]]
    pixels = np.stack([down * 3, across * 3, down + across][:channels], axis=-1).astype(np.uint8)
    picture = make_picture(pixels, icc=SRGB_PROFILE, exif=make_exif(1), dpi=(150, 150))
    decoded = write_and_read(tmp_path, picture, format_name)
    assert np.abs(decoded.pixels.astype(int) - pixels).max() <= 6
    assert (decoded.icc, artist_of(decoded)) == (SRGB_PROFILE, "An artist")


def test_avif_keeps_alpha(tmp_path: Path) -> None:
    decoded = write_and_read(tmp_path, make_picture(colour_values(), alpha_values()), "AVIF")
    assert decoded.alpha is not None
    assert np.abs(decoded.alpha.astype(int) - alpha_values()).max() <= 4


def test_a_jpeg_keeps_the_sharpness_of_its_colours(tmp_path: Path) -> None:
    stripes = np.zeros((16, 16, 3), np.uint8)
    stripes[:, ::2] = (220, 40, 40)
    stripes[:, 1::2] = (40, 40, 220)
    assert np.abs(write_and_read(tmp_path, make_picture(stripes), "JPEG").pixels.astype(int) - stripes).max() < 20


def test_colours_of_transparent_pixels_stay(tmp_path: Path) -> None:
    for format_name in ("PNG", "WebP", "TIFF", "JPEG XL"):
        decoded = write_and_read(tmp_path, make_picture(colour_values(), np.zeros_like(alpha_values())), format_name)
        np.testing.assert_array_equal(decoded.pixels, colour_values())


def test_a_turned_scan_is_turned_once(tmp_path: Path) -> None:
    (tmp_path / "turned.jpg").write_bytes(encode_with_pillow(rgb_image(), "JPEG", exif=make_exif(6)))
    picture = read_picture(tmp_path / "turned.jpg")
    write_picture(picture, tmp_path / "picture", "JPEG")
    decoded = read_picture(tmp_path / "picture")
    assert picture.pixels.shape == decoded.pixels.shape == (24, 16, 3)
    with Image.open(tmp_path / "picture") as image:
        assert image.getexif()[274] == 1


@pytest.mark.parametrize("deep", [False, True])
def test_a_tiff_keeps_a_name_that_is_not_ascii(deep: bool, tmp_path: Path) -> None:
    options = {"photometric": "rgb", "extratags": [(315, 2, 0, "Käthe Ørsted".encode(), True)], "metadata": None}
    (tmp_path / "scan.tif").write_bytes(encode_tiff(colour_values(16 if deep else 8), **options))
    picture = read_picture(tmp_path / "scan.tif")
    write_picture(picture, tmp_path / "picture", "TIFF")
    for path in (tmp_path / "scan.tif", tmp_path / "picture"):
        assert "Käthe Ørsted".encode() in (read_picture(path).exif or b"")


def test_cmyk_becomes_rgb_without_its_profile(tmp_path: Path) -> None:
    inks = 255 - np.moveaxis(np.dstack([colour_values(), np.full((16, 24), 10, np.uint8)]), -1, 0)
    for content in (
        encode_with_pillow(rgb_image().convert("CMYK"), "TIFF", icc_profile=SRGB_PROFILE),
        encode_with_pillow(rgb_image().convert("CMYK"), "JPEG", icc_profile=SRGB_PROFILE),
        make_psd(inks, mode=4, resources={1039: SRGB_PROFILE}),
        encode_tiff(colour_and_alpha_values(16), photometric="separated"),
    ):
        (tmp_path / "scan").write_bytes(content)
        picture = read_picture(tmp_path / "scan")
        format_name, _ = choose_output_format(identify(tmp_path / "scan"))
        write_picture(picture, tmp_path / "picture", format_name)
        assert (picture.icc, picture.pixels.shape) == (None, read_picture(tmp_path / "picture").pixels.shape)


FILES = files_of_every_format()
SAME_FORMAT = {"PNG", "JPEG", "WebP", "AVIF", "JPEG XL", "TIFF", "BMP"}
DEEP_TO_PNG = {"AVIF:10", "JPEG XL:16"}


@pytest.mark.parametrize("name", FILES)
def test_every_format_can_be_written_as_itself_or_as_png(name: str, tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(FILES[name])
    kind = name.split(":", maxsplit=1)[0]
    picture = read_picture(tmp_path / "original")
    format_name, suffix = choose_output_format(identify(tmp_path / "original"))
    write_picture(picture, tmp_path / f"picture{suffix}", format_name)
    decoded = read_picture(tmp_path / f"picture{suffix}")
    assert decoded.header.format == format_name == (kind if kind in SAME_FORMAT and name not in DEEP_TO_PNG else "PNG")
    assert decoded.notes == ()  # the suffix fits the content
    assert decoded.pixels.dtype == picture.pixels.dtype
    if format_name in LOSSLESS_FORMATS:
        np.testing.assert_array_equal(decoded.pixels, picture.pixels)


def test_other_programs_find_the_metadata_of_a_png(tmp_path: Path) -> None:
    picture = make_picture(colour_values(16), alpha_values(16), icc=SRGB_PROFILE, exif=make_exif(1), dpi=(300, 600))
    write_picture(picture, tmp_path / "picture", "PNG")
    with Image.open(tmp_path / "picture") as image:
        assert image.info["icc_profile"] == SRGB_PROFILE
        assert image.info["dpi"] == pytest.approx((300, 600), abs=0.02)
        assert image.getexif()[315] == "An artist"


@pytest.mark.parametrize(
    ("format_name", "picture", "reason"),
    [
        ("JPEG", make_picture(colour_values(), alpha_values()), "JPEG holds no alpha"),
        ("BMP", make_picture(colour_values(), alpha_values()), "BMP holds no alpha"),
        ("WebP", make_picture(colour_values(16)), "WebP is written with 8 bits per channel"),
        ("WebP", make_picture(np.zeros((1, 16_384, 3), np.uint8)), "WebP holds 16,383 pixels per side"),
        ("JPEG", make_picture(colour_values(), exif=b"Exif\0\0II*\0" + bytes(70_000)), "EXIF data is too long"),
    ],
)
def test_a_format_that_cannot_hold_the_picture_is_refused(
    format_name: str, picture: Picture, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(OutputUnwritable, match=reason) as caught:
        write_picture(picture, tmp_path / "picture", format_name)
    assert "PNG" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_jpeg_xl_refuses_a_profile_that_it_would_lose(tmp_path: Path) -> None:
    other = replace(make_picture(colour_values()), icc=other_profile())
    with pytest.raises(OutputUnwritable, match="would lose its colour profile"):
        write_picture(other, tmp_path / "picture", "JPEG XL")


@pytest.mark.parametrize("icc", [None, SRGB_PROFILE, "other"])
def test_a_jpeg_xl_with_a_profile_becomes_png_and_keeps_it(icc: bytes | str | None, tmp_path: Path) -> None:
    profile = other_profile() if isinstance(icc, str) else icc
    (tmp_path / "scan.jpg").write_bytes(encode_with_pillow(rgb_image(), "JPEG", icc_profile=profile))
    with Image.open(tmp_path / "scan.jpg") as image:
        image.save(tmp_path / "scan.jxl", lossless_jpeg=True)  # only this writes a profile
    format_name, _ = choose_output_format(identify(tmp_path / "scan.jxl"))
    assert format_name == ("JPEG XL" if icc is None else "PNG")
    assert (
        write_and_read(tmp_path / "copy", read_picture(tmp_path / "scan.jxl"), format_name).icc == profile
        or icc is None
    )


@pytest.mark.parametrize("grey", [False, True])
def test_a_jpeg_xl_in_srgb_stays_one(grey: bool, tmp_path: Path) -> None:
    write_picture(make_picture(colour_values()[..., :1] if grey else colour_values()), tmp_path / "scan.jxl", "JPEG XL")
    assert choose_output_format(identify(tmp_path / "scan.jxl")).format == "JPEG XL"


def test_a_jpeg_xl_with_another_transfer_function_becomes_png(tmp_path: Path) -> None:
    write_picture(make_picture(colour_values()[..., :1]), tmp_path / "scan.jxl", "JPEG XL")
    content = bytearray((tmp_path / "scan.jxl").read_bytes())
    content[5] ^= 1 << 5  # the transfer function: 13, sRGB, becomes 17, DCI
    (tmp_path / "scan.jxl").write_bytes(content)
    format_name, _ = choose_output_format(identify(tmp_path / "scan.jxl"))
    picture = read_picture(tmp_path / "scan.jxl")
    assert format_name == "PNG"
    assert picture.icc is not None
    assert write_and_read(tmp_path / "copy", picture, format_name).icc == picture.icc


def other_profile() -> bytes:
    """The profile of sRGB with red and green exchanged."""
    return SRGB_PROFILE.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


def test_an_unsupported_format_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not write GIF"):
        write_picture(make_picture(colour_values()), tmp_path / "picture", "GIF")


def test_a_file_that_reads_back_differently_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = encode_with_pillow(Image.fromarray(255 - colour_values()), "PNG")
    monkeypatch.setattr(write, "encode_image_file", lambda *_: other)
    with pytest.raises(OutputUnwritable, match="its pixels changed"):
        write_picture(make_picture(colour_values()), tmp_path / "picture", "PNG")
    monkeypatch.setattr(write, "encode_image_file", lambda *_: other[:-40])
    with pytest.raises(OutputUnwritable, match="cut short"):
        write_picture(make_picture(colour_values()), tmp_path / "picture", "PNG")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture(make_picture(colour_values()), tmp_path / "picture", "PNG")
    before = (tmp_path / "picture").read_bytes()

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputUnwritable, match="No space left on device") as caught:
        write_picture(make_picture(255 - colour_values()), tmp_path / "picture", "PNG")
    assert "make room" in caught.value.hint
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("picture", before)]


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """A folder without write permission; root changes to another user meanwhile."""
    with tempfile.TemporaryDirectory() as name:  # not below a folder of root's own
        folder = Path(name)
        with nobody_may_write(folder):
            yield folder


def test_a_read_only_folder_is_reported(read_only_folder: Path) -> None:
    with pytest.raises(OutputUnwritable, match="Permission denied"):
        write_picture(make_picture(colour_values()), read_only_folder / "picture", "PNG")
    assert not list(read_only_folder.iterdir())


@pytest.mark.parametrize("format_name", ["TIFF", "JPEG", "AVIF", "WebP", "JPEG XL", "BMP"])
def test_high_dynamic_range_is_written_as_png_only(format_name: str, tmp_path: Path) -> None:
    picture = make_picture(colour_values(), hdr=CodePoints(9, 16))
    with pytest.raises(OutputUnwritable, match="would lose its high dynamic range"):
        write_picture(picture, tmp_path / "picture", format_name)
    decoded = write_and_read(tmp_path, picture, "PNG")
    assert (decoded.hdr, decoded.icc) == (picture.hdr, None)
    np.testing.assert_array_equal(decoded.pixels, picture.pixels)


def test_bmp_refuses_a_profile_that_it_would_lose(tmp_path: Path) -> None:
    other = replace(make_picture(colour_values()), icc=other_profile())
    with pytest.raises(OutputUnwritable, match="would lose its colour profile"):
        write_picture(other, tmp_path / "picture", "BMP")
