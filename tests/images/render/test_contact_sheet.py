"""Contact sheets have rows of equal length, and are recognised as ours."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from pochade.images.render.contact_sheet import CELL_SIDE, MARGIN, SheetCell, draw_contact_sheet, is_contact_sheet


def test_a_very_large_picture_is_no_sheet_and_raises_no_warning(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("1", (10_000, 9_000)).save(path)
    assert not is_contact_sheet(path)


def test_rows_are_as_long_as_asked_for() -> None:
    cell = SheetCell(np.zeros((9, 9, 3), np.uint8), "a picture", "")
    with Image.open(io.BytesIO(draw_contact_sheet([cell] * 4, columns=2))) as sheet:
        assert sheet.width == 2 * (CELL_SIDE + MARGIN) + MARGIN
