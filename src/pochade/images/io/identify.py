"""Detect a file's format from its first bytes, never from its name, and read its header."""

from collections.abc import Callable
from pathlib import Path

from pochade.images.base.late_function import late_function
from pochade.images.base.picture import Header
from pochade.images.base.source import Source, open_source
from pochade.images.formats.signatures import (
    EXR_SIGNATURE,
    J2K_SIGNATURE,
    JP2_SIGNATURE,
    JXL_CONTAINER_SIGNATURE,
    PDF_SIGNATURE,
    PNG_SIGNATURE,
    XCF_SIGNATURE,
)
from pochade.images.io.complete_file import complete_file
from pochade.images.io.decoder_limits import limit_header

MAX_PICTURE_BYTES = 2**30  # memory that reading a picture may take by default
_START_BYTES = 65_536  # bytes that are examined; an SVG may begin with long comments
_HeaderReader = Callable[[Source], Header]
_HEADER_READERS: dict[bytes, _HeaderReader] = {  # by the file's first bytes
    PNG_SIGNATURE: late_function("formats.png", "read_png_header"),
    b"\xff\xd8\xff": late_function("formats.jpeg", "read_jpeg_header"),
    b"GIF87a": late_function("formats.gif", "read_gif_header"),
    b"GIF89a": late_function("formats.gif", "read_gif_header"),
    b"BM": late_function("formats.bmp", "read_bmp_header"),
    b"II*\0": late_function("formats.tiff", "read_tiff_header"),
    b"MM\0*": late_function("formats.tiff", "read_tiff_header"),
    b"II+\0": late_function("formats.tiff", "read_tiff_header"),
    b"MM\0+": late_function("formats.tiff", "read_tiff_header"),
    b"\xff\x0a": late_function("formats.jpegxl", "read_jxl_header"),
    JXL_CONTAINER_SIGNATURE: late_function("formats.jpegxl", "read_jxl_header"),
    b"8BPS": late_function("formats.psd", "read_psd_header"),
    b"PK\x03\x04": late_function("formats.zip_formats", "read_zip_header"),
    b"CSFCHUNK": late_function("formats.clip", "read_clip_header"),
    b"\x1f\x8b": late_function("formats.svg", "read_svg_header"),  # gzip
    JP2_SIGNATURE: late_function("formats.jpeg2000", "read_jpeg2000_header"),
    J2K_SIGNATURE: late_function("formats.jpeg2000", "read_jpeg2000_header"),
    EXR_SIGNATURE: late_function("formats.exr", "read_exr_header"),
    PDF_SIGNATURE: late_function("formats.pdf", "read_pdf_header"),
    XCF_SIGNATURE: late_function("formats.xcf", "read_xcf_header"),
}
_read_avif_header: _HeaderReader = late_function("formats.avif", "read_avif_header")
_read_heic_header: _HeaderReader = late_function("formats.heic", "read_heic_header")
_read_webp_header: _HeaderReader = late_function("formats.webp", "read_webp_header")
_read_svg_header: _HeaderReader = late_function("formats.svg", "read_svg_header")
_read_tga_header: _HeaderReader = late_function("formats.tga", "read_tga_header")
_is_svg: Callable[[bytes], bool] = late_function("formats.svg", "is_svg")
_is_tga: Callable[[Source, bytes], bool] = late_function("formats.tga", "is_tga")
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}


def identify(path: Path | str, *, most_bytes: int = MAX_PICTURE_BYTES) -> Header:
    """Read a file's header without allocating any pixels.

    Args:
        path: The file; its suffix does not matter.
        most_bytes: Memory that may be used, for formats that must be decompressed to find the size.

    Raises:
        PictureUnreadable: The file can't be read as a picture, for one of the four reasons of `read_picture`.
    """
    with open_source(path, most_bytes) as source, limit_header(source):
        return read_header(complete_file(source, with_pixels=False).source)


def read_header(source: Source) -> Header:
    """Read the header of an open file.

    Raises:
        FormatUnknown: The file is in no supported format.
    """
    start = source.read_at(0, _START_BYTES)
    for signature, reader in _HEADER_READERS.items():
        if start.startswith(signature):
            return reader(source)
    if start[4:8] == b"ftyp" and (brands := _parse_brands(start)) & (_AVIF_BRANDS | _HEIC_BRANDS):
        return _read_avif_header(source) if brands & _AVIF_BRANDS else _read_heic_header(source)
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return _read_webp_header(source)
    if _is_svg(start):
        return _read_svg_header(source)
    if _is_tga(source, start):
        return _read_tga_header(source)
    raise source.format_error(f"it begins with {_describe_start(start)}")


def _parse_brands(start: bytes) -> set[bytes]:
    """Parse the brands in the `ftyp` box of an ISO base media file."""
    end = min(int.from_bytes(start[:4]), 256)
    return {start[8:12], *(start[offset : offset + 4] for offset in range(16, end, 4))}


def _describe_start(start: bytes) -> str:
    """Describe the first bytes for a sentence: quoted if they are text, else in hexadecimal."""
    first = start[:16]
    if first.isascii() and (text := first.decode("ascii").strip()).isprintable():
        return f"'{text}'"
    return "the bytes " + first[:8].hex(" ")
