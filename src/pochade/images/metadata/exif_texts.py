"""The texts in an EXIF block or at the beginning of a TIFF: descriptions, comments, and the fields of Windows."""

# ruff: noqa: PLR2004  # numbers of the file format

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pochade.images.metadata.iptc import decode_text

_DESCRIPTION_TAG, _USER_COMMENT_TAG, _SETTINGS_TAG = 0x010E, 0x9286, 0x8769
_KEYWORDS_TAG = 0x9C9E  # of Windows: all keywords, with semicolons between them
_WINDOWS_TAGS = {0x9C9B, 0x9C9C, _KEYWORDS_TAG, 0x9C9F}  # title, comment, keywords, subject: UTF-16
XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG = 0x02BC, 0x83BB, 0x8649  # blocks of other kinds, in a TIFF
_TEXT_TAGS = {_DESCRIPTION_TAG, _USER_COMMENT_TAG, *_WINDOWS_TAGS}
_BLOCK_TAGS = {XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG}
_BYTES_BY_TYPE = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 13: 4}
_MAX_ENTRIES = 1000  # of a directory
MAX_VALUE_BYTES = 2**20  # of one text or block
_COMMENT_CODE_BYTES = 8  # that say how a comment is encoded
ReadBytes = Callable[[int, int], bytes]  # of an offset and a count; fewer bytes at the end


class ExifValue(NamedTuple):
    """A value that may hold a text: its tag and its bytes."""

    tag: int
    content: bytes


def read_exif_texts(block: bytes) -> list[str]:
    """Read the description, the comment and the fields of Windows of a block without its prefix."""
    values = find_exif_values(lambda offset, count: block[offset : offset + count])
    return [decode_exif_text(value, block[:2]) for value in values if value.tag in _TEXT_TAGS]


def read_exif_keywords(block: bytes) -> list[str]:
    """Read the keywords that Windows writes, of a block without its prefix."""
    values = find_exif_values(lambda offset, count: block[offset : offset + count])
    texts = (decode_exif_text(value, block[:2]) for value in values if value.tag == _KEYWORDS_TAG)
    return [word.strip("\0 ") for text in texts for word in text.split(";")]


def find_exif_values(read: ReadBytes) -> list[ExifValue]:
    """Find the values of the first directory, and of the directory of settings, that may hold texts.

    Args:
        read: Reads bytes of a TIFF or of an EXIF block without its prefix. What is cut short is left out.
    """
    start = read(0, 8)
    if len(start) < 8 or start[:4] not in {b"II*\0", b"MM\0*"}:
        return []
    order = ">" if start[:2] == b"MM" else "<"
    values = list(_directory_values(read, order, struct.unpack_from(order + "I", start, 4)[0]))
    settings = next((value.content for value in values if value.tag == _SETTINGS_TAG), b"")
    if len(settings) == 4:
        values += _directory_values(read, order, struct.unpack(order + "I", settings)[0])
    return [value for value in values if value.tag != _SETTINGS_TAG]


def _directory_values(read: ReadBytes, order: str, offset: int) -> Iterator[ExifValue]:
    head = read(offset, 2)
    count = min(_MAX_ENTRIES, struct.unpack(order + "H", head)[0]) if len(head) == 2 else 0
    entries = read(offset + 2, 12 * count)
    for position in range(0, len(entries) - 11, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", entries, position)
        length = number * _BYTES_BY_TYPE.get(kind, 0)
        if tag not in _TEXT_TAGS | _BLOCK_TAGS | {_SETTINGS_TAG} or not 0 < length <= MAX_VALUE_BYTES:
            continue
        place = entries[position + 8 : position + 12]
        yield ExifValue(tag, place[:length] if length <= 4 else read(struct.unpack(order + "I", place)[0], length))


def decode_exif_text(value: ExifValue, byte_order: bytes) -> str:
    """Decode a text of EXIF.

    Args:
        value: A value with the tag of a text.
        byte_order: `II` or `MM`, the first two bytes of the block.
    """
    if value.tag in _WINDOWS_TAGS:
        return value.content.decode("utf-16-le", "replace")
    if value.tag != _USER_COMMENT_TAG:
        return decode_text(value.content)
    code, content = value.content[:_COMMENT_CODE_BYTES], value.content[_COMMENT_CODE_BYTES:]
    if code.startswith(b"UNICODE"):
        return _decode_utf_16(content, byte_order)
    return decode_text(content if code.strip(b"\0 ") in {b"", b"ASCII", b"JIS"} else value.content)


def _decode_utf_16(content: bytes, byte_order: bytes) -> str:
    """Decode a comment. Many programs write it in another byte order than the block's: the order with fewer odd letters
    is right.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    first, second = ("utf-16-be", "utf-16-le") if byte_order == b"MM" else ("utf-16-le", "utf-16-be")
    texts = [content.decode(encoding, "replace") for encoding in (first, second)]
    return min(texts, key=lambda text: sum(ord(letter) > 0xFF for letter in text))
