"""Names what a file holds that a preview of it does not, for the list of an archive."""

import io

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.codecs.extra_data import PIXEL_CHUNKS, XMP_KEYWORD, XMP_SIGNATURE
from pochade.images.codecs.jpeg_segments import COMMENT, FIRST_APP, LAST_APP, JpegSegment, read_jpeg_parts
from pochade.images.codecs.lossless import MAX_PICTURE_BYTES
from pochade.images.formats.png import png_chunks

EVERYTHING_ELSE = "everything but one small picture"
FRAMES, DEPTH, TAIL = "further frames", "more than 8 bits", "what follows the end"
_APP_NAMES = ((b"Exif\0", "EXIF"), (XMP_SIGNATURE, "XMP"), (b"ICC_PROFILE\0", "profile"), (b"MPF\0", "MPF"))
_PIXEL_SIGNATURES = (b"JFIF\0", b"Adobe")


def list_preview_losses(content: bytes, header: Header) -> tuple[str, ...]:
    """Name what a preview loses beside size and sharpness, such as `EXIF`, `APP13` or `tEXt`, in alphabetical order.

    Args:
        content: The bytes of the picture's file.
        header: Its header. Of formats other than JPEG and PNG, everything beside one picture counts as lost.
    """
    losses = {FRAMES} if header.frames > 1 else set()
    losses |= {DEPTH} if header.depth > 8 else set()  # noqa: PLR2004  bits
    try:
        losses |= _jpeg_losses(content) if header.format == "JPEG" else _other_losses(content, header)
    except ValueError:  # the file is damaged, although some pixels could be read
        losses.add(EVERYTHING_ELSE)
    return tuple(sorted(losses))


def _jpeg_losses(content: bytes) -> set[str]:
    parts = read_jpeg_parts(content)
    names = {_segment_name(segment) for segment in parts.segments} - {""}
    return names | ({TAIL} if parts.end < len(content) else set())


def _segment_name(segment: JpegSegment) -> str:
    """The name of a segment that is no part of the pixels; an empty string for any other."""
    if segment.marker == COMMENT:
        return "comment"
    if not FIRST_APP <= segment.marker <= LAST_APP or segment.payload.startswith(_PIXEL_SIGNATURES):
        return ""
    names = (name for signature, name in _APP_NAMES if segment.payload.startswith(signature))
    return next(names, f"APP{segment.marker - FIRST_APP}")


def _other_losses(content: bytes, header: Header) -> set[str]:
    if header.format not in {"PNG", "APNG"}:
        return {EVERYTHING_ELSE}
    source = Source(io.BytesIO(content), "the file", len(content), MAX_PICTURE_BYTES)
    chunks = list(png_chunks(source))
    names = {_chunk_name(source, kind, start) for kind, start, _ in chunks if kind not in PIXEL_CHUNKS}
    end = max(start + length + 4 for _, start, length in chunks)
    return names | ({TAIL} if end < len(content) else set())


def _chunk_name(source: Source, kind: bytes, start: int) -> str:
    is_xmp = kind == b"iTXt" and source.read_at(start, len(XMP_KEYWORD)) == XMP_KEYWORD
    name = {b"eXIf": "EXIF", b"iCCP": "profile"}.get(kind, kind.decode("ascii", "replace"))
    return "XMP" if is_xmp else "".join(letter if letter.isprintable() else "?" for letter in name)
