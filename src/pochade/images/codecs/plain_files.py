"""Says whether a WebP, BMP or TIFF holds nothing but what a lossy codec's file keeps: pixels, profile, EXIF, XMP.

A file that holds more stays lossless. Of a TIFF, the tags that say where the picture comes from are kept as EXIF.
"""

# ruff: noqa: PLR2004  # numbers of the file formats

import struct

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.tiff import (
    ICC_PROFILE_TAG,
    ORIGIN_TAGS,
    PHOTOMETRIC_TAG,
    SAMPLES_PER_PIXEL_TAG,
    read_tiff_directory,
)
from pochade.images.formats.webp import webp_chunks

_WEBP_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"EXIF", b"XMP "}
_BMP_SRGB = {b"BGRs", b" niW"}  # "sRGB" and "Win ", which is the system's sRGB, as little-endian numbers
_BMP_PLAIN_HEADER, _BMP_COLOUR_HEADER = 40, 108  # bytes; from the second size on, a header names its colours
_BMP_MASKS = {3: 12, 6: 16}  # bytes behind the shortest header, by compression
_TIFF_PALETTE = 3
_XMP_TAG = 700
_TIFF_PIXEL_TAGS = {
    254, 255, 256, 257, 258, 259, 262, 263, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 292, 293, 296, 317,
    320, 322, 323, 324, 325, 338, 339, 347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532,
}  # fmt: skip


def holds_only_picture(source: Source, header: Header) -> bool:
    """Whether a WebP, BMP or TIFF holds nothing that its lossy form would lose. Broken files raise any error."""
    if header.format == "WebP":
        return _is_plain_webp(source)
    return _is_plain_bmp(source) if header.format == "BMP" else _is_plain_tiff(source, header)


def _is_plain_webp(source: Source) -> bool:
    kinds = [kind for kind, _, _ in webp_chunks(source)]
    is_whole = int.from_bytes(source.read_at(4, 4), "little") + 8 == source.size
    return is_whole and set(kinds) <= _WEBP_CHUNKS and len(set(kinds)) == len(kinds)


def _is_plain_bmp(source: Source) -> bool:
    """Whether a BMP has a palette of the usual length, colours in sRGB, and nothing behind its rows."""
    content = source.read_all()
    start, size, width, height, _, bits, compression, length = struct.unpack_from("<IIiiHHII", content, 10)
    if size < _BMP_PLAIN_HEADER or (size >= _BMP_COLOUR_HEADER and content[70:74] not in _BMP_SRGB):
        return False
    colours = struct.unpack_from("<I", content, 46)[0] or (2**bits if bits <= 8 else 0)
    masks = _BMP_MASKS.get(compression, 0) if size == _BMP_PLAIN_HEADER else 0
    gap = content[14 + size + masks + 4 * colours : start]
    if not compression or not length:
        length = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    return not gap.strip(b"\0") and not content[start + length :].strip(b"\0")


def _is_plain_tiff(source: Source, header: Header) -> bool:
    """Whether a TIFF has one directory, known tags, and no channels beside colours and alpha."""
    directory = read_tiff_directory(source)
    colours = 1 if directory.get(PHOTOMETRIC_TAG) == _TIFF_PALETTE else header.channels
    has_known_tags = set(directory) <= {*_TIFF_PIXEL_TAGS, *ORIGIN_TAGS, ICC_PROFILE_TAG, _XMP_TAG}
    has_all_channels = int(directory.get(SAMPLES_PER_PIXEL_TAG, 1)) == colours + header.has_alpha
    return has_known_tags and has_all_channels and not directory.next
