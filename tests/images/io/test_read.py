"""Every format is read into the right pixels with its metadata; damaged files of every format give an error."""

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from experiments.bench.bench_mutations import mutate_file
from pochade.errors import PictureDamaged, PictureTooLarge, PictureUnreadable
from pochade.images.base.picture import Picture
from pochade.images.io.read import read_picture, read_preview
from pochade.images.metadata.exif import read_orientation
from tests.support.picture_checks import assert_unreadable, read_content, write_file
from tests.support.picture_files import (
    HEIGHT,
    SRGB_PROFILE,
    WIDTH,
    alpha_values,
    colour_values,
    encode_with_pillow,
    files_of_every_format,
    make_exif,
    make_png_chunk,
    rgb_image,
)

FILES = files_of_every_format()
EXACT = [
    "PNG",
    "APNG",
    "WebP",
    "WebP:animated",
    "JPEG XL",
    "BMP",
    "TIFF",
    "TIFF:lzw",
    "PSD",
    "PSB",
    "KRA",
    "ORA",
    "TGA",
    "TGA:rle",
    "JPEG 2000",
]
MAX_DIFFERENCES = {"JPEG": 4, "AVIF": 4, "TIFF:cmyk": 1}  # of 255
DEEP = ["PNG:16", "JPEG XL:16", "TIFF:16", "PSD:16", "JPEG 2000:16"]
SHOWN_WITHOUT_END = {"PNG", "PNG:16", "PNG:palette", "APNG", "JPEG", "JPEG:progressive", "GIF"}  # test_complete_file.py
SHOWN_WITHOUT_END |= {"BMP", "WebP", "WebP:animated"}  # test_missing_pixels.py
SHOWN_WITHOUT_END |= {"JPEG 2000", "JPEG 2000:16"}  # test_cut_jpeg2000.py
REPAIRED = {"PDF"}  # PDFium finds the page without the table at the end
PREVIEW_ONLY = ["KRZ", "CLIP", "PROCREATE"]


@pytest.mark.parametrize("name", EXACT)
def test_colours_of_lossless_formats_are_exact(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_content(tmp_path, FILES[name]).pixels, colour_values())


@pytest.mark.parametrize("name", MAX_DIFFERENCES)
def test_colours_of_lossy_formats_are_close(name: str, tmp_path: Path) -> None:
    pixels = read_content(tmp_path, FILES[name]).pixels.astype(int)
    assert np.abs(pixels - colour_values()).max() <= MAX_DIFFERENCES[name]


@pytest.mark.parametrize("name", DEEP)
def test_sixteen_bits_stay_sixteen(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_content(tmp_path, FILES[name]).pixels, colour_values(16))


@pytest.mark.parametrize("name", ["PNG", "WebP", "JPEG XL", "TIFF", "KRA", "ORA", "TGA", "JPEG 2000"])
def test_alpha_is_read(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_content(tmp_path, FILES[name]).alpha, alpha_values())


@pytest.mark.parametrize("name", ["PNG:16", "JPEG XL:16", "TIFF:16", "JPEG 2000:16"])
def test_deep_alpha_is_read(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_content(tmp_path, FILES[name]).alpha, alpha_values(16))


@pytest.mark.parametrize("name", PREVIEW_ONLY)
def test_a_picture_that_is_only_a_preview_has_a_note(name: str, tmp_path: Path) -> None:
    assert read_content(tmp_path, FILES[name]).notes == ("only its preview can be read",)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_once(kind: str, orientation: int, tmp_path: Path) -> None:
    options: dict[str, dict[str, Any]] = {"JPEG": {"quality": 98, "subsampling": 0}, "WEBP": {"lossless": True}}
    picture = read_content(
        tmp_path, encode_with_pillow(rgb_image(), kind, exif=make_exif(orientation), **options.get(kind, {}))
    )
    expected = np.asarray(upright_image(orientation)).astype(int)
    assert np.abs(picture.pixels - expected).max() <= 3
    assert (picture.header.width, picture.header.height) == expected.shape[1::-1]
    assert read_orientation(picture.exif) == 1


def upright_image(orientation: int) -> Image.Image:
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.get(orientation)
    return rgb_image() if turn is None else rgb_image().transpose(Image.Transpose(turn))


def test_a_preview_is_turned_upright(tmp_path: Path) -> None:
    path = write_file(tmp_path, encode_with_pillow(rgb_image(), "JPEG", exif=make_exif(6)))
    assert read_preview(path, 12).pixels.shape == (12, 8, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "JXL"])
def test_the_artist_survives(kind: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.load(read_content(tmp_path, encode_with_pillow(rgb_image(), kind, exif=make_exif())).exif or b"")
    assert exif[315] == "An artist"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_the_colour_profile_survives(kind: str, tmp_path: Path) -> None:
    assert read_content(tmp_path, encode_with_pillow(rgb_image(), kind, icc_profile=SRGB_PROFILE)).icc == SRGB_PROFILE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
def test_the_dots_per_inch_survive(kind: str, tmp_path: Path) -> None:
    picture = read_content(tmp_path, encode_with_pillow(rgb_image(), kind, dpi=(300, 300)))
    assert picture.dpi == pytest.approx((300, 300), abs=0.1)


def test_a_wrong_suffix_is_noted(tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES["PNG"], "cat.JPG")
    assert read_picture(path).notes == ("is a PNG although its name ends in .jpg",)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_a_preview(name: str, tmp_path: Path) -> None:
    pixels = read_preview(write_file(tmp_path, FILES[name]), 12).pixels
    assert pixels.shape == (8, 12, 3)
    assert pixels.dtype == np.uint8


def test_a_preview_is_never_enlarged(tmp_path: Path) -> None:
    assert read_preview(write_file(tmp_path, FILES["PNG"]), 500).pixels.shape == (HEIGHT, WIDTH, 3)


def test_a_preview_is_on_white_paper(tmp_path: Path) -> None:
    pixels = read_preview(write_file(tmp_path, FILES["PNG"]), 500).pixels.astype(int)
    expected = read_picture(tmp_path / "picture").on_paper().astype(int)
    assert np.abs(pixels - expected).max() <= 2


def test_a_transparent_grey_picture_with_a_profile_has_a_preview(tmp_path: Path) -> None:
    values = np.dstack([np.full((16, 16), 128, np.uint8), np.full((16, 16), 255, np.uint8)])
    content = encode_with_pillow(Image.fromarray(values, "LA"), "PNG")
    gamma = make_png_chunk(b"gAMA", (100_000).to_bytes(4))
    preview = read_preview(write_file(tmp_path, content[:33] + gamma + content[33:]), 8)
    assert preview.pixels[4, 4].tolist() == [188, 188, 188]


def test_importing_the_reader_loads_no_heavy_library() -> None:
    heavy = "'torch', 'psd_tools', 'tifffile', 'imagecodecs', 'resvg_py', 'pillow_jxl', 'pillow_heif', 'OpenEXR'"
    heavy += ", 'pypdfium2'"
    code = f"import sys, pochade.images.io.read; sys.exit(any(name in sys.modules for name in ({heavy})))"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0


@pytest.mark.parametrize("name", sorted(set(FILES) - SHOWN_WITHOUT_END - REPAIRED))
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_truncated_file_is_never_a_picture(name: str, share: float, tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES[name][: int(len(FILES[name]) * share)])
    with pytest.raises(PictureUnreadable):
        read_picture(path)


@pytest.mark.parametrize("name", ["AVIF", "HEIC", "TIFF", "PSD", "PSB", "KRA", "CLIP", "SVG"])
def test_the_error_of_a_truncated_file_says_so(name: str, tmp_path: Path) -> None:
    assert_unreadable(write_file(tmp_path, FILES[name][: len(FILES[name]) // 2]), PictureDamaged, "is cut short")


@pytest.mark.parametrize(
    "name",
    [
        "PNG",
        "JPEG",
        "WebP",
        "AVIF",
        "JPEG XL",
        "HEIC",
        "BMP",
        "TIFF",
        "PSD",
        "KRA",
        "CLIP",
        "TGA",
        "JPEG 2000",
        "EXR",
        "PDF",
    ],
)
def test_the_memory_bound_is_respected(name: str, tmp_path: Path) -> None:
    path = write_file(tmp_path, FILES[name])
    with pytest.raises(PictureTooLarge):
        read_picture(path, most_bytes=1000)


def test_warnings_of_libraries_are_hidden(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = encode_with_pillow(rgb_image(), "PNG", save_all=True, append_images=[rgb_image()])
    end = content.index(b"acTL") + 4
    broken = make_png_chunk(b"acTL", bytes(8))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_picture(write_file(tmp_path, content[: end - 8] + broken + content[end + 12 :]))
    assert capfd.readouterr() == ("", "")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(number=st.integers(0, 10_000))
def test_a_damaged_file_gives_a_picture_or_an_error_of_ours(
    number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, _, content = mutate_file(FILES, number)
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(content)
    try:
        assert isinstance(read_picture(path, most_bytes=2**26), Picture)
    except PictureUnreadable as error:
        assert str(error)  # noqa: PT017  # an error of ours is as good as a picture


def test_a_preview_has_the_picture_without_a_ground_if_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(np.dstack([np.full((8, 6, 3), 200, np.uint8), np.full((8, 6), 128, np.uint8)])).save(path)
    assert read_preview(path, 64).cutout is None
    cutout = read_preview(path, 64, cutout=True).cutout
    assert cutout is not None
    assert np.abs(cutout.astype(int) - (200, 200, 200, 128)).max() <= 1
    rgb_image().save(path)
    assert read_preview(path, 64, cutout=True).cutout is None


def test_a_cutout_is_turned_upright(tmp_path: Path) -> None:
    turned = Image.new("RGBA", (20, 10), (255, 0, 0, 255))
    turned.paste((0, 0, 0, 0), (0, 0, 5, 10))
    turned.save(tmp_path / "turned.png", exif=make_exif(6))
    cutout = read_preview(tmp_path / "turned.png", 64, cutout=True).cutout
    assert cutout is not None
    assert cutout.shape == (20, 10, 4)
    assert (cutout[:5, :, 3].max(), cutout[5:, :, 3].min()) == (0, 255)
