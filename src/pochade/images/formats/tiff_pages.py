"""The directories of a TIFF or DNG, and which one of them holds the picture.

The first directory may hold a thumbnail. The picture then lies in a later one, or in a sub-directory. A DNG holds raw
values of a camera's sensor, which Pochade does not develop, and a preview of the photograph, which it reads.
"""

import contextlib
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from PIL import TiffImagePlugin

from pochade.images.base.source import Source

_WIDTH_TAG, _HEIGHT_TAG, _COMPRESSION_TAG, _PHOTOMETRIC_TAG, _ORIENTATION_TAG = 256, 257, 259, 262, 274
_SUBFILE_TYPE_TAG, _OLD_SUBFILE_TYPE_TAG, _SUB_DIRECTORIES_TAG, _DNG_VERSION_TAG = 254, 255, 330, 50706
_PIXEL_OFFSET_TAGS = (273, 324)  # of strips, and of tiles
_REDUCED_COPY, _TRANSPARENCY_MASK, _OLD_REDUCED_COPY = 1, 4, 2
_MASK, _SENSOR_VALUES = 4, {32803, 34892}  # photometric interpretations
_MAX_DIRECTORIES = 100  # that are read; reading one may take as long as reading the file
_MAX_THUMBNAIL_SIDE = 512  # pixels of the longest side of a first page that may be an unmarked thumbnail
READING_ERRORS = (OSError, ValueError, TypeError, SyntaxError, struct.error, OverflowError)  # from broken directories

Directory = TiffImagePlugin.ImageFileDirectory_v2


@dataclass(frozen=True)
class TiffPage:
    """What a directory states about its picture."""

    offset: int  # of the directory
    width: int
    height: int
    in_chain: bool  # whether it belongs to the chain of pages; else it is a sub-directory of one
    reduced: bool  # a smaller copy of another picture
    shows_picture: bool  # neither a mask nor raw values of a sensor
    holds_sensor_values: bool
    orientation: int | None

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


@dataclass(frozen=True)
class TiffPages:
    """All pages of a file, and the one that holds the picture."""

    pages: tuple[TiffPage, ...]
    main: TiffPage | None  # None if there is no picture
    is_dng: bool

    @property
    def count(self) -> int:
        """The number of pages in the chain, without reduced copies and masks; at least 1."""
        return max(1, sum(page.in_chain and page.shows_picture and not page.reduced for page in self.pages))

    @property
    def orientation(self) -> int:
        """The orientation of the main page; if it states none, that of the first page, which DNGs state for all."""
        for page in (self.main, self.pages[0]) if self.is_dng else (self.main,):
            if page and page.orientation is not None:
                return page.orientation if page.orientation in range(1, 9) else 1
        return 1

    @property
    def sensor(self) -> TiffPage | None:
        """The largest page with raw values of a sensor, whose preview the main page is."""
        return max(
            (page for page in self.pages if page.holds_sensor_values), key=lambda page: page.pixels, default=None
        )


def read_tiff_pages(source: Source) -> TiffPages:
    """Read the directories of a file, and choose the main page.

    Raises:
        PictureDamaged: A sub-directory of a DNG lies behind the end of the file: only a thumbnail may be left of it.
    """
    pages, is_dng = list[TiffPage](), False
    for offset, in_chain, tags in _directories(source):
        is_dng = is_dng or (not pages and _DNG_VERSION_TAG in tags)
        if is_dng and (end := max(_sub_directories(tags), default=0)) >= source.size:
            raise source.truncation_error(end + 1)
        with contextlib.suppress(*READING_ERRORS):
            pages.append(_describe(offset, tags, in_chain=in_chain))
    return TiffPages(tuple(pages), _choose_main(pages), is_dng)


def _directories(source: Source) -> Iterator[tuple[int, bool, Directory]]:
    """The offset, place and tags of each directory; a chain ends where it breaks."""
    directory = empty_directory(source)
    waiting, seen = [(directory.next, True)], set[int]()
    while waiting and len(seen) < _MAX_DIRECTORIES:
        offset, in_chain = waiting.pop(0)
        if not 0 < offset < source.size or offset in seen:
            continue
        seen.add(offset)
        try:
            source.file.seek(offset)
            directory.load(source.file)
            sub_offsets = _sub_directories(directory)
        except READING_ERRORS:
            continue
        tags, next_offset = directory, directory.next
        directory = empty_directory(source)
        yield offset, in_chain, tags
        waiting += [(next_offset, True)] if in_chain else []
        waiting += [(sub_offset, False) for sub_offset in sub_offsets]


def _sub_directories(tags: Directory) -> list[int]:
    """The offsets of a directory's sub-directories."""
    offsets = tags.get(_SUB_DIRECTORIES_TAG, ())
    return [offset for offset in (offsets if isinstance(offsets, tuple) else (offsets,)) if isinstance(offset, int)]


def empty_directory(source: Source) -> Directory:
    """A directory without tags, whose `next` is the offset of the first one."""
    is_big_tiff = source.read_at(2, 2) in {b"\x2b\x00", b"\x00\x2b"}
    return Directory(source.read_at(0, 16 if is_big_tiff else 8))


def _describe(offset: int, tags: Directory, *, in_chain: bool) -> TiffPage:
    kind, subfile = int(tags.get(_PHOTOMETRIC_TAG, 1)), int(tags.get(_SUBFILE_TYPE_TAG, 0))
    reduced = bool(subfile & _REDUCED_COPY) or tags.get(_OLD_SUBFILE_TYPE_TAG) == _OLD_REDUCED_COPY
    width, height = int(tags.get(_WIDTH_TAG, 0)), int(tags.get(_HEIGHT_TAG, 0))
    has_pixels = width > 0 and height > 0 and any(tag in tags for tag in _PIXEL_OFFSET_TAGS)
    is_mask = bool(subfile & _TRANSPARENCY_MASK) or kind == _MASK
    orientation = int(tags[_ORIENTATION_TAG]) if _ORIENTATION_TAG in tags else None
    sensor = has_pixels and kind in _SENSOR_VALUES
    return TiffPage(
        offset, width, height, in_chain, reduced, has_pixels and not is_mask and not sensor, sensor, orientation
    )


def _choose_main(pages: list[TiffPage]) -> TiffPage | None:
    """The first full page of the chain, unless it is a thumbnail; else a full sub-directory; else the largest copy."""
    pictures = [page for page in pages if page.shows_picture]
    for in_chain in (True, False):
        full = [page for page in pictures if not page.reduced and page.in_chain == in_chain]
        if full:
            return _larger_original(full[0], pictures) or full[0]
    return max(pictures, key=lambda page: page.pixels, default=None)


def _larger_original(first: TiffPage, pictures: list[TiffPage]) -> TiffPage | None:
    """The largest picture with the proportions of a small first page that it dwarfs: the page is its thumbnail."""
    if max(first.width, first.height) > _MAX_THUMBNAIL_SIDE:
        return None
    larger = [
        page
        for page in pictures
        if not page.reduced
        and page.width >= 2 * first.width
        and abs(page.width * first.height - page.height * first.width) <= max(page.width, page.height)
    ]
    return max(larger, key=lambda page: page.pixels, default=None)


def open_main_page(source: Source, pages: TiffPages) -> Source:
    """Open a file so that its main page comes first; decoders read the first directory."""
    if pages.main is None or pages.main == pages.pages[0]:
        return source
    is_big_tiff = source.read_at(2, 2) in {b"\x2b\x00", b"\x00\x2b"}
    order = "<" if source.read_at(0, 2) == b"II" else ">"
    place, number_format = (8, "Q") if is_big_tiff else (4, "I")
    start = source.read_at(0, place) + struct.pack(order + number_format, pages.main.offset)
    return replace(source, file=cast("BinaryIO", io.BufferedReader(_FileWithStart(source.file, start))))


class _FileWithStart(io.RawIOBase):
    """A file whose first bytes are replaced, without a copy of it in memory."""

    def __init__(self, file: BinaryIO, start: bytes) -> None:
        super().__init__()
        self._file, self._start, self._position = file, start, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset, whence = self._position + offset, io.SEEK_SET
        self._position = self._file.seek(offset, whence)
        return self._position

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # the interface has a wider type
        self._file.seek(self._position)
        content = self._file.read(len(buffer))
        if self._position < len(self._start):
            content = self._start[self._position :][: len(content)] + content[len(self._start) - self._position :]
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)
