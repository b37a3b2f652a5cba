"""What a JPEG or PNG holds beside its pixels, profile, EXIF and XMP, so that a lossy codec's file can hold it too.

    file ─►┤find_extra_data├─► comments, IPTC, text, … as in the file; or None: such a file stays lossless

docs/format.md lists both.
"""

# ruff: noqa: PLR2004  # numbers of the file formats

import struct
from dataclasses import dataclass

from PIL import Image

from pochade.images.base.picture import Picture
from pochade.images.base.source import Source
from pochade.images.codecs.jpeg_segments import COMMENT, FIRST_APP, JPEG_END, LAST_APP, JpegSegment, read_jpeg_parts
from pochade.images.formats.png import png_chunks

XMP_KEYWORD = b"XML:com.adobe.xmp\0"
XMP_SIGNATURE = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_SIGNATURE, _ICC_SIGNATURE, _ADOBE_SIGNATURE = b"Exif\0", b"ICC_PROFILE\0", b"Adobe"
_JFIF_SIGNATURE = b"JFIF\0"
_PICTURE_LINK_SIGNATURES = (b"MPF\0", b"urn:iso:std:iso:ts:21496")  # of segments that describe a second picture
_APP0, _APP1, _APP2, _APP11, _APP14 = FIRST_APP, FIRST_APP + 1, FIRST_APP + 2, FIRST_APP + 11, FIRST_APP + 14
_CREDENTIALS = _APP11  # signs every byte of the file, so it would be worthless in another one
_PICTURE_OR_FILM = (b"\xff\xd8\xff", b"ftyp", b"moov", b"\x89PNG")
_MAX_TAIL_BYTES = 2**16

PIXEL_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
_COLOUR_CHUNKS = {b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"}
_TEXT_CHUNKS = {b"tEXt", b"zTXt", b"iTXt"}
_MOVABLE_CHUNKS = {b"sBIT", b"bKGD", b"hIST", b"sPLT", b"tIME", *_TEXT_CHUNKS}
_SRGB_CICP = bytes((1, 13, 0, 1))
_SRGB_GAMMA, _GAMMA_TOLERANCE = 45455, 500  # hundred thousandths, as in the file
_SRGB_PRIMARIES, _PRIMARY_TOLERANCE = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000), 500
_RAW_PROFILES = (
    b"Raw profile type exif\0",
    b"Raw profile type APP1\0",
    b"Raw profile type xmp\0",
    b"Raw profile type icc",
)
_COLOUR_TYPES_WITH_SUGGESTED_PALETTE = {2, 6}
_EXIF_COLOUR_SPACE_TAG, _EXIF_ADOBE_RGB, _INTEROPERABILITY_TAG = 0xA001, 2, 1


@dataclass(frozen=True)
class ExtraData:
    """Segments of a JPEG or chunks of a PNG, as in the file; empty if there are none."""

    origin: bytes = b"PNG "  # 4 bytes: the format of the file
    content: bytes = b""

    def __bool__(self) -> bool:
        return bool(self.content)


NO_EXTRA_DATA = ExtraData()


def find_extra_data(source: Source, file_format: str) -> ExtraData | None:
    """Collect what a JPEG or PNG holds that has no place of its own in a lossy codec's file.

    Args:
        source: The file.
        file_format: `JPEG` or `PNG`.

    Returns:
        The data; None if a lossy file could not hold it, or would change what it means.

    Raises:
        ValueError: The segments of a JPEG are damaged.
    """
    content = _collect_segments(source.read_all()) if file_format == "JPEG" else _collect_chunks(source)
    if not content:
        return NO_EXTRA_DATA if content is not None else None
    return ExtraData(file_format.encode().ljust(4), content)


def has_unclear_colours(source: Source, picture: Picture) -> bool:
    """Whether a file says what its colours mean in a way that only its own format can say.

    Args:
        source: A JPEG or PNG.
        picture: The picture that was read from it.
    """
    if picture.icc is not None:
        return False
    if picture.header.format == "JPEG":
        segments = read_jpeg_parts(source.read_all()).segments
        has_profile = any(_is_app(segment, _APP2, _ICC_SIGNATURE) for segment in segments)
        return has_profile or is_adobe_rgb(picture.exif)
    return any(kind == b"iCCP" for kind, _, _ in png_chunks(source))


def is_adobe_rgb(exif: bytes | None) -> bool:
    """Whether an EXIF block says that the colours are Adobe RGB: by a colour space of 2, or by the rule "R03"."""
    if exif is None:
        return False
    block = Image.Exif()
    block.load(exif)
    rule = block.get_ifd(0xA005).get(_INTEROPERABILITY_TAG, "")
    rule = rule.decode("ascii", "replace") if isinstance(rule, bytes) else str(rule)
    colour_space = block.get_ifd(0x8769).get(_EXIF_COLOUR_SPACE_TAG)
    return rule.startswith("R03") or colour_space == _EXIF_ADOBE_RGB


def _collect_segments(content: bytes) -> bytes | None:
    """The segments of a JPEG that a lossy file has no place for, then its end and what follows it."""
    parts = read_jpeg_parts(content)
    others = [segment for segment in parts.segments if _is_metadata(segment) and not _has_own_place(segment)]
    xmp_count = sum(_is_app(segment, _APP1, XMP_SIGNATURE) for segment in parts.segments)
    tail = content[parts.end :]
    if any(map(_needs_this_file, others)) or xmp_count > 1 or _is_important(tail):
        return None
    data = b"".join(segment.content for segment in others)
    return data + JPEG_END + tail if tail else data


def _is_metadata(segment: JpegSegment) -> bool:
    return FIRST_APP <= segment.marker <= LAST_APP or segment.marker == COMMENT


def _is_app(segment: JpegSegment, marker: int, signature: bytes) -> bool:
    return segment.marker == marker and segment.payload.startswith(signature)


def _has_own_place(segment: JpegSegment) -> bool:
    """Whether a lossy file holds a segment's information in a place of its own, or needs it only to decode pixels."""
    if _is_app(segment, _APP0, _JFIF_SIGNATURE):
        unit, across, down = struct.unpack_from(">BHH", segment.payload, 7)
        return len(segment.payload) == 14 and (unit != 0 or across == down)  # no thumbnail, and a known resolution
    places = ((_APP1, _EXIF_SIGNATURE), (_APP1, XMP_SIGNATURE), (_APP2, _ICC_SIGNATURE), (_APP14, _ADOBE_SIGNATURE))
    return any(_is_app(segment, marker, signature) for marker, signature in places)


def _needs_this_file(segment: JpegSegment) -> bool:
    return segment.marker == _CREDENTIALS or segment.payload.startswith(_PICTURE_LINK_SIGNATURES)


def _is_important(tail: bytes) -> bool:
    """Whether the bytes behind the end of a JPEG may be more than padding or a short note of the camera."""
    return bool(tail.strip(b"\0")) and (len(tail) > _MAX_TAIL_BYTES or any(sign in tail for sign in _PICTURE_OR_FILM))


def _collect_chunks(source: Source) -> bytes | None:
    """The chunks of a PNG that a lossy file has no place for."""
    chunks = [(kind, source.read_at(start - 8, length + 12)) for kind, start, length in png_chunks(source)]
    contents = {kind: chunk[8:-4] for kind, chunk in chunks}
    known = PIXEL_CHUNKS | _COLOUR_CHUNKS | _MOVABLE_CHUNKS | {b"pHYs", b"eXIf"}
    is_whole = b"IEND" in contents and sum(len(chunk) for _, chunk in chunks) + 8 == source.size
    xmp_count = sum(_is_xmp(kind, chunk) for kind, chunk in chunks)
    exif_count = sum(kind == b"eXIf" for kind, _ in chunks)
    if (
        not is_whole
        or not contents.keys() <= known
        or max(xmp_count, exif_count) > 1
        or not _are_colours_plain(contents)
    ):
        return None
    if any(kind in _TEXT_CHUNKS and chunk[8:].startswith(_RAW_PROFILES) for kind, chunk in chunks):
        return None
    colour_type = contents[b"IHDR"][9]
    return b"".join(chunk for kind, chunk in chunks if _must_move(kind, chunk, colour_type))


def _is_xmp(kind: bytes, chunk: bytes) -> bool:
    return kind == b"iTXt" and chunk[8:].startswith(XMP_KEYWORD)


def _must_move(kind: bytes, chunk: bytes, colour_type: int) -> bool:
    """Whether a chunk has no place of its own in a lossy file."""
    if kind == b"PLTE":
        return colour_type in _COLOUR_TYPES_WITH_SUGGESTED_PALETTE
    if kind == b"pHYs":
        return chunk[16:17] != b"\1"  # the resolution has no unit
    return kind in _MOVABLE_CHUNKS and not _is_xmp(kind, chunk)


def _are_colours_plain(contents: dict[bytes, bytes]) -> bool:
    """Whether a PNG's chunks say that its colours are sRGB, or leave that to a profile."""
    if b"cICP" in contents:
        return contents[b"cICP"] == _SRGB_CICP and b"iCCP" not in contents
    if b"iCCP" in contents or b"sRGB" in contents:
        return True
    gamma, primaries = contents.get(b"gAMA"), contents.get(b"cHRM")
    if gamma is not None and abs(int.from_bytes(gamma) - _SRGB_GAMMA) > _GAMMA_TOLERANCE:
        return False
    if primaries is None:
        return True
    values = struct.unpack(">8I", primaries)
    return all(abs(a - b) <= _PRIMARY_TOLERANCE for a, b in zip(values, _SRGB_PRIMARIES, strict=True))
