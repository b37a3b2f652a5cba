"""Which format a file is in, by its first bytes and never by its name, and how large its picture is."""

from collections.abc import Callable
from pathlib import Path

from pochade.images.base.picture import Header
from pochade.images.base.source import Source, opened
from pochade.images.formats.chunked import bmp_header, gif_header, jpeg_header, png_header, webp_header
from pochade.images.formats.clip import clip_header
from pochade.images.formats.isobmff import avif_header, heic_header
from pochade.images.formats.jpegxl import JXL_BOX, jxl_header
from pochade.images.formats.psd import psd_header
from pochade.images.formats.svg import is_svg, svg_header
from pochade.images.formats.tiff import tiff_header
from pochade.images.formats.zip_formats import archive_header

MOST_BYTES = 2**30
START = 65_536  # bytes in which an SVG must show itself, after its comments
MAGIC: dict[bytes, Callable[[Source], Header]] = {
    b"\x89PNG\r\n\x1a\n": png_header,
    b"\xff\xd8\xff": jpeg_header,
    b"GIF87a": gif_header,
    b"GIF89a": gif_header,
    b"BM": bmp_header,
    b"II*\0": tiff_header,
    b"MM\0*": tiff_header,
    b"II+\0": tiff_header,
    b"MM\0+": tiff_header,
    b"\xff\x0a": jxl_header,
    JXL_BOX: jxl_header,
    b"8BPS": psd_header,
    b"PK\x03\x04": archive_header,
    b"CSFCHUNK": clip_header,
    b"\x1f\x8b": svg_header,
}
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def identify(path: Path | str, *, most_bytes: int = MOST_BYTES) -> Header:
    """What a file says of its picture, before any pixel is allocated.

    Args:
        path: The file, whatever its name ends in.
        most_bytes: Of memory that reading it may take, for what has to be unpacked to find the size.

    Raises:
        PictureUnreadable: One of its four kinds; see `pochade.errors`.
    """
    with opened(path, most_bytes) as source:
        return header_of(source)


def header_of(source: Source) -> Header:
    """The same of an open file.

    Raises:
        FormatUnknown: It begins like no format of ours.
    """
    start = source.read_at(0, START)
    for magic, reader in MAGIC.items():
        if start.startswith(magic):
            return reader(source)
    if start[4:8] == b"ftyp" and (brands := brands_of(start)) & (AVIF_BRANDS | HEIC_BRANDS):
        return avif_header(source) if brands & AVIF_BRANDS else heic_header(source)
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return webp_header(source)
    if is_svg(start):
        return svg_header(source)
    raise source.unknown(f"it begins with {beginning(start)}")


def brands_of(start: bytes) -> set[bytes]:
    """What an ISO base media file says that it is."""
    end = min(int.from_bytes(start[:4]), 256)
    return {start[8:12], *(start[at : at + 4] for at in range(16, end, 4))}


def beginning(start: bytes) -> str:
    """The first bytes for a sentence: as text if they are, else as numbers."""
    first = start[:16]
    if first.isascii() and (text := first.decode("ascii").strip()).isprintable():
        return f"'{text}'"
    return "the bytes " + first[:8].hex(" ")
