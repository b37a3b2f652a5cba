"""A picture that is written and read again is the same picture, with everything that must survive."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pochade.errors import OutputUnwritable, UsageError
from pochade.images.base.picture import Header, Picture
from pochade.images.io import write
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture
from pochade.images.io.write import format_to_write, write_picture
from tests.support.permissions import nobody_may_write
from tests.support.picture_files import Array, colours, cover, every_format, exif, psd, rgb, saved, tiff, with_alpha

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXACT = ["PNG", "TIFF", "WebP", "JPEG XL", "BMP"]
DEEP = ["PNG", "TIFF"]
KEEPS_DPI = ["PNG", "TIFF", "JPEG", "BMP"]
KEEPS_PROFILE = ["PNG", "TIFF", "JPEG", "WebP", "AVIF"]
KEEPS_EXIF = ["PNG", "TIFF", "JPEG", "WebP", "AVIF", "JPEG XL"]
SIZES = [(1, 1), (1, 37), (37, 1), (2, 3), (17, 33), (64, 64)]


def picture(pixels: Array, alpha: Array | None = None, **beside: Any) -> Picture:
    """A picture with these pixels (H, W, C), as if it had been read."""
    height, width, channels = pixels.shape
    header = Header("PNG", width, height, 8 * pixels.itemsize, channels, alpha is not None, 1)
    blank = {"icc": None, "exif": None, "dpi": None, "notes": ()}
    return Picture(header, pixels, alpha, **(blank | beside))


def again(folder: Path, one: Picture, form: str) -> Picture:
    """What is read of it after it was written."""
    write_picture(one, folder / "piece", form)
    assert [path.name for path in folder.iterdir()] == ["piece"]
    return read_picture(folder / "piece")


@settings(max_examples=60, deadline=None)
@given(
    form=st.sampled_from(EXACT),
    deep=st.booleans(),
    grey=st.booleans(),
    see_through=st.booleans(),
    size=st.sampled_from(SIZES),
    icc=st.sampled_from([None, SRGB]),
    artist=st.sampled_from([None, exif(1)]),
    dpi=st.sampled_from([None, (300.0, 300.0), (72.0, 600.0)]),
    seed=st.integers(0, 99),
)
def test_what_loses_nothing_gives_the_same_again(
    form: str,
    deep: bool,
    grey: bool,
    see_through: bool,
    size: tuple[int, int],
    icc: bytes | None,
    artist: bytes | None,
    dpi: tuple[float, float] | None,
    seed: int,
) -> None:
    kind = np.uint16 if deep and form in DEEP else np.uint8
    chance = np.random.default_rng(seed)
    pixels = chance.integers(0, np.iinfo(kind).max, (*size, 1 if grey else 3), kind, endpoint=True)
    alpha = chance.integers(0, np.iinfo(kind).max, size, kind, endpoint=True)
    one = picture(pixels, alpha if see_through and form != "BMP" else None, icc=icc, exif=artist, dpi=dpi)
    with tempfile.TemporaryDirectory() as folder:
        two = again(Path(folder), one, form)
    assert two.pixels.dtype == kind
    np.testing.assert_array_equal(two.pixels, pixels if form != "WebP" else np.broadcast_to(pixels, two.pixels.shape))
    assert (two.alpha is None) == (one.alpha is None) or form == "WebP"  # which leaves alpha out that is all opaque
    if one.alpha is not None and two.alpha is not None:
        np.testing.assert_array_equal(two.alpha, one.alpha)
    if form in KEEPS_PROFILE:
        assert two.icc == icc
    if form in KEEPS_EXIF:
        assert artist_of(two) == artist_of(one)
    if form in KEEPS_DPI:
        assert dpi is None or two.dpi == pytest.approx(dpi, abs=0.02)


def artist_of(one: Picture) -> str | None:
    found = Image.Exif()
    found.load(one.exif or b"")
    return found.get(315)


@pytest.mark.parametrize("form", ["JPEG", "AVIF"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("channels", [1, 3])
def test_what_loses_a_little_stays_near(form: str, size: tuple[int, int], channels: int, tmp_path: Path) -> None:
    down, across = np.mgrid[0 : size[0], 0 : size[1]]
    pixels = np.stack([down * 3, across * 3, down + across][:channels], axis=-1).astype(np.uint8)
    one = picture(pixels, icc=SRGB, exif=exif(1), dpi=(150, 150))
    two = again(tmp_path, one, form)
    assert np.abs(two.pixels.astype(int) - pixels).max() <= 6
    assert (two.icc, artist_of(two)) == (SRGB, "An artist")


def test_avif_keeps_alpha(tmp_path: Path) -> None:
    two = again(tmp_path, picture(colours(), cover()), "AVIF")
    assert two.alpha is not None
    assert np.abs(two.alpha.astype(int) - cover()).max() <= 4


def test_a_jpeg_keeps_the_sharpness_of_its_colours(tmp_path: Path) -> None:
    stripes = np.zeros((16, 16, 3), np.uint8)
    stripes[:, ::2] = (220, 40, 40)
    stripes[:, 1::2] = (40, 40, 220)
    assert np.abs(again(tmp_path, picture(stripes), "JPEG").pixels.astype(int) - stripes).max() < 20


def test_colours_that_nobody_sees_stay_too(tmp_path: Path) -> None:
    for form in ("PNG", "WebP", "TIFF", "JPEG XL"):
        two = again(tmp_path, picture(colours(), np.zeros_like(cover())), form)
        np.testing.assert_array_equal(two.pixels, colours())


def test_a_turned_scan_is_turned_once(tmp_path: Path) -> None:
    (tmp_path / "turned.jpg").write_bytes(saved(rgb(), "JPEG", exif=exif(6)))
    one = read_picture(tmp_path / "turned.jpg")
    write_picture(one, tmp_path / "piece", "JPEG")
    two = read_picture(tmp_path / "piece")
    assert one.pixels.shape == two.pixels.shape == (24, 16, 3)
    with Image.open(tmp_path / "piece") as image:
        assert image.getexif()[274] == 1


@pytest.mark.parametrize("deep", [False, True])
def test_a_tiff_keeps_a_name_with_foreign_letters(deep: bool, tmp_path: Path) -> None:
    options = {"photometric": "rgb", "extratags": [(315, 2, 0, "Käthe Ørsted".encode(), True)], "metadata": None}
    (tmp_path / "scan.tif").write_bytes(tiff(colours(16 if deep else 8), **options))
    one = read_picture(tmp_path / "scan.tif")
    write_picture(one, tmp_path / "piece", "TIFF")
    for path in (tmp_path / "scan.tif", tmp_path / "piece"):
        assert "Käthe Ørsted".encode() in (read_picture(path).exif or b"")


def test_dots_in_centimetres_are_told_in_inches(tmp_path: Path) -> None:
    (tmp_path / "scan.tif").write_bytes(
        tiff(colours(16), photometric="rgb", resolution=(100.0, 100.0), resolutionunit=3)
    )
    assert read_picture(tmp_path / "scan.tif").dpi == pytest.approx((254, 254))


def test_cmyk_becomes_rgb_without_its_profile(tmp_path: Path) -> None:
    inks = 255 - np.moveaxis(np.dstack([colours(), np.full((16, 24), 10, np.uint8)]), -1, 0)
    for content in (
        saved(rgb().convert("CMYK"), "TIFF", icc_profile=SRGB),
        saved(rgb().convert("CMYK"), "JPEG", icc_profile=SRGB),
        psd(inks, mode=4, resources={1039: SRGB}),
        tiff(with_alpha(16), photometric="separated"),
    ):
        (tmp_path / "scan").write_bytes(content)
        one = read_picture(tmp_path / "scan")
        form, _ = format_to_write(identify(tmp_path / "scan"))
        write_picture(one, tmp_path / "piece", form)
        assert (one.icc, one.pixels.shape) == (None, read_picture(tmp_path / "piece").pixels.shape)


FORMATS = every_format()
OWN = {"PNG", "JPEG", "WebP", "AVIF", "JPEG XL", "TIFF", "BMP"}
DEEP_TO_PNG = {"AVIF:10", "JPEG XL:16"}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_that_is_read_can_be_written_in_its_own_or_as_png(name: str, tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(FORMATS[name])
    kind = name.split(":", maxsplit=1)[0]
    one = read_picture(tmp_path / "original")
    form, suffix = format_to_write(identify(tmp_path / "original"))
    write_picture(one, tmp_path / f"piece{suffix}", form)
    two = read_picture(tmp_path / f"piece{suffix}")
    assert two.header.format == form == (kind if kind in OWN and name not in DEEP_TO_PNG else "PNG")
    assert two.notes == ()  # the ending fits the content
    assert two.pixels.dtype == one.pixels.dtype
    if form in EXACT:
        np.testing.assert_array_equal(two.pixels, one.pixels)


def test_a_png_tells_its_profile_dots_and_exif_to_other_programs(tmp_path: Path) -> None:
    one = picture(colours(16), cover(16), icc=SRGB, exif=exif(1), dpi=(300, 600))
    write_picture(one, tmp_path / "piece", "PNG")
    with Image.open(tmp_path / "piece") as image:
        assert image.info["icc_profile"] == SRGB
        assert image.info["dpi"] == pytest.approx((300, 600), abs=0.02)
        assert image.getexif()[315] == "An artist"


@pytest.mark.parametrize(
    ("form", "one", "reason"),
    [
        ("JPEG", picture(colours(), cover()), "JPEG holds no alpha"),
        ("BMP", picture(colours(), cover()), "BMP holds no alpha"),
        ("WebP", picture(colours(16)), "WebP is written with 8 bits a channel"),
        ("WebP", picture(np.zeros((1, 16_384, 3), np.uint8)), "WebP holds 16,383 pixels a side"),
        ("JPEG", picture(colours(), exif=b"Exif\0\0II*\0" + bytes(70_000)), "EXIF data is too long"),
    ],
)
def test_what_a_format_cannot_hold_is_said(form: str, one: Picture, reason: str, tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable, match=reason) as caught:
        write_picture(one, tmp_path / "piece", form)
    assert "PNG" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_jpeg_xl_refuses_a_profile_that_it_would_lose(tmp_path: Path) -> None:
    other = replace(picture(colours()), icc=other_profile())
    with pytest.raises(OutputUnwritable, match="would lose its colour profile"):
        write_picture(other, tmp_path / "piece", "JPEG XL")


@pytest.mark.parametrize("icc", [None, SRGB, "another"])
def test_a_jpeg_xl_with_a_profile_becomes_png_and_keeps_it(icc: bytes | str | None, tmp_path: Path) -> None:
    profile = other_profile() if isinstance(icc, str) else icc
    (tmp_path / "scan.jpg").write_bytes(saved(rgb(), "JPEG", icc_profile=profile))
    with Image.open(tmp_path / "scan.jpg") as image:
        image.save(tmp_path / "scan.jxl", lossless_jpeg=True)  # which alone writes a profile
    form, _ = format_to_write(identify(tmp_path / "scan.jxl"))
    assert form == ("JPEG XL" if icc is None else "PNG")
    assert again(tmp_path / "kept", read_picture(tmp_path / "scan.jxl"), form).icc == profile or icc is None


@pytest.mark.parametrize("grey", [False, True])
def test_a_jpeg_xl_in_srgb_stays_one(grey: bool, tmp_path: Path) -> None:
    write_picture(picture(colours()[..., :1] if grey else colours()), tmp_path / "scan.jxl", "JPEG XL")
    assert format_to_write(identify(tmp_path / "scan.jxl")).format == "JPEG XL"


def test_a_jpeg_xl_that_names_another_curve_than_srgbs_becomes_png(tmp_path: Path) -> None:
    write_picture(picture(colours()[..., :1]), tmp_path / "scan.jxl", "JPEG XL")
    content = bytearray((tmp_path / "scan.jxl").read_bytes())
    content[5] ^= 1 << 5  # of the curve's name, 13: now it is 17, that of cinemas
    (tmp_path / "scan.jxl").write_bytes(content)
    form, _ = format_to_write(identify(tmp_path / "scan.jxl"))
    one = read_picture(tmp_path / "scan.jxl")
    assert form == "PNG"
    assert one.icc is not None
    assert again(tmp_path / "kept", one, form).icc == one.icc


def other_profile() -> bytes:
    """sRGB's profile with the red and green colorants exchanged: still a profile, of other colours."""
    return SRGB.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


def test_a_format_that_is_not_written_is_a_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="writes no GIF"):
        write_picture(picture(colours()), tmp_path / "piece", "GIF")


def test_a_file_that_reads_back_differently_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = saved(Image.fromarray(255 - colours()), "PNG")
    monkeypatch.setattr(write, "encoded", lambda *_: other)
    with pytest.raises(OutputUnwritable, match="its pixels changed"):
        write_picture(picture(colours()), tmp_path / "piece", "PNG")
    monkeypatch.setattr(write, "encoded", lambda *_: other[:-40])
    with pytest.raises(OutputUnwritable, match="cut short"):
        write_picture(picture(colours()), tmp_path / "piece", "PNG")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture(picture(colours()), tmp_path / "piece", "PNG")
    before = (tmp_path / "piece").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputUnwritable, match="No space left on device") as caught:
        write_picture(picture(255 - colours()), tmp_path / "piece", "PNG")
    assert "make room" in caught.value.hint
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("piece", before)]


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that nobody may write to; root becomes nobody for as long."""
    with tempfile.TemporaryDirectory() as made:  # not below a folder of root's own
        folder = Path(made)
        with nobody_may_write(folder):
            yield folder


def test_a_read_only_folder_is_told(read_only: Path) -> None:
    with pytest.raises(OutputUnwritable, match="Permission denied"):
        write_picture(picture(colours()), read_only / "piece", "PNG")
    assert not list(read_only.iterdir())
