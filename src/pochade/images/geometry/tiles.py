"""Split a picture of any size into tiles for a model, each with a margin as wide as the model's receptive field."""

from collections.abc import Iterator
from typing import NamedTuple

Region = tuple[slice, slice]  # rows, columns


class Tile(NamedTuple):
    """One tile: the model reads `padded` and its result fills `core`."""

    padded: Region  # of the picture, with the margin
    core: Region  # of the picture, without the margin
    core_in_padded: Region  # the core relative to the padded region


def tile_grid(height: int, width: int, side: int, margin: int) -> Iterator[Tile]:
    """Tiles whose cores cover a picture without overlap.

    Args:
        height: Of the picture, in pixels.
        width: Of the picture, in pixels.
        side: Of a core. If it and the margin are multiples of a number, all tiles begin at multiples of it.
        margin: Around a core; the picture's edges cut it off.
    """
    for top in range(0, height, side):
        for left in range(0, width, side):
            core = _clipped_square((top, left), (height, width), side, 0)
            padded = _clipped_square((top, left), (height, width), side, margin)
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
