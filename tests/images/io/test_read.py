"""Any art file, by its content, into the right pixels with everything that must survive."""

import gzip
import io
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from pochade.images.base.picture import Picture
from pochade.images.io.identify import identify
from pochade.images.io.read import read_picture, read_preview
from pochade.images.metadata.exif import orientation_of
from tests.support.picture_files import (
    HEIGHT,
    WIDTH,
    Array,
    colours,
    cover,
    deep_png,
    every_format,
    exif,
    heic,
    kra,
    ora,
    psd,
    rgb,
    rgba,
    saved,
    svg,
    tiff,
    with_alpha,
)

FORMATS = every_format()
EXACT = ["PNG", "APNG", "WebP", "WebP:animated", "JPEG XL", "BMP", "TIFF", "TIFF:lzw", "PSD", "PSB", "KRA", "ORA"]
NEARLY = {"JPEG": 4, "AVIF": 4, "TIFF:cmyk": 1}
DEEP = ["PNG:16", "JPEG XL:16", "TIFF:16", "PSD:16"]
PREVIEW_ONLY = ["KRZ", "CLIP", "PROCREATE"]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def kept(folder: Path, content: bytes, name: str = "piece") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(folder: Path, content: bytes) -> Picture:
    return read_picture(kept(folder, content))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_known_by_its_content(name: str, tmp_path: Path) -> None:
    assert identify(kept(tmp_path, FORMATS[name])).format == name.split(":", maxsplit=1)[0]


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"SVG", "HEIC", *PREVIEW_ONLY}))
def test_the_header_tells_the_size(name: str, tmp_path: Path) -> None:
    header = identify(kept(tmp_path, FORMATS[name]))
    assert (header.width, header.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("name", FORMATS)
def test_the_header_and_the_picture_agree_on_alpha(name: str, tmp_path: Path) -> None:
    picture = read(tmp_path, FORMATS[name])
    assert identify(tmp_path / "piece").has_alpha == (picture.alpha is not None)


@pytest.mark.parametrize("name", EXACT)
def test_colours_are_exact_where_the_format_keeps_them(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path, FORMATS[name]).pixels, colours())


@pytest.mark.parametrize("name", NEARLY)
def test_colours_are_near_where_the_format_loses_some(name: str, tmp_path: Path) -> None:
    pixels = read(tmp_path, FORMATS[name]).pixels.astype(int)
    assert np.abs(pixels - colours()).max() <= NEARLY[name]


@pytest.mark.parametrize("name", DEEP)
def test_sixteen_bits_stay_sixteen(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path, FORMATS[name]).pixels, colours(16))


def test_ten_bits_are_stretched_over_sixteen(tmp_path: Path) -> None:
    pixels = read(tmp_path, FORMATS["AVIF:10"]).pixels
    assert pixels.dtype == np.uint16
    assert np.abs(pixels / 65535 - colours(10) / 1023).max() < 0.01


@pytest.mark.parametrize("name", ["PNG", "WebP", "JPEG XL", "TIFF", "KRA", "ORA"])
def test_alpha_is_kept_apart(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path, FORMATS[name]).alpha, cover())


@pytest.mark.parametrize("name", ["PNG:16", "JPEG XL:16", "TIFF:16"])
def test_deep_alpha_is_kept_apart(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path, FORMATS[name]).alpha, cover(16))


@pytest.mark.parametrize("name", ["APNG", "GIF", "WebP:animated"])
def test_an_animation_tells_its_frames(name: str, tmp_path: Path) -> None:
    assert identify(kept(tmp_path, FORMATS[name])).frames == 2


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    few = rgb().quantize(16)
    np.testing.assert_array_equal(read(tmp_path, saved(few, "GIF")).pixels, np.asarray(few.convert("RGB")))


def test_one_bit_becomes_eight(tmp_path: Path) -> None:
    drawing = rgb().convert("1")
    picture = read(tmp_path, saved(drawing, "PNG"))
    np.testing.assert_array_equal(picture.pixels[..., 0], np.asarray(drawing) * np.uint8(255))
    assert picture.header.depth == 1


def test_grey_stays_one_channel(tmp_path: Path) -> None:
    grey = rgb().convert("L")
    np.testing.assert_array_equal(read(tmp_path, saved(grey, "PNG")).pixels, np.asarray(grey)[..., None])


def test_deep_grey_stays_deep(tmp_path: Path) -> None:
    grey = colours(16)[..., 0]
    np.testing.assert_array_equal(read(tmp_path, deep_png(grey.copy())).pixels, grey[..., None])


def test_heic_is_read(tmp_path: Path) -> None:
    picture = read(tmp_path, FORMATS["HEIC"])
    large = np.asarray(rgb().resize((96, 64))).astype(int)
    assert np.abs(picture.pixels - large).mean() < 3


def test_cmyk_says_that_it_became_rgb(tmp_path: Path) -> None:
    assert read(tmp_path, FORMATS["TIFF:cmyk"]).notes == ("its CMYK became RGB",)


def test_deep_cmyk_is_read(tmp_path: Path) -> None:
    ink = np.zeros((4, 4, 4), np.uint16)
    ink[..., 0] = 65535
    picture = read(tmp_path, tiff(ink, photometric="separated"))
    assert picture.pixels[0, 0].tolist() == [0, 255, 255]


def test_photoshop_cmyk_counts_ink_downwards(tmp_path: Path) -> None:
    planes = np.full((4, 4, 4), 255, np.uint8)
    planes[0] = 0  # full cyan
    assert read(tmp_path, psd(planes, mode=4)).pixels[0, 0].tolist() == [0, 255, 255]


def test_photoshop_alpha_is_freed_of_its_white(tmp_path: Path) -> None:
    red_on_white = np.array([255, 127, 127, 128], np.uint8)  # half of pure red, laid on white
    planes = np.broadcast_to(red_on_white[:, None, None], (4, 4, 4))
    picture = read(tmp_path, psd(planes, alpha=True))
    assert picture.alpha is not None
    assert picture.alpha[0, 0] == 128
    assert picture.pixels[0, 0].tolist() == pytest.approx([255, 0, 0], abs=2)


def test_photoshop_without_a_merged_picture_lays_its_layers_together(tmp_path: Path) -> None:
    from psd_tools import PSDImage  # noqa: PLC0415

    document = PSDImage.new("RGB", (8, 8), color=255)
    document.create_pixel_layer(Image.new("RGB", (4, 8), (200, 0, 0)), name="red", top=0, left=0)
    file = io.BytesIO()
    document.save(file)
    content = without_merged(file.getvalue())
    picture = read(tmp_path, content)
    assert picture.pixels[4, 1].tolist() == [200, 0, 0]
    assert "layers were laid" in picture.notes[0]


def without_merged(content: bytes) -> bytes:
    """The same PSD, but its version resource says that there is no merged picture."""
    said = content.index(struct.pack(">4sH", b"8BIM", 1057)) + 16  # after its name, its length and its version
    return content[:said] + b"\0" + content[said + 1 :]


@pytest.mark.parametrize("name", PREVIEW_ONLY)
def test_a_preview_says_that_it_is_one(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, FORMATS[name]).notes == ("only its preview can be read",)


@pytest.mark.parametrize("name", PREVIEW_ONLY)
def test_the_canvas_is_larger_than_its_preview(name: str, tmp_path: Path) -> None:
    header = identify(kept(tmp_path, FORMATS[name]))
    assert (header.width, header.height) == (2400, 1600)


def test_an_svg_is_drawn_with_1024_pixels(tmp_path: Path) -> None:
    picture = read(tmp_path, svg())
    assert picture.pixels.shape == (683, 1024, 3)
    assert picture.pixels[300, 100].tolist() == [255, 0, 0]
    assert picture.alpha is not None
    assert picture.alpha[300, 900] == 0


@pytest.mark.parametrize(
    ("root", "shape"),
    [
        ('width="2in" height="96"', (512, 1024)),
        ('viewBox="0 0 10 20"', (1024, 512)),
        ('width="100%" height="100%" viewBox="0,0,20,10"', (512, 1024)),
        ('width="10" viewBox="0 0 20 10"', (512, 1024)),
        ("", (512, 1024)),
    ],
)
def test_an_svg_has_the_shape_that_it_asks_for(root: str, shape: tuple[int, int], tmp_path: Path) -> None:
    assert read(tmp_path, svg(root=root)).pixels.shape[:2] == shape


def test_a_gzipped_svg_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(svg())).header.format == "SVG"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_once(kind: str, orientation: int, tmp_path: Path) -> None:
    closest: dict[str, dict[str, Any]] = {"JPEG": {"quality": 98, "subsampling": 0}, "WEBP": {"lossless": True}}
    picture = read(tmp_path, saved(rgb(), kind, exif=exif(orientation), **closest.get(kind, {})))
    wanted = np.asarray(turned_by_pillow(orientation)).astype(int)
    assert np.abs(picture.pixels - wanted).max() <= 3
    assert (picture.header.width, picture.header.height) == wanted.shape[1::-1]
    assert orientation_of(picture.exif) == 1


def turned_by_pillow(orientation: int) -> Image.Image:
    way = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.get(orientation)
    return rgb() if way is None else rgb().transpose(Image.Transpose(way))


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_deep_tiff_is_turned_too(orientation: int, tmp_path: Path) -> None:
    content = tiff(colours(16), photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    wanted = np.rot90(colours(16), 2 if orientation == 3 else -1)
    np.testing.assert_array_equal(read(tmp_path, content).pixels, wanted)


def test_a_heic_is_turned_once(tmp_path: Path) -> None:
    large = rgb().resize((96, 64))
    picture = read(tmp_path, heic(large, exif=exif(6)))
    assert picture.pixels.shape == (96, 64, 3)
    assert orientation_of(picture.exif) == 1


def test_the_preview_is_turned_as_well(tmp_path: Path) -> None:
    path = kept(tmp_path, saved(rgb(), "JPEG", exif=exif(6)))
    assert read_preview(path, 12).pixels.shape == (12, 8, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "JXL"])
def test_the_artist_survives(kind: str, tmp_path: Path) -> None:
    found = Image.Exif()
    found.load(read(tmp_path, saved(rgb(), kind, exif=exif())).exif or b"")
    assert found[315] == "An artist"


def test_the_artist_of_a_tiff_survives(tmp_path: Path) -> None:
    found = Image.Exif()
    found.load(read(tmp_path, saved(rgb(), "TIFF", artist="An artist")).exif or b"")
    assert found[315] == "An artist"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_the_colour_profile_survives(kind: str, tmp_path: Path) -> None:
    assert read(tmp_path, saved(rgb(), kind, icc_profile=SRGB)).icc == SRGB


def test_the_colour_profile_of_photoshop_survives(tmp_path: Path) -> None:
    content = psd(np.moveaxis(colours(), -1, 0), resources={1039: SRGB})
    assert read(tmp_path, content).icc == SRGB


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF"])
def test_the_dots_per_inch_survive(kind: str, tmp_path: Path) -> None:
    assert read(tmp_path, saved(rgb(), kind, dpi=(300, 300))).dpi == pytest.approx((300, 300), abs=0.1)


def test_the_dots_per_inch_of_photoshop_survive(tmp_path: Path) -> None:
    said = struct.pack(">IHHIHH", 300 << 16, 1, 1, 150 << 16, 1, 1)
    assert read(tmp_path, psd(np.moveaxis(colours(), -1, 0), resources={1005: said})).dpi == (300, 150)


def test_a_wrong_ending_is_noted(tmp_path: Path) -> None:
    path = kept(tmp_path, FORMATS["PNG"], "cat.JPG")
    assert read_picture(path).notes == ("is a PNG although its name ends in .jpg",)


def test_a_broken_profile_is_noted_and_ignored(tmp_path: Path) -> None:
    path = kept(tmp_path, saved(rgb(), "PNG", icc_profile=b"no profile at all"))
    assert read_preview(path, 8).notes == ("its colour profile is broken and was ignored",)


def test_a_preview_is_in_srgb(tmp_path: Path) -> None:
    path = kept(tmp_path, saved(Image.new("RGB", (8, 8), (200, 20, 20)), "PNG", icc_profile=linear_profile()))
    pixel = read_preview(path, 8).pixels[0, 0]
    assert pixel[0] > 220  # linear 200 is lighter in sRGB


def linear_profile() -> bytes:
    """sRGB's primaries with linear tones: the tone curves of the profile are replaced by straight ones."""
    profile = bytearray(SRGB)
    count = struct.unpack_from(">I", profile, 128)[0]
    for entry in range(132, 132 + 12 * count, 12):
        kind, place, length = struct.unpack_from(">4sII", profile, entry)
        if kind in {b"rTRC", b"gTRC", b"bTRC"}:
            profile[place : place + length] = struct.pack(">4sII", b"curv", 0, 0).ljust(length, b"\0")
    return bytes(profile)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_a_preview(name: str, tmp_path: Path) -> None:
    pixels = read_preview(kept(tmp_path, FORMATS[name]), 12).pixels
    assert pixels.shape == (8, 12, 3)
    assert pixels.dtype == np.uint8


def test_a_preview_is_never_enlarged(tmp_path: Path) -> None:
    assert read_preview(kept(tmp_path, FORMATS["PNG"]), 500).pixels.shape == (HEIGHT, WIDTH, 3)


def test_a_preview_lies_on_white_paper(tmp_path: Path) -> None:
    pixels = read_preview(kept(tmp_path, FORMATS["PNG"]), 500).pixels.astype(int)
    wanted = read_picture(tmp_path / "piece").on_paper().astype(int)
    assert np.abs(pixels - wanted).max() <= 2


def test_transparent_colours_do_not_bleed_into_a_preview(tmp_path: Path) -> None:
    values = np.zeros((64, 64, 4), np.uint8)
    values[..., 0] = 255  # red, but all of it transparent
    values[:, 32:] = [0, 0, 255, 255]
    pixels = read_preview(kept(tmp_path, saved(Image.fromarray(values), "PNG")), 7).pixels
    assert (pixels[..., 2] == 255).all()
    assert (pixels[..., 0] == pixels[..., 1]).all()  # from white to blue, without red


def test_a_preview_counts_every_pixel_by_its_area(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (333, 517, 3), dtype=np.uint8)
    pixels = read_preview(kept(tmp_path, saved(Image.fromarray(noise), "PNG")), 40).pixels
    assert pixels.mean() == pytest.approx(noise.mean(), abs=1)


def test_a_preview_is_the_same_band_by_band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = rgba().resize((240, 160))
    path = kept(tmp_path, saved(large, "PNG"))
    at_once = read_preview(path, 20).pixels
    monkeypatch.setattr("pochade.images.geometry.resize.BAND_PIXELS", 2000)
    np.testing.assert_array_equal(read_preview(path, 20).pixels, at_once)


def test_a_picture_is_the_same_band_by_band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pochade.images.geometry.resize.BAND_PIXELS", 100)
    picture = read(tmp_path, FORMATS["PNG"])
    np.testing.assert_array_equal(picture.pixels, colours())


@pytest.mark.parametrize("program", [kra, ora])
def test_a_small_preview_comes_from_the_embedded_one(program: object, tmp_path: Path) -> None:
    assert callable(program)
    content = program(FORMATS["PNG"], saved(Image.new("RGB", (12, 8), "green"), "PNG"))
    path = kept(tmp_path, content)
    assert (read_preview(path, 12).pixels == [0, 128, 0]).all()
    assert not (read_preview(path, 13).pixels == [0, 128, 0]).all()


def test_paper_may_have_a_colour(tmp_path: Path) -> None:
    paper = read(tmp_path, FORMATS["PNG"]).on_paper((10, 20, 30))
    np.testing.assert_array_equal(paper[12:], np.broadcast_to(np.array([10, 20, 30], np.uint8), (4, WIDTH, 3)))


def test_deep_pictures_lie_on_paper_too(tmp_path: Path) -> None:
    deep, shallow = read(tmp_path, FORMATS["PNG:16"]).on_paper(), read(tmp_path, FORMATS["PNG"]).on_paper()
    assert deep.dtype == np.uint8
    assert np.abs(deep.astype(int) - shallow).max() <= 1


def test_a_colour_key_is_transparent_in_deep_pictures_too(tmp_path: Path) -> None:
    values: Array = colours(16)
    content = deep_png(values)
    key = b"".join(int(value).to_bytes(2) for value in values[3, 5])
    place = content.index(b"IDAT") - 4
    alpha = read(tmp_path, content[:place] + png_key(key) + content[place:]).alpha
    assert alpha is not None
    assert alpha[3, 5] == 0
    assert (alpha == 0).sum() == 1


def png_key(key: bytes) -> bytes:
    from tests.support.picture_files import png_chunk  # noqa: PLC0415

    return png_chunk(b"tRNS", key)


def test_straight_alpha_comes_out_of_a_multiplied_tiff(tmp_path: Path) -> None:
    values = with_alpha(16)
    values[..., :3] //= 2
    values[..., 3] = 32768
    picture = read(tmp_path, tiff(values, photometric="rgb", extrasamples=["assocalpha"]))
    assert np.abs(picture.pixels.astype(int) - colours(16)).max() <= 4


def test_workers_stay_small() -> None:
    heavy = "'torch', 'psd_tools', 'tifffile', 'imagecodecs', 'resvg_py', 'pillow_jxl', 'pillow_heif'"
    code = f"import sys, pochade.images.io.read; sys.exit(any(name in sys.modules for name in ({heavy})))"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=os.environ).returncode == 0
