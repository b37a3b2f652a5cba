"""Descriptors of a picture, which complement its embedding: outlines, colours, texture and simple statistics.

The embedding represents what a picture shows. Pictures with the same label often have less in common: a palette, the
directions of outlines, hard or soft edges. With embedding and descriptors together, a label is learnt from fewer
examples.
"""

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import SQUARE_SIDE, Square, Squares

LAYOUT_SIDE, LAYOUT_CELLS = 48, 7  # of the layout: pixels per side, and cells per side
OUTLINE_CELLS, OUTLINE_DIRECTIONS = 4, 8  # of the subject's outlines: cells per side, and directions
FINE_OUTLINE_DIRECTIONS = 16  # of the subject's outlines in a single cell
HUE_BINS, GREY_BINS = 12, 5
MIN_HUE_SATURATION = 40  # of 255; pixels with less are grey
MIN_HUE_VALUE = 50  # of 255; darker pixels are black
MAX_PALE_SATURATION = 130  # of 255; hues with more are strong
TEXTURE_SCALES = (1, 2, 4)  # texture is measured on squares of 96, 48 and 24 pixels
TEXTURE_STEPS = (1.5, 20.0)  # of 255: by how much a neighbour must be lighter, for grain and for drawn edges
MAX_UNIFORM_CHANGES = 2  # around the ring, of a uniform pattern; all other patterns count as one
MAX_OFF_WHITE_LEVEL = 245  # of 255; pixels with larger values in all channels are white
MIN_EDGE_STEP = 6  # of 255; smaller steps between neighbouring pixels are shading
RING_OFFSETS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))  # a pixel's neighbours, in order
BYTE_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)  # (256, 8), a bit per lighter neighbour
RING_CHANGES = (np.roll(BYTE_BITS, 1, 1) != BYTE_BITS).sum(1)  # (256,), changes between lighter and darker
PATTERNS = np.where(RING_CHANGES <= MAX_UNIFORM_CHANGES, BYTE_BITS.sum(1), len(RING_OFFSETS) + 1)  # (256,), by byte
APPEARANCE_LENGTH = 248
LAYOUT_LENGTH = LAYOUT_CELLS**2 * OUTLINE_DIRECTIONS  # 392
# The weights of outlines (2), colours, texture and statistics make distances as large as those between embeddings
PART_WEIGHTS = (0.53, 1.0, 1.67, 1.51, 0.16)
# The standard deviation of each of the statistics
STATISTICS_SPREAD = np.array([0.26, 0.24, 0.68, 0.165, 0.11, 4, 0.17, 0.11, 45, 40, 27, 0.4, 0.36, 0.19])


def appearance_descriptor(squares: Squares) -> Array:
    """Describe outlines, colours, texture and statistics of a picture: (248,) float32.

    Only distances between descriptors are meaningful. They are scaled like distances between embeddings. The parts are
    outlines in 4 x 4 cells (128) and in one cell (16), colours (30), texture (60) and statistics (14). All parts except
    the statistics are square roots of shares, so their distances are Hellinger distances.
    """
    grey = np.asarray(Image.fromarray(squares.subject.pixels).convert("L"), np.float32)  # (96, 96)
    turns, strengths = _edge_directions(grey)
    edges = (
        _outlines(turns, strengths, OUTLINE_CELLS, OUTLINE_DIRECTIONS),
        _outlines(turns, strengths, 1, FINE_OUTLINE_DIRECTIONS),
    )
    parts = *edges, _colours(squares.subject), _texture(grey), _statistics(squares) / STATISTICS_SPREAD
    return np.concatenate([part * weight for part, weight in zip(parts, PART_WEIGHTS, strict=True)]).astype(np.float32)


def layout_descriptor(squares: Squares) -> Array:
    """Describe where the whole picture has outlines, and in which directions: (392,) float32.

    Unlike the appearance, the layout depends on the size of the subject and its place on the paper. The values are
    square roots of shares.
    """
    small = Image.fromarray(squares.whole.pixels).resize((LAYOUT_SIDE, LAYOUT_SIDE), Image.Resampling.BOX).convert("L")
    return _outlines(*_edge_directions(np.asarray(small, np.float32)), LAYOUT_CELLS, OUTLINE_DIRECTIONS).astype(
        np.float32
    )


def _edge_directions(grey: Array) -> tuple[Array, Array]:
    """The direction of the gradient at each pixel, in half turns from 0 to 1, and its strength; (S, S) each."""
    padded = np.pad(grey, 1, mode="edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    return np.arctan2(down, across) / np.pi % 1, np.hypot(across, down)  # light to dark counts as dark to light


def _outlines(turns: Array, strengths: Array, cells: int, directions: int) -> Array:
    """Histogram of oriented gradients in cells x cells x directions.

    Dalal & Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005. It is normalised over the whole
    picture, not locally, because faint parts of a drawing are faint on purpose.
    """
    low = np.floor(turns * directions)
    share, low = turns * directions - low, low.astype(np.int64)
    place = np.arange(len(turns)) * cells // len(turns)
    start = (place[:, None] * cells + place) * directions  # (S, S), the first bin of each pixel's cell
    bins = np.concatenate([start + low % directions, start + (low + 1) % directions])
    amounts = np.concatenate([strengths * (1 - share), strengths * share])
    histogram = np.bincount(bins.ravel(), amounts.ravel(), cells**2 * directions)
    return np.sqrt(histogram / max(float(np.linalg.norm(histogram)), 1e-6))


def _colours(square: Square) -> Array:
    """Square root of the histogram of 12 hues, each pale or strong, black and five greys: (30,)."""
    half = Image.fromarray(square.pixels).resize((SQUARE_SIDE // 2, SQUARE_SIDE // 2), Image.Resampling.BOX)
    hue, saturation, value = np.asarray(half.convert("HSV"), np.int64).reshape(-1, 3).T
    greys = 2 * HUE_BINS + 1 + np.minimum(value, 254) * GREY_BINS // 255
    bins = np.where(
        saturation < MIN_HUE_SATURATION, greys, hue * HUE_BINS // 256 * 2 + (saturation > MAX_PALE_SATURATION)
    )
    bins = np.where(value < MIN_HUE_VALUE, 2 * HUE_BINS, bins)
    return np.sqrt(np.bincount(bins, minlength=2 * HUE_BINS + 1 + GREY_BINS) / bins.size)


def _texture(grey: Array) -> Array:
    """Histograms of rotation-invariant uniform local binary patterns at three scales, for two steps: (60,).

    Ojala, Pietikäinen & Mäenpää, TPAMI 2002.
    """
    counts = []
    for factor in TEXTURE_SCALES:
        side = SQUARE_SIDE // factor
        small = np.pad(grey.reshape(side, factor, side, factor).mean((1, 3)), 1, mode="edge")
        ring = (
            np.stack([small[1 + y : 1 + y + side, 1 + x : 1 + x + side] for y, x in RING_OFFSETS]) - small[1:-1, 1:-1]
        )
        for step in TEXTURE_STEPS:
            lighter = np.packbits(ring > step, axis=0).ravel()  # a byte per pixel: a bit for each lighter neighbour
            counts.append(np.bincount(PATTERNS, np.bincount(lighter, minlength=256)) / side**2)
    return np.sqrt(np.concatenate(counts))


def _statistics(squares: Squares) -> Array:
    """Statistics of how the picture was made (14,).

    Shares of white on the rim and in the whole subject; entropy of 512 colours, shares of the 2 and of the 5 most
    frequent colours, number of colours with a share above a hundredth; shares of flat and of shaded pixels; mean
    chroma, mean light and its deviation; log aspect ratios of the subject and of the whole picture, and the subject's
    area.
    """
    subject, whole = squares.subject, squares.whole
    pixels = np.ascontiguousarray(np.moveaxis(subject.picture, 2, 0), np.int16)  # (3, h, w), faster than (h, w, 3)
    white = pixels.min(0) > MAX_OFF_WHITE_LEVEL
    rim = np.concatenate([white[0], white[-1], white[:, 0], white[:, -1]])
    shares = np.sort(np.bincount(np.tensordot([64, 8, 1], pixels // 32, 1).ravel(), minlength=512))[::-1] / white.size
    present = shares[shares > 0]
    change = np.abs(np.diff(pixels, axis=2, append=pixels[:, :, -1:])).max(0)
    chroma, light = pixels.max(0) - pixels.min(0), pixels.mean(0)
    return np.array([
        rim.mean(), white.mean(),
        -(present * np.log(present)).sum(), shares[:2].sum(), shares[:5].sum(), (shares > 0.01).sum(),  # noqa: PLR2004
        (change == 0).mean(), ((change > 0) & (change < MIN_EDGE_STEP)).mean(),
        chroma.mean(), light.mean(), light.std(),
        np.log(subject.width / subject.height), np.log(whole.width / whole.height),
        subject.width * subject.height / SQUARE_SIDE**2,
    ])  # fmt: skip
