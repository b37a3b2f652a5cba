"""The affine map that lays one picture on another.

    both views ──►──┤frames, subjects in 8 orientations, keypoints├──►── candidates ──►──┤coarse edges├──►── best one
    best one ──►──┤refined on the edges, at half and at full size├──►── alignment

Edges, not colours, decide, since line art, a wash and the finished work share only these.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pochade.analysis.comparison.affine import (
    Affine,
    apply_affine,
    area_scale,
    compose_affine,
    invert_affine,
    resize_map,
)
from pochade.analysis.comparison.keypoints import match_keypoints
from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.planes import Plane, blur, count_pixels, coverage_mask, refine_map, shrink, warp
from pochade.images.geometry.letterbox import MAX_UNFOLDED_RATIO, SQUARE_SIDE, fitted_frame

ORIENTATIONS = tuple(
    np.array(matrix, np.float64)
    for matrix in (
        [[1, 0], [0, 1]], [[-1, 0], [0, 1]], [[0, -1], [1, 0]], [[-1, 0], [0, -1]],
        [[0, 1], [-1, 0]], [[1, 0], [0, -1]], [[0, 1], [1, 0]], [[0, -1], [-1, 0]],
    )
)  # fmt: skip
MAX_FRAME_STRETCH, MAX_SUBJECT_STRETCH = 0.05, 0.15  # log of the ratio of both scales
CLEAR_CORRELATION = 0.9  # of coarse edges: with a better candidate, keypoints are not looked for
MIN_CORRELATION = 0.15  # of coarse edges, below which a candidate is not refined unless keypoints agree
MIN_AGREEING = 8  # keypoints
KEYPOINT_BONUS, MAX_COUNTED = 0.0005, 200  # per agreeing keypoint; at most so many count
COVERAGE_BONUS = 0.2  # for the share of the second picture's edges in the overlap
MIN_OVERLAP = 0.05  # share of the second picture
REFINEMENT_STEPS = ((0.5, 40), (1.0, 12))  # size, and iterations
MAX_DRIFT, MAX_GROWTH = 0.12, 0.4  # of a refinement: share of the longer side, and change of the area


class ViewAlignment(NamedTuple):
    """How one picture lies on another."""

    matrix: Affine  # from pixels of the first view to pixels of the second
    correlation: float  # of coarse edges in the overlap, -1 to 1
    coverage: float  # share of the second view's coarse edges in the overlap
    agreeing: int  # keypoints that agree; 0 if they weren't looked for


def align_views(first: PictureView, second: PictureView, guess: Affine | None = None) -> ViewAlignment | None:
    """Lay the first picture on the second.

    Args:
        first: A picture.
        second: Another picture.
        guess: A map that may be right, from pixels of the first view to those of the second.

    Returns:
        The best alignment; None if the edges of the two agree nowhere.
    """
    candidates = [_judge(first, second, matrix, 0) for matrix in _frame_candidates(first, second, guess)]
    best = max(candidates, key=_rank, default=None)
    if best is None or best.correlation * min(1.0, best.coverage) < CLEAR_CORRELATION:
        candidates += [_judge(first, second, *match) for match in _keypoint_candidates(first, second)]
        best = max(candidates, key=_rank, default=None)
    if best is None or (best.correlation < MIN_CORRELATION and best.agreeing < MIN_AGREEING):
        return None
    return _refine(first, second, best)


def frame_map(first: PictureView, second: PictureView) -> Affine:
    """The map that lays the frame of one picture on that of another."""
    return resize_map(second.width / first.width, second.height / first.height)


def square_map(view: PictureView) -> Affine | None:
    """The map from pixels of a view to coordinates (-1 to 1) of its subject's square; None for a strip: it is folded.

    `pochade.analysis.registration` aligns such squares.
    """
    x, y, width, height = view.subject
    if max(width, height) > MAX_UNFOLDED_RATIO * min(width, height):
        return None
    left, top, fitted_width, fitted_height = fitted_frame(width, height, SQUARE_SIDE)
    scales = np.array([fitted_width / width, fitted_height / height]) * 2 / SQUARE_SIDE
    offset = (np.array([left, top]) * 2 / SQUARE_SIDE) - 1 - (np.array([x, y]) - 0.5) * scales
    return np.column_stack([np.diag(scales), offset])


def guess_from_squares(first: PictureView, second: PictureView, transform: Affine) -> Affine | None:
    """Turn an alignment of two subjects' squares (2, 3), in coordinates from -1 to 1, into one of the views."""
    to_square, from_square = square_map(first), square_map(second)
    if to_square is None or from_square is None:
        return None
    return compose_affine(invert_affine(from_square), compose_affine(transform, to_square))


def _rank(alignment: ViewAlignment) -> float:
    bonus = KEYPOINT_BONUS * min(alignment.agreeing, MAX_COUNTED)
    return alignment.correlation + COVERAGE_BONUS * min(1.0, alignment.coverage) + bonus


def _frame_candidates(first: PictureView, second: PictureView, guess: Affine | None) -> Iterator[Affine]:
    """The guess, frame on frame, and subject on subject in eight orientations, where the proportions agree."""
    if guess is not None:
        yield guess
    if abs(math.log(first.width / first.height * second.height / second.width)) < MAX_FRAME_STRETCH:
        yield frame_map(first, second)
    x, y, width, height = first.subject
    other = second.subject
    middle = np.array([x + (width - 1) / 2, y + (height - 1) / 2])
    other_middle = np.array([other.x + (other.width - 1) / 2, other.y + (other.height - 1) / 2])
    for orientation in ORIENTATIONS:
        turned_width, turned_height = np.abs(orientation) @ [width, height]
        scales = other.width / turned_width, other.height / turned_height
        if abs(math.log(scales[0] / scales[1])) < MAX_SUBJECT_STRETCH:
            linear = np.diag(scales) @ orientation
            yield np.column_stack([linear, other_middle - linear @ middle])


def _keypoint_candidates(first: PictureView, second: PictureView) -> Iterator[tuple[Affine, int]]:
    """The maps on which the keypoints agree, as it is and mirrored, and how many agree."""
    mirror = np.array([[-1.0, 0.0, first.width - 1.0], [0.0, 1.0, 0.0]])
    for keypoints, before in ((first.keypoints, None), (first.mirrored_keypoints, mirror)):
        if match := match_keypoints(keypoints, second.keypoints):
            yield (match.matrix if before is None else compose_affine(match.matrix, before)), match.agreeing


def _judge(first: PictureView, second: PictureView, matrix: Affine, agreeing: int) -> ViewAlignment:
    """Correlate the coarse edges of both pictures."""
    edges, target = first.coarse_edges, second.coarse_edges
    coarse = _resized_map(first, second, matrix, edges, target)
    height, width = target.shape
    inside = coverage_mask(edges, coarse, width, height)
    if count_pixels(inside) < MIN_OVERLAP * inside.size:
        return ViewAlignment(matrix, -1.0, 0.0, agreeing)
    moved = warp(edges, coarse, width, height)
    coverage = float(target[inside].sum() / max(float(target.sum()), 1e-6))
    return ViewAlignment(matrix, correlate(moved[inside], target[inside]), coverage, agreeing)


def _resized_map(first: PictureView, second: PictureView, matrix: Affine, moving: Plane, fixed: Plane) -> Affine:
    """A map between two views as one between planes of other sizes."""
    to_view = invert_affine(resize_map(moving.shape[1] / first.width, moving.shape[0] / first.height))
    from_view = resize_map(fixed.shape[1] / second.width, fixed.shape[0] / second.height)
    return compose_affine(compose_affine(from_view, matrix), to_view)


def correlate(first: Plane, second: Plane) -> float:
    """The correlation of two arrays of numbers; 0 if one of them is constant."""
    a, b = first - first.mean(), second - second.mean()
    return float((a * b).sum() / math.sqrt(float((a * a).sum()) * float((b * b).sum()) + 1e-6))


def _refine(first: PictureView, second: PictureView, start: ViewAlignment) -> ViewAlignment:
    """Refine an alignment on the edges; the start, if nothing better is near it."""
    matrix = start.matrix
    for size, steps in REFINEMENT_STEPS:
        moving, fixed = _soft_edges(first, size), _soft_edges(second, size)
        small = invert_affine(_resized_map(first, second, matrix, moving, fixed))
        refined = refine_map(fixed, moving, small, steps, window=1)
        if refined is None:
            break
        enlarge = invert_affine(resize_map(fixed.shape[1] / second.width, fixed.shape[0] / second.height))
        shrinking = resize_map(moving.shape[1] / first.width, moving.shape[0] / first.height)
        matrix = compose_affine(compose_affine(enlarge, invert_affine(refined)), shrinking)
    better = _judge(first, second, matrix, start.agreeing)
    return better if better.correlation >= start.correlation and _is_near(first, start, better) else start


def _soft_edges(view: PictureView, size: float) -> Plane:
    """The edges of a picture at this size, blurred so that they overlap those of the other picture."""
    edges = blur(view.edges, 1 / size)
    return edges if size == 1 else shrink(edges, round(view.width * size), round(view.height * size))


def _is_near(first: PictureView, start: ViewAlignment, refined: ViewAlignment) -> bool:
    """Whether a refinement has stayed near its start."""
    middle = np.array([[first.width / 2, first.height / 2]])
    drift = np.abs(apply_affine(refined.matrix, middle) - apply_affine(start.matrix, middle)).max()
    growth = (area_scale(refined.matrix) / area_scale(start.matrix)) ** 2 - 1
    return bool(drift <= MAX_DRIFT * max(first.width, first.height)) and abs(growth) <= MAX_GROWTH
