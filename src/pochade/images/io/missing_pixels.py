"""Fill in the pixels that a BMP, a WebP or the first frame of a GIF lacks because its end is missing.

Each function returns a whole file, whose decoder shows what is there. It returns None if nothing is missing, or if less
than a sixteenth is there: a few bytes must not lead to the memory of the size that they claim.
"""

import contextlib
import io
import struct
from typing import Any

from PIL import GifImagePlugin, WebPImagePlugin

from pochade.errors import PictureDamaged
from pochade.images.base.filled_file import MIN_SHARE, FilledFile
from pochade.images.base.source import Source
from pochade.images.formats.bmp_layout import BmpLayout, read_bmp_layout
from pochade.images.formats.gif import end_first_frame, read_gif_header

_COPIES = 3  # of the file, and of the pixels, in memory
_MAX_PADDING_BYTES = 3  # that may follow the last row of a BMP
_GIF_PIXELS_PER_BYTE = 2731  # at most: a code has 12 bits and stands for 4,096 pixels
_SKIP_ROWS = b"\0\2"  # in run lengths: two of these skip two rows
_MAX_LITERAL_PAIRS = 128  # of bytes that an interrupted run may still take
_PICTURE_CHUNKS = {b"VP8 ", b"VP8L", b"ANMF"}
_WEBP_BYTES_PER_PIXEL = 18
_GIF_DAMAGE = (OSError, EOFError, ValueError, SyntaxError, IndexError)  # what Pillow raises in damaged frames


def fill_bmp(source: Source, *, with_pixels: bool) -> FilledFile | None:
    """Fill the rows that a BMP lacks with zeros.

    Args:
        source: The file.
        with_pixels: Whether they will be read; the header needs none of them.

    Raises:
        PictureTooLarge: The whole file would need more memory than allowed.
    """
    layout = read_bmp_layout(source)
    size = layout.row_bytes * layout.height
    expected = layout.file_bytes if layout.has_run_lengths else layout.pixels_at + size - _MAX_PADDING_BYTES
    if not with_pixels or expected <= source.size:
        return None
    if source.size - layout.pixels_at < max(_first_bytes(layout), (expected - layout.pixels_at) * MIN_SHARE):
        return None
    source.check_memory(layout.width, layout.height, _COPIES * max(1, layout.bits / 8))
    content = source.read_all()
    if layout.has_run_lengths:
        whole_pair = b"\0" * ((source.size - layout.pixels_at) % 2)
        skipped = _SKIP_ROWS * (layout.height + _MAX_LITERAL_PAIRS + 2)
        return FilledFile(content + whole_pair + skipped, lacks_pixels=True)
    return FilledFile(content.ljust(layout.pixels_at + size, b"\0"), lacks_pixels=True)


def _first_bytes(layout: BmpLayout) -> int:
    """The bytes of pixels that must be there for anything to be shown."""
    return 2 if layout.has_run_lengths else layout.row_bytes


def fill_webp(source: Source, *, with_pixels: bool) -> FilledFile | None:
    """End a WebP behind its last whole frame, or fill the only picture with zeros, which decode to some pixels.

    Args:
        source: The file.
        with_pixels: As for `fill_bmp`.

    Raises:
        PictureTooLarge: The picture needs more memory than allowed.
    """
    filled = _end_webp(source) if source.read_at(8, 4) == b"WEBP" else None
    if filled is None or not with_pixels:
        return filled
    try:
        image = WebPImagePlugin.WebPImageFile(io.BytesIO(filled.content))
        source.check_memory(*image.size, _WEBP_BYTES_PER_PIXEL)
        image.load()
    except (OSError, EOFError, ValueError, SyntaxError):
        return None
    return filled


def _end_webp(source: Source) -> FilledFile | None:
    """The file with all chunks whole; None if nothing is missing, or too much."""
    offset, chunks, has_picture, lacks_pixels = 12, list[bytes](), False, False
    if 8 + int.from_bytes(source.read_at(4, 4), "little") <= source.size:
        return None
    while offset + 8 <= source.size:
        kind, length = struct.unpack("<4sI", source.read_at(offset, 8))
        stored = min(length, source.size - offset - 8)
        is_whole = stored == length
        if not is_whole and (has_picture or kind not in _PICTURE_CHUNKS):
            break
        if stored < length * MIN_SHARE or length > source.max_bytes // _COPIES:
            return None
        chunks.append(source.read_at(offset, 8 + stored).ljust(8 + length + length % 2, b"\0"))
        has_picture = has_picture or kind in _PICTURE_CHUNKS
        offset += 8 + length + length % 2
        lacks_pixels = not is_whole
    body = b"WEBP" + b"".join(chunks)
    content = b"RIFF" + struct.pack("<I", len(body)) + body
    return FilledFile(content, lacks_pixels=lacks_pixels) if has_picture else None


class _CutGif(GifImagePlugin.GifImageFile):
    """A GIF that keeps the pixels that were decoded before its data ended."""

    def load(self) -> Any:
        """Decode the frame as far as it goes."""
        try:
            return super().load()
        except OSError:
            self.tile = []
            return super().load()


def fill_gif(source: Source, *, with_pixels: bool) -> FilledFile | None:
    """A GIF of what there is of the first frame of one that ends in it.

    Args:
        source: The file.
        with_pixels: As for `fill_bmp`.

    Raises:
        PictureTooLarge: The picture needs more memory than allowed.
    """
    with contextlib.suppress(PictureDamaged, *_GIF_DAMAGE):
        content = end_first_frame(source)
        if not with_pixels:
            return FilledFile(content, lacks_pixels=True)
        header = read_gif_header(source.open_embedded(content))
        source.check_memory(header.width, header.height, 2 * _COPIES)
        if len(content) * _GIF_PIXELS_PER_BYTE < header.width * header.height * MIN_SHARE:
            return None
        frame = _CutGif(io.BytesIO(content))
        frame.load()
        buffer = io.BytesIO()
        frame.save(buffer, "GIF")
        return FilledFile(buffer.getvalue(), lacks_pixels=True)
    return None
