"""Pictures for people: a small JPEG, and many pictures on one page."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from pochade.images.base.picture import WHITE, Array
from pochade.images.render.animation import Provenance
from pochade.images.render.fonts import font_for, written

CELL = 256  # pixels a side
COLUMNS = 5
MARGIN = 16  # pixels
CAPTION = 34  # pixels below each picture
SIGNATURE = ("Software", "Pochade")  # in the PNG: what may be overwritten
INK, FRAME, PAPER = (40, 40, 40), (208, 208, 208), (250, 250, 248)


class Cell(NamedTuple):
    """A picture on a page, and two lines of words below it."""

    pixels: Array  # (h, w, 3) uint8
    name: str
    words: str


def jpeg(pixels: Array, quality: int) -> bytes:
    """A picture (h, w, 3) uint8 as a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def page(cells: Sequence[Cell | None], origin: Provenance | None = None) -> bytes:
    """Pictures in rows of five, each in a frame, as a PNG; None leaves a place free. Drawn ones have an origin."""
    rows = -(-len(cells) // COLUMNS)
    wide, high = CELL + MARGIN, CELL + CAPTION + MARGIN
    paper = Image.new("RGB", (min(COLUMNS, len(cells)) * wide + MARGIN, rows * high + MARGIN), PAPER)
    for number, cell in enumerate(cells):
        if cell is None:
            continue
        draw(paper, cell, number % COLUMNS * wide + MARGIN, number // COLUMNS * high + MARGIN)
    return signed(paper, origin)


def signed(paper: Image.Image, origin: Provenance | None = None) -> bytes:
    """A page as a PNG by which `is_page` knows it again."""
    buffer, ours = io.BytesIO(), PngInfo()
    ours.add_text(*SIGNATURE)
    if origin is not None:
        origin.on(ours)
    paper.save(buffer, "PNG", pnginfo=ours)
    return buffer.getvalue()


def is_page(path: Path) -> bool:
    """Whether a file is such a page, and no picture of somebody's."""
    try:
        with Image.open(path) as picture:
            return picture.info.get(SIGNATURE[0]) == SIGNATURE[1]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def draw(paper: Image.Image, cell: Cell, left: int, top: int) -> None:
    """Put one cell on the page."""
    pen, lines = ImageDraw.Draw(paper), (shortened(cell.name), cell.words)
    font = font_for(lines, 13)
    paper.paste(ImageOps.pad(Image.fromarray(cell.pixels), (CELL, CELL), color=WHITE), (left, top))
    pen.rectangle((left - 1, top - 1, left + CELL, top + CELL), outline=FRAME)
    for line, words in enumerate(lines):
        pen.text((left, top + CELL + 3 + 15 * line), written(words, font), INK, font)


def shortened(name: str) -> str:
    """A name that fits under its picture, its end kept."""
    longest = 36
    return name if len(name) <= longest else f"{name[:20]}…{name[-15:]}"
