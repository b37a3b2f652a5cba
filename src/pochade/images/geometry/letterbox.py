"""The squares that models see: a picture fitted onto white, with and without the empty paper around its subject."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array

SQUARE_SIDE = 96  # pixels
_COARSE_SIDE = 64  # pixels of the longer side while the subject is searched: so few that grain averages out
MIN_EDGE_LEVELS = 10.0  # difference between neighbouring pixels, of 255; weaker edges don't count
MIN_EDGE_SHARE = 0.2  # of the strongest edges; edges weaker than this share of them don't count
STRONG_EDGE_QUANTILE = 0.995  # gives the strength of the strongest edges; a few hairs or specks don't change it
MARGIN_SHARE = 0.02  # of the longer side, left around the subject
MAX_UNFOLDED_RATIO = 4.2  # of the sides; a longer picture is a strip. A little over 4, as sides of copies are rounded


class Square(NamedTuple):
    """A picture fitted into the middle of a white square."""

    pixels: Array  # (S, S, 3) uint8; S is 96 for models of embeddings and sketches
    width: int  # of the picture inside the square: 1 to S
    height: int

    @property
    def picture(self) -> Array:
        """The picture without the white margin around it: (height, width, 3)."""
        side = len(self.pixels)
        left, top = (side - self.width) // 2, (side - self.height) // 2
        return self.pixels[top : top + self.height, left : left + self.width]


class Box(NamedTuple):
    """A rectangle of a picture, in pixels."""

    x: int  # of its left edge
    y: int  # of its upper edge
    width: int
    height: int


class Squares(NamedTuple):
    """Both squares of a picture."""

    whole: Square  # input of the sketch model
    subject: Square  # without the empty paper around it, a strip in windows: input of the embedding model


def make_squares(pixels: Array) -> Squares:
    """Make both squares of a picture (h, w, 3) uint8."""
    whole, subject = letterbox(pixels), crop_subject(pixels)
    return Squares(whole, whole if subject.shape == pixels.shape else letterbox(np.ascontiguousarray(subject)))


def letterbox(pixels: Array, side: int = SQUARE_SIDE) -> Square:
    """Enlarge or shrink a picture until it fits into a white square, and centre it there.

    Args:
        pixels: (h, w, 3) uint8.
        side: Of the square, in pixels.
    """
    x, y, width, height = fitted_frame(pixels.shape[1], pixels.shape[0], side)
    fitted = np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR))
    square = np.full((side, side, 3), 255, np.uint8)
    square[y : y + height, x : x + width] = fitted
    return Square(square, width, height)


def fitted_frame(width: int, height: int, side: int) -> tuple[int, int, int, int]:
    """Where `letterbox` puts a picture inside the square.

    Args:
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        side: Of the square, in pixels.

    Returns:
        The left edge, upper edge, width and height of the fitted picture, in pixels of the square.
    """
    scale = side / max(width, height)
    fitted_width, fitted_height = max(1, round(width * scale)), max(1, round(height * scale))
    return (side - fitted_width) // 2, (side - fitted_height) // 2, fitted_width, fitted_height


def crop_subject(pixels: Array) -> Array:
    """Crop a picture (h, w, 3) uint8 to its subject, and fold the subject if it is a strip."""
    return fold_strip(trim_paper(pixels))


def fold_strip(pixels: Array) -> Array:
    """Cut a strip into windows of equal size, and lay them beside each other, which makes it nearly square.

    In a square, a strip of 1:40 would be a line. The windows of a high strip lie from left to right, those of a wide
    strip from top to bottom.

    Args:
        pixels: (h, w, 3) uint8.

    Returns:
        `pixels` itself unless its longer side is over 4.2 times the shorter one.
    """
    height, width = pixels.shape[:2]
    if max(height, width) <= MAX_UNFOLDED_RATIO * min(height, width):
        return pixels
    if width > height:
        return np.swapaxes(fold_strip(np.swapaxes(pixels, 0, 1)), 0, 1)
    count = round((height / width) ** 0.5)
    window = -(-height // count)  # rows of a window; neighbours share some if the height is no multiple
    tops = np.linspace(0, height - window, count).round().astype(int).tolist()
    return np.concatenate([pixels[top : top + window] for top in tops], axis=1)


def trim_paper(pixels: Array) -> Array:
    """Crop a picture to its subject, because copies of a picture often differ in the empty paper around it.

    The subject is the bounding box of all edges. Gradual changes of light, as in scans, don't count as edges.

    Args:
        pixels: (h, w, 3) uint8.

    Returns:
        A view of `pixels`; all of it if there are no edges.
    """
    x, y, width, height = subject_box(pixels)
    return pixels[y : y + height, x : x + width]


def subject_box(pixels: Array) -> Box:
    """Find the box around the subject of a picture (h, w, 3) uint8: all of it if there are no edges."""
    height, width = pixels.shape[:2]
    edges = _coarse_edges(pixels)
    rank = int((edges.size - 1) * STRONG_EDGE_QUANTILE)
    strongest = np.partition(edges, rank, axis=None)[rank]
    subject = edges >= max(MIN_EDGE_LEVELS, MIN_EDGE_SHARE * float(strongest))
    if not subject.any():
        return Box(0, 0, width, height)
    rows, columns = np.flatnonzero(subject.any(1)), np.flatnonzero(subject.any(0))
    margin = MARGIN_SHARE * max(height, width)
    top, bottom = _crop_range(rows[0], rows[-1], height / subject.shape[0], margin, height)
    left, right = _crop_range(columns[0], columns[-1], width / subject.shape[1], margin, width)
    return Box(left, top, right - left, bottom - top)


def _coarse_edges(pixels: Array) -> Array:
    """The largest step to any of the four neighbours in any channel, of the picture shrunk to 64 pixels; int16."""
    height, width = pixels.shape[:2]
    scale = _COARSE_SIDE / max(height, width)
    size = max(3, round(width * scale)), max(3, round(height * scale))
    shrunk = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    small = np.ascontiguousarray(np.moveaxis(shrunk, 2, 0), np.int16)  # (3, h, w): numpy is slow with 3 as last axis
    edges = np.zeros(small.shape[1:], np.int16)
    across, down = np.abs(np.diff(small, axis=2)).max(0), np.abs(np.diff(small, axis=1)).max(0)
    edges[:, 1:], edges[1:] = across, np.maximum(edges[1:], down)
    edges[:, :-1] = np.maximum(edges[:, :-1], across)
    edges[:-1] = np.maximum(edges[:-1], down)
    return edges


def _crop_range(first: int, last: int, scale: float, margin: float, end: int) -> tuple[int, int]:
    """The pixels along one side, 0 to `end`, that coarse pixels `first` to `last` cover, with a margin."""
    return max(0, int(first * scale - margin)), min(end, int(np.ceil((last + 1) * scale + margin)))
