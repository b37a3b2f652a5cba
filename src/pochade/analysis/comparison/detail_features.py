"""How much detail two pictures have, and how much of it they share.

Two simple shapes, such as arrows or discs, agree by chance; two drawings that share a hundred corners do not. Only
with the amount of detail can the pair model tell what an agreement is worth.
"""

import math
from typing import NamedTuple

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.comparison.affine import Affine, apply_affine, invert_affine
from pochade.analysis.comparison.picture_view import PictureView

NEAR_CORNER = 4.0  # pixels between corners that count as the same


class SharedCorners(NamedTuple):
    """The corners of two pictures within their overlap."""

    shared: float  # the mean number of corners that have a partner in the other picture
    share_alone: float  # of all corners, 0 to 1, that have none


def detail_figures(first: PictureView, second: PictureView, matrix: Affine, shared_edges: int) -> tuple[float, ...]:
    """Measure the detail of two pictures.

    Args:
        first: A picture.
        second: Another picture.
        matrix: The map from pixels of the first to those of the second.
        shared_edges: Pixels of edges near which the other picture has an edge, too.

    Returns:
        Corners, symmetry and colours of each picture, the smaller value first; then the edges and corners that both
        have, and the share of the corners that only one has.
    """
    views = first, second
    corners = share_corners(first, second, matrix)
    return (
        *sorted(math.log1p(len(view.corners)) for view in views),
        *sorted(view.symmetry for view in views),
        *sorted(math.log1p(view.colour_count) for view in views),
        math.log1p(shared_edges),
        math.log1p(corners.shared),
        corners.share_alone,
    )


def share_corners(first: PictureView, second: PictureView, matrix: Affine) -> SharedCorners:
    """Find the corners that two pictures share, once the first is laid on the second."""
    moved, _ = _within(first.corners, matrix, second)
    _, fixed = _within(second.corners, invert_affine(matrix), first)
    count = len(moved) + len(fixed)
    if not len(moved) or not len(fixed):
        return SharedCorners(0, 1.0 if count else 0.0)
    distances = np.linalg.norm(moved[:, None] - fixed[None], axis=2)
    near = int((distances.min(0) <= NEAR_CORNER).sum() + (distances.min(1) <= NEAR_CORNER).sum())
    return SharedCorners(near / 2, 1 - near / count)


def _within(places: Floats, matrix: Affine, target: PictureView) -> tuple[Floats, Floats]:
    """Places (n, 2) moved by a map, and the same places unmoved: those that then lie within another picture."""
    moved = apply_affine(matrix, places.astype(np.float64))
    inside = np.all((moved >= 0) & (moved <= [target.width - 1, target.height - 1]), axis=1)
    return moved[inside], places[inside]
