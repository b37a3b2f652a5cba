"""A picture of any size in tiles that a net can take, each with a margin as wide as the net sees."""

from collections.abc import Iterator
from typing import NamedTuple


class Tile(NamedTuple):
    """A part of a picture: what is read, what is kept of it, and where that lies in what was read."""

    read: tuple[slice, slice]
    kept: tuple[slice, slice]
    inner: tuple[slice, slice]


def tiles(height: int, width: int, side: int, margin: int) -> Iterator[Tile]:
    """Tiles that cover a picture; all begin at multiples of what side and margin are multiples of."""
    for top in range(0, height, side):
        for left in range(0, width, side):
            kept = spans((top, left), (height, width), side, 0)
            read = spans((top, left), (height, width), side, margin)
            inner = tuple(
                slice(one.start - two.start, one.stop - two.start) for one, two in zip(kept, read, strict=True)
            )
            yield Tile(read, kept, (inner[0], inner[1]))


def spans(corner: tuple[int, int], size: tuple[int, int], side: int, margin: int) -> tuple[slice, slice]:
    """Rows and columns of a square with a margin, as far as the picture goes."""
    first, second = (
        slice(max(0, start - margin), min(whole, start + side + margin))
        for start, whole in zip(corner, size, strict=True)
    )
    return first, second
