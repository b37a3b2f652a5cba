"""What else there is to a picture than its look, in plain numbers: outlines, colours, grain, and how it was made.

A look says that two pictures show the same; what a person calls by one word often shares less: its palette, its
outlines' directions, hard or soft edges. Together with looks these numbers learn a person's labels from fewer examples.
"""

import numpy as np
from PIL import Image

from pochade.images.base.picture import Array
from pochade.images.geometry.letterbox import SIDE, Square, Squares

PLAN_SIDE, PLAN_CELLS = 48, 7  # the whole picture's outlines are counted on so many pixels a side, in 7 x 7 cells
CELLS, DIRECTIONS = 4, 8  # the subject's in 4 x 4 cells,
FINE = 16  # and, in so many directions, in the whole picture
HUES, PALE, DARK, GREYS = 12, 40, 50, 5  # saturation and value below which a pixel counts as grey, or as black
STRONG = 130  # saturation of 255
SHRUNK = (1, 2, 4)  # the grain is looked at in squares of 96, 48 and 24 pixels
STEPS = (1.5, 20.0)  # levels of 255 by which a neighbour must be lighter: grain, and drawn edges
UNIFORM = 2  # changes around a pixel, at most, in the patterns that are told apart
WHITE = 245  # levels from which paper counts as white
SOFT = 6  # levels below which a change is a gradient, not an edge
AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))  # a pixel's neighbours, in a ring
RINGS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)  # (256, 8), every way to be lighter
PATTERNS = np.where((np.roll(RINGS, 1, 1) != RINGS).sum(1) <= UNIFORM, RINGS.sum(1), len(AROUND) + 1)  # (256,)
LENGTH = 248
PLAN_LENGTH = PLAN_CELLS**2 * DIRECTIONS  # 392
WEIGHTS = (0.53, 1.0, 1.67, 1.51, 0.16)  # of both outlines, colours, grain and facts: with them they vary as looks do
SPREAD = np.array([0.26, 0.24, 0.68, 0.165, 0.11, 4, 0.17, 0.11, 45, 40, 27, 0.4, 0.36, 0.19])  # of facts, likewise


def traits(squares: Squares) -> Array:
    """The traits (248,) float32 of a picture, on such a scale that they can be laid beside its look.

    Distances between them mean something, one by one they don't: outlines in 4 x 4 cells (128) and in all (16),
    colours (30), grain (60), facts (14). All but the facts are roots of shares, as the Hellinger distance has them.
    """
    grey = np.asarray(Image.fromarray(squares.subject.pixels).convert("L"), np.float32)  # (96, 96)
    turns, strengths = edges(grey)
    drawn = outlines(turns, strengths, CELLS, DIRECTIONS), outlines(turns, strengths, 1, FINE)
    parts = *drawn, colours(squares.subject), grain(grey), facts(squares) / SPREAD
    return np.concatenate([part * weight for part, weight in zip(parts, WEIGHTS, strict=True)]).astype(np.float32)


def plan(squares: Squares) -> Array:
    """Where the whole picture has outlines, and in which direction (392,) float32: a shirt is wide, trousers are high.

    Unlike the traits, these keep the subject's size and place on its paper. Roots of shares, as outlines are.
    """
    small = Image.fromarray(squares.whole.pixels).resize((PLAN_SIDE, PLAN_SIDE), Image.Resampling.BOX).convert("L")
    return outlines(*edges(np.asarray(small, np.float32)), PLAN_CELLS, DIRECTIONS).astype(np.float32)


def edges(grey: Array) -> tuple[Array, Array]:
    """Each pixel's direction across the edge there, in half turns from 0 to 1, and its strength; (S, S) each."""
    padded = np.pad(grey, 1, mode="edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    return np.arctan2(down, across) / np.pi % 1, np.hypot(across, down)  # light to dark is as dark to light


def outlines(turns: Array, strengths: Array, cells: int, directions: int) -> Array:
    """How strong edges are in each direction in each of so many cells a side: a histogram of oriented gradients.

    Dalal & Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005; here over the whole picture's
    strength, as a drawing's faint parts are faint on purpose.
    """
    low = np.floor(turns * directions)
    share, low = turns * directions - low, low.astype(np.int64)
    place = np.arange(len(turns)) * cells // len(turns)
    start = (place[:, None] * cells + place) * directions  # (S, S), the first bin of each pixel's cell
    bins = np.concatenate([start + low % directions, start + (low + 1) % directions])
    amounts = np.concatenate([strengths * (1 - share), strengths * share])
    found = np.bincount(bins.ravel(), amounts.ravel(), cells**2 * directions)
    return np.sqrt(found / max(float(np.linalg.norm(found)), 1e-6))


def colours(square: Square) -> Array:
    """How much there is of 12 hues, pale or strong, of black and of five greys (30,)."""
    half = Image.fromarray(square.pixels).resize((SIDE // 2, SIDE // 2), Image.Resampling.BOX)
    hue, saturation, value = np.asarray(half.convert("HSV"), np.int64).reshape(-1, 3).T
    greys = 2 * HUES + 1 + np.minimum(value, 254) * GREYS // 255
    bins = np.where(saturation < PALE, greys, hue * HUES // 256 * 2 + (saturation > STRONG))
    bins = np.where(value < DARK, 2 * HUES, bins)
    return np.sqrt(np.bincount(bins, minlength=2 * HUES + 1 + GREYS) / bins.size)


def grain(grey: Array) -> Array:
    """How often a pixel has so many lighter neighbours side by side, in three sizes, for two steps (60,).

    Local binary patterns (Ojala, Pietikäinen & Mäenpää, TPAMI 2002), without regard to where they begin.
    """
    counts = []
    for factor in SHRUNK:
        side = SIDE // factor
        small = np.pad(grey.reshape(side, factor, side, factor).mean((1, 3)), 1, mode="edge")
        ring = np.stack([small[1 + y : 1 + y + side, 1 + x : 1 + x + side] for y, x in AROUND]) - small[1:-1, 1:-1]
        for step in STEPS:
            rings = np.packbits(ring > step, axis=0).ravel()  # a byte a pixel: which neighbours are lighter
            counts.append(np.bincount(PATTERNS, np.bincount(rings, minlength=256)) / side**2)
    return np.sqrt(np.concatenate(counts))


def facts(squares: Squares) -> Array:
    """What a person would see of how the picture was made (14,).

    White on the rim and in all; how mixed the colours are, the share of the 2 and of the 5 most frequent ones, how many
    have a hundredth; flat and softly shaded parts; paint, light and contrast; the shapes of subject and whole picture.
    """
    subject, whole = squares.subject, squares.whole
    pixels = np.ascontiguousarray(np.moveaxis(inside(subject), 2, 0), np.int16)  # (3, h, w): last, 3 makes numpy slow
    white = pixels.min(0) > WHITE
    rim = np.concatenate([white[0], white[-1], white[:, 0], white[:, -1]])
    shares = np.sort(np.bincount(np.tensordot([64, 8, 1], pixels // 32, 1).ravel(), minlength=512))[::-1] / white.size
    some = shares[shares > 0]
    change = np.abs(np.diff(pixels, axis=2, append=pixels[:, :, -1:])).max(0)
    paint, light = pixels.max(0) - pixels.min(0), pixels.mean(0)
    return np.array([
        rim.mean(), white.mean(),
        -(some * np.log(some)).sum(), shares[:2].sum(), shares[:5].sum(), (shares > 0.01).sum(),  # noqa: PLR2004
        (change == 0).mean(), ((change > 0) & (change < SOFT)).mean(),
        paint.mean(), light.mean(), light.std(),
        np.log(subject.width / subject.height), np.log(whole.width / whole.height),
        subject.width * subject.height / SIDE**2,
    ])  # fmt: skip


def inside(square: Square) -> Array:
    """The picture without the white about it, (h, w, 3)."""
    left, top = (SIDE - square.width) // 2, (SIDE - square.height) // 2
    return square.pixels[top : top + square.height, left : left + square.width]
