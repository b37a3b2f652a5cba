"""Straightening a cleaned page and cropping it to its sheet, where the evidence is strong.

    scan ─┬─►┤find_sheet├─► corners ─┐
          └─►┤find_skew├──► angle ───┴─► Geometry ─►┤move_pixels├─► clean page

The scan is cleaned first and then moved, so masks have the scan's size. The record holds the matrix.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.line_angles import find_skew
from pochade.analysis.page_transform import MAX_SIDE, box_matrix, move_pixels, rotation_matrix, sheet_matrix
from pochade.analysis.sheet_outline import find_sheet
from pochade.images.base.picture import Array, Picture, to_8_bit

Mode = Literal["off", "auto", "on"]  # auto: only where the evidence is strong
MIN_SIDE = 200  # pixels: smaller pictures are left alone
MIN_DEGREES = 0.1  # of skew: less can't be seen, and turning softens


@dataclass(frozen=True)
class GeometryModes:
    """Whether to straighten and to crop pages."""

    straighten: Mode = "auto"
    crop: Mode = "auto"


@dataclass(frozen=True)
class Geometry:
    """How a page was moved."""

    matrix: NDArray[np.float64]  # (3, 3), from x, y, 1 in pixels of the scan to pixels of the result
    size: tuple[int, int]  # height and width of the result
    evidence: str  # "sheet", "lines" or "text"
    note: str  # for people

    def record_data(self) -> dict[str, Any]:
        """The geometry as a record stores it."""
        height, width = self.size
        return {"matrix": self.matrix.tolist(), "width": width, "height": height, "evidence": self.evidence}

    def move(self, picture: Picture) -> Picture:
        """Straighten and crop a picture, and its transparency."""
        alpha = None if picture.alpha is None else move_pixels(picture.alpha, self.matrix, self.size)
        return replace(picture, pixels=move_pixels(picture.pixels, self.matrix, self.size), alpha=alpha)


def find_geometry(pixels: Array, modes: GeometryModes) -> Geometry | None:
    """Find how to straighten and crop a scan; None to leave it as it is.

    Args:
        pixels: The scan (H, W, 1 or 3), uint8 or uint16.
        modes: What may be done.
    """
    size = (pixels.shape[0], pixels.shape[1])
    is_off = modes.straighten == modes.crop == "off"
    if is_off or min(size) < MIN_SIDE or max(size) > MAX_SIDE:
        return None
    page = np.ascontiguousarray(np.broadcast_to(to_8_bit(pixels), (*size, 3)))
    return _crop_to_sheet(page, modes) or _straighten(page, modes.straighten)


def _crop_to_sheet(page: Array, modes: GeometryModes) -> Geometry | None:
    sheet = None if modes.crop == "off" else find_sheet(page)
    if sheet is None or not (sheet.is_sure or modes.crop == "on"):
        return None
    if modes.straighten == "off":
        matrix, size = box_matrix(sheet.corners, (page.shape[0], page.shape[1]))
    else:
        matrix, size = sheet_matrix(sheet.corners)
    return Geometry(matrix, size, "sheet", "it was cropped to the sheet")


def _straighten(page: Array, mode: Mode) -> Geometry | None:
    skew = None if mode == "off" else find_skew(page)
    if skew is None or abs(skew.degrees) < MIN_DEGREES or not (skew.is_sure or mode == "on"):
        return None
    matrix, size = rotation_matrix(skew.degrees, (page.shape[0], page.shape[1]))
    return Geometry(matrix, size, skew.evidence, f"it was turned by {skew.degrees:.1f}\N{DEGREE SIGN}")
