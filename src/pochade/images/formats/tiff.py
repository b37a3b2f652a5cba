"""TIFF: up to 8 bits per channel through Pillow and libtiff, more through tifffile; CMYK in both.

The directories are read beforehand (tiff_pages.py), because the first one may hold only a thumbnail. The main one
states the size and where the pixels lie in the file, so that a truncated file is detected before anything is decoded
(the decoders would fill missing pixels with grey).
"""

# ruff: noqa: PLR2004  # numbers of the file format

from dataclasses import replace

import numpy as np
from PIL import Image, TiffImagePlugin

from pochade.images.base.picture import Array, Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage, valid_dpi
from pochade.images.formats.tiff_colour_tags import profile_of_tags
from pochade.images.formats.tiff_colours import alpha_place, needs_own_decoder, to_plain_colours
from pochade.images.formats.tiff_pages import Directory, TiffPages, empty_directory, open_main_page, read_tiff_pages
from pochade.images.formats.zip_formats import PREVIEW_NOTE
from pochade.images.metadata.exif import add_exif_prefix, oriented_size, reset_orientation

WIDTH_TAG, HEIGHT_TAG, BITS_PER_SAMPLE_TAG, PHOTOMETRIC_TAG = 256, 257, 258, 262
SAMPLES_PER_PIXEL_TAG, EXTRA_SAMPLES_TAG, ICC_PROFILE_TAG = 277, 338, 34675
_ORIENTATION_TAG, _X_RESOLUTION_TAG, _Y_RESOLUTION_TAG, _RESOLUTION_UNIT_TAG = 274, 282, 283, 296
_OFFSET_AND_LENGTH_TAGS = ((273, 279), (324, 325))  # of strips, and of tiles
_PALETTE, _CMYK = 3, 5  # photometric interpretations
ORIGIN_TAGS = (270, 271, 272, 305, 306, 315, 33432)  # description, maker, model, software, date, artist, copyright
_INCHES_PER_UNIT = {2: 1.0, 3: 2.54}  # dots per unit times this are dots per inch
_DNG_BYTES_PER_PIXEL = 16  # memory that decoding a preview takes


def read_tiff_directory(source: Source) -> Directory:
    """Read the tags of the first directory."""
    directory = empty_directory(source)
    source.file.seek(directory.next)
    directory.load(source.file)
    return directory


def read_tiff_header(source: Source) -> Header:
    """Read the header of the main page of a TIFF or DNG; the size of a DNG is that of the photograph.

    Raises:
        PictureDamaged: Some of its pixels lie beyond the end of the file.
        FormatUnknown: It is a DNG without a preview.
    """
    pages = read_tiff_pages(source)
    if pages.main is None and pages.sensor:
        raise source.format_error("it is a raw photograph without a preview")
    tags = read_tiff_directory(open_main_page(source, pages))
    if WIDTH_TAG not in tags or HEIGHT_TAG not in tags:
        raise source.truncation_error()
    for offsets, lengths in _OFFSET_AND_LENGTH_TAGS:
        spans = zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False)
        if (end := max((offset + length for offset, length in spans), default=0)) > source.size:
            raise source.truncation_error(end)
    kind = tags.get(PHOTOMETRIC_TAG, 1)
    channels = {_PALETTE: 3, _CMYK: 4}.get(kind, 1 if kind <= 1 else 3)
    has_alpha = alpha_place(tags) is not None
    size = (pages.sensor.width, pages.sensor.height) if pages.sensor else (int(tags[WIDTH_TAG]), int(tags[HEIGHT_TAG]))
    width, height = oriented_size(*size, pages.orientation)
    depth = 8 if kind == _PALETTE else int(max(tags.get(BITS_PER_SAMPLE_TAG, (1,))))
    name = "DNG" if pages.sensor else "TIFF"
    return Header(name, width, height, depth, channels, has_alpha, pages.count)


def read_tiff(source: Source, header: Header, _side: int | None) -> RawImage:
    """Read the pixels of the main page of a TIFF or DNG."""
    pages = read_tiff_pages(source)
    if header.format == "DNG":
        return _read_dng_preview(source, pages, header)
    return _read_page(open_main_page(source, pages), header)


def _read_dng_preview(source: Source, pages: TiffPages, header: Header) -> RawImage:
    """Read the preview of a DNG, whose size differs from the one in the header; the first directory describes it."""
    page = open_main_page(source, pages)
    tags = read_tiff_directory(page)
    source.check_memory(int(tags[WIDTH_TAG]), int(tags[HEIGHT_TAG]), _DNG_BYTES_PER_PIXEL)
    raw = _read_page(page, header)
    orientation = raw.orientation if _ORIENTATION_TAG in tags else pages.orientation
    exif = _origin_as_exif(read_tiff_directory(source))
    return replace(raw, orientation=orientation, exif=exif, notes=(*raw.notes, PREVIEW_NOTE))


def _read_page(source: Source, header: Header) -> RawImage:
    """Read the pixels of the first directory."""
    if header.depth > 8 or needs_own_decoder(read_tiff_directory(source)):
        return _read_deep_tiff(source, header)
    source.file.seek(0)
    image = TiffImagePlugin.TiffImageFile(source.file)
    exif = _origin_as_exif(image.tag_v2)
    image.load()  # also turns it upright
    raw = replace(RawImage.from_pillow(image, orientation=1, exif=exif), dpi=_read_dpi(image.tag_v2))
    return raw if raw.icc else replace(raw, icc=profile_of_tags(source, image.tag_v2, header))


def _origin_as_exif(tags: Directory) -> bytes | None:
    """The tags that describe a picture's origin as EXIF, without those that describe its pixels."""
    exif = Image.Exif()
    for tag in ORIGIN_TAGS:
        if tag in tags:
            text = tags[tag]
            exif[tag] = text.encode("latin-1") if isinstance(text, str) else text  # undoes Pillow's decoding
    return reset_orientation(add_exif_prefix(exif.tobytes())) if len(exif) else None


def _read_deep_tiff(source: Source, header: Header) -> RawImage:
    """Read a page of more than 8 bits per channel, or one whose samples Pillow would misread."""
    tags = read_tiff_directory(source)
    values, icc, notes = to_plain_colours(_decode_with_tifffile(source), tags, header)
    if not icc and not tags.get(ICC_PROFILE_TAG):
        icc = profile_of_tags(source, tags, header)
    raw = RawImage(
        Image.new("L", (1, 1)),
        values,
        _valid_orientation(tags.get(_ORIENTATION_TAG, 1)),
        icc,
        _origin_as_exif(tags),
        _read_dpi(tags),
        notes,
    )
    if values.dtype == np.uint16:
        return raw
    return replace(raw, deep=None, image=Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values))


def _decode_with_tifffile(source: Source) -> Array:
    """Decode the first page as (H, W, C), in the file's own type."""
    import tifffile  # noqa: PLC0415  # heavy, and rarely needed

    source.file.seek(0)
    with tifffile.TiffFile(source.file) as file:
        page = file.pages.first
        bytes_per_pixel = page.samplesperpixel * page.imagedepth * page.bitspersample / 8
        source.check_memory(page.imagewidth, page.imagelength, bytes_per_pixel)
        values = page.asarray(maxworkers=1)
        is_planar = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1
    return np.atleast_3d(np.moveaxis(values, 0, -1) if is_planar else values)


def _read_dpi(tags: Directory) -> tuple[float, float] | None:
    """Read dots per inch, across and down; None if the resolution has no unit."""
    dots = valid_dpi((tags.get(_X_RESOLUTION_TAG), tags.get(_Y_RESOLUTION_TAG)))
    factor = _INCHES_PER_UNIT.get(tags.get(_RESOLUTION_UNIT_TAG, 2))
    return None if dots is None or factor is None else (dots[0] * factor, dots[1] * factor)


def _valid_orientation(orientation: int) -> int:
    return orientation if orientation in range(1, 9) else 1
