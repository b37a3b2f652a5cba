"""The squares that the nets see: a picture shrunk to fit, on white; with and without the paper about its subject."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array

SIDE = 96  # pixels a side of the square
COARSE = 64  # pixels of the longer side on which the subject is looked for: grain is averaged away
FAINT = 10.0  # levels of 255 between neighbours there that count as an edge, at least
SHARE = 0.2  # of the strongest edges that an edge must have
STRONGEST = 0.995  # quantile that stands for the strongest edges: a hair or a speck is no measure
ROOM = 0.02  # of the longer side that is left about the subject


class Square(NamedTuple):
    """A picture fitted into a square of 96 pixels, unless said otherwise."""

    pixels: Array  # (96, 96, 3) uint8, white around the picture
    width: int  # of the picture in it: 1 to 96
    height: int


class Squares(NamedTuple):
    """A picture as the nets see it."""

    whole: Square  # for the code, from which it is redrawn
    subject: Square  # without the empty paper about it: for the look


def squared(pixels: Array) -> Squares:
    """Both squares of a picture (h, w, 3) uint8."""
    whole, subject = letterboxed(pixels), trimmed(pixels)
    return Squares(whole, whole if subject.shape == pixels.shape else letterboxed(subject))


def letterboxed(pixels: Array, side: int = SIDE) -> Square:
    """A picture (h, w, 3) uint8, enlarged or shrunk until it fits a white square of that side, in the middle of it."""
    height, width = pixels.shape[:2]
    scale = side / max(width, height)
    fitted = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(Image.fromarray(pixels).resize(fitted, Image.Resampling.BILINEAR))
    square = np.full((side, side, 3), 255, np.uint8)
    left, top = (side - fitted[0]) // 2, (side - fitted[1]) // 2
    square[top : top + fitted[1], left : left + fitted[0]] = small
    return Square(square, *fitted)


def trimmed(pixels: Array) -> Array:
    """The picture (h, w, 3) without the even paper about its subject, which copies often have more or less of.

    The subject reaches as far as there are edges; a slow change of light, as in a scan, is none. A picture without
    edges stays as it is.
    """
    height, width = pixels.shape[:2]
    scale = COARSE / max(height, width)
    size = max(3, round(width * scale)), max(3, round(height * scale))
    shrunk = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    small = np.ascontiguousarray(np.moveaxis(shrunk, 2, 0), np.int16)  # (3, h, w): last, 3 makes numpy slow
    edges = np.zeros(small.shape[1:], np.int16)
    across, down = np.abs(np.diff(small, axis=2)).max(0), np.abs(np.diff(small, axis=1)).max(0)
    edges[:, 1:], edges[1:] = across, np.maximum(edges[1:], down)
    edges[:, :-1] = np.maximum(edges[:, :-1], across)
    edges[:-1] = np.maximum(edges[:-1], down)
    strongest = np.partition(edges, place := int((edges.size - 1) * STRONGEST), axis=None)[place]
    there = edges >= max(FAINT, SHARE * float(strongest))
    if not there.any():
        return pixels
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    room = ROOM * max(height, width)
    top, bottom = extent(rows[0], rows[-1], height / size[1], room, height)
    left, right = extent(columns[0], columns[-1], width / size[0], room, width)
    return pixels[top:bottom, left:right]


def extent(first: int, last: int, scale: float, room: float, end: int) -> tuple[int, int]:
    """Where to cut along one side, in pixels, when coarse pixels `first` to `last` are to stay."""
    return max(0, int(first * scale - room)), min(end, int(np.ceil((last + 1) * scale + room)))
