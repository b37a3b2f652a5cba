"""What a PNG says beside its pixels: its EXIF, and its colours by cICP, iCCP, sRGB, or gAMA and cHRM."""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
import zlib
from collections.abc import Iterable

from pochade.images.base.hdr import CodePoints
from pochade.images.base.primaries import Primaries, span_colours
from pochade.images.base.source import Source
from pochade.images.metadata.colour_tags import ColourTags
from pochade.images.metadata.exif import EXIF_PREFIX, add_exif_prefix

Chunk = tuple[bytes, int, int]  # type, offset and length of the content

TAG_CHUNKS = {b"eXIf", b"tEXt", b"zTXt", b"cICP", b"sRGB", b"gAMA", b"cHRM"}
_RAW_PROFILES = (b"Raw profile type exif\0", b"Raw profile type APP1\0")  # how ImageMagick stores EXIF
_MAX_RAW_PROFILE_BYTES = 1 << 18  # of text; EXIF in a JPEG has 64 KiB at most, and is written in hexadecimal
_UNIT = 100_000  # of gAMA and cHRM


def read_png_exif(source: Source, chunks: Iterable[Chunk]) -> bytes | None:
    """Read the EXIF of a PNG, with its prefix: from its chunk, or as a text in hexadecimal.

    Args:
        source: The file.
        chunks: Those of its chunks that are in `TAG_CHUNKS`, in the file's order.
    """
    from_text = None
    for kind, start, length in chunks:
        if kind == b"eXIf":
            return add_exif_prefix(source.read_at(start, length))
        if from_text is None and kind in {b"tEXt", b"zTXt"} and source.read_at(start, 22) in _RAW_PROFILES:
            content = source.read_at(start + 22, min(length - 22, _MAX_RAW_PROFILE_BYTES))
            from_text = _parse_raw_profile(content, compressed=kind == b"zTXt")
    return from_text


def _parse_raw_profile(content: bytes, *, compressed: bool) -> bytes | None:
    """Parse a raw profile, whose lines are its name, its length, and hexadecimal digits; None if it is broken."""
    try:
        text = zlib.decompressobj().decompress(content[1:], _MAX_RAW_PROFILE_BYTES) if compressed else content
        name, length, digits = text.strip().split(b"\n", 2)
        block = bytes.fromhex(digits.decode("ascii"))[: int(length)]
    except (zlib.error, ValueError):
        return None
    is_exif = name.strip() in {b"exif", b"APP1"} and block.removeprefix(EXIF_PREFIX)[:2] in {b"II", b"MM"}
    return add_exif_prefix(block) if is_exif else None


def read_png_colours(source: Source, chunks: Iterable[Chunk], icc: bytes | None, exif: bytes | None) -> ColourTags:
    """Read what a PNG says about its colours.

    Args:
        source: The file.
        chunks: As for `read_png_exif`.
        icc: The profile of its iCCP chunk.
        exif: Its EXIF.
    """
    contents = {kind: source.read_at(start, length) for kind, start, length in chunks if length <= 32}
    code_points = contents.get(b"cICP", b"")
    gamma = contents.get(b"gAMA", b"")
    return ColourTags(
        CodePoints(code_points[0], code_points[1]) if len(code_points) == 4 else None,
        icc,
        b"sRGB" in contents,
        int.from_bytes(gamma) / _UNIT if len(gamma) == 4 else None,
        _parse_chromaticities(contents.get(b"cHRM", b"")),
        exif,
        narrow_range=code_points[3:] == b"\0",
    )


def _parse_chromaticities(content: bytes) -> Primaries | None:
    """The primaries in a cHRM chunk: x and y of white, red, green and blue; None if it is impossible."""
    if len(content) != 32:
        return None
    x_white, y_white, *others = (value / _UNIT for value in struct.unpack(">8I", content))
    red, green, blue = zip(others[::2], others[1::2], strict=True)
    primaries = Primaries(red, green, blue, (x_white, y_white))
    return primaries if span_colours(primaries) else None
