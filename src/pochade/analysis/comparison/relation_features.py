"""The numbers from which the pair model says how two pictures are related.

    two views ──►──┤align_views├──►──┤overlay├──►──┤differences, edges, tones├──►── 66 numbers, the region that differs
                                         └──►──┤fit_tones├──►──┘

The order of the two doesn't matter: the larger view is laid on the smaller one, and what is measured of each alone is
given as the smaller and the larger value.
"""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats
from pochade.analysis.comparison.affine import Affine, apply_affine, area_scale, describe_motion, invert_affine
from pochade.analysis.comparison.alignment import ViewAlignment, align_views, correlate, frame_map
from pochade.analysis.comparison.detail_features import detail_figures
from pochade.analysis.comparison.difference import (
    ACTIVE,
    CLEAR,
    Overlay,
    difference_figures,
    difference_map,
    largest_region,
    overlay,
)
from pochade.analysis.comparison.picture_view import Colours, PictureView
from pochade.analysis.comparison.planes import (
    Mask,
    Plane,
    colour_lengths,
    count_components,
    count_pixels,
    largest_component,
    widen_mask,
)
from pochade.analysis.comparison.tone_fit import fit_tones
from pochade.images.geometry.letterbox import Box

FEATURES = 66
EDGE_STRENGTH, FAINT_EDGE = 3.0, 1.2  # CIELAB units per pixel, of edges that are looked for, and that count as found
NEAR_EDGE = 5  # pixels, the side of the square in which an edge is looked for
COLOURED = 10.0  # CIELAB chroma from which a pixel has a hue
WHITE = 92.0  # CIELAB lightness
MIN_OVERLAP = 64  # pixels


class DifferingRegion(NamedTuple):
    """The largest region in which two pictures differ."""

    in_first: Box  # in pixels of the first view
    in_second: Box


class EdgeMasks(NamedTuple):
    """The edges of two pictures within their overlap."""

    moved: Mask  # of the first picture, laid on the second
    fixed: Mask
    only_moved: Mask  # those near which the other picture has no edge
    only_fixed: Mask

    @property
    def shared(self) -> int:
        """Pixels of edges that the other picture has, too; of the picture in which they are fewer."""
        return min(count_pixels(self.moved & ~self.only_moved), count_pixels(self.fixed & ~self.only_fixed))


class Relation(NamedTuple):
    """What was measured on two pictures."""

    features: NDArray[np.float32]  # (66,)
    region: DifferingRegion | None  # None if nothing differs


def relate(first: PictureView, second: PictureView, cosine: float, guess: Affine | None = None) -> Relation | None:
    """Measure how two pictures are related.

    Args:
        first: A picture.
        second: Another picture.
        cosine: Of their embeddings.
        guess: A map that may lay the first on the second.

    Returns:
        The measurements; None if the two have nothing in common.
    """
    alignment = align_views(first, second, guess)
    if alignment is None:
        return None
    if area_scale(alignment.matrix) <= 1:
        return _measure(first, second, alignment, cosine)
    swapped = alignment._replace(matrix=invert_affine(alignment.matrix))
    return _turn_round(_measure(second, first, swapped, cosine))


def _turn_round(relation: Relation | None) -> Relation | None:
    """A relation as it is with its two pictures in the other order."""
    if relation is None or relation.region is None:
        return relation
    in_first, in_second = relation.region
    return relation._replace(region=DifferingRegion(in_second, in_first))


def _measure(first: PictureView, second: PictureView, alignment: ViewAlignment, cosine: float) -> Relation | None:
    both = overlay(first, second, alignment.matrix)
    if count_pixels(both.inside) < MIN_OVERLAP:
        return None
    toned = fit_tones(both.moved, both.fixed, both.inside)
    raw, fitted = difference_map(both, both.moved), difference_map(both, toned)
    differences, edges = (difference_figures(raw, both), difference_figures(fitted, both)), _edge_masks(both)
    numbers = [
        cosine, alignment.correlation, math.log1p(alignment.agreeing), count_pixels(both.ink) / both.ink.size,
        *(value for figures in differences for value in _compress(figures)),
        *_coverage(first, second, both, alignment.matrix),
        *_edge_figures(both, edges),
        *_colour_figures(both, toned),
        *_region_figures(both, raw),
        *_motion_figures(first, second, alignment.matrix),
        *detail_figures(first, second, alignment.matrix, edges.shared),
    ]  # fmt: skip
    return Relation(np.array(numbers, np.float32), _region(raw, alignment.matrix, first))


def _region(raw: Plane, matrix: Affine, first: PictureView) -> DifferingRegion | None:
    """The largest region that differs, in both pictures."""
    box = largest_region(raw)
    if box is None:
        return None
    corners = np.array([[box.x, box.y], [box.x + box.width, box.y + box.height]], np.float64)
    corners = np.clip(apply_affine(invert_affine(matrix), corners), 0, [first.width, first.height])
    (left, top), (right, bottom) = np.sort(corners, axis=0).round().astype(int).tolist()
    return DifferingRegion(Box(left, top, max(1, right - left), max(1, bottom - top)), box)


def _compress(figures: tuple[float, ...]) -> list[float]:
    """Take roots, since small differences matter most."""
    return [math.sqrt(max(value, 0)) for value in figures]


def _sort_two(first: float, second: float) -> tuple[float, float]:
    return min(first, second), max(first, second)


def _coverage(first: PictureView, second: PictureView, both: Overlay, matrix: Affine) -> tuple[float, float]:
    """The shares of each picture's edges that lie in the overlap, the smaller one first."""
    strong = second.gradient > EDGE_STRENGTH
    of_second = _share(strong & both.inside, strong) if strong.any() else 1.0
    rows, columns = np.nonzero(first.gradient > EDGE_STRENGTH)
    mapped = apply_affine(matrix, np.column_stack([columns, rows]).astype(np.float64))
    across, down = mapped.T
    within = (across >= 0) & (across <= second.width - 1) & (down >= 0) & (down <= second.height - 1)
    return _sort_two(float(np.mean(within)) if len(rows) else 1.0, of_second)


def _edge_masks(both: Overlay) -> EdgeMasks:
    gradients = both.moved_gradient, both.fixed_gradient
    moved, fixed = ((gradient > EDGE_STRENGTH) & both.inside for gradient in gradients)
    near_moved, near_fixed = (widen_mask(gradient > FAINT_EDGE, NEAR_EDGE) for gradient in gradients)
    return EdgeMasks(moved, fixed, moved & ~near_fixed, fixed & ~near_moved)


def _edge_figures(both: Overlay, edges: EdgeMasks) -> tuple[float, ...]:
    """How much of each picture's edges the other one has, and how well the edges and the lightness correlate."""
    shares = 1 - _share(edges.only_moved, edges.moved), 1 - _share(edges.only_fixed, edges.fixed)
    largest, _ = largest_component(edges.only_moved | edges.only_fixed)
    largest_share = largest / max(count_pixels(edges.moved | edges.fixed), 1)
    light = correlate(both.moved[..., 0][both.inside], both.fixed[..., 0][both.inside])
    lines = correlate(both.moved_gradient[both.inside], both.fixed_gradient[both.inside])
    strengths = _sort_two(*(_mean(gradient, both.ink) for gradient in (both.moved_gradient, both.fixed_gradient)))
    return *_sort_two(*shares), math.sqrt(largest_share), light, lines, *map(math.log1p, strengths)


def _share(part: Mask, whole: Mask) -> float:
    return count_pixels(part) / max(count_pixels(whole), 1)


def _mean(values: Plane, where: Mask) -> float:
    return float(values[where].mean()) if where.any() else 0.0


def _colour_figures(both: Overlay, toned: Plane) -> tuple[float, ...]:
    """How colourful and how white each picture is, and how the colours change."""
    chroma = [np.hypot(colours[..., 1], colours[..., 2]) for colours in (both.moved, both.fixed)]
    chromas = _sort_two(*(_mean(values, both.ink) for values in chroma))
    lights = _sort_two(*(_mean(colours[..., 0], both.ink) for colours in (both.moved, both.fixed)))
    whites = _sort_two(*(float((c[..., 0][both.inside] > WHITE).mean()) for c in (both.moved, both.fixed)))
    change = _mean(colour_lengths(toned - both.moved), both.ink)
    coloured = both.ink & (chroma[0] > COLOURED) & (chroma[1] > COLOURED)
    share = _share(coloured, both.ink)
    turn = _mean_turn(*(np.arctan2(colours[..., 2], colours[..., 1])[coloured] for colours in (both.moved, both.fixed)))
    return *chromas, *lights, *whites, math.sqrt(change), share, *turn, *_paint_figures(both, coloured)


def _mean_turn(hues: Floats, others: Floats) -> tuple[float, float]:
    """By how much hues turn (0 to pi), and how equal these turns are (0 to 1); both in radians."""
    if not len(hues):
        return 0.0, 1.0
    mean = np.exp(1j * (others - hues)).mean()
    return abs(float(np.angle(mean))), float(abs(mean))


def _paint_figures(both: Overlay, coloured: Mask) -> tuple[float, ...]:
    """How hue, saturation and value change where a colour fills an area.

    A program that turns the hues of a whole picture keeps saturation and value; a person who chooses other colours
    seldom does.
    """
    filled = coloured & (both.steepness < ACTIVE)
    first, second = (_hue_saturation_value(colours[filled]) for colours in (both.moved, both.fixed))
    turn = _mean_turn(first[:, 0], second[:, 0])
    changes = np.abs(second[:, 1:] - first[:, 1:]).mean(0).tolist() if len(first) else [0.0, 0.0]
    return *turn, *changes


def _hue_saturation_value(colours: Colours) -> Floats:
    """CIELAB colours (n, 3) as hue in radians, saturation and value from 0 to 1: (n, 3)."""
    if not len(colours):
        return np.empty((0, 3), np.float32)
    rgb = cv2.cvtColor(colours[None], cv2.COLOR_LAB2RGB)
    converted: Floats = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)[0] * np.array([math.pi / 180, 1, 1], np.float32)
    return converted


def _region_figures(both: Overlay, raw: Plane) -> tuple[float, ...]:
    """Of what differs clearly: how far it spreads, how full its box is, its parts, and what shows through."""
    differs = raw > CLEAR
    if not differs.any():
        return 0.0, 0.0, 0.0, 1.0, 1.0, 0.0
    rows, columns = np.nonzero(differs)
    box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    through = correlate(both.moved_gradient[differs], both.fixed_gradient[differs])
    parts = math.log1p(count_components(differs))
    return math.sqrt(box / differs.size), len(rows) / box, parts, through, *_opacity(both, differs)


def _opacity(both: Overlay, differs: Mask) -> tuple[float, float]:
    """How the lightness depends on the other picture's where the two differ: the slope, and what it leaves unexplained.

    Where a half-transparent mark was laid over a picture, the slope is its transparency.
    """
    first, second = both.moved[..., 0][differs], both.fixed[..., 0][differs]
    first, second = (first, second) if first.var() > second.var() else (second, first)
    slope = float(np.cov(first, second)[0, 1] / max(float(first.var()), 1.0)) if len(first) > 1 else 0.0
    rest = (second - second.mean()) - slope * (first - first.mean())
    return min(max(slope, -1.0), 2.0), math.sqrt(float(np.square(rest).mean())) / 10


def _motion_figures(first: PictureView, second: PictureView, matrix: Affine) -> tuple[float, ...]:
    """What the map does, and how far it moves the corners from where the same frame would have them."""
    motion = describe_motion(matrix)
    corners = np.array([[0, 0], [first.width, 0], [0, first.height], [first.width, first.height]], np.float64)
    moved = apply_affine(matrix, corners) - apply_affine(frame_map(first, second), corners)
    shift = float(np.linalg.norm(moved, axis=1).max()) / max(second.width, second.height)
    return (
        float(motion.mirrored), float(motion.turned), math.log1p(motion.tilt), abs(math.log(max(motion.scale, 1e-3))),
        math.log(motion.stretch), math.sqrt(shift),
    )  # fmt: skip
