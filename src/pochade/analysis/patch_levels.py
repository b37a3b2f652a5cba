"""Real pictures at one size, and a picture that is made of their patches."""

import math
from functools import cached_property

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.bicubic_resize import resize_squares
from pochade.analysis.patch_grid import PATCH_SIDE, blend_patches, gather_patches, grid_corners, grid_rows
from pochade.analysis.patch_search import join_rows, split_rows

COARSEST_SIDE = 32  # pixels: a patch covers a fifth of the picture's side, a head or a wheel
LEVEL_RATIO = 1.5  # of the sides of two levels


def level_sides(side: int) -> list[int]:
    """The sides of the levels in pixels, from the coarsest to `side`."""
    steps = max(1, round(math.log(max(side / COARSEST_SIDE, 1)) / math.log(LEVEL_RATIO)))
    return [round(COARSEST_SIDE * (side / COARSEST_SIDE) ** (step / steps)) for step in range(steps + 1)]


def resize_rows(rows: Floats, side: int) -> Floats:
    """Resize one square picture, rows of pixels (s * s, 3), to (side * side, 3)."""
    old = math.isqrt(len(rows))
    return pixel_rows(resize_squares(rows.reshape(1, old, old, 3).transpose(0, 3, 1, 2), side))


def pixel_rows(pictures: Floats) -> Floats:
    """Square pictures (S, 3, s, s) as rows of pixels (S * s * s, 3)."""
    return pictures.transpose(0, 2, 3, 1).reshape(-1, 3)


class PatchLevel:
    """Real pictures at one size.

    Args:
        pictures: (S, 3, s, s).
        side: Of this level, in pixels.
    """

    def __init__(self, pictures: Floats, side: int) -> None:
        self.side, self.count = side, len(pictures)
        self.pictures = resize_squares(pictures, side)
        self.sharp = pixel_rows(self.pictures)

    @cached_property
    def rows(self) -> Integers:
        """The row of every patch's upper left pixel, by picture: (S, K)."""
        return np.arange(self.count)[:, None] * self.side**2 + grid_rows(self.side, 1)

    def blur_from(self, side: int) -> Floats:
        """The pixels of the pictures (S * side * side, 3), as blurred as if they had been enlarged from `side`."""
        return pixel_rows(resize_squares(resize_squares(self.pictures, side), self.side))

    def paint(self, rows: Integers, stride: int) -> Floats:
        """Draw the picture (side * side, 3) whose patches are these, (n, n) by their places on a grid."""
        return blend_patches(gather_patches(self.sharp, rows.ravel(), self.side), self.side, stride)


def enlarge_sources(rows: Integers, grid: tuple[int, int], finer: tuple[int, int]) -> Integers:
    """Find the same sources at a finer level.

    Args:
        rows: The source of each patch, (n, n).
        grid: The side and the stride of the level.
        finer: The side and the stride of the finer level.

    Returns:
        The source of each patch of the finer level, (m, m).
    """
    scale = finer[0] / grid[0]
    corners, coarse = grid_corners(*finer), grid_corners(*grid)
    centres = (corners + PATCH_SIDE / 2) / scale - PATCH_SIDE / 2
    nearest = np.abs(coarse - centres[:, None]).argmin(1)
    source, y, x = split_rows(rows[nearest[:, None], nearest[None]], grid[0])
    shift = (centres - coarse[nearest]) * scale  # from the coarser patch, in pixels of the finer level
    half = PATCH_SIDE / 2
    y = ((y + half) * scale - half + shift[:, None]).round().astype(np.int64)
    x = ((x + half) * scale - half + shift[None]).round().astype(np.int64)
    return join_rows(source, y, x, finer[0])
