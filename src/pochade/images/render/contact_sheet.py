"""Contact sheets: thumbnails in rows, each with a name and a caption."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from pochade.images.base.picture import WHITE, Array
from pochade.images.metadata.provenance import Provenance
from pochade.images.render.fonts import choose_font, drawable_text

CELL_SIDE = 256  # pixels
SHEET_COLUMNS = 5
MARGIN = 16  # pixels
CAPTION_HEIGHT = 34  # pixels below each picture
MAX_NAME_LETTERS = 36
SIGNATURE = ("Software", "Pochade")  # keyword and text of a PNG chunk by which sheets are recognised
INK_COLOUR, FRAME_COLOUR, PAPER_COLOUR = (40, 40, 40), (208, 208, 208), (250, 250, 248)


class SheetCell(NamedTuple):
    """A picture on a contact sheet, and two lines of text below it."""

    pixels: Array  # (h, w, 3) uint8
    name: str
    caption: str


def draw_contact_sheet(
    cells: Sequence[SheetCell | None], provenance: Provenance | None = None, columns: int = SHEET_COLUMNS
) -> bytes:
    """Draw pictures in rows, each with a frame, and encode the sheet as a PNG.

    Args:
        cells: The pictures in order; None leaves a cell empty.
        provenance: Where the pictures come from, if a model generated them.
        columns: The number of pictures in a row.
    """
    rows = -(-len(cells) // columns)
    width, height = CELL_SIDE + MARGIN, CELL_SIDE + CAPTION_HEIGHT + MARGIN
    size = min(columns, len(cells)) * width + MARGIN, rows * height + MARGIN
    sheet = Image.new("RGB", size, PAPER_COLOUR)
    for number, cell in enumerate(cells):
        if cell is not None:
            _draw_cell(sheet, cell, number % columns * width + MARGIN, number // columns * height + MARGIN)
    return encode_sheet(sheet, provenance)


def encode_sheet(sheet: Image.Image, provenance: Provenance | None = None) -> bytes:
    """Encode a sheet as a PNG that `is_contact_sheet` recognises."""
    buffer, info = io.BytesIO(), PngInfo()
    info.add_text(*SIGNATURE)
    if provenance is not None:
        provenance.add_to_png(info)
    sheet.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def is_contact_sheet(path: Path) -> bool:
    """Whether a file is a sheet that Pochade drew, which may be overwritten and is not a picture of a collection."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures, but only the header is read
            with Image.open(path) as picture:
                return picture.info.get(SIGNATURE[0]) == SIGNATURE[1]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def _draw_cell(sheet: Image.Image, cell: SheetCell, left: int, top: int) -> None:
    pen, lines = ImageDraw.Draw(sheet), (shorten_name(cell.name), cell.caption)
    font = choose_font(lines, 13)
    sheet.paste(ImageOps.pad(Image.fromarray(cell.pixels), (CELL_SIDE, CELL_SIDE), color=WHITE), (left, top))
    pen.rectangle((left - 1, top - 1, left + CELL_SIDE, top + CELL_SIDE), outline=FRAME_COLOUR)
    for number, line in enumerate(lines):
        pen.text((left, top + CELL_SIDE + 3 + 15 * number), drawable_text(line, font), INK_COLOUR, font)


def shorten_name(name: str) -> str:
    """Shorten a name to the width of a cell, but keep its start and end."""
    return name if len(name) <= MAX_NAME_LETTERS else f"{name[:20]}…{name[-15:]}"
