"""SVG, also gzipped: drawn by resvg at the size that is wanted, without reading any other file.

resvg would open a picture that an SVG names by its path. So the SVG is parsed here, its links to anything outside are
taken away, its size is set, and what remains is written anew and drawn. Entities that multiply (the "billion laughs")
are stopped by expat, shapes that multiply by `use` are counted before they are drawn.
"""

# the numbers are the format's own

import io
import re
import zlib
from xml.etree import ElementTree

from PIL import PngImagePlugin

from pochade.images.base.picture import Header
from pochade.images.base.source import Source
from pochade.images.formats.raster import Raw
from pochade.images.geometry.resize import fitting

LONGEST = 1024  # pixels that the longest side is drawn with, when no other size is asked for
MEMORY_A_BYTE = 40  # of text, once it is parsed and drawn
MOST_SHAPES = 500_000  # after `use` has multiplied them; large maps have a tenth
MOST_NESTED = 200  # elements within each other; resvg goes down by recursion
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
WITHOUT_SIZE = (300.0, 150.0)  # what browsers take
SVG = "{http://www.w3.org/2000/svg}"
LINKS = ("href", "{http://www.w3.org/1999/xlink}href")
DAMAGED_GZIP = "its packed content is damaged"


def is_svg(start: bytes) -> bool:
    """Whether a text that begins like this may be an SVG; the parser decides in the end."""
    text = start.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return text.lstrip().startswith(b"<") and b"svg" in text


def markup(source: Source) -> bytes:
    """The text, unpacked where it is gzipped; PictureTooLarge when parsing it would take too much memory."""
    most = source.most_bytes // MEMORY_A_BYTE
    if source.read_at(0, 2) != b"\x1f\x8b":
        if source.size > most:
            raise source.too_large(f"an SVG of {source.size:,} bytes")
        return source.content()
    unpacking = zlib.decompressobj(31)  # 31: gzip
    content = unpacking.decompress(source.content(), most + 1)
    if len(content) > most:
        raise source.too_large(f"an SVG of more than {most:,} bytes")
    if not unpacking.eof:
        raise source.cut_short()
    return content


def parsed(source: Source) -> ElementTree.Element:
    """The root; FormatUnknown when this is another kind of XML."""
    try:
        root = ElementTree.fromstring(markup(source))
    except ElementTree.ParseError as error:
        if error.code in {3, 5} or "no element found" in str(error):  # 3 no root, 5 an unclosed token
            raise source.cut_short() from error
        if "amplification" in str(error):
            raise source.too_large("its entities multiply") from error
        raise source.damaged(str(error)) from error
    if root.tag != SVG + "svg":
        raise source.unknown(f"it is XML, and begins with <{root.tag[:60]}>")
    return root


def length(text: str | None) -> float | None:
    """A length in pixels; None for percentages and what can't be read."""
    found = re.fullmatch(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,2})?)\s*([a-z]*)\s*", text or "")
    if not found or found[2] not in PIXELS:
        return None
    return float(found[1]) * PIXELS[found[2]] or None


def view_box(root: ElementTree.Element) -> tuple[float, float] | None:
    """Width and height of the part of the plane that is shown."""
    try:
        _, _, width, height = (float(number) for number in re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None


def own_size(root: ElementTree.Element) -> tuple[float, float]:
    """Width and height in the SVG's own pixels, as CSS completes what isn't told."""
    width, height = length(root.get("width")), length(root.get("height"))
    box = view_box(root) or (width or WITHOUT_SIZE[0], height or WITHOUT_SIZE[1])
    if width and height:
        return width, height
    if width:
        return width, width * box[1] / box[0]
    return (height * box[0] / box[1], height) if height else box


def drawn_size(root: ElementTree.Element, side: int) -> tuple[int, int]:
    """Width and height in pixels with the longest side `side`."""
    width, height = own_size(root)
    scale = side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def svg_header(source: Source) -> Header:
    """Of an SVG, drawn with 1024 pixels on the longest side."""
    return Header("SVG", *drawn_size(parsed(source), LONGEST), 8, 3, True, 1)


def svg_raw(source: Source, header: Header, side: int | None) -> Raw:
    """The SVG drawn at the size wanted, or with 1024 pixels on the longest side."""
    import resvg_py  # noqa: PLC0415  # a heavy library, for few files

    root = parsed(source)
    check_shapes(source, root)
    alone(root)
    width, height = own_size(root)
    if view_box(root) is None:
        root.set("viewBox", f"0 0 {width} {height}")
    size = fitting(header.width, header.height, side) if side is not None else (header.width, header.height)
    root.set("width", str(size[0]))
    root.set("height", str(size[1]))
    text = ElementTree.tostring(root, encoding="unicode")
    without_text = not any(element.tag == SVG + "text" for element in root.iter())  # fonts take long to find
    png = resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=without_text)
    return Raw(PngImagePlugin.PngImageFile(io.BytesIO(png)))


def alone(root: ElementTree.Element) -> None:
    """Take away every link to anything that isn't in the file itself."""
    for element in root.iter():
        for link in LINKS:
            if not element.get(link, "#").strip().startswith(("#", "data:")):
                del element.attrib[link]


def check_shapes(source: Source, root: ElementTree.Element) -> None:
    """PictureTooLarge when `use` multiplies the shapes beyond all measure, or they are nested too deep."""
    named = {name: element for element in root.iter() if (name := element.get("id"))}
    counts: dict[ElementTree.Element, int] = {}

    def count(element: ElementTree.Element, depth: int) -> int:
        if depth > MOST_NESTED:
            raise source.too_large("its shapes are nested too deep")
        if element not in counts:
            counts[element] = 1  # also what a shape that uses itself counts for
            inside = [count(child, depth + 1) for child in element]
            inside += [count(named[name], depth + 1) for name in used(element) if name in named]
            counts[element] = min(1 + sum(inside), MOST_SHAPES + 1)
        return counts[element]

    if count(root, 0) > MOST_SHAPES:
        raise source.too_large(f"it draws more than {MOST_SHAPES:,} shapes")


def used(element: ElementTree.Element) -> list[str]:
    """The names of what this element draws beside its children: its link, and its patterns, masks and markers."""
    links = [text[1:] for link in LINKS if (text := element.get(link, "").strip()).startswith("#")]
    return links + [name for text in element.attrib.values() for name in re.findall(r"url\(['\"]?#([^)'\"]+)", text)]
