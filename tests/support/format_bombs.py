"""Bombs of formats with pages, layers, tiles and scans; `bombs.py` has the others and the list of all."""

import struct
import zlib

import numpy as np
from PIL import Image

from tests.support.picture_files import encode_exr, encode_with_pillow, files_of_every_format, make_zip


def _make_pdf(content: bytes, resources: str = "", *objects: bytes, box: str = "0 0 200 200") -> bytes:
    """A PDF of one page; the further objects have the numbers from 5 on. Readers find objects without a table, too."""
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Resources<<{resources}>>>>".encode()
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, _pdf_stream("", content)]
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate((*bodies, *objects), 1)]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer<</Root 1 0 R/Size %d>>\n%%%%EOF\n" % (len(numbered) + 1)


def _pdf_stream(entries: str, content: bytes) -> bytes:
    return f"<<{entries}/Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def make_pdf_of_forms() -> bytes:
    """Forms in forms, ten of each in the next: ten billion rectangles."""
    forms = [
        _pdf_stream(
            f"/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</F {number + 6} 0 R>>>>", b"/F Do " * 10
        )
        for number in range(10)
    ]
    last = _pdf_stream("/Type/XObject/Subtype/Form/BBox[0 0 200 200]", b"0 0 9 9 re f")
    return _make_pdf(b"/F Do", "/XObject<</F 5 0 R>>", *forms, last)


def make_pdf_of_tiles() -> bytes:
    """A vast page filled with a pattern whose tiles are a thousandth of a point apart."""
    entries = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .001/YStep .001/Resources<<>>"
    pattern = _pdf_stream(entries, b"0 0 1 1 re f 1 0 0 rg 0 0 .5 .5 re f")
    return _make_pdf(b"/Pattern cs /P scn 0 0 14400 14400 re f", "/Pattern<</P 5 0 R>>", pattern, box="0 0 14400 14400")


def make_pdf_of_layers() -> bytes:
    """A vast page on which 30,000 translucent groups are laid over each other."""
    group = "/Type/XObject/Subtype/Form/BBox[0 0 14400 14400]/Group<</S/Transparency/I true/K true>>"
    form = _pdf_stream(
        group + "/Resources<</ExtGState<</G<</ca .5>>>>>>", b"/G gs 0 0 14400 14400 re f 0 0 9000 9000 re f"
    )
    resources = "/XObject<</F 5 0 R>>/ExtGState<</G<</ca .5/BM/Luminosity>>>>"
    return _make_pdf(b"/G gs " + b"/F Do " * 30_000, resources, form, box="0 0 14400 14400")


def make_pdf_of_shades() -> bytes:
    """A vast page of shades, whose colours are computed by a program of 20,000 steps."""
    program = b"{" + b"dup mul sqrt sin " * 5000 + b"}"
    function = _pdf_stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", program)
    shading = "/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 5 0 R/Matrix[14400 0 0 14400 0 0]>>>>"
    return _make_pdf(b"/S sh", shading, function, box="0 0 14400 14400")


def make_exr_of_channels() -> bytes:
    """1,000 channels of 2,000 x 2,000 pixels, of which none is stored."""
    names = [f"{number:03}.{letter}" for number in range(333) for letter in "RGB"]
    return _set_data_window(encode_exr(dict.fromkeys(names, np.zeros((16, 24), np.float32))), 2000)


def make_exr_window() -> bytes:
    """A picture of which a billion pixels are stored, and 24 x 16 shown."""
    return _set_data_window(files_of_every_format()["EXR"], 32_000)


def _set_data_window(content: bytes, side: int) -> bytes:
    name = b"dataWindow\0box2i\0"
    place = content.index(name) + len(name) + 4
    return content[:place] + struct.pack("<4i", 0, 0, side - 1, side - 1) + content[place + 16 :]


def make_jpeg2000_of_tiles() -> bytes:
    """60,000 x 600 pixels in tiles of 1 x 600."""
    return _set_jpeg2000_sizes(files_of_every_format()["JPEG 2000"], (60_000, 600), (1, 600))


def make_jpeg2000_of_precincts() -> bytes:
    """5,000 x 5,000 pixels, of which every one is a part with an index of its own."""
    content = files_of_every_format()["JPEG 2000"]
    content = _set_jpeg2000_sizes(content[content.index(b"\xff\x4f\xff\x51") :], (5000, 5000), (5000, 5000))
    start = content.index(b"\xff\x52")
    length = int.from_bytes(content[start + 2 : start + 4])
    style, settings = content[start + 4] | 1, content[start + 5 : start + 14]
    segment = bytes([style]) + settings + b"\0" + b"\x11" * content[start + 9]  # the exponents of the parts' sizes
    head = content[:start] + b"\xff\x52" + struct.pack(">H", len(segment) + 2)
    return head + segment + content[start + 2 + length :]


def _set_jpeg2000_sizes(content: bytes, size: tuple[int, int], tile: tuple[int, int]) -> bytes:
    start = content.index(b"\xff\x4f\xff\x51") + 8
    return content[:start] + struct.pack(">8I", *size, 0, 0, *tile, 0, 0) + content[start + 32 :]


def make_jpeg_of_scans() -> bytes:
    """59 megapixels that are refined 500 times."""
    content = encode_with_pillow(Image.new("L", (7700, 7700)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * 500 + content[-2:]


def make_tiff_directory() -> bytes:
    """A directory of 65,000 fields that each are the whole file."""
    count = 65_000
    size = 10 + 12 * count
    fields = b"".join(struct.pack("<HHII", number + 300, 7, size, 0) for number in range(count))
    return b"II*\0" + struct.pack("<IH", 8, count) + fields


def make_xcf_of_layers() -> bytes:
    """A layer of 4,096 x 4,096 pixels, 100 times: all of its tiles, and all layers, are stored once."""
    side, layers, tiles = 4096, 100, 64 * 64
    head = b"gimp xcf v010\0" + struct.pack(">IIII", side, side, 0, 150) + struct.pack(">IIB", 17, 1, 1) + bytes(8)
    layer = len(head) + 4 * (layers + 2)
    layer_head = struct.pack(">IIII", side, side, 1, 2) + b"a\0" + bytes(8)
    hierarchy = layer + len(layer_head) + 8
    level = hierarchy + 12 + 8
    tile = level + 8 + 4 * (tiles + 1)
    places = struct.pack(f">{layers}I", *[layer] * layers) + bytes(8)
    tile_places = struct.pack(f">{tiles}I", *[tile] * tiles) + bytes(4)
    parts = [head, places, layer_head, struct.pack(">II", hierarchy, 0), struct.pack(">III", side, side, 4)]
    parts += [struct.pack(">II", level, 0), struct.pack(">II", side, side), tile_places]
    return b"".join(parts) + b"\x7f\x10\x00\x80" * 4


def make_psd_of_layers() -> bytes:
    """100 layers of 9 megapixels, and an empty merged picture."""
    side, count = 3000, 100
    plane = struct.pack(">H", 2) + zlib.compress(bytes(side * side), 9)
    channels = b"".join(struct.pack(">hI", number, len(plane)) for number in (-1, 0, 1, 2))
    record = struct.pack(">4iH", 0, 0, side, side, 4) + channels + b"8BIMnorm" + bytes([128, 0, 0, 0])
    record += struct.pack(">I", 12) + bytes(8) + b"\1a\0\0"
    info = struct.pack(">h", count) + record * count + plane * 4 * count
    info += bytes(len(info) % 2)
    section = struct.pack(">I", len(info)) + info + bytes(4)
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, side, side, 8, 3) + bytes(8)
    merged = struct.pack(">H", 2) + zlib.compress(bytes(3 * side * side), 9)
    return header + struct.pack(">I", len(section)) + section + merged


def make_ora_of_layers() -> bytes:
    """A layer of 36 megapixels, a thousand times."""
    layer = encode_with_pillow(Image.new("RGBA", (6000, 6000)), "PNG")
    stack = '<image w="6000" h="6000"><stack>' + '<layer src="a.png" opacity=".5"/>' * 1000 + "</stack></image>"
    return make_zip({"mimetype": b"image/openraster", "stack.xml": stack.encode(), "a.png": layer})
