"""Pictures in rows, one PNG pixel for each of their pixels: the page enlarges them and writes the names beside."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats
from pochade.images.codecs.lossless import encode_png

Pixels = NDArray[np.uint8]
GAP = 2  # pixels between pictures
WHITE = 255


def encode_sheet(rows: Sequence[Any]) -> bytes:
    """Encode rows of pictures as one PNG.

    Args:
        rows: For each row pictures (N, C, H, W), uint8 or in [0, 1]; rows may differ in N.

    Returns:
        The file. Grey pictures are shown as ink on paper: their black is white in it.
    """
    return encode_png(arrange_rows([[as_pixels(picture) for picture in row] for row in rows]))


def as_pixels(picture: Any) -> Pixels:
    """Turn a picture (C, H, W), uint8 or in [0, 1], into pixels (H, W, 1 or 3); grey ones are inverted."""
    values = np.asarray(picture)
    if values.dtype != np.uint8:
        values = np.round(np.clip(np.nan_to_num(values), 0, 1) * WHITE).astype(np.uint8)
    shown = WHITE - values if len(values) == 1 else values
    pixels: Pixels = np.ascontiguousarray(shown.transpose(1, 2, 0))
    return pixels


def arrange_rows(rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Arrange equally large pictures (H, W, C) on white, with gaps of two pixels."""
    height, width, channels = next(picture for row in rows for picture in row).shape
    columns = max(len(row) for row in rows)
    shape = (len(rows) * (height + GAP) - GAP, columns * (width + GAP) - GAP, channels)
    sheet = np.full(shape, WHITE, np.uint8)
    for number, row in enumerate(rows):
        for column, picture in enumerate(row):
            top, left = number * (height + GAP), column * (width + GAP)
            sheet[top : top + height, left : left + width] = picture
    return sheet


def mark_picture(picture: Any, colour: tuple[int, int, int] | None) -> Pixels:
    """Return a picture (C, H, W) as it is shown, in colour (3, H, W); a colour becomes a bar at its lower edge."""
    pixels = as_pixels(picture)
    marked = np.repeat(pixels, 3, 2) if pixels.shape[2] == 1 else pixels.copy()
    if colour is not None:
        marked[-GAP:] = colour
    return marked.transpose(2, 0, 1)


def enlarge(values: Floats, height: int, width: int) -> Floats:
    """Enlarge a grid of numbers (h, w) to (height, width), each number a block."""
    rows = np.arange(height) * values.shape[0] // height
    columns = np.arange(width) * values.shape[1] // width
    return values[np.ix_(rows, columns)]
