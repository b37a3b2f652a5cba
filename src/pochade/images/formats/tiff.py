"""TIFF: up to 8 bits per channel through Pillow and libtiff, more through tifffile; CMYK in both.

The first directory is read beforehand. It states the size and where the pixels lie in the file, so that a truncated
file is detected before anything is decoded (the decoders would fill missing pixels with grey). Further directories are
only counted, so that a file with several pages is not mistaken for its first page.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import contextlib
import struct

import numpy as np
from PIL import Image, TiffImagePlugin

from pochade.images.base.picture import Array, Header, unit_floats_to_16_bit
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import CMYK_NOTE, RawImage, valid_dpi
from pochade.images.metadata.exif import add_exif_prefix, oriented_size, reset_orientation
from pochade.images.metadata.icc import convert_to_srgb

WIDTH_TAG, HEIGHT_TAG, BITS_PER_SAMPLE_TAG, PHOTOMETRIC_TAG = 256, 257, 258, 262
SAMPLES_PER_PIXEL_TAG, EXTRA_SAMPLES_TAG, ICC_PROFILE_TAG = 277, 338, 34675
_ORIENTATION_TAG, _X_RESOLUTION_TAG, _Y_RESOLUTION_TAG, _RESOLUTION_UNIT_TAG = 274, 282, 283, 296
_SUBFILE_TYPE_TAG, _REDUCED_COPY, _TRANSPARENCY_MASK = 254, 1, 4  # bits of a directory that is no page
_OFFSET_AND_LENGTH_TAGS = ((273, 279), (324, 325))  # of strips, and of tiles
_WHITE_IS_ZERO, _PALETTE, _CMYK = 0, 3, 5  # photometric interpretations
_PREMULTIPLIED, _STRAIGHT = 1, 2  # kinds of alpha among the extra samples
ORIGIN_TAGS = (270, 271, 272, 305, 306, 315, 33432)  # description, maker, model, software, date, artist, copyright
_INCHES_PER_UNIT = {2: 1.0, 3: 2.54}  # dots per unit times this are dots per inch
_MAX_DIRECTORIES = 100  # that are counted; reading one directory may take as long as reading the file

Directory = TiffImagePlugin.ImageFileDirectory_v2


def read_tiff_directory(source: Source) -> Directory:
    """Read the tags of the first directory."""
    directory = _empty_directory(source)
    source.file.seek(directory.next)
    directory.load(source.file)
    return directory


def _empty_directory(source: Source) -> Directory:
    """A directory without tags, whose `next` is the offset of the first one."""
    is_big_tiff = source.read_at(2, 2) in {b"\x2b\x00", b"\x00\x2b"}
    return Directory(source.read_at(0, 16 if is_big_tiff else 8))


def read_tiff_header(source: Source) -> Header:
    """Read the header of a TIFF's first page.

    Raises:
        PictureDamaged: Some of its pixels lie beyond the end of the file.
    """
    tags = read_tiff_directory(source)
    if WIDTH_TAG not in tags or HEIGHT_TAG not in tags:
        raise source.truncation_error()
    for offsets, lengths in _OFFSET_AND_LENGTH_TAGS:
        spans = zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False)
        if (end := max((offset + length for offset, length in spans), default=0)) > source.size:
            raise source.truncation_error(end)
    kind, samples = tags.get(PHOTOMETRIC_TAG, 1), int(tags.get(SAMPLES_PER_PIXEL_TAG, 1))
    channels = {_PALETTE: 3, _CMYK: 4}.get(kind, 1 if kind <= 1 else 3)
    colour_samples = 1 if kind == _PALETTE else channels
    has_alpha = samples > colour_samples and tags.get(EXTRA_SAMPLES_TAG, (0,))[0] in {_PREMULTIPLIED, _STRAIGHT}
    width, height = oriented_size(int(tags[WIDTH_TAG]), int(tags[HEIGHT_TAG]), int(tags.get(_ORIENTATION_TAG, 1)))
    depth = 8 if kind == _PALETTE else int(max(tags.get(BITS_PER_SAMPLE_TAG, (1,))))
    return Header("TIFF", width, height, depth, channels, has_alpha, _count_pages(source, tags))


def _count_pages(source: Source, first: Directory) -> int:
    """Count the pages, without reduced copies and masks; counting ends where the chain of directories breaks."""
    directory = _empty_directory(source)
    pages, seen, offset = 1, {0, directory.next}, first.next
    with contextlib.suppress(OSError, ValueError, TypeError, SyntaxError, struct.error):  # from broken directories
        while offset < source.size and offset not in seen and len(seen) < _MAX_DIRECTORIES:
            seen.add(offset)
            source.file.seek(offset)
            directory.load(source.file)
            no_page = _REDUCED_COPY | _TRANSPARENCY_MASK
            pages += WIDTH_TAG in directory and not directory.get(_SUBFILE_TYPE_TAG, 0) & no_page
            offset = directory.next
    return pages


def read_tiff(source: Source, header: Header, _side: int | None) -> RawImage:
    """Read the pixels of a TIFF's first page."""
    if header.depth > 8:
        return _read_deep_tiff(source, header)
    source.file.seek(0)
    image = TiffImagePlugin.TiffImageFile(source.file)
    exif = _origin_as_exif(image.tag_v2)
    image.load()  # also turns it upright
    return RawImage.from_pillow(image, orientation=1, exif=exif)


def _origin_as_exif(tags: Directory) -> bytes | None:
    """The tags that describe a picture's origin as EXIF, without those that describe its pixels."""
    exif = Image.Exif()
    for tag in ORIGIN_TAGS:
        if tag in tags:
            text = tags[tag]
            exif[tag] = text.encode("latin-1") if isinstance(text, str) else text  # undoes Pillow's decoding
    return reset_orientation(add_exif_prefix(exif.tobytes())) if len(exif) else None


def _read_deep_tiff(source: Source, header: Header) -> RawImage:
    """Read a page of more than 8 bits per channel."""
    tags = read_tiff_directory(source)
    values = _to_16_bit(_decode_with_tifffile(source), header.depth)  # (H, W, C)
    values = ~values if tags.get(PHOTOMETRIC_TAG, 1) == _WHITE_IS_ZERO else values
    values = values[..., : header.channels + header.has_alpha]  # other extra samples are masks and the like
    if header.has_alpha and tags.get(EXTRA_SAMPLES_TAG, (_STRAIGHT,))[0] == _PREMULTIPLIED:
        values = _unpremultiply(values)
    raw = RawImage(
        Image.new("L", (1, 1)),
        values,
        _valid_orientation(tags.get(_ORIENTATION_TAG, 1)),
        tags.get(ICC_PROFILE_TAG),
        _origin_as_exif(tags),
        _read_dpi(tags),
    )
    return _deep_cmyk_to_rgb(raw) if header.channels == 4 else raw


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


def _to_16_bit(values: Array, depth: int) -> Array:
    """Whole numbers of more than 8 bits, or floats from 0 to 1, as uint16."""
    if values.dtype.kind == "f":
        return unit_floats_to_16_bit(values)
    if values.dtype.itemsize > 2:
        return (values >> (8 * values.dtype.itemsize - 16)).astype(np.uint16)
    return values.astype(np.uint16) if depth >= 16 else (values.astype(np.uint16) << (16 - depth))


def _unpremultiply(values: Array) -> Array:
    """Colours divided by the alpha that they were multiplied by; (H, W, C) uint16, alpha last."""
    alpha = values[..., -1:].astype(np.uint32)
    colours = values[..., :-1].astype(np.uint32) * 65535 // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colours, 65535).astype(np.uint16), values[..., -1:]], axis=-1)


def _deep_cmyk_to_rgb(raw: RawImage) -> RawImage:
    """Deep CMYK as an 8-bit RGB image, as the colour engine converts no deeper CMYK."""
    assert raw.deep is not None
    image = Image.fromarray((raw.deep[..., :4] >> 8).astype(np.uint8), "CMYK")
    colours, notes = convert_to_srgb(image, raw.icc)
    notes = (CMYK_NOTE + " of 8 bits per channel", *notes)
    return RawImage(colours, None, raw.orientation, exif=raw.exif, dpi=raw.dpi, notes=notes)
