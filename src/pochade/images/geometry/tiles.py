"""Split a picture of any size into tiles for a model, each with a margin as wide as the model's receptive field."""

from collections.abc import Iterator
from typing import NamedTuple

Region = tuple[slice, slice]  # rows, columns


class Tile(NamedTuple):
    """A tile of a picture: the model reads the padded region, and its result is used for the core."""

    padded: Region  # of the picture, including the margin
    core: Region  # of the picture, without the margin
    core_in_padded: Region  # the core, in coordinates of the padded region


def tile_grid(height: int, width: int, side: int, margin: int) -> Iterator[Tile]:
    """Yield tiles whose cores cover a picture without overlap.

    Args:
        height: The height of the picture in pixels.
        width: The width of the picture in pixels.
        side: The side of a core in pixels. If side and margin are multiples of a number, so is the start of each tile.
        margin: The margin around a core in pixels; it ends at the edges of the picture.
    """
    for y in range(0, height, side):
        for x in range(0, width, side):
            core = _clipped_square((y, x), (height, width), side, 0)
            padded = _clipped_square((y, x), (height, width), side, margin)
            rows, columns = (
                slice(inner.start - outer.start, inner.stop - outer.start)
                for inner, outer in zip(core, padded, strict=True)
            )
            yield Tile(padded, core, (rows, columns))


def _clipped_square(corner: tuple[int, int], size: tuple[int, int], side: int, margin: int) -> Region:
    rows, columns = (
        slice(max(0, start - margin), min(end, start + side + margin)) for start, end in zip(corner, size, strict=True)
    )
    return rows, columns
