"""Find pictures by a quick drawing, by a few colours with their shares, or by both.

    drawing ──►──┤as it is, and with its gaps closed├──►──┤embedding, colours, edges, outlines├──┐
    colours ──►──┤colours├─────────────────────────────────────────────────────────────────────┴──► order

A quick hand leaves gaps between its strokes, which a finished picture hasn't. So a picture may be like the drawing as
it is, or like the drawing with its gaps closed: the smaller difference counts. The weights were chosen on drawings that
were made from pictures by machine: `experiments/bench/bench_drawings.py` measures how often the picture is among the
first.
"""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.comparison.planes import blur
from pochade.images.base.picture import Array
from pochade.images.features.descriptors import (
    FINE_OUTLINE_DIRECTIONS,
    GREY_BINS,
    HUE_BINS,
    OUTLINE_CELLS,
    OUTLINE_DIRECTIONS,
    PART_WEIGHTS,
)
from pochade.images.geometry.letterbox import SQUARE_SIDE, Square, Squares, make_squares
from pochade.index.descriptor_schema import DESCRIPTOR, describe
from pochade.index.descriptor_store import load_descriptors
from pochade.index.library import Library
from pochade.system.progress import ignore_progress

OUTLINE_LENGTH = OUTLINE_CELLS**2 * OUTLINE_DIRECTIONS + FINE_OUTLINE_DIRECTIONS  # 144, at the start of an appearance
COLOUR_BINS = 2 * HUE_BINS + 1 + GREY_BINS  # 30, behind the outlines
WHITE_BIN = COLOUR_BINS - 1
WHITE_LEVEL = 245  # of 255; where all channels have more, nothing is drawn
COLOUR_SPREAD = 14.0  # of 255: standard deviation around a wanted colour, since nobody hits a colour exactly
COMPARED_CANDIDATES = 2_000  # pictures whose edges are compared, the nearest by embedding and colour
PICTURES_PER_BLOCK = 20_000  # descriptors that are read at once: 90 MB


class WantedColour(NamedTuple):
    """A colour that pictures should have."""

    red: int  # 0 to 255
    green: int
    blue: int
    share: float  # of what is painted, relative to the shares of the other colours; above 0


class DrawingWeights(NamedTuple):
    """How much each difference between a drawing and a picture counts."""

    embedding: float  # of 1 - cosine
    colour: float  # of 1 - the overlap of the shares of colours
    edges: float  # of 1 - the correlation of the edge maps
    outlines: float  # of 1 - the overlap of the directions of outlines


WEIGHTS = DrawingWeights(1.0, 0.5, 1.0, 1.0)
CLOSING_DEVIATION = 0.05  # of the longer side: how far the colour of a stroke reaches into gaps
MIN_COVERAGE = 0.25  # share of strokes around a gap from which it is closed


class KnownPictures(NamedTuple):
    """What a search needs of all pictures, in the order of their rows."""

    numbers: Integers  # (N,), of the pictures
    model: str  # which made the embeddings
    embeddings: Floats  # (N, 64), mapped from disk
    descriptors: Array  # (N,) of type DESCRIPTOR, mapped from disk
    colours: Floats  # (N, 30), square roots of the shares of what is painted


class DrawnQuery(NamedTuple):
    """What a search needs of a drawing."""

    embedding: Floats  # (64,)
    descriptor: Array  # of type DESCRIPTOR
    colours: Floats  # (30,), square roots of the shares of what is painted, or wanted


class DrawingSearch:
    """Sorts the pictures of a collection by their likeness to a drawing. It keeps their colours in memory.

    Args:
        library: The collection.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.lock = library, threading.Lock()
        self._known: KnownPictures | None = None

    def rank(self, drawing: Array | None, colours: Sequence[WantedColour] = ()) -> Integers:
        """Sort all pictures by their likeness to a drawing, to colours, or to both.

        Args:
            drawing: (h, w, 3) uint8 on white; None to search by colours alone.
            colours: The colours that the pictures should have; those of the drawing, if there are none.

        Returns:
            The numbers (N,) of all pictures, the most similar first; in order, if there is nothing to search by.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        known = self.known_pictures()
        shares = _wanted_shares(colours) if colours else None
        if drawing is None or not _is_drawn(drawing):
            differences = np.zeros(len(known.colours)) if shares is None else 1 - known.colours @ shares
            return known.numbers[np.argsort(differences, kind="stable")]
        queries = [self.measure(version, shares) for version in (drawing, close_gaps(drawing))]
        return known.numbers[_order(known, queries)]

    def measure(self, drawing: Array, shares: Floats | None = None) -> DrawnQuery:
        """Measure a drawing (h, w, 3) uint8 on white; `shares` (30,) replaces its colours."""
        squares = make_squares(drawing)
        descriptor = describe(squares).view(DESCRIPTOR)[0]
        colours = paint_shares(descriptor["appearance"][None])[0] if shares is None else shares
        return DrawnQuery(self.library.models.embedder.embed([squares])[0], descriptor, colours)

    def known_pictures(self) -> KnownPictures:
        """What is known of the pictures; it is read again when there are others, or other models.

        Raises:
            CollectionMissing: Nothing has been learnt yet.
        """
        library = self.library
        with self.lock:
            numbers, model = np.array(library.index.picture_numbers(), np.int64), library.models.embedder.name
            known = self._known
            if known is None or known.model != model or not np.array_equal(known.numbers, numbers):
                descriptors = load_descriptors(library.models, library.index.contents(), ignore_progress)[
                    : len(numbers)
                ]
                embeddings = library.models.embeddings(len(descriptors))
                self._known = known = KnownPictures(numbers, model, embeddings, descriptors, _colours_of(descriptors))
            return known


def _order(known: KnownPictures, queries: Sequence[DrawnQuery]) -> Integers:
    """All rows, the most similar to any of some drawings first; edges are compared only where the rest is near."""
    fast = np.stack([fast_differences(known, query) @ np.array(WEIGHTS[:2], np.float32) for query in queries])
    order = np.argsort(fast.min(0), kind="stable")
    near = np.sort(order[:COMPARED_CANDIDATES])  # in the order in which they lie on the disk
    compared = known.descriptors[near]
    close = np.stack([close_differences(compared, query) @ np.array(WEIGHTS[2:], np.float32) for query in queries])
    total = (fast[:, near] + close).min(0)
    return np.concatenate([near[np.argsort(total, kind="stable")], order[COMPARED_CANDIDATES:]])


def close_gaps(drawing: Array) -> Array:
    """Fill the gaps between the strokes of a drawing (h, w, 3) uint8 on white with the colours around them."""
    painted = (drawing.min(2) < WHITE_LEVEL).astype(np.float32)
    deviation = CLOSING_DEVIATION * max(drawing.shape[:2])
    coverage = blur(painted, deviation)
    colours = blur(drawing.astype(np.float32) * painted[..., None], deviation) / np.maximum(coverage, 1e-6)[..., None]
    gaps = (painted == 0) & (coverage > MIN_COVERAGE)
    closed = drawing.copy()
    closed[gaps] = np.rint(colours[gaps]).clip(0, 255).astype(np.uint8)
    return closed


def fast_differences(known: KnownPictures, query: DrawnQuery) -> Floats:
    """The differences (N, 2) of embedding and colour between a drawing and all pictures."""
    return np.stack([1 - known.embeddings @ query.embedding, 1 - known.colours @ query.colours], 1)


def close_differences(descriptors: Array, query: DrawnQuery) -> Floats:
    """The differences (n, 2) of edges and outlines between a drawing and pictures with these descriptors (n,)."""
    edges = _edge_likeness(descriptors["edges"], query.descriptor["edges"])
    return np.stack([1 - edges, 1 - _outline_likeness(descriptors, query.descriptor)], 1)


def _is_drawn(drawing: Array) -> bool:
    """Whether there is anything but one colour."""
    return bool((drawing != drawing[0, 0]).any())


def paint_shares(appearances: Array) -> Floats:
    """The square roots (n, 30) of the shares of colours in what is painted, from appearances (n, 248).

    White is left out, because in most drawings it is the paper, unless there is nothing else.
    """
    roots = appearances[:, OUTLINE_LENGTH : OUTLINE_LENGTH + COLOUR_BINS] / np.float32(PART_WEIGHTS[2])
    shares = np.square(roots)
    painted = shares.copy()
    painted[:, WHITE_BIN] = 0
    shares = np.where(painted.sum(1, keepdims=True) > 0, painted, shares)
    total = np.maximum(shares.sum(1, keepdims=True), 1e-9)
    return np.sqrt(shares / total).astype(np.float32)


def _colours_of(descriptors: Array) -> Floats:
    blocks = (
        paint_shares(descriptors["appearance"][start : start + PICTURES_PER_BLOCK])
        for start in range(0, len(descriptors), PICTURES_PER_BLOCK)
    )
    return np.concatenate([np.empty((0, COLOUR_BINS), np.float32), *blocks])


def _wanted_shares(colours: Sequence[WantedColour]) -> Floats:
    """The square roots (30,) of the shares of some colours, spread over the neighbouring ones.

    They are painted as a picture and measured like one, so that they are comparable with those of pictures.
    """
    total = sum(colour.share for colour in colours)
    counts = [max(1, round(colour.share / total * SQUARE_SIDE**2 / 4)) for colour in colours]
    exact = np.repeat(np.array([colour[:3] for colour in colours], np.float32), counts, 0)
    noise = np.random.default_rng(0).normal(0, COLOUR_SPREAD, exact.shape)
    painted = np.resize((exact + noise).clip(0, 255).astype(np.uint8), (SQUARE_SIDE // 2, SQUARE_SIDE // 2, 3))
    square = Square(painted.repeat(2, 0).repeat(2, 1), SQUARE_SIDE, SQUARE_SIDE)
    appearance: Array = describe(Squares(square, square)).view(DESCRIPTOR)["appearance"]
    return paint_shares(appearance)[0]


def _edge_likeness(edges: Array, query: Array) -> Floats:
    """The correlation (n,) of edge maps (n, 32, 32) with one (32, 32), -1 to 1."""
    return edges.reshape(len(edges), -1).astype(np.float32) @ query.ravel().astype(np.float32) / query.size


def _outline_likeness(descriptors: Array, query: Array) -> Floats:
    """The overlap (n,) of the directions of outlines, cell by cell, 0 to 1."""
    outlines = descriptors["appearance"][:, :OUTLINE_LENGTH] / np.float32(PART_WEIGHTS[0])
    drawn = query["appearance"][:OUTLINE_LENGTH] / np.float32(PART_WEIGHTS[0])
    norms = np.linalg.norm(outlines, axis=1) * np.linalg.norm(drawn)
    return outlines @ drawn / np.maximum(norms, 1e-6)
