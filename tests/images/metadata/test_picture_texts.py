"""Titles, captions, keywords and prompts are read from every format that holds them; damaged ones are left out."""

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pochade.errors import FileUnreachable
from pochade.images.metadata.picture_texts import MAX_TEXT_CHARACTERS, PictureTexts, join_texts, read_texts

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Headline="At the quay">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A harbour</rdf:li></rdf:Alt></dc:title>
<dc:subject><rdf:Bag><rdf:li>boats</rdf:li><rdf:li>night</rdf:li></rdf:Bag></dc:subject></rdf:Description>
</rdf:RDF></x:xmpmeta>"""
XMP_TEXTS = "At the quay\nA harbour\nboats\nnight"
PARAMETERS = "an owl, moonlight\nNegative prompt: cat, blurry\nSteps: 20, Sampler: Euler a, Seed: 1"
COMFY_GRAPH = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1, "positive": ["6", 0], "negative": ["7", 0]}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "an owl, moonlight", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "cat, blurry", "clip": ["4", 1]}},
}
PICTURE = Image.new("RGB", (8, 8), "red")
Encode = Callable[[], bytes]


def saved(file_format: str, **options: object) -> bytes:
    """A small picture with metadata, as Pillow writes it."""
    buffer = io.BytesIO()
    PICTURE.save(buffer, file_format, **options)
    return buffer.getvalue()


def iptc_block() -> bytes:
    """A title and two keywords in UTF-8."""
    sets = [(1, 90, b"\x1b%G"), (2, 5, "Übung".encode()), (2, 25, b"boats"), (2, 25, b"night"), (2, 80, b"Somebody")]
    return b"".join(struct.pack(">BBBH", 0x1C, record, number, len(text)) + text for record, number, text in sets)


def resources(block: bytes) -> bytes:
    """Image resources of Photoshop, with another one before the IPTC."""
    other = b"8BIM" + struct.pack(">H", 1005) + b"\x03abc" + struct.pack(">I", 3) + b"123\0"
    return other + b"8BIM" + struct.pack(">H", 1028) + b"\0\0" + struct.pack(">I", len(block)) + block


def jpeg_with_iptc() -> bytes:
    content = b"Photoshop 3.0\0" + resources(iptc_block())
    jpeg = saved("JPEG")
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def psd_with_iptc() -> bytes:
    content = resources(iptc_block())
    return b"8BPS" + bytes(22) + struct.pack(">I", 0) + struct.pack(">I", len(content)) + content


def exif_block(*, comment: bytes = b"", windows_title: str = "", description: str = "") -> bytes:
    exif = Image.Exif()
    if description:
        exif[0x010E] = description
    if windows_title:
        exif[0x9C9B] = windows_title.encode("utf-16-le") + b"\0\0"
    if comment:
        exif.get_ifd(0x8769)[0x9286] = comment
    return exif.tobytes()


def png_with(name: str, text: str, *, is_packed: bool = False, is_international: bool = False) -> bytes:
    info = PngInfo()
    if is_international:
        info.add_itxt(name, text, zip=is_packed)
    else:
        info.add_text(name, text, zip=is_packed)
    return saved("PNG", pnginfo=info)


def krita_painting() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        about = (
            "<about><title>A harbour</title><keyword>boats</keyword><abstract><![CDATA[at night]]></abstract></about>"
        )
        archive.writestr("documentinfo.xml", about)
    return buffer.getvalue()


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><title>A &amp; B</title><desc>boats</desc></svg>"
CAPTIONS: dict[str, tuple[Encode, str]] = {
    "JPEG with XMP": (lambda: saved("JPEG", xmp=XMP.encode()), XMP_TEXTS),
    "JPEG with IPTC": (jpeg_with_iptc, "Übung\nboats\nnight"),
    "JPEG with a comment": (lambda: saved("JPEG", comment=b"caf\xe9"), "café"),
    "JPEG with a description": (lambda: saved("JPEG", exif=exif_block(description="A harbour")), "A harbour"),
    "JPEG with a title of Windows": (lambda: saved("JPEG", exif=exif_block(windows_title="Übung")), "Übung"),
    "PNG with a title": (lambda: png_with("Title", "A harbour\n  at night"), "A harbour at night"),
    "PNG with a packed text": (lambda: png_with("Comment", "A harbour", is_packed=True), "A harbour"),
    "PNG with an international text": (
        lambda: png_with("Description", "猫", is_packed=True, is_international=True),
        "猫",
    ),
    "PNG with XMP": (lambda: png_with("XML:com.adobe.xmp", XMP, is_international=True), XMP_TEXTS),
    "PNG with EXIF": (lambda: saved("PNG", exif=exif_block(description="A harbour")), "A harbour"),
    "WebP with XMP": (lambda: saved("WEBP", xmp=XMP.encode()), XMP_TEXTS),
    "WebP with EXIF": (lambda: saved("WEBP", exif=exif_block(description="A harbour")), "A harbour"),
    "TIFF with a description": (lambda: saved("TIFF", description="A harbour"), "A harbour"),
    "TIFF with XMP": (lambda: saved("TIFF", tiffinfo={700: XMP.encode()}), XMP_TEXTS),
    "AVIF with XMP": (lambda: saved("AVIF", xmp=XMP.encode()), XMP_TEXTS),
    "AVIF with EXIF": (lambda: saved("AVIF", exif=exif_block(description="A harbour")), "A harbour"),
    "GIF with a comment": (lambda: saved("GIF", comment=b"x" * 300), "x" * 300),
    "PSD with IPTC": (psd_with_iptc, "Übung\nboats\nnight"),
    "SVG": (lambda: SVG, "A & B\nboats"),
    "gzipped SVG": (lambda: gzip.compress(SVG), "A & B\nboats"),
    "KRA": (krita_painting, "A harbour\nboats\nat night"),
}
PROMPTS: dict[str, tuple[Encode, str]] = {
    "AUTOMATIC1111": (lambda: png_with("parameters", PARAMETERS), "an owl, moonlight"),
    "AUTOMATIC1111, JPEG": (
        lambda: saved("JPEG", exif=exif_block(comment=b"UNICODE\0" + PARAMETERS.encode("utf-16-be"))),
        "an owl, moonlight",
    ),
    "ComfyUI": (lambda: png_with("prompt", json.dumps(COMFY_GRAPH)), "an owl, moonlight"),
    "NovelAI": (lambda: png_with("Comment", json.dumps({"prompt": "an owl", "uc": "cat", "steps": 28})), "an owl"),
    "InvokeAI": (
        lambda: png_with("invokeai_metadata", json.dumps({"positive_prompt": "an owl", "negative_prompt": "cat"})),
        "an owl",
    ),
    "broken JSON": (lambda: png_with("prompt", '{"1": {"text": '), ""),
    "deep JSON": (lambda: png_with("prompt", '{"a":' * 90_000), ""),
}


@cache
def encoded(name: str) -> bytes:
    """The file of `CAPTIONS` with a name."""
    return CAPTIONS[name][0]()


def texts_of(folder: Path, content: bytes) -> PictureTexts:
    """The texts of a file with this content."""
    (folder / "picture").write_bytes(content)
    return read_texts(folder / "picture")


@pytest.mark.parametrize("name", CAPTIONS)
def test_the_captions_of_each_format_are_read(name: str, tmp_path: Path) -> None:
    encode, captions = CAPTIONS[name]
    assert texts_of(tmp_path, encode()) == PictureTexts(captions, "")


@pytest.mark.parametrize("name", PROMPTS)
def test_prompts_are_read_without_what_was_to_be_avoided(name: str, tmp_path: Path) -> None:
    encode, prompts = PROMPTS[name]
    assert texts_of(tmp_path, encode()) == PictureTexts("", prompts)


def test_texts_say_each_thing_once_without_control_characters_and_are_bounded() -> None:
    assert join_texts(["cafe\u0301", "café", " a\x1b[31m\0b\ud800 ", ""]) == "café\na [31m b"
    assert len(join_texts(["word " * 100_000, "more"])) <= MAX_TEXT_CHARACTERS


@pytest.mark.parametrize(
    "content", [b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"8BPS", b"II*\0", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"PK\3\4"]
)
def test_a_file_that_ends_early_has_no_texts(content: bytes, tmp_path: Path) -> None:
    assert texts_of(tmp_path, content) == PictureTexts()


def test_an_xmp_with_entities_or_without_end_is_left_out(tmp_path: Path) -> None:
    bomb = f'<!DOCTYPE x [<!ENTITY a "{"lol" * 99}">]>{XMP}'
    assert texts_of(tmp_path, png_with("XML:com.adobe.xmp", bomb, is_international=True)) == PictureTexts()
    assert texts_of(tmp_path, b"%PDF-1.7 " + b"<x:xmpmeta " * 100_000) == PictureTexts()


def test_a_packed_text_that_expands_is_bounded(tmp_path: Path) -> None:
    packed = b"Comment\0\0" + zlib.compress(b"owl " * 10_000_000)
    chunk = struct.pack(">I", len(packed)) + b"zTXt" + packed + bytes(4)
    png = saved("PNG")
    assert len(texts_of(tmp_path, png[:33] + chunk + png[33:]).captions) <= MAX_TEXT_CHARACTERS


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable, match="does not exist"):
        read_texts(tmp_path / "gone.png")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(CAPTIONS)), place=st.floats(0, 1), junk=st.binary(max_size=8), cut=st.booleans())
def test_a_damaged_file_never_raises(name: str, place: float, junk: bytes, cut: bool, tmp_path: Path) -> None:
    content = encoded(name)
    at = int(place * len(content))
    damaged = content[:at] + junk + (b"" if cut else content[at + len(junk) :])
    if damaged:
        assert isinstance(texts_of(tmp_path, damaged), PictureTexts)
