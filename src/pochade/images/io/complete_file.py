"""Complete files whose end is missing: PNG, JPEG, GIF, WebP and BMP, which every browser shows, and JPEG 2000.

A copy that was interrupted, or a full disk, leaves such files. What is there is read, and a note says what is missing.
A note also keeps the file from being an exact duplicate, and the cover of a family if a part of its pixels is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pochade.errors import PictureDamaged
from pochade.images.base.filled_file import FilledFile
from pochade.images.base.late_function import late_function
from pochade.images.base.source import Source
from pochade.images.formats.signatures import J2K_SIGNATURE, JP2_SIGNATURE, PNG_SIGNATURE

END_MISSING_NOTE = "its end is missing"
PART_DESTROYED_NOTE = "a part of it is destroyed"
DAMAGE_NOTES = frozenset((END_MISSING_NOTE, PART_DESTROYED_NOTE))
_fill_gif: Callable[..., FilledFile | None] = late_function("io.missing_pixels", "fill_gif")
_fill_jpeg2000: Callable[..., FilledFile | None] = late_function("io.cut_jpeg2000", "fill_jpeg2000")
_FILLERS: dict[bytes, Callable[..., FilledFile | None]] = {  # by the file's first bytes, at most 8
    PNG_SIGNATURE: late_function("io.cut_png", "fill_png"),
    b"RIFF": late_function("io.missing_pixels", "fill_webp"),
    b"BM": late_function("io.missing_pixels", "fill_bmp"),
    JP2_SIGNATURE[:8]: _fill_jpeg2000,
    J2K_SIGNATURE: _fill_jpeg2000,
}


@dataclass(frozen=True)
class CompleteFile:
    """A file that decoders read to its end, and what had to be added."""

    source: Source
    notes: tuple[str, ...] = ()


def complete_file(source: Source, *, with_pixels: bool = True) -> CompleteFile:
    """Complete a file whose end is missing; any other file is returned as it is.

    So is a file if less than a sixteenth of it is there: it shows nothing, and may lie about its size.

    Args:
        source: An open file of any format.
        with_pixels: Whether the pixels will be read; else only what the header needs is completed.

    Raises:
        PictureTooLarge: The completed file needs more memory than allowed.
    """
    start = source.read_at(0, 8)
    if start.startswith(b"\xff\xd8\xff") and with_pixels and source.size <= source.max_bytes // 4:
        return _complete_jpeg(source)
    if start[:6] in {b"GIF87a", b"GIF89a"}:
        return _complete_gif(source, with_pixels=with_pixels)
    fill = next((fill for signature, fill in _FILLERS.items() if start.startswith(signature)), None)
    return CompleteFile(source) if fill is None else _complete_with(source, fill(source, with_pixels=with_pixels))


def _complete_with(source: Source, filled: FilledFile | None) -> CompleteFile:
    if filled is None:
        return CompleteFile(source)
    notes = (END_MISSING_NOTE, PART_DESTROYED_NOTE) if filled.lacks_pixels else (END_MISSING_NOTE,)
    return CompleteFile(source.open_embedded(filled.content), notes)


def _complete_jpeg(source: Source) -> CompleteFile:
    from pochade.images.formats.jpeg_damage import is_jpeg_damaged, scan_jpeg  # noqa: PLC0415  only for a JPEG

    content = source.read_all()
    scan = scan_jpeg(content)
    if not scan.has_pixels or not (scan.is_suspicious or scan.is_broken):
        return CompleteFile(source)
    if scan.has_end:
        damaged = scan.is_broken or is_jpeg_damaged(source, content, scan)
        return CompleteFile(source, (PART_DESTROYED_NOTE,) if damaged else ())
    notes: tuple[str, ...] = () if content.rstrip(b"\0").endswith(b"\xff\xd9") else (END_MISSING_NOTE,)
    content = content[: scan.end] + b"\xff\xd9"
    if is_jpeg_damaged(source, content, scan) or scan.is_broken:  # the first also refuses one that shows nothing
        notes += (PART_DESTROYED_NOTE,)
    return CompleteFile(source.open_embedded(content), notes)


def _complete_gif(source: Source, *, with_pixels: bool) -> CompleteFile:
    """End a GIF behind its last whole frame, or show what there is of its first frame."""
    from pochade.images.formats.gif import find_gif_end  # noqa: PLC0415  only for a GIF

    try:
        end = find_gif_end(source)
    except PictureDamaged:
        return _complete_with(source, _fill_gif(source, with_pixels=with_pixels))
    if end is None:
        return CompleteFile(source)
    return CompleteFile(source.open_embedded(source.read_all()[:end] + b";"), (END_MISSING_NOTE,))
