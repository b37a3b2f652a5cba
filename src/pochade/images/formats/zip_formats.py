"""KRA, KRZ, ORA and PROCREATE: zip archives that hold the finished picture, or a preview of it, as a PNG.

Only that PNG is decompressed, and never more of it than the memory limit allows, whatever the archive claims. An ORA
without it shows its layers (openraster_layers.py).
"""

# ruff: noqa: PLR2004  # numbers of the file formats

import plistlib
import re
import zipfile
from dataclasses import replace
from typing import Any

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.openraster_layers import LayerStack, composite_stack, parse_stack
from pochade.images.formats.png import read_png, read_png_header
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.signatures import PNG_SIGNATURE

_KRITA_TYPE, _OPENRASTER_TYPE = b"application/x-krita", b"image/openraster"
_MERGED_IMAGE = "mergedimage.png"
_KRITA_PREVIEW, _OPENRASTER_PREVIEW = "preview.png", "Thumbnails/thumbnail.png"
_PROCREATE_PREVIEW, _PROCREATE_DOCUMENT, _KRITA_DOCUMENT = "QuickLook/Thumbnail.png", "Document.archive", "maindoc.xml"
_OPENRASTER_DOCUMENT = "stack.xml"
_PREVIEW_ONLY = {"KRZ": _KRITA_PREVIEW, "PROCREATE": _PROCREATE_PREVIEW}  # formats without a merged image
_SMALL_PREVIEWS = {"KRA": _KRITA_PREVIEW, "ORA": _OPENRASTER_PREVIEW}  # beside the merged image
_MAX_DOCUMENT_BYTES = 16_000_000  # of a description of the canvas; real ones have some thousands
PREVIEW_NOTE = "only its preview can be read"


def read_zip_header(source: Source) -> Header:
    """Read the header of a KRA, KRZ, ORA or PROCREATE: the canvas's size if the file states it, else the PNG's."""
    with _open_zip(source) as archive:
        name = _detect_format(source, archive)
        if name == "ORA" and (stack := _read_stack(source, archive)):
            return Header(name, stack.width, stack.height, 8, 3, True, 1)
        header = replace(read_png_header(_open_picture(source, archive, name)), format=name, frames=1)
        if name not in _PREVIEW_ONLY:
            return header
        size = (header.width, header.height)
        width, height = _turn_like(_read_canvas_size(source, archive, name) or size, size)
        return replace(header, width=width, height=height)


def _turn_like(canvas: tuple[int, int], preview: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a canvas, exchanged if its preview is turned: Procreate states the size before turning."""
    is_turned = (canvas[0] - canvas[1]) * (preview[0] - preview[1]) < 0
    return (canvas[1], canvas[0]) if is_turned else canvas


def read_zip(source: Source, header: Header, side: int | None) -> RawImage:
    """Read the finished picture, or for a small preview the archive's own preview if that is large enough."""
    with _open_zip(source) as archive:
        if side is not None and (preview := _read_small_preview(source, archive, header.format, side)):
            return preview
        if header.format == "ORA" and (stack := _read_stack(source, archive)):
            return _composite_layers(source, archive, stack)
        picture = _open_picture(source, archive, header.format)
    raw = read_embedded_png(picture, side)
    return replace(raw, notes=(PREVIEW_NOTE,)) if header.format in _PREVIEW_ONLY else raw


def _read_stack(source: Source, archive: zipfile.ZipFile) -> LayerStack | None:
    """Read the list of the layers of an OpenRaster file without a merged picture; None if it has such a picture."""
    if _MERGED_IMAGE in archive.namelist():
        return None
    return parse_stack(source, _read_member(source, archive, _OPENRASTER_DOCUMENT, _MAX_DOCUMENT_BYTES))


def _composite_layers(source: Source, archive: zipfile.ZipFile, stack: LayerStack) -> RawImage:
    """Lay the layers over each other; without any, read the thumbnail."""
    names = set(archive.namelist())

    def open_layer(name: str) -> Source | None:
        content = _read_member(source, archive, name, source.max_bytes // 4) if name in names else b""
        return open_embedded_png(source, content) if content.startswith(PNG_SIGNATURE) else None

    if result := composite_stack(source, stack, open_layer):
        return RawImage(result[0], notes=result[1])
    thumbnail = open_embedded_png(source, _read_member(source, archive, _OPENRASTER_PREVIEW, source.max_bytes // 4))
    return replace(read_embedded_png(thumbnail, None), notes=(PREVIEW_NOTE,))


def open_embedded_png(source: Source, content: bytes) -> Source:
    """Open a PNG that is embedded in a file, as a `Source`.

    Raises:
        PictureDamaged: The content is not a PNG.
    """
    if not content.startswith(PNG_SIGNATURE):
        raise source.damage_error("the picture in it is no PNG")
    return source.open_embedded(content)


def read_embedded_png(source: Source, side: int | None) -> RawImage:
    """Read the pixels of an embedded PNG after checking the memory that they take.

    Args:
        source: From `open_embedded_png`.
        side: As for `read_png`.
    """
    header = read_png_header(source)
    source.check_memory(header.width, header.height, 4 if side is not None else 8 * max(1, header.depth // 8))
    return read_png(source, header, side)


def _open_zip(source: Source) -> zipfile.ZipFile:
    if not zipfile.is_zipfile(source.file):  # the directory stands at the end, so a truncated archive has none
        raise source.truncation_error()
    return zipfile.ZipFile(source.file)


def _read_member(source: Source, archive: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    """Read the content of a member of the archive.

    Raises:
        PictureDamaged: There is no such member.
        PictureTooLarge: It claims to be, or is, longer than allowed.
    """
    if name not in archive.namelist():
        raise source.damage_error(f"'{name}' is missing in it")
    info = archive.getinfo(name)
    if info.file_size > max_bytes:
        raise source.size_error(f"'{name}' in it unpacks to {info.file_size:,} bytes")
    with archive.open(info) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise source.size_error(f"'{name}' in it unpacks to more than {max_bytes:,} bytes")
    return content


def _detect_format(source: Source, archive: zipfile.ZipFile) -> str:
    """Tell whether an archive is KRA, KRZ, ORA or PROCREATE.

    Raises:
        FormatUnknown: It is another zip archive.
    """
    names = set(archive.namelist())
    kind = _read_member(source, archive, "mimetype", 100).strip() if "mimetype" in names else b""
    if kind == _OPENRASTER_TYPE:
        return "ORA"
    if kind == _KRITA_TYPE:
        return "KRA" if _MERGED_IMAGE in names else "KRZ"
    if _PROCREATE_PREVIEW in names:
        return "PROCREATE"
    raise source.format_error("it is a zip archive, but not of a known painting program")


def _open_picture(source: Source, archive: zipfile.ZipFile, format_name: str) -> Source:
    """Open the PNG with the whole picture, or with the best preview of it."""
    name = _PREVIEW_ONLY.get(format_name, _MERGED_IMAGE)
    return open_embedded_png(source, _read_member(source, archive, name, source.max_bytes // 4))


def _read_small_preview(source: Source, archive: zipfile.ZipFile, format_name: str, side: int) -> RawImage | None:
    """Read the preview beside the merged image; None if its longest side is shorter than `side` pixels."""
    name = _SMALL_PREVIEWS.get(format_name)
    if name is None or name not in archive.namelist():
        return None
    preview = open_embedded_png(source, _read_member(source, archive, name, source.max_bytes // 4))
    header = read_png_header(preview)
    preview.check_memory(header.width, header.height, 4)
    return read_png(preview, header, side) if max(header.width, header.height) >= side else None


def _read_canvas_size(source: Source, archive: zipfile.ZipFile, format_name: str) -> tuple[int, int] | None:
    """Read width and height of the canvas of a file with only a preview; None if the file does not state them."""
    name = _KRITA_DOCUMENT if format_name == "KRZ" else _PROCREATE_DOCUMENT
    if name not in archive.namelist():
        return None
    content = _read_member(source, archive, name, _MAX_DOCUMENT_BYTES)
    return _parse_krita_size(content) if format_name == "KRZ" else _parse_procreate_size(content)


def _parse_krita_size(document: bytes) -> tuple[int, int] | None:
    """Parse the canvas's size from Krita's XML."""
    element = re.search(rb"<IMAGE\b[^>]*>", document)
    matches = [re.search(side + rb'="(\d{1,6})"', element[0]) for side in (b" width", b" height")] if element else []
    sides = [int(match[1]) for match in matches if match]
    return (sides[0], sides[1]) if len(sides) == 2 and min(sides) > 0 else None


def _parse_procreate_size(document: bytes) -> tuple[int, int] | None:
    """Parse the canvas's size from Procreate's keyed archive, in which it is the text "{width, height}"."""
    try:
        archive: Any = plistlib.loads(document, fmt=plistlib.FMT_BINARY)
        objects = archive["$objects"]
        text = objects[objects[archive["$top"]["root"].data]["size"].data]
        match = re.fullmatch(r"\{(\d{1,6}), ?(\d{1,6})\}", text)
    except (plistlib.InvalidFileException, LookupError, TypeError, AttributeError, ValueError, OverflowError):
        return None  # another version or damaged, which does not matter for the preview
    return (int(match[1]), int(match[2])) if match and int(match[1]) and int(match[2]) else None
