"""The segments of a JPEG, and what follows its end: many programs store more than a picture in its file."""

# numbers of the file format

import re
from typing import NamedTuple

JPEG_SIGNATURE = b"\xff\xd8\xff"
JPEG_END = b"\xff\xd9"
COMMENT, FIRST_APP, LAST_APP = 0xFE, 0xE0, 0xEF  # markers
_END_MARKER, _SCAN_MARKER = 0xD9, 0xDA
_MARKERS_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_MARKER_IN_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")  # 0 follows a data byte of 255; D0 to D7 are in the data


class JpegSegment(NamedTuple):
    """A segment: its marker, and its bytes with marker and length."""

    marker: int
    content: bytes

    @property
    def payload(self) -> bytes:
        """The bytes without marker and length."""
        return self.content[4:]


class JpegParts(NamedTuple):
    """The segments of a JPEG with a length, and the offset behind its end marker."""

    segments: list[JpegSegment]
    end: int


def read_jpeg_parts(content: bytes) -> JpegParts:
    """Walk through a JPEG up to its end marker.

    Raises:
        ValueError: It is no JPEG, it has bytes that belong to no segment, or its end is missing.
    """
    if not content.startswith(JPEG_SIGNATURE):
        raise ValueError("it is no JPEG")
    segments: list[JpegSegment] = []
    position = 2
    while True:
        start = position
        while content[position : position + 1] == b"\xff":
            position += 1
        if position == start or position >= len(content):
            raise ValueError("its segments are damaged")
        marker = content[position]
        position += 1
        if marker == _END_MARKER:
            return JpegParts(segments, position)
        if marker in _MARKERS_WITHOUT_LENGTH:
            continue
        end = position + int.from_bytes(content[position : position + 2])
        if end < position + 2 or end > len(content):
            raise ValueError("its segments are damaged")
        segments.append(JpegSegment(marker, content[position - 2 : end]))
        position = _end_of_scan(content, end) if marker == _SCAN_MARKER else end


def _end_of_scan(content: bytes, start: int) -> int:
    """The offset of the first marker behind the data of a scan. ValueError if there is none."""
    match = _MARKER_IN_SCAN.search(content, start)
    if match is None:
        raise ValueError("its end is missing")
    return match.start()
