"""What lies beside the pixels of a picture's file travels with it through lossy codecs, or keeps the file lossless."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from pochade.images.base.source import Source
from pochade.images.codecs.extra_data import ExtraData
from pochade.images.codecs.extra_storage import add_to_png, read_extra_data
from pochade.images.codecs.lossy import LOSSY_CODECS, LossyCodec, Original, read_original
from pochade.images.formats.png import png_chunks
from tests.support.paintings import decode, painting, save_png
from tests.support.picture_files import encode_tiff, encode_with_pillow, make_png_chunk

PNG = save_png(painting())
JPEG = encode_with_pillow(Image.fromarray(painting()), "JPEG", quality=95)
SMALL_JPEG = encode_with_pillow(Image.new("L", (16, 16), 90), "JPEG")
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
XMP_SEGMENT_CONTENT = b"http://ns.adobe.com/xap/1.0/\0" + XMP
IPTC_CONTENT = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x07\x1c\x02\x19\0\x02inx"
TEXT = make_png_chunk(b"tEXt", b"parameters\0a cat in ink, steps 20")


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_with(*segments: bytes) -> bytes:
    """A JPEG with further segments behind its first bytes."""
    return JPEG[:2] + b"".join(segments) + JPEG[2:]


def png_with(*chunks: bytes) -> bytes:
    """A PNG with further chunks in front of its pixels."""
    return PNG[:33] + b"".join(chunks) + PNG[33:]


def original_of(content: bytes) -> Original:
    """A picture that may be encoded with loss."""
    original = read_original(content)
    assert original is not None
    return original


IPTC, COMMENT = segment(0xED, IPTC_CONTENT), segment(0xFE, b"in the garden")
TRAVELLING = {
    "IPTC": (jpeg_with(IPTC), IPTC),
    "comment": (jpeg_with(COMMENT), COMMENT),
    "several segments": (jpeg_with(IPTC, COMMENT), IPTC + COMMENT),
    "long XMP": (jpeg_with(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + XMP)), XMP),
    "Ducky": (jpeg_with(segment(0xEC, b"Ducky\0\1")), b"Ducky"),
    "thumbnail of JFIF": (jpeg_with(segment(0xE0, b"JFXX\0\x13")), b"JFXX"),
    "note behind the end": (JPEG + b"SEFH of a camera", b"\xff\xd9SEFH of a camera"),
    "text": (png_with(TEXT), TEXT),
    "packed text": (png_with(make_png_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b" * 99))), b"zTXta"),
    "text behind the pixels": (PNG[:-12] + TEXT + PNG[-12:], TEXT),
    "time": (png_with(make_png_chunk(b"tIME", b"\x07\xea\x01\x02\3\4\5")), b"tIME\x07\xea"),
    "aspect of pixels": (png_with(make_png_chunk(b"pHYs", struct.pack(">IIB", 2, 1, 0))), b"pHYs"),
}


@pytest.mark.parametrize("name", TRAVELLING)
@pytest.mark.parametrize("codec", LOSSY_CODECS, ids=lambda codec: codec.name)
def test_what_is_beside_the_pixels_is_in_the_lossy_file_as_it_was(codec: LossyCodec, name: str) -> None:
    content, expected = TRAVELLING[name]
    original = original_of(content)
    encoded = codec.encode(original, codec.guess_quality(50))
    assert expected in encoded
    assert read_extra_data(encoded) == original.extra
    assert decode(encoded).pixels.shape == painting().shape


def test_a_webp_with_alpha_holds_text_too() -> None:
    values = np.dstack([painting(), painting()[..., 0]])
    png = save_png(values)
    original = original_of(png[:33] + TEXT + png[33:])
    encoded = LOSSY_CODECS[2].encode(original, 60)
    assert read_extra_data(encoded).content == TEXT
    np.testing.assert_array_equal(decode(encoded).alpha, values[..., 3])


def test_files_with_nothing_beside_their_pixels_become_no_larger() -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0131] = "A program"
    options = {"icc_profile": icc, "exif": exif.tobytes(), "dpi": (300, 300)}
    for content in (
        PNG,
        save_png(painting(), **options),
        encode_with_pillow(Image.fromarray(painting()), "JPEG", xmp=XMP, **options),
        JPEG + bytes(0),
    ):
        assert not original_of(content).extra


LOSSLESS_ONLY = {
    "a film behind the end": JPEG + b"\0\0\0\x18ftypmp42" + bytes(range(256)),
    "a second picture behind the end": JPEG + SMALL_JPEG,
    "much behind the end": JPEG + b"x" * 70_000,
    "MPF": jpeg_with(segment(0xE2, b"MPF\0II*\0")),
    "a gain map of ISO 21496": jpeg_with(segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0")),
    "content credentials": jpeg_with(segment(0xEB, b"JP\0\1jumb")),
    "two XMP packets": jpeg_with(segment(0xE1, XMP_SEGMENT_CONTENT), segment(0xE1, XMP_SEGMENT_CONTENT)),
    "half a profile": jpeg_with(segment(0xE2, b"ICC_PROFILE\0\1\2half")),
    "no end": JPEG[:-2],
    "a chunk of another program": png_with(make_png_chunk(b"mkTS", b"layers")),
    "credentials in a PNG": png_with(make_png_chunk(b"caBX", b"jumb")),
    "something behind a PNG": PNG + b"more",
    "EXIF in text": png_with(make_png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n0\n"))),
    "linear light": png_with(make_png_chunk(b"gAMA", struct.pack(">I", 100_000))),
    "other primaries": png_with(
        make_png_chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))
    ),
    "PQ": png_with(make_png_chunk(b"cICP", bytes((9, 16, 0, 1)))),
    "mastering display": png_with(make_png_chunk(b"mDCV", bytes(24))),
}


@pytest.mark.parametrize("name", LOSSLESS_ONLY)
def test_a_file_that_holds_more_than_a_lossy_file_can_stays_lossless(name: str) -> None:
    try:
        assert read_original(LOSSLESS_ONLY[name]) is None
    except ValueError:
        assert name == "no end"  # the error also means that there is no lossy file


def test_chunks_that_say_srgb_in_other_ways_are_no_reason_to_stay_lossless() -> None:
    primaries = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    gamma = make_png_chunk(b"gAMA", struct.pack(">I", 45455))
    for chunks in ((gamma,), (gamma, make_png_chunk(b"cHRM", primaries)), (make_png_chunk(b"sRGB", b"\0"),)):
        assert read_original(png_with(*chunks)) is not None
    assert read_original(png_with(make_png_chunk(b"cICP", bytes((1, 13, 0, 1))))) is not None


def add_webp_chunk(content: bytes) -> bytes:
    """A WebP with a chunk that no specification knows."""
    content += b"C2PA\4\0\0\0jumb"
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def add_bmp_profile(content: bytes) -> bytes:
    """A BMP whose header says that a profile follows the rows."""
    header = struct.pack("<I", 124) + content[18:54] + bytes(16) + b"DEBM" + bytes(64)
    return content[:10] + struct.pack("<I", 138) + header + content[54:] + b"a profile"


CHANGES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "unknown chunk": ("WEBP", add_webp_chunk),
    "behind a WebP": ("WEBP", lambda content: content + b"more"),
    "behind a BMP": ("BMP", lambda content: content + b"more"),
    "profile of a BMP": ("BMP", add_bmp_profile),
    "second page": ("TIFF", lambda _: two_pages()),
    "computer": ("TIFF", lambda _: encode_tiff(painting(), photometric="rgb", extratags=[(316, 2, 3, b"me", True)])),
    "Photoshop": (
        "TIFF",
        lambda _: encode_tiff(painting(), photometric="rgb", extratags=[(34377, 1, 4, b"8BIM", True)]),
    ),
}


def two_pages() -> bytes:
    """A TIFF with a reduced copy behind the picture, which does not count as a page."""
    buffer = io.BytesIO()
    copy = Image.fromarray(painting(28, 36))
    copy.encoderinfo = {"tiffinfo": {254: 1}}
    Image.fromarray(painting()).save(buffer, "TIFF", save_all=True, append_images=[copy])
    return buffer.getvalue()


@pytest.mark.parametrize("name", CHANGES)
def test_other_formats_stay_lossless_if_they_hold_more(name: str) -> None:
    file_format, change = CHANGES[name]
    content = encode_with_pillow(Image.fromarray(painting()), file_format)
    assert read_original(content) is not None
    assert read_original(change(content)) is None


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_plain_bitmaps_of_every_depth_may_be_encoded_with_loss(mode: str) -> None:
    image = Image.fromarray(painting(57, 71)).convert(mode)
    for file_format in ("BMP", "TIFF"):
        assert read_original(encode_with_pillow(image, file_format)) is not None


def test_a_restored_png_has_the_text_as_its_own() -> None:
    comment = make_png_chunk(b"sBIT", b"\5\6\5")
    png = add_to_png(PNG, ExtraData(b"PNG ", TEXT + comment))
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert image.info["parameters"] == "a cat in ink, steps 20"
    kinds = [kind for kind, _, _ in png_chunks(Source(io.BytesIO(png), "", len(png), 2**20))]
    assert kinds[:3] == [b"IHDR", b"tEXt", b"exTr"]
    assert IPTC in add_to_png(PNG, ExtraData(b"JPEG", IPTC))
