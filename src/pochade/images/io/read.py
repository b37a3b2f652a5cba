"""Read any art file as a whole `Picture` or a small `Preview`, within a limit of memory.

path -> open_source -> complete_file -> read_header -> check memory -> the reader -> make_picture / make_preview

`open_source` is in base/source.py, `complete_file` and `read_header` are beside this module, the last step is in
formats/raw_image.py; each format's reader is in a module of formats/, which is imported when such a file is read.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pochade.images.base.late_function import late_function
from pochade.images.base.picture import Header, Picture, Preview
from pochade.images.base.source import Source, open_source
from pochade.images.formats.raw_image import RawImage, make_picture, make_preview
from pochade.images.geometry.resize import preview_side
from pochade.images.io.complete_file import complete_file
from pochade.images.io.decoder_limits import limit_file, limit_header, limit_pixels
from pochade.images.io.identify import MAX_PICTURE_BYTES, read_header

PIXEL_READERS: dict[str, Callable[[Source, Header, int | None], RawImage]] = {
    "PNG": late_function("formats.png", "read_png"),
    "APNG": late_function("formats.png", "read_png"),
    "JPEG": late_function("formats.jpeg", "read_jpeg"),
    "WebP": late_function("formats.webp", "read_webp"),
    "AVIF": late_function("formats.avif", "read_avif"),
    "JPEG XL": late_function("formats.jpegxl", "read_jxl"),
    "HEIC": late_function("formats.heic", "read_heic"),
    "GIF": late_function("formats.gif", "read_gif"),
    "BMP": late_function("formats.bmp", "read_bmp"),
    "TIFF": late_function("formats.tiff", "read_tiff"),
    "DNG": late_function("formats.tiff", "read_tiff"),
    "PSD": late_function("formats.psd", "read_psd"),
    "PSB": late_function("formats.psd", "read_psd"),
    "KRA": late_function("formats.zip_formats", "read_zip"),
    "KRZ": late_function("formats.zip_formats", "read_zip"),
    "ORA": late_function("formats.zip_formats", "read_zip"),
    "PROCREATE": late_function("formats.zip_formats", "read_zip"),
    "CLIP": late_function("formats.clip", "read_clip"),
    "SVG": late_function("formats.svg", "read_svg"),
    "TGA": late_function("formats.tga", "read_tga"),
    "JPEG 2000": late_function("formats.jpeg2000", "read_jpeg2000"),
    "EXR": late_function("formats.exr", "read_exr"),
    "PDF": late_function("formats.pdf", "read_pdf"),
    "XCF": late_function("formats.xcf", "read_xcf"),
}
_EMBEDDED_FORMATS = {"KRA", "KRZ", "ORA", "PROCREATE", "CLIP", "DNG"}  # their memory depends on the picture in them
_DECODER_BYTES_PER_PIXEL = {  # peak memory of a decoder, without its result
    "JPEG": 10,  # progressive: all coefficients are in memory
    "WebP": 18,
    "AVIF": 16,
    "JPEG XL": 48,  # libjxl computes with floats
    "HEIC": 16,
    "GIF": 5,
    "TIFF": 8,
    "PSD": 16,
    "PSB": 16,
    "JPEG 2000": 24,  # OpenJPEG computes with whole numbers of 32 bits
    "PDF": 12,
    "XCF": 24,
}
_BYTE_BITS = 8
_DEFAULT_DEEP_COPIES = 3  # copies of the pixels in memory when they have more than 8 bits
_DEEP_COPIES = {"PNG": 2.2, "APNG": 2.2, "AVIF": 8, "HEIC": 8}
_FLOAT_COPIES = 5
_ALWAYS_DECODED_DEEP = {"TIFF", "PSD", "PSB", "EXR", "JPEG 2000"}  # decoded at full depth even for a preview
FORMATS_BY_SUFFIX = {
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
    ".dng": {"DNG", "TIFF"},
    ".psd": {"PSD"},
    ".psb": {"PSB"},
    ".kra": {"KRA"},
    ".krz": {"KRZ", "KRA"},
    ".ora": {"ORA"},
    ".procreate": {"PROCREATE"},
    ".clip": {"CLIP"},
    ".svg": {"SVG"},
    ".svgz": {"SVG"},
    ".tga": {"TGA"},
    ".jp2": {"JPEG 2000"},
    ".j2k": {"JPEG 2000"},
    ".jpf": {"JPEG 2000"},
    ".jpx": {"JPEG 2000"},
    ".exr": {"EXR"},
    ".pdf": {"PDF"},
    ".ai": {"PDF"},
    ".xcf": {"XCF"},
}


def read_picture(path: Path | str, *, most_bytes: int = MAX_PICTURE_BYTES) -> Picture:
    """Read a whole picture at full depth, turned upright, with its metadata.

    Of an animation or a file with several pages, only the first frame or page is read.

    Args:
        path: The file; its suffix does not matter.
        most_bytes: Memory that reading may take.

    Raises:
        PictureDamaged: The file is empty, cut short, or its content contradicts itself. A PNG, JPEG, GIF, WebP
            or BMP without its end is read as far as it goes, and a note says so.
        FormatUnknown: The file is in no supported format.
        PictureTooLarge: Reading would take more memory; this is detected before the memory is allocated.
        FileUnreachable: The file can't be opened, is not a regular file, or changed while it was read.
    """
    with open_source(path, most_bytes) as source, limit_file(source):
        complete = complete_file(source)
        picture = picture_from_source(complete.source)
        return replace(picture, notes=_suffix_notes(path, picture.header) + complete.notes + picture.notes)


def picture_from_source(source: Source) -> Picture:
    """Read a whole picture from an open file; exceptions of the libraries pass through."""
    with limit_header(source):
        header = read_header(source)
    _check_memory(source, header, whole=True)
    with limit_pixels(source, header, _bytes_per_pixel(header, whole=True)):
        return make_picture(_read_raw_image(source, header, None), header)


def read_preview(path: Path | str, side: int, *, most_bytes: int = MAX_PICTURE_BYTES, cutout: bool = False) -> Preview:
    """Read a small picture in sRGB in the cheapest way that the format offers, on white or where that hides it on grey.

    Args:
        path: The file; its suffix does not matter.
        side: Pixels of the longest side, at least 1; a smaller picture is not enlarged. A strip whose sides differ by
            more than 1:4 is longer, so that its shorter side has a quarter of `side`.
        most_bytes: Memory that reading may take.
        cutout: Whether the preview also has the picture without a ground, if it is transparent anywhere.

    Raises:
        PictureUnreadable: The file can't be read as a picture, for one of the four reasons of `read_picture`.
    """
    with open_source(path, most_bytes) as source, limit_file(source):
        complete = complete_file(source)
        preview = preview_from_source(complete.source, side, cutout=cutout)
        return replace(preview, notes=_suffix_notes(path, preview.header) + complete.notes + preview.notes)


def preview_from_source(source: Source, side: int, *, cutout: bool = False) -> Preview:
    """Read a preview from an open file; exceptions of the libraries pass through."""
    with limit_header(source):
        header = read_header(source)
    _check_memory(source, header, whole=False)
    side = preview_side(header.width, header.height, side)
    with limit_pixels(source, header, _bytes_per_pixel(header, whole=False)):
        return make_preview(_read_raw_image(source, header, side), header, side, cutout=cutout)


def _check_memory(source: Source, header: Header, *, whole: bool) -> None:
    if header.format not in _EMBEDDED_FORMATS:
        source.check_memory(header.width, header.height, _bytes_per_pixel(header, whole=whole))


def _bytes_per_pixel(header: Header, *, whole: bool) -> float:
    """Peak memory of reading, in bytes per pixel; measured with pictures of 9 megapixels, less a constant 20 MB."""
    channels = header.channels + header.has_alpha
    stored = 1 if channels == 1 else 4  # Pillow stores colours in 4 bytes
    shallow = _DECODER_BYTES_PER_PIXEL.get(header.format, stored) + channels * whole
    if header.depth <= _BYTE_BITS or not (whole or header.format in _ALWAYS_DECODED_DEEP):
        return shallow
    is_float = header.depth > 2 * _BYTE_BITS
    copies = _FLOAT_COPIES if is_float else _DEEP_COPIES.get(header.format, _DEFAULT_DEEP_COPIES)
    return max(shallow, channels * header.depth / _BYTE_BITS * copies)


def _read_raw_image(source: Source, header: Header, side: int | None) -> RawImage:
    """Call the format's reader.

    Raises:
        PictureDamaged: The pixels have another size than the header states.
    """
    raw = PIXEL_READERS[header.format](source, header, side)
    height, width = raw.deep.shape[:2] if raw.deep is not None else raw.image.size[::-1]
    if header.format in _EMBEDDED_FORMATS:
        return raw
    larger = width * height > header.width * header.height
    if larger or (side is None and sorted((width, height)) != sorted((header.width, header.height))):
        raise source.damage_error(f"it claims {header.width} x {header.height} pixels and holds {width} x {height}")
    return raw


def _suffix_notes(path: Path | str, header: Header) -> tuple[str, ...]:
    """A note if the suffix of the file's name belongs to another format than the content."""
    suffix = Path(path).suffix.lower()
    if header.format in FORMATS_BY_SUFFIX.get(suffix, {header.format}):
        return ()
    article = "an" if header.format[0] in "AO" else "a"
    return (f"is {article} {header.format} although its name ends in {suffix}",)
