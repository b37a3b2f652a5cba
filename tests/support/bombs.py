"""Small files that ask for a lot of memory or time: bombs, one function for each kind."""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.support import format_bombs
from tests.support.picture_files import (
    encode_with_pillow,
    files_of_every_format,
    make_clip,
    make_png_chunk,
    make_png_claiming,
    make_svg,
    rgb_image,
)

FILTERED = '<rect width="24" height="16" fill="red" filter="url(#f)"/>'
RECTANGLE = '<rect width="24" height="16" fill="red"/>'
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
ENDLESS_ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(randomblob(30000000)) FROM n"


def make_noise() -> bytes:
    """Noise of two billion octaves, a thousand times."""
    noise = '<feTurbulence baseFrequency=".05" numOctaves="2000000000"/>' * 1000
    return make_svg(f'<filter id="f">{noise}</filter>{FILTERED}')


def make_blurs() -> bytes:
    blurs = '<feGaussianBlur stdDeviation="5"/>' * 20_000
    return make_svg(f'<filter id="f">{blurs}</filter>{FILTERED}')


def make_wide_brush() -> bytes:
    """The largest of a thousand neighbours in each direction, for each pixel."""
    return make_svg(f'<filter id="f"><feMorphology radius="1000" operator="dilate"/></filter>{FILTERED}')


def make_brushes() -> bytes:
    """Many brushes that are each narrow enough."""
    brush = '<feMorphology radius="1" operator="dilate"/>' * 1000
    return make_svg(f'<filter id="f">{brush}</filter>{FILTERED}')


def make_layers() -> bytes:
    return make_svg(f'<g opacity=".5">{RECTANGLE}{RECTANGLE}</g>' * 15_000)


def make_nested_layers() -> bytes:
    return make_svg((f'<g opacity=".9">{RECTANGLE}' * 190 + "</g>" * 190) * 20)


def make_styled_masks() -> bytes:
    """Masks in masks, to which only a style sheet refers."""
    rules = "".join(f".m{n}{{mask:url(#m{n})}}" for n in range(12))
    masks = "".join(f'<mask id="m{n}">{f"""<g class="m{n - 1}">{RECTANGLE}</g>""" * 6}</mask>' for n in range(1, 12))
    return make_svg(f'<style>{rules}</style><mask id="m0">{RECTANGLE}</mask>{masks}<g class="m11">{RECTANGLE}</g>')


def make_uses() -> bytes:
    levels = "".join(f'<g id="u{n}">{f"""<use href="#u{n - 1}"/>""" * 10}</g>' for n in range(1, 10))
    return make_svg('<rect id="u0" width="1" height="1"/>' + levels)


def make_entities() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE svg [<!ENTITY e0 "{"a" * 100}">{levels}]>'.encode() + make_svg("<text>&e9;</text>")


def make_gzipped_svg() -> bytes:
    compressor = zlib.compressobj(9, wbits=31)
    return compressor.compress(make_svg()) + compressor.compress(b" " * 2**28) + compressor.flush()


def make_tall_png() -> bytes:
    """One bit wide, half a billion rows high."""
    shape = struct.pack(">IIBBBBB", 1, 2**29, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", shape), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(make_png_chunk(kind, content) for kind, content in chunks)


def make_vast_png() -> bytes:
    return make_png_claiming(100_000, 100_000)


def make_png_of_chunks() -> bytes:
    return _insert_chunk(b"prVt", b"", 1_000_000)


def make_png_profile() -> bytes:
    """A colour profile of 128 MB of zeros."""
    return _insert_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2**27)))


def make_png_texts() -> bytes:
    """200 texts of 64 MB."""
    return _insert_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 2**26), 200)


def _insert_chunk(kind: bytes, content: bytes, count: int = 1) -> bytes:
    png = encode_with_pillow(rgb_image(), "PNG")
    header_end = len(PNG_SIGNATURE) + 25
    return png[:header_end] + make_png_chunk(kind, content) * count + png[header_end:]


def make_claim(format_name: str, place: int, size_format: str) -> bytes:
    """A small file whose header claims the largest sides that fit into two numbers of a format at a place."""
    content = files_of_every_format()[format_name]
    side = 2 ** (8 * struct.calcsize(size_format) // 2 - 1) - 1
    return content[:place] + struct.pack(size_format, side, side) + content[place + struct.calcsize(size_format) :]


def make_clip_of_a_view() -> bytes:
    view = f"CREATE VIEW CanvasPreview (ImageData) AS {ENDLESS_ROWS}"
    return make_clip(files_of_every_format()["PNG"], "DROP TABLE CanvasPreview", view)


def make_zip_of_zeros() -> bytes:
    """An OpenRaster file whose picture is a gigabyte of zeros."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "image/openraster")
        with archive.open("mergedimage.png", "w") as member:
            member.write(PNG_SIGNATURE)
            for _ in range(1024):
                member.write(bytes(2**20))
    return file.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "noise.svg": make_noise,
    "blurs.svg": make_blurs,
    "wide brush.svg": make_wide_brush,
    "brushes.svg": make_brushes,
    "layers.svg": make_layers,
    "nested layers.svg": make_nested_layers,
    "styled masks.svg": make_styled_masks,
    "uses.svg": make_uses,
    "entities.svg": make_entities,
    "gzipped.svgz": make_gzipped_svg,
    "tall.png": make_tall_png,
    "vast.png": make_vast_png,
    "chunks.png": make_png_of_chunks,
    "view.clip": make_clip_of_a_view,
    "zeros.ora": make_zip_of_zeros,
    "profile.png": make_png_profile,
    "texts.png": make_png_texts,
    "claim.gif": partial(make_claim, "GIF", 6, "<HH"),
    "claim.bmp": partial(make_claim, "BMP", 18, "<ii"),
    "claim.tga": partial(make_claim, "TGA:rle", 12, "<HH"),
    "forms.pdf": format_bombs.make_pdf_of_forms,
    "tiles.pdf": format_bombs.make_pdf_of_tiles,
    "layers.pdf": format_bombs.make_pdf_of_layers,
    "shades.pdf": format_bombs.make_pdf_of_shades,
    "channels.exr": format_bombs.make_exr_of_channels,
    "window.exr": format_bombs.make_exr_window,
    "tiles.jp2": format_bombs.make_jpeg2000_of_tiles,
    "precincts.j2k": format_bombs.make_jpeg2000_of_precincts,
    "scans.jpg": format_bombs.make_jpeg_of_scans,
    "directory.tif": format_bombs.make_tiff_directory,
    "layers.xcf": format_bombs.make_xcf_of_layers,
    "layers.psd": format_bombs.make_psd_of_layers,
    "layers.ora": format_bombs.make_ora_of_layers,
}


def main() -> None:
    """Write bombs into a folder, in a process of its own: `python -m tests.support.bombs FOLDER BOMB ...`."""
    folder = Path(sys.argv[1])
    for name in sys.argv[2:]:
        (folder / name).write_bytes(BOMBS[name]())


if __name__ == "__main__":
    main()
