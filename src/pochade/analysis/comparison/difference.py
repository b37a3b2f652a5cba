"""Where two pictures differ once one is laid on the other.

A difference that a shift of less than a pixel explains isn't counted: next to a strong edge, resampling changes
colours, too. What is left is measured where something is drawn, and as connected regions.
"""

from typing import NamedTuple

import numpy as np

from pochade.analysis.comparison.affine import Affine, area_scale
from pochade.analysis.comparison.picture_view import Colours, PictureView
from pochade.analysis.comparison.planes import (
    Mask,
    Plane,
    blur,
    colour_lengths,
    count_pixels,
    coverage_mask,
    largest_channels,
    largest_component,
    take_off_rim,
    warp,
    widen,
)
from pochade.images.geometry.letterbox import Box

COMPARED_BLUR = 1.2  # pixels
SHIFT_TOLERANCE = 0.8  # pixels by which an edge may lie elsewhere
FAINT, CLEAR = 5.0, 12.0  # CIELAB units, from which a pixel differs faintly or clearly
INK_LEVELS = 6.0  # CIELAB units from the colour of the ground, from which something is drawn
MIN_SHARP_SCALE = 0.8  # below, a picture is blurred before it is shrunk
MIN_STEEP_SCALE = 0.3  # below, edges don't become steeper
ACTIVE = 2.0  # CIELAB units per pixel, from which something is drawn whatever its colour
MIN_INK = 30  # pixels, so that shares of a blank picture stay small


class Overlay(NamedTuple):
    """Two pictures in the frame of the second."""

    moved: Colours  # the first, laid on the second, slightly blurred
    fixed: Colours  # the second, slightly blurred
    inside: Mask  # where the first covers the second
    ink: Mask  # inside, where something is drawn in one of them
    steepness: Plane  # CIELAB units per pixel, the steepest of both near each pixel
    moved_gradient: Plane
    fixed_gradient: Plane


class DifferenceFigures(NamedTuple):
    """How much two pictures differ. Shares are of the area where something is drawn."""

    mean: float  # CIELAB units
    percentile_95: float
    percentile_99: float
    faint_share: float  # that differs at least faintly
    faint_largest: float  # the largest connected region that differs at least faintly
    faint_core: float  # what remains of it when a rim of a pixel is taken off
    clear_share: float
    clear_largest: float
    clear_core: float


def overlay(first: PictureView, second: PictureView, matrix: Affine) -> Overlay:
    """Lay the first picture on the second."""
    scale, width, height = area_scale(matrix), second.width, second.height
    soft = blur(first.lab, 0.5 / scale) if scale < MIN_SHARP_SCALE else first.lab
    moved = blur(warp(soft, matrix, width, height, repeats_border=True), COMPARED_BLUR)
    fixed = blur(second.lab, COMPARED_BLUR)
    inside = ~widen(1 - coverage_mask(first.lab, matrix, width, height).astype(np.float32), 3).astype(bool)
    moved_gradient = warp(first.gradient, matrix, width, height) / np.float32(max(scale, MIN_STEEP_SCALE))
    steepness = widen(np.maximum(moved_gradient, second.gradient), 3)
    border = np.concatenate([fixed[0], fixed[-1], fixed[:, 0], fixed[:, -1]])
    ground = np.median(border, 0)
    is_ink = (largest_channels(fixed - ground) > INK_LEVELS) | (largest_channels(moved - ground) > INK_LEVELS)
    ink = (is_ink | (steepness > ACTIVE)) & inside
    return Overlay(moved, fixed, inside, ink, steepness, moved_gradient, second.gradient)


def difference_map(both: Overlay, moved: Colours) -> Plane:
    """The difference (h, w) in CIELAB units that no shift of a fraction of a pixel explains; 0 outside the overlap.

    Args:
        both: The two pictures.
        moved: The first picture as it is laid on the second, perhaps in other colours.
    """
    distance = colour_lengths(moved - both.fixed)
    return np.where(both.inside, np.maximum(distance - SHIFT_TOLERANCE * both.steepness, 0), 0).astype(np.float32)


def difference_figures(difference: Plane, both: Overlay) -> DifferenceFigures:
    """Summarise a difference map."""
    area = max(count_pixels(both.ink), MIN_INK)
    values = difference[both.ink] if both.ink.any() else np.zeros(1, np.float32)
    faint, clear = (_regions(difference > level, area) for level in (FAINT, CLEAR))
    high, highest = np.percentile(values, [95, 99]).tolist()
    return DifferenceFigures(float(values.mean()), high, highest, *faint, *clear)


def largest_region(difference: Plane) -> Box | None:
    """The box around the largest connected region that differs clearly, or else faintly; None if none does."""
    for level in (CLEAR, FAINT):
        area, box = largest_component(difference > level)
        if area:
            return box
    return None


def _regions(differs: Mask, area: int) -> tuple[float, float, float]:
    """The shares of an area that differ, that the largest region covers, and that is left without the regions' rims."""
    largest, _ = largest_component(differs)
    return count_pixels(differs) / area, largest / area, count_pixels(take_off_rim(differs)) / area
