"""The tiles of an XCF: 64 pixels a side, row by row, each with its own run lengths."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.formats.xcf import XCF_TILE_SIDE
from pochade.images.layered.gimp_run_lengths import encode_planes
from pochade.images.layered.run_length_rules import split_content

TILES_AT_ONCE = 16  # that are packed; each byte of them needs some forty bytes of memory meanwhile


def encode_tiles(pixels: Array, *, packed: bool) -> Iterator[bytes]:
    """Encode the tiles of a layer as GIMP does.

    Args:
        pixels: The bytes of each pixel; (H, W, B) uint8.
        packed: Whether tiles have run lengths.

    Yields:
        The bytes of each tile.
    """
    tiles = _tiles(pixels)
    while some := list(islice(tiles, TILES_AT_ONCE)):
        yield from _pack(some) if packed else (tile.tobytes() for tile in some)


def _tiles(pixels: Array) -> Iterator[Array]:
    for top in range(0, len(pixels), XCF_TILE_SIDE):
        for left in range(0, pixels.shape[1], XCF_TILE_SIDE):
            yield pixels[top : top + XCF_TILE_SIDE, left : left + XCF_TILE_SIDE]


def _pack(tiles: list[Array]) -> list[bytes]:
    depth = tiles[0].shape[2]
    planes = [np.moveaxis(tile, -1, 0).reshape(depth, -1) for tile in tiles]
    sizes = np.repeat([plane.shape[1] for plane in planes], depth)
    encoded, encoded_sizes = encode_planes(np.concatenate([plane.reshape(-1) for plane in planes]), sizes)
    return split_content(encoded, encoded_sizes.reshape(len(tiles), depth).sum(1))
