"""KRA, KRZ, ORA and PROCREATE: zip archives that hold the finished picture, or a preview of it, as a PNG.

Nothing is unpacked but that PNG, and not more of it than the memory allows, whatever the archive claims.
"""

# ruff: noqa: PLR2004  # the numbers are the format's own

import plistlib
import re
import zipfile
from dataclasses import replace
from typing import Any

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.chunked import png_header, png_raw
from pochade.images.formats.raster import Raw

KRITA, RASTER = b"application/x-krita", b"image/openraster"
MERGED = "mergedimage.png"
PREVIEWS = {"KRA": "preview.png", "KRZ": "preview.png", "ORA": "Thumbnails/thumbnail.png"}
PROCREATE_PREVIEW, PROCREATE_DOCUMENT, KRITA_DOCUMENT = "QuickLook/Thumbnail.png", "Document.archive", "maindoc.xml"
DOCUMENT_BYTES = 16_000_000  # of a description of the canvas; real ones have some thousands
PREVIEW_NOTE = "only its preview can be read"


def opened_archive(source: Source) -> zipfile.ZipFile:
    """The archive; its list stands at its end, so one that is cut short has none."""
    if not zipfile.is_zipfile(source.file):
        raise source.cut_short()
    return zipfile.ZipFile(source.file)


def member(source: Source, archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member's content; PictureTooLarge when it claims to be, or is, longer than allowed."""
    if name not in archive.namelist():
        raise source.damaged(f"'{name}' is missing in it")
    info = archive.getinfo(name)
    if info.file_size > most:
        raise source.too_large(f"'{name}' in it unpacks to {info.file_size:,} bytes")
    with archive.open(info) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise source.too_large(f"'{name}' in it unpacks to more than {most:,} bytes")
    return content


def archive_format(source: Source, archive: zipfile.ZipFile) -> str:
    """KRA, KRZ, ORA or PROCREATE; FormatUnknown for every other zip archive."""
    names = set(archive.namelist())
    kind = member(source, archive, "mimetype", 100).strip() if "mimetype" in names else b""
    if kind == RASTER:
        return "ORA"
    if kind == KRITA:
        return "KRA" if MERGED in names else "KRZ"
    if PROCREATE_PREVIEW in names:
        return "PROCREATE"
    raise source.unknown("it is a zip archive, and none of a painting program")


def finished_name(name: str) -> str:
    """Which member holds the whole picture, or the best there is of it."""
    return {"KRZ": PREVIEWS["KRZ"], "PROCREATE": PROCREATE_PREVIEW}.get(name, MERGED)


def finished(source: Source, archive: zipfile.ZipFile, name: str) -> Source:
    """That member as a file of its own."""
    return inner_png(source, member(source, archive, finished_name(name), source.most_bytes // 4))


def inner_png(source: Source, content: bytes) -> Source:
    """A member as a file of its own; PictureDamaged when it isn't the PNG that it should be."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise source.damaged("the picture in it is no PNG")
    return source.inner(content)


def archive_header(source: Source) -> Header:
    """Of a KRA, KRZ, ORA or PROCREATE: the canvas's size where it is told, else the picture's."""
    with opened_archive(source) as archive:
        name = archive_format(source, archive)
        header = replace(png_header(finished(source, archive, name)), format=name, frames=1)
        if name in {"KRA", "ORA"}:
            return header
        width, height = canvas_size(source, archive, name) or (header.width, header.height)
        return replace(header, width=width, height=height)


def archive_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The finished picture; for a small preview the archive's own one, where that is large enough."""
    with opened_archive(source) as archive:
        name = header.format
        if side is not None and (small := large_enough(source, archive, name, side)):
            return small
        inner = finished(source, archive, name)
    own = png_header(inner)
    inner.allow(own.width, own.height, 4 if side is not None else 8 * max(1, own.depth // 8))
    raw = png_raw(inner, own, side)
    return raw if finished_name(name) == MERGED else replace(raw, notes=(PREVIEW_NOTE,))


def large_enough(source: Source, archive: zipfile.ZipFile, name: str, side: int) -> Raw | None:
    """The archive's own preview, when its longest side is at least as long as wanted."""
    place = PREVIEWS.get(name)
    if place is None or place == finished_name(name) or place not in archive.namelist():
        return None
    inner = inner_png(source, member(source, archive, place, source.most_bytes // 4))
    own = png_header(inner)
    inner.allow(own.width, own.height, 4)
    return png_raw(inner, own, side) if max(own.width, own.height) >= side else None


def canvas_size(source: Source, archive: zipfile.ZipFile, name: str) -> tuple[int, int] | None:
    """Width and height of a canvas of which only a preview is there; None when it isn't told."""
    place = KRITA_DOCUMENT if name == "KRZ" else PROCREATE_DOCUMENT
    if place not in archive.namelist():
        return None
    content = member(source, archive, place, DOCUMENT_BYTES)
    return krita_size(content) if name == "KRZ" else procreate_size(content)


def krita_size(document: bytes) -> tuple[int, int] | None:
    """From Krita's XML."""
    element = re.search(rb"<IMAGE\b[^>]*>", document)
    sides = [re.search(side + rb'="(\d{1,6})"', element[0]) for side in (b" width", b" height")] if element else []
    found = [int(side[1]) for side in sides if side]
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def procreate_size(document: bytes) -> tuple[int, int] | None:
    """From Procreate's archive of objects, in which the size is written as "{width, height}"."""
    try:
        archive: Any = plistlib.loads(document, fmt=plistlib.FMT_BINARY)
        objects = archive["$objects"]
        text = objects[objects[archive["$top"]["root"].data]["size"].data]
        found = re.fullmatch(r"\{(\d{1,6}), ?(\d{1,6})\}", text)
    except (plistlib.InvalidFileException, LookupError, TypeError, AttributeError, ValueError, OverflowError):
        return None  # another version's, or damaged: the preview is all the same
    return (int(found[1]), int(found[2])) if found and int(found[1]) and int(found[2]) else None
