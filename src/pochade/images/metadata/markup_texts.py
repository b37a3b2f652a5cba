"""Titles, descriptions and keywords in an SVG, plain or gzipped, and in the document information of Krita.

They are found by a pattern instead of a parser: the text of a large SVG would take a parser seconds and hundreds of
megabytes, and no entity can expand.
"""

import html
import io
import re
import zipfile
import zlib

MAX_MARKUP_BYTES = 2**22
_ELEMENT = re.compile(
    r"<(?:\w{1,20}:)?(title|desc|description|abstract|subject|keyword|li)\b[^<>]{0,200}>"
    r"(?:<!\[CDATA\[)?([^<>]{1,20000})(?:\]\]>)?</"
)
_GZIP_SIGNATURE, _GZIP_WINDOW_BITS, _ZIP_SIGNATURE = b"\x1f\x8b", 31, b"PK\x03\x04"
_KRITA_DOCUMENT = "documentinfo.xml"


def read_markup_texts(content: bytes) -> list[str]:
    """Read the titles, descriptions and keywords of an SVG, or of a painting of Krita; none of any other file.

    Args:
        content: The file.
    """
    markup = _read_markup(content)
    return [html.unescape(match[2]).strip() for match in _ELEMENT.finditer(markup)]


def _read_markup(content: bytes) -> str:
    try:
        if content.startswith(_GZIP_SIGNATURE):
            content = zlib.decompressobj(_GZIP_WINDOW_BITS).decompress(content, MAX_MARKUP_BYTES)
        elif content.startswith(_ZIP_SIGNATURE):
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_KRITA_DOCUMENT) as file:
                return file.read(MAX_MARKUP_BYTES).decode("utf-8", "replace")
    except (zlib.error, zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return ""  # it holds no such document, or is damaged, which concerns the reader of its pixels
    start = content[:MAX_MARKUP_BYTES]
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return start.decode("utf-16", "replace")
    is_svg = b"<svg" in start or b":svg" in start
    return start.decode("utf-8", "replace") if is_svg and start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else ""
