"""Keywords are read from every place in which programs write them, apart from titles and captions."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pochade.errors import FileUnreachable
from pochade.images.metadata.picture_keywords import read_keywords
from pochade.images.metadata.xmp import parse_sidecar
from pochade.images.metadata.xmp_keywords import PictureKeywords, keywords_of_xmp
from tests.images.metadata.test_picture_texts import XMP, jpeg_with_iptc, png_with, psd_with_iptc, saved

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
)
BOATS = (("boats",), ("night",))


def keywords_in(content: str, attributes: str = "") -> PictureKeywords:
    """The keywords of XMP with this content."""
    text = f"<rdf:RDF {NAMESPACES}><rdf:Description {attributes}>{content}</rdf:Description></rdf:RDF>"
    return keywords_of_xmp(parse_sidecar(text, Path("XMP")).rdf)


def bag(*items: str) -> str:
    return f"<rdf:Bag>{''.join(f'<rdf:li>{item}</rdf:li>' for item in items)}</rdf:Bag>"


def windows_keywords() -> bytes:
    exif = Image.Exif()
    exif[0x9C9E] = "boats; night;".encode("utf-16-le") + b"\0\0"
    return saved("JPEG", exif=exif.tobytes())


@pytest.mark.parametrize(
    "content",
    [
        lambda: saved("JPEG", xmp=XMP.encode()),
        lambda: png_with("XML:com.adobe.xmp", XMP, is_international=True),
        lambda: saved("TIFF", tiffinfo={700: XMP.encode()}),
        lambda: saved("WEBP", xmp=XMP.encode()),
        lambda: saved("AVIF", xmp=XMP.encode()),
        jpeg_with_iptc,
        psd_with_iptc,
        windows_keywords,
    ],
    ids=["JPEG", "PNG", "TIFF", "WebP", "AVIF", "JPEG with IPTC", "PSD with IPTC", "JPEG of Windows"],
)
def test_keywords_are_read_without_titles(tmp_path: Path, content: object) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content())  # type: ignore[operator]
    assert read_keywords(path).paths == BOATS


def test_a_keyword_has_the_parents_that_any_program_writes() -> None:
    content = (
        f"<dc:subject>{bag('Oslo', 'sold')}</dc:subject>"
        f"<lr:hierarchicalSubject>{bag('Places|Norway|Oslo')}</lr:hierarchicalSubject>"
        f"<digiKam:TagsList>{bag('Places/Norway/Oslo', ' /cat/')}</digiKam:TagsList>"
    )
    assert keywords_in(content).paths == (("Oslo",), ("sold",), ("Places", "Norway", "Oslo"), ("cat",))


def test_what_darktable_did_is_no_keyword() -> None:
    content = (
        f"<dc:subject>{bag('changed', 'rw2', 'cat')}</dc:subject>"
        f"<lr:hierarchicalSubject>{bag('darktable|changed', 'darktable|format|rw2', 'Animals|cat')}"
        "</lr:hierarchicalSubject>"
    )
    assert keywords_in(content).paths == (("cat",), ("Animals", "cat"))


@pytest.mark.parametrize(
    ("rating", "expected"), [("5", 5), ("3.0", 3), ("0", 0), ("-1", 0), ("6", 0), ("good", 0), ("nan", 0), ("inf", 0)]
)
def test_a_rating_is_a_number_from_1_to_5(rating: str, expected: int) -> None:
    assert keywords_in("", f'xmp:Rating="{rating}"').rating == expected
    assert keywords_in(f"<xmp:Rating>{rating}</xmp:Rating>").rating == expected


def test_keywords_of_the_picture_it_was_made_from_are_not_its_own() -> None:
    inner = f"<rdf:Description><dc:subject>{bag('original')}</dc:subject></rdf:Description>"
    assert keywords_in(f"<dc:source>{inner}</dc:source><dc:subject>plain</dc:subject>").paths == (("plain",),)


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileUnreachable):
        read_keywords(tmp_path / "gone.png")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0, 900), value=st.binary(min_size=1, max_size=8))
def test_damaged_files_give_what_is_readable(tmp_path: Path, position: int, value: bytes) -> None:
    content = bytearray(saved("JPEG", xmp=XMP.encode()))
    content[position : position + len(value)] = value
    path = tmp_path / "damaged"
    path.write_bytes(content)
    assert len(read_keywords(path).paths) <= 1000
