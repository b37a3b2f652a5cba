"""SVG, plain or gzipped, rendered by resvg at a given size without reading any other file.

resvg would open a picture that an SVG references by path. The SVG is therefore parsed here, its external links are
removed, its size is set, and the result is serialized and rendered. Expat stops entities that expand without end
("billion laughs"), and `svg_work.py` bounds the work before rendering. A worker also limits time and memory of the
renderer, because a few bytes can ask for any amount of both.
"""

import io
import re
import zlib
from xml.etree import ElementTree

from PIL import PngImagePlugin

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raw_image import RawImage
from pochade.images.formats.svg_work import LINK_ATTRIBUTES, SVG_NAMESPACE, check_work
from pochade.images.geometry.resize import fitted_size
from pochade.system.worker_limits import limit_decoder

_DEFAULT_SIDE = 1024  # pixels of the longest side of a whole picture
_MEMORY_PER_TEXT_BYTE = 40  # bytes of memory that parsing and rendering one byte of text takes
_MAX_MARKUP = 2_000_000  # "<" in the text: a million elements, for which the parser takes some 300 MB
_MAX_RENDER_SECONDS = 7.0  # processor time in a worker; large maps take one or two
_MAX_RENDER_BYTES = 400 * 2**20  # memory in a worker; the picture itself takes 4 MB
_PIXELS_PER_UNIT = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_FALLBACK_SIZE = (300.0, 150.0)  # as in browsers
_GZIP_SIGNATURE, _GZIP_WINDOW_BITS = b"\x1f\x8b", 31
_TRUNCATED_XML_ERRORS = {3, 5}  # expat: no root element, unclosed token


def is_svg(start: bytes) -> bool:
    """Whether a file that starts with these bytes may be an SVG; only the parser can be sure."""
    text = start.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return text.lstrip().startswith(b"<") and b"svg" in text


def read_svg_header(source: Source) -> Header:
    """Read the header of an SVG, with the size at which it is rendered: 1024 pixels on the longest side."""
    return Header("SVG", *_rendered_size(_parse(source), _DEFAULT_SIDE), 8, 3, True, 1)


def read_svg(source: Source, header: Header, side: int | None) -> RawImage:
    """Render an SVG with `side` pixels on the longest side, or at the header's size if `side` is None."""
    import resvg_py  # noqa: PLC0415  # heavy, and rarely needed

    root = _parse(source)
    _remove_external_links(root)
    width, height = _document_size(root)
    if _view_box_size(root) is None:
        root.set("viewBox", f"0 0 {width} {height}")
    size = fitted_size(header.width, header.height, side) if side is not None else (header.width, header.height)
    check_work(source, root, max(size) / max(_view_box_size(root) or (width, height)))
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))
    text = ElementTree.tostring(root, encoding="unicode")
    has_text = any(element.tag == SVG_NAMESPACE + "text" for element in root.iter())
    with limit_decoder(_MAX_RENDER_SECONDS, _MAX_RENDER_BYTES):
        png = resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=not has_text)  # finding fonts is slow
    return RawImage(PngImagePlugin.PngImageFile(io.BytesIO(png)))


def _read_markup(source: Source) -> bytes:
    """Read the XML text, and decompress it if it is gzipped.

    Raises:
        PictureTooLarge: Parsing it would take more memory than allowed.
    """
    max_bytes = source.max_bytes // _MEMORY_PER_TEXT_BYTE
    if source.read_at(0, 2) != _GZIP_SIGNATURE:
        if source.size > max_bytes:
            raise source.size_error(f"an SVG of {source.size:,} bytes")
        return source.read_all()
    decompressor = zlib.decompressobj(_GZIP_WINDOW_BITS)
    content = decompressor.decompress(source.read_all(), max_bytes + 1)
    if len(content) > max_bytes:
        raise source.size_error(f"an SVG of more than {max_bytes:,} bytes")
    if not decompressor.eof:
        raise source.truncation_error()
    return content


def _parse(source: Source) -> ElementTree.Element:
    """Parse the file and return its root element.

    Raises:
        FormatUnknown: The file is another kind of XML.
    """
    markup = _read_markup(source)
    if markup.count(b"<") > _MAX_MARKUP:
        raise source.size_error(f"it has more than {_MAX_MARKUP // 2:,} elements")
    try:
        root = ElementTree.fromstring(markup)
    except ElementTree.ParseError as error:
        if error.code in _TRUNCATED_XML_ERRORS or "no element found" in str(error):
            raise source.truncation_error() from error
        if "amplification" in str(error):
            raise source.size_error("its entities multiply") from error
        raise source.damage_error(str(error)) from error
    if root.tag != SVG_NAMESPACE + "svg":
        raise source.format_error(f"it is XML, and begins with <{root.tag[:60]}>")
    return root


def _parse_length(text: str | None) -> float | None:
    """Parse a length in pixels; None for percentages and invalid text."""
    match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)\s*([a-z]*)\s*", text or "")
    if not match or match[2] not in _PIXELS_PER_UNIT:
        return None
    return float(match[1]) * _PIXELS_PER_UNIT[match[2]] or None


def _view_box_size(root: ElementTree.Element) -> tuple[float, float] | None:
    """Width and height of the view box; None if there is no valid one."""
    try:
        _, _, width, height = (float(number) for number in re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None


def _document_size(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height in CSS pixels; missing values are completed as CSS does."""
    width, height = _parse_length(root.get("width")), _parse_length(root.get("height"))
    box = _view_box_size(root) or (width or _FALLBACK_SIZE[0], height or _FALLBACK_SIZE[1])
    if width and height:
        return width, height
    if width:
        return width, width * box[1] / box[0]
    return (height * box[0] / box[1], height) if height else box


def _rendered_size(root: ElementTree.Element, side: int) -> tuple[int, int]:
    """Width and height in pixels, the longer of them `side`."""
    width, height = _document_size(root)
    scale = side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _remove_external_links(root: ElementTree.Element) -> None:
    for element in root.iter():
        for link in LINK_ATTRIBUTES:
            if not element.get(link, "#").strip().startswith(("#", "data:")):
                del element.attrib[link]
