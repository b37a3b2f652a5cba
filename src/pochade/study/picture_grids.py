"""Figures that show pictures in rows, or tiled."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pochade.analysis.arrays import Floats


def draw_row(pictures: Sequence[Any], title: str) -> Figure:
    """Draw pictures (C, H, W) side by side."""
    figure = Figure((1.1 * len(pictures), 1.4))
    figure.suptitle(title, fontsize=10)
    for axes, picture in zip(figure.subplots(1, len(pictures)), pictures, strict=True):
        show_picture(axes, picture)
    return figure


def draw_labelled_rows(rows: Sequence[Any], names: Sequence[str], columns: Sequence[str] = ()) -> Figure:
    """Draw rows of pictures (C, H, W), with a name to the left of each row, and names above the columns."""
    width = max(len(row) for row in rows)
    figure = Figure((0.75 * width + 1.2, 0.8 * len(rows) + 0.2))
    grid = figure.subplots(len(rows), width, squeeze=False)
    for line, row, name in zip(grid, rows, names, strict=True):
        for axes in line:
            axes.set_axis_off()
        for axes, picture in zip(line, row, strict=False):
            show_picture(axes, picture)
        line[0].text(-0.15, 0.5, name, transform=line[0].transAxes, ha="right", va="center", fontsize=9)
    for axes, column in zip(grid[0], columns, strict=False):
        axes.set_title(column, fontsize=8)
    figure.subplots_adjust(wspace=0.08, hspace=0.08)
    return figure


def tile_pictures(pictures: Floats, columns: int) -> Floats:
    """Arrange pictures (N, C, H, W) in one picture (C, rows x H, columns x W)."""
    count, channels, height, width = pictures.shape
    rows = -(-count // columns)
    grid = np.zeros((rows * columns, channels, height, width), pictures.dtype)
    grid[:count] = pictures
    grid = grid.reshape(rows, columns, channels, height, width).transpose(2, 0, 3, 1, 4)
    return grid.reshape(channels, rows * height, columns * width)


def show_picture(axes: Axes, picture: Any) -> None:
    """Show a picture (C, H, W), uint8 or in [0, 1], without axes."""
    values = np.asarray(picture)
    values = values / 255 if values.dtype == np.uint8 else values
    is_grey = len(values) == 1
    pixels = values[0] if is_grey else values.transpose(1, 2, 0)
    axes.imshow(pixels, cmap="gray_r" if is_grey else None, vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
