"""Lossy codecs keep alpha, greys and metadata, and refuse what they would spoil."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pochade.images.base.icc import is_srgb
from pochade.images.codecs.lossy import LOSSY_CODECS, WEBP, LossyCodec, Original, read_original
from pochade.images.codecs.quality_meter import QualityMeter
from pochade.images.codecs.transparent_fill import fill_transparent
from pochade.images.metadata.exif import EXIF_PREFIX, add_resolution
from tests.support.paintings import decode, painting, save_png
from tests.support.picture_files import encode_png, encode_with_pillow, make_png_chunk, rgb_image, rgba_image

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def original_of(content: bytes) -> Original:
    """A picture that may be encoded with loss."""
    original = read_original(content)
    assert original is not None
    return original


@pytest.mark.parametrize("codec", LOSSY_CODECS, ids=lambda codec: codec.name)
def test_every_codec_keeps_alpha(codec: LossyCodec) -> None:
    alpha = (np.arange(56 * 72).reshape(56, 72) * 31 % 256).astype(np.uint8)
    alpha[:20], alpha[40:] = 0, 255
    original = original_of(save_png(np.dstack([painting(), alpha])))
    content = codec.encode(original, codec.best_quality)
    np.testing.assert_array_equal(decode(content).alpha, alpha)
    assert QualityMeter(original).score(content) > 40


@pytest.mark.parametrize("codec", LOSSY_CODECS, ids=lambda codec: codec.name)
def test_every_codec_keeps_greys_grey(codec: LossyCodec) -> None:
    original = original_of(save_png(painting()[..., 0]))
    picture = decode(codec.encode(original, codec.best_quality))
    assert np.ptp(picture.on_paper().astype(int), axis=-1).max() <= 2
    assert QualityMeter(original).score(codec.encode(original, codec.best_quality)) > 80


@pytest.mark.parametrize("codec", LOSSY_CODECS, ids=lambda codec: codec.name)
def test_every_codec_keeps_profile_exif_xmp_and_resolution(codec: LossyCodec) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = original_of(
        encode_with_pillow(Image.fromarray(painting()), "JPEG", quality=95, icc_profile=icc, dpi=(300, 300), xmp=XMP)
    )
    content = codec.encode(original, codec.guess_quality(70))
    exif = Image.Exif()
    exif.load(decode(content).exif or b"")
    assert (exif[0x011A], exif[0x011B], exif[0x0128]) == (300, 300, 2)
    assert XMP in content
    decoded_icc = decode(content).icc
    assert decoded_icc is not None
    assert is_srgb(decoded_icc, "RGB") if codec.name == "jpeg-xl-lossy" else decoded_icc == icc


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_without_a_resolution_gets_it_and_loses_nothing(order: str) -> None:
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F], exif[0x0131] = "A maker", "A program"
    exif.get_ifd(0x8769)[0x9003] = "2020:02:03 04:05:06"
    before = exif.tobytes()
    original = original_of(save_png(painting(), exif=before, dpi=(300, 254)))
    after = original.picture.exif
    assert after is not None
    assert before.removeprefix(EXIF_PREFIX)[8:] in after  # where it was: makers' notes point to places in it
    exif = Image.Exif()
    exif.load(after)
    assert exif.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
    assert (exif[0x010F], exif[0x0131], exif[0x0128]) == ("A maker", "A program", 2)
    assert (float(exif[0x011A]), float(exif[0x011B])) == pytest.approx((300, 254), abs=0.02)
    assert add_resolution(after, (72, 72)) == after


@given(st.binary(max_size=40))
def test_invalid_exif_stays_as_it_is_or_grows(noise: bytes) -> None:
    grown = add_resolution(noise, (72, 72))
    assert grown == noise or (grown or b"").startswith(EXIF_PREFIX)
    assert add_resolution(noise, None) == noise


def test_xmp_behind_the_pixels_is_found() -> None:
    chunk = make_png_chunk(b"iTXt", b"XML:com.adobe.xmp" + 5 * b"\x00" + XMP)
    png = save_png(painting())
    end = png.index(b"IEND") - 4
    assert original_of(png[:end] + chunk + png[end:]).xmp == XMP


def test_a_webp_with_alpha_has_the_same_metadata_as_one_without() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    values = np.dstack([painting(), painting()[..., 0]])
    original = original_of(save_png(values, icc_profile=icc, dpi=(300, 300)))
    opaque = replace(original.picture, alpha=None)
    encoded = [WEBP.encode(original, quality) for quality in (60, 90)]
    for content in encoded:
        assert decode(content).icc == icc
        assert decode(content).exif == decode(WEBP.encode(replace(original, picture=opaque), 60)).exif is not None
        np.testing.assert_array_equal(decode(content).alpha, values[..., 3])
    scores = [QualityMeter(original).score(content) for content in encoded]
    assert 40 < scores[0] < scores[1]


def test_a_jpeg_xl_is_not_made_where_it_would_lose_the_profile() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")  # red is green
    original = original_of(save_png(painting(), icc_profile=swapped))
    with pytest.raises(ValueError, match="colour profile would be lost"):
        LOSSY_CODECS[1].encode(original, 100)


def test_pictures_that_lossy_codecs_would_spoil_are_refused() -> None:
    frames = [Image.fromarray(painting()), rgb_image().resize((72, 56))]
    head = save_png(painting())
    layered = head[:33] + make_png_chunk(b"mkTS", b"the layers of another program") + head[33:]
    spoilt = {
        "16 bits": encode_png(painting().astype(np.uint16) * 257),
        "animated": encode_with_pillow(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "CMYK": encode_with_pillow(frames[0].convert("CMYK"), "JPEG"),
        "layered": layered,
        "small": save_png(painting(7, 72)),
        "GIF": encode_with_pillow(frames[0].quantize(16), "GIF"),
    }
    assert {name: read_original(content) for name, content in spoilt.items()} == dict.fromkeys(spoilt)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 3), st.integers(0, 2**32))
def test_transparent_pixels_take_the_colours_around_them(h: int, w: int, channels: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels, visible = random.integers(90, 110, (h, w, channels)).astype(np.uint8), random.random((h, w)) < 0.3
    pixels[~visible] = 255
    filled = fill_transparent(pixels, visible)
    np.testing.assert_array_equal(filled[visible], pixels[visible])
    assert not visible.any() or filled.max() < 110


def test_opaque_alpha_is_dropped() -> None:
    assert original_of(encode_with_pillow(rgba_image().convert("RGB").convert("RGBA"), "PNG")).picture.alpha is None
