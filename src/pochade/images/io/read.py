"""The door: any art file as a whole `Picture` or as a small `Preview`, within a bound of memory.

path ─► opened ─► header_of ─► allow ─► the format's reader ─► picture_of / preview_of
source.py identify.py  here     chunks.py, boxes.py …   raster.py
"""

from dataclasses import replace
from pathlib import Path

from pochade.images.base.picture import Header, Picture, Preview
from pochade.images.base.source import Source, opened
from pochade.images.formats.chunked import bmp_raw, gif_raw, jpeg_raw, png_raw, webp_raw
from pochade.images.formats.clip import clip_raw
from pochade.images.formats.isobmff import avif_raw, heic_raw
from pochade.images.formats.jpegxl import jxl_raw
from pochade.images.formats.psd import psd_raw
from pochade.images.formats.raster import Raw, picture_of, preview_of
from pochade.images.formats.svg import svg_raw
from pochade.images.formats.tiff import tiff_raw
from pochade.images.formats.zip_formats import archive_raw
from pochade.images.io.identify import MOST_BYTES, header_of

READERS = {
    "PNG": png_raw,
    "APNG": png_raw,
    "JPEG": jpeg_raw,
    "WebP": webp_raw,
    "AVIF": avif_raw,
    "JPEG XL": jxl_raw,
    "HEIC": heic_raw,
    "GIF": gif_raw,
    "BMP": bmp_raw,
    "TIFF": tiff_raw,
    "PSD": psd_raw,
    "PSB": psd_raw,
    "KRA": archive_raw,
    "KRZ": archive_raw,
    "ORA": archive_raw,
    "PROCREATE": archive_raw,
    "CLIP": clip_raw,
    "SVG": svg_raw,
}
DECODING = {  # bytes a pixel that a decoder takes at its height, beside what is made of it
    "JPEG": 10,  # of a progressive one, which is kept whole as coefficients
    "WebP": 18,
    "AVIF": 16,
    "JPEG XL": 48,  # its decoder computes with floats
    "HEIC": 16,
    "GIF": 5,
    "TIFF": 8,
    "PSD": 16,
    "PSB": 16,
}
DEEP_COPIES = {"PNG": 2.2, "APNG": 2.2, "AVIF": 8, "HEIC": 8}  # of pixels of more than 8 bits; elsewhere 3
FLOAT_COPIES = 5
ALWAYS_DEEP = {"TIFF", "PSD", "PSB"}  # decoded at full depth for a preview, too
BYTE = 8  # bits
INNER = {"KRA", "KRZ", "ORA", "PROCREATE", "CLIP"}  # bounded by the PNG in them, not by their canvas
NAMES = {
    ".png": {"PNG", "APNG"},
    ".apng": {"PNG", "APNG"},
    ".jpg": {"JPEG"},
    ".jpeg": {"JPEG"},
    ".webp": {"WebP"},
    ".avif": {"AVIF"},
    ".jxl": {"JPEG XL"},
    ".heic": {"HEIC"},
    ".heif": {"HEIC"},
    ".gif": {"GIF"},
    ".bmp": {"BMP"},
    ".tif": {"TIFF"},
    ".tiff": {"TIFF"},
    ".psd": {"PSD"},
    ".psb": {"PSB"},
    ".kra": {"KRA"},
    ".krz": {"KRZ", "KRA"},
    ".ora": {"ORA"},
    ".procreate": {"PROCREATE"},
    ".clip": {"CLIP"},
    ".svg": {"SVG"},
    ".svgz": {"SVG"},
}


def read_picture(path: Path | str, *, most_bytes: int = MOST_BYTES) -> Picture:
    """The whole picture at full depth, turned upright, with all that must survive; an animation's first frame.

    Args:
        path: The file, whatever its name ends in.
        most_bytes: Of memory that reading it may take.

    Raises:
        PictureDamaged: The file is empty, cut short, or its content contradicts itself.
        FormatUnknown: It is in no format of pictures that Pochade reads.
        PictureTooLarge: It would take more memory; said before any of it is allocated.
        FileUnreachable: It can't be opened, is no ordinary file, or changed while it was read.
    """
    with opened(path, most_bytes) as source:
        picture = picture_in(source)
        return replace(picture, notes=name_notes(path, picture.header) + picture.notes)


def picture_in(source: Source) -> Picture:
    """The whole picture of an open file, as `read_picture` gives it; a library's exceptions go through."""
    header = header_of(source)
    allow(source, header, whole=True)
    return picture_of(raw_of(source, header, None), header)


def read_preview(path: Path | str, side: int, *, most_bytes: int = MOST_BYTES) -> Preview:
    """The picture with its longest side `side`, never enlarged, in sRGB on white paper, by the cheapest way there is.

    Args:
        path: The file, whatever its name ends in.
        side: Pixels of the longest side, at least 1.
        most_bytes: Of memory that reading it may take.

    Raises:
        PictureUnreadable: As `read_picture` does.
    """
    with opened(path, most_bytes) as source:
        preview = preview_in(source, side)
        return replace(preview, notes=name_notes(path, preview.header) + preview.notes)


def preview_in(source: Source, side: int) -> Preview:
    """The preview of an open file, as `read_preview` gives it; a library's exceptions go through."""
    header = header_of(source)
    allow(source, header, whole=False)
    return preview_of(raw_of(source, header, side), header, side)


def allow(source: Source, header: Header, *, whole: bool) -> None:
    """Nothing, or PictureTooLarge: what decoding takes at its height, and what is made of it."""
    if header.format not in INNER:
        source.allow(header.width, header.height, bytes_a_pixel(header, whole=whole))


def bytes_a_pixel(header: Header, *, whole: bool) -> float:
    """Of memory at the height of reading; measured with 9-megapixel files, beside some 20 MB that are always taken."""
    channels = header.channels + header.has_alpha
    stored = 1 if channels == 1 else 4  # Pillow keeps colours in 4 bytes
    shallow = DECODING.get(header.format, stored) + channels * whole
    if header.depth <= BYTE or not (whole or header.format in ALWAYS_DEEP):
        return shallow
    copies = FLOAT_COPIES if header.depth > 2 * BYTE else DEEP_COPIES.get(header.format, 3)
    return max(shallow, channels * header.depth / BYTE * copies)


def raw_of(source: Source, header: Header, side: int | None) -> Raw:
    """Through the reader of its format; PictureDamaged when it then claims another size than before."""
    raw = READERS[header.format](source, header, side)
    height, width = raw.deep.shape[:2] if raw.deep is not None else raw.image.size[::-1]
    if header.format in INNER:
        return raw
    larger = width * height > header.width * header.height
    if larger or (side is None and sorted((width, height)) != sorted((header.width, header.height))):
        raise source.damaged(f"it claims {header.width} x {header.height} pixels and holds {width} x {height}")
    return raw


def name_notes(path: Path | str, header: Header) -> tuple[str, ...]:
    """A clause when the name promises another format than the content has."""
    ending = Path(path).suffix.lower()
    if header.format in NAMES.get(ending, {header.format}):
        return ()
    article = "an" if header.format[0] in "AO" else "a"
    return (f"is {article} {header.format} although its name ends in {ending}",)
