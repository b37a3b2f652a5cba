"""Whether a JPEG lacks its end, or a part of its pixels.

Decoders hide damage: they fill missing pixels with grey, and go on behind destroyed bytes with wrong colours. The
markers show most damage. Where they leave a doubt, the file is decoded again with a changed end: a sound file uses
every byte of its pixels, and none beyond.
"""

# ruff: noqa: PLR2004  # numbers of the file format

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import JpegImagePlugin

from pochade.images.base.filled_file import MIN_SHARE
from pochade.images.base.source import Source
from pochade.images.geometry.resize import row_bands

_MARKER = re.compile(b"\xff[\x01-\xcf\xd8-\xfe]")  # any but those that belong to the pixels
_RESTART = re.compile(b"\xff[\xd0-\xd7]")
_TABLES, _QUANTISATION, _ROWS, _RESTART_INTERVAL, _SCAN, _END = 0xC4, 0xDB, 0xDC, 0xDD, 0xDA, 0xD9  # markers
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE_FRAMES = {0xC2, 0xC6, 0xCA, 0xCE}
_MAX_SEGMENTS = 10_000
_FILLER = hashlib.shake_128(b"filler").digest(512).replace(b"\xff", b"\x5a")  # no markers, and no order
_CUT_BYTES = 32
_MAX_PIXELS_PER_BYTE = 1024  # a bit stands for a block of 64 pixels or, of the coarsest colours, for 256
_GREY = 128  # with which the decoder fills missing pixels


@dataclass(frozen=True)
class JpegScan:
    """What the markers of a JPEG say."""

    has_pixels: bool
    has_end: bool
    is_broken: bool  # a marker stands behind pixels where none belongs, or restarts are missing
    is_suspicious: bool  # no end, or a long run of the same bytes, or strange bytes behind the end
    is_progressive: bool
    pixels: int  # their number, as the header claims
    end: int  # offset behind the pixels; of a broken file, behind those that can be decoded


@dataclass
class _Frame:
    """What the header of the frame says that is needed to count the restarts."""

    components: int = 0
    pixels: int = 0
    blocks: int = 0  # that are coded together, in the whole picture
    interval: int = 0  # blocks between two restarts; 0 without restarts

    def read(self, content: bytes) -> None:
        """Read the content of a frame's header, behind its length."""
        if len(content) < 6 or len(content) < 6 + 3 * content[5]:
            return
        self.components = content[5]
        sampling = [content[7 + 3 * number] for number in range(self.components)]
        across, down = (max((value >> shift & 15 for value in sampling), default=1) for shift in (4, 0))
        if self.components == 1:
            across = down = 1
        height, width = int.from_bytes(content[1:3]), int.from_bytes(content[3:5])
        self.pixels = width * height
        self.blocks = -(-width // max(1, 8 * across)) * -(-height // max(1, 8 * down))

    @property
    def restarts(self) -> int:
        """The number of restarts of a scan with all components."""
        return -(-self.blocks // self.interval) - 1 if self.interval and self.blocks else 0


def scan_jpeg(content: bytes) -> JpegScan:
    """Walk over the markers of a JPEG up to its end; what follows is no part of the picture."""
    frame, progressive, suspicious, broken, end, complete_scan = _Frame(), False, False, False, 0, False
    for marker, start, data_start, data_end in _segments(content):
        segment = content[start + 4 : data_start]
        if marker == _END:
            suspicious = suspicious or _has_strange_tail(content[start + 2 : start + 14])
            return JpegScan(end > 0, True, broken, suspicious, progressive, frame.pixels, end)
        if end and (complete_scan or not _may_follow_pixels(marker, segment)) and marker != _ROWS:
            return JpegScan(True, False, True, True, progressive, frame.pixels, end)
        if marker in _FRAMES:
            frame.read(segment)
            progressive = progressive or marker in _PROGRESSIVE_FRAMES
        elif marker == _RESTART_INTERVAL:
            frame.interval = int.from_bytes(segment[:2])
        elif marker == _SCAN:
            has_all = not progressive and segment[:1] == bytes([frame.components])
            complete_scan, end = has_all, data_end
            pixels = content[data_start:data_end]
            broken = broken or _has_wrong_restarts(pixels, frame.restarts if has_all else None)
            suspicious = suspicious or _has_long_run(pixels)
    return JpegScan(end > 0, False, broken, True, progressive, frame.pixels, end)


def _segments(content: bytes) -> Iterator[tuple[int, int, int, int]]:
    """The marker of each segment, its offset, that behind its header, and that behind the pixels that follow."""
    offset = 2
    for _ in range(_MAX_SEGMENTS):
        match = _MARKER.search(content, offset)
        if match is None:
            return
        marker, start = content[match.start() + 1], match.start()
        if marker == _END:
            yield marker, start, start + 2, start + 2
            return
        offset = min(len(content), start + 2 + max(2, int.from_bytes(content[start + 2 : start + 4])))
        following = _MARKER.search(content, offset) if marker == _SCAN else None
        end = (following.start() if following else len(content)) if marker == _SCAN else offset
        yield marker, start, offset, end
        offset = end


def _may_follow_pixels(marker: int, segment: bytes) -> bool:
    """Whether a segment may stand between two scans; destroyed pixels rarely look like a valid one."""
    if marker == _SCAN:
        return 1 <= segment[:1][0] <= 4 and len(segment) == 4 + 2 * segment[0] if segment else False
    if marker == _TABLES:
        return len(segment) >= 17 and segment[0] & 0xEF <= 3 and len(segment) >= 17 + sum(segment[1:17])
    if marker == _QUANTISATION:
        return len(segment) % 65 == 0 or len(segment) % 129 == 0
    return marker == _RESTART_INTERVAL and len(segment) == 2


def _has_strange_tail(tail: bytes) -> bool:
    """Whether the bytes behind the end are unlike what is stored there: another picture, a film, or padding.

    If they are, the end may be no end, but two destroyed bytes.
    """
    return bool(tail.strip(b"\0")) and not tail.startswith(b"\xff\xd8") and tail[4:8] != b"ftyp"


def _has_wrong_restarts(pixels: bytes, expected: int | None) -> bool:
    """Whether the restarts, which are numbered 0 to 7 in turn, are out of order or not as many as expected."""
    numbers = [match[0][1] - 0xD0 for match in _RESTART.finditer(pixels)]
    wrong_count = expected is not None and len(numbers) != expected
    return wrong_count or any(number != place % 8 for place, number in enumerate(numbers))


def _has_long_run(pixels: bytes) -> bool:
    """Whether the same 8 bytes follow each other many times, as in an erased sector or a plain area."""
    words = np.frombuffer(pixels, np.uint64, len(pixels) // 8)
    equal = words[1:] == words[:-1]
    for step in (1, 2, 4):  # a run of 2, then 4, then 8 equal neighbours
        equal = equal[step:] & equal[:-step] if len(equal) > step else equal[:0]
    return bool(equal.any())


def is_jpeg_damaged(source: Source, content: bytes, scan: JpegScan) -> bool:
    """Decode a JPEG with a changed end, to see whether it lacks pixels or holds bytes that belong to none.

    Args:
        source: The file, for errors and the limit of memory.
        content: Its bytes, with an end.
        scan: What its markers say.

    Raises:
        PictureDamaged: Nothing of it is there; or its end is missing, and less than a sixteenth of it is there.
    """
    least_share = 0 if scan.has_end else MIN_SHARE
    if source.size * _MAX_PIXELS_PER_BYTE < scan.pixels * least_share:
        raise source.truncation_error()
    pixels, tail = content[: scan.end], b"\xff\xd9"
    as_stored = _decode(source, pixels + tail, scan)
    if _decode(source, pixels + _FILLER + tail, scan).digest != as_stored.digest:  # it lacks bytes
        if as_stored.shown_share < least_share or not as_stored.shown_share:
            raise source.truncation_error()
        return True
    if as_stored.ends_grey:
        return False  # a plain area, which fewer bytes may leave as it is
    return _decode(source, pixels[:-_CUT_BYTES] + tail, scan).digest == as_stored.digest


@dataclass(frozen=True)
class _Decoded:
    """What is compared of a decoded picture."""

    digest: bytes
    shown_share: float  # of its rows, down to the last one that is not all the grey of missing pixels
    ends_grey: bool  # the last row is


def _decode(source: Source, content: bytes, scan: JpegScan) -> _Decoded:
    """Decode a JPEG; an eighth of its size is enough if every byte of its pixels counts there."""
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(content))
    source.check_memory(*image.size, 4 if not scan.is_progressive else 14)
    if not scan.is_progressive:
        image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
    try:
        image.load()
    except OSError:  # the reader will meet the same
        return _Decoded(b"", shown_share=1.0, ends_grey=False)
    digest, shown, ends_grey = hashlib.sha256(), 0, False
    for top, band in row_bands(image):
        values = np.asarray(band)
        digest.update(values.tobytes())
        ends_grey = bool((values[-1] == _GREY).all())
        coloured = np.flatnonzero((values != _GREY).reshape(len(values), -1).any(axis=1))
        shown = top + int(coloured[-1]) + 1 if coloured.size else shown
    return _Decoded(digest.digest(), shown / image.height, ends_grey)
