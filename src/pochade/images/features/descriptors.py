"""Descriptors of a picture that embeddings leave out: outlines, colours, texture and simple statistics.

An embedding says whether two pictures show the same. Pictures with one label often share less: their palette, the
directions of their outlines, hard or soft edges. Embedding and descriptors together learn labels from fewer examples.
"""

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import SQUARE_SIDE, Square, Squares

LAYOUT_SIDE, LAYOUT_CELLS = 48, 7  # the layout: pixels a side, and cells a side in which outlines are counted
OUTLINE_CELLS, OUTLINE_DIRECTIONS = 4, 8  # of the subject's outlines
FINE_OUTLINE_DIRECTIONS = 16  # of the subject's outlines in one cell
HUE_BINS, GREY_BINS = 12, 5
MIN_HUE_SATURATION, MIN_HUE_VALUE = (
    40,
    50,
)  # of 255: saturation below which a pixel is grey, value below which it is black
MIN_STRONG_SATURATION = 130  # of 255: saturation above which a colour is strong
TEXTURE_SCALES = (1, 2, 4)  # texture is measured on squares of 96, 48 and 24 pixels
TEXTURE_STEPS = (1.5, 20.0)  # of 255: how much lighter a neighbour is, for grain and for drawn edges
MAX_UNIFORM_CHANGES = 2  # most changes around a pixel in a uniform pattern; all others count as one pattern
MAX_OFF_WHITE_LEVEL = 245  # of 255: the darkest white
MIN_EDGE_STEP = 6  # of 255: a smaller change is a gradient, a larger one an edge
RING_OFFSETS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))  # a pixel's neighbours, in order
LIGHTER_NEIGHBOURS = np.unpackbits(
    np.arange(256, dtype=np.uint8)[:, None], axis=1
)  # (256, 8): which neighbours are lighter
RING_CHANGES = (np.roll(LIGHTER_NEIGHBOURS, 1, 1) != LIGHTER_NEIGHBOURS).sum(1)  # (256,): around the ring
PATTERN_OF_BYTE = np.where(
    RING_CHANGES <= MAX_UNIFORM_CHANGES, LIGHTER_NEIGHBOURS.sum(1), len(RING_OFFSETS) + 1
)  # (256,)
APPEARANCE_LENGTH = 248
LAYOUT_LENGTH = LAYOUT_CELLS**2 * OUTLINE_DIRECTIONS  # 392
PART_WEIGHTS = (
    0.53,
    1.0,
    1.67,
    1.51,
    0.16,
)  # of outlines (2), colours, texture, statistics: they vary as embeddings do
STATISTICS_SPREAD = np.array([0.26, 0.24, 0.68, 0.165, 0.11, 4, 0.17, 0.11, 45, 40, 27, 0.4, 0.36, 0.19])  # deviations


def appearance_descriptor(squares: Squares) -> Array:
    """Describe outlines, colours, texture and statistics of a picture: (248,) float32.

    Only distances between descriptors are meaningful; they have the scale of distances between embeddings. The parts
    are outlines in 4 x 4 cells (128) and in one cell (16), colours (30), texture (60) and statistics (14). All parts
    except the statistics are square roots of shares, so their distances are Hellinger distances.
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

    Unlike the appearance, the layout depends on the subject's size and place on the paper. The values are square roots
    of shares.
    """
    small = Image.fromarray(squares.whole.pixels).resize((LAYOUT_SIDE, LAYOUT_SIDE), Image.Resampling.BOX).convert("L")
    return _outlines(*_edge_directions(np.asarray(small, np.float32)), LAYOUT_CELLS, OUTLINE_DIRECTIONS).astype(
        np.float32
    )


def _edge_directions(grey: Array) -> tuple[Array, Array]:
    """The direction across the edge at each pixel, in half turns from 0 to 1, and its strength; (S, S) each."""
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
    """Histogram of 12 hues, each pale or strong, black and five greys: (30,)."""
    half = Image.fromarray(square.pixels).resize((SQUARE_SIDE // 2, SQUARE_SIDE // 2), Image.Resampling.BOX)
    hue, saturation, value = np.asarray(half.convert("HSV"), np.int64).reshape(-1, 3).T
    greys = 2 * HUE_BINS + 1 + np.minimum(value, 254) * GREY_BINS // 255
    bins = np.where(
        saturation < MIN_HUE_SATURATION, greys, hue * HUE_BINS // 256 * 2 + (saturation > MIN_STRONG_SATURATION)
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
            lighter = np.packbits(ring > step, axis=0).ravel()  # a byte a pixel: which neighbours are lighter
            counts.append(np.bincount(PATTERN_OF_BYTE, np.bincount(lighter, minlength=256)) / side**2)
    return np.sqrt(np.concatenate(counts))


def _statistics(squares: Squares) -> Array:
    """Statistics of how the picture was made (14,).

    Share of white on the rim, and of all; entropy of 512 colours, share of the 2 and of the 5 most frequent ones,
    number of those with a hundredth; share of flat and of softly shaded parts; mean chroma, mean light and its
    deviation; aspect ratio of the subject and of the whole picture, and the subject's area.
    """
    subject, whole = squares.subject, squares.whole
    pixels = np.ascontiguousarray(
        np.moveaxis(_crop_margin(subject), 2, 0), np.int16
    )  # (3, h, w): numpy is slow where the last axis is 3
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


def _crop_margin(square: Square) -> Array:
    """Cut off the white margin of a letterboxed picture: (h, w, 3)."""
    left, top = (SQUARE_SIDE - square.width) // 2, (SQUARE_SIDE - square.height) // 2
    return square.pixels[top : top + square.height, left : left + square.width]
