"""The texts in an IPTC block (IIM 4.2), as newspapers and older picture programs write it: title, keywords, caption.

A block is a list of data sets: the byte 0x1C, the number of the record, the number of the data set, a length of two
bytes, and the content.
"""

# numbers of the file format

from collections.abc import Iterator

_MARK = 0x1C
_HEADER_BYTES = 5
_ENVELOPE_RECORD, _CHARACTER_SET = 1, 90
_APPLICATION_RECORD = 2
_KEYWORD = 25
_TEXT_SETS = {5, _KEYWORD, 105, 120}  # object name, keyword, headline, caption
_UTF_8_ESCAPE = b"\x1b%G"
_EXTENDED_LENGTH = 0x8000  # a length with this bit is the length of a longer length, which no program writes


def read_iptc_texts(block: bytes) -> list[str]:
    """Read the title, keywords, headline and caption of a block, in the block's order; what is cut short is left out.

    Args:
        block: The data sets. Bytes that are no data set end the block.
    """
    return _texts_in(block, _TEXT_SETS)


def read_iptc_keywords(block: bytes) -> list[str]:
    """Read the keywords of a block, in the block's order; what is cut short is left out.

    Args:
        block: The data sets. Bytes that are no data set end the block.
    """
    return _texts_in(block, {_KEYWORD})


def _texts_in(block: bytes, numbers: set[int]) -> list[str]:
    """The texts of the data sets with some numbers."""
    data_sets = list(_data_sets(block))
    is_utf_8 = any(place == (_ENVELOPE_RECORD, _CHARACTER_SET) and text == _UTF_8_ESCAPE for place, text in data_sets)
    return [
        decode_text(content, is_utf_8=is_utf_8)
        for (record, number), content in data_sets
        if record == _APPLICATION_RECORD and number in numbers
    ]


def decode_text(content: bytes, *, is_utf_8: bool = False) -> str:
    """Decode a text that may not say how it is encoded: most such texts are UTF-8 today, the others Latin-1."""
    try:
        return content.decode("utf-8", "replace" if is_utf_8 else "strict")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _data_sets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield the record and number of each data set, and its content."""
    position = 0
    while block[position : position + 1] == bytes([_MARK]) and position + _HEADER_BYTES <= len(block):
        length = int.from_bytes(block[position + 3 : position + 5])
        start = position + _HEADER_BYTES
        if length & _EXTENDED_LENGTH or start + length > len(block):
            return
        yield (block[position + 1], block[position + 2]), block[start : start + length]
        position = start + length
