"""The story of a work: its versions in the order in which they were probably made, laid on each other.

    thumbnails ──►──┤technique, colours├──►── order ──►──┤each laid on the last├──►── repetitions left out ──►── stages

The technique decides first: a pencil sketch, lines, grey tones, flat colours, a painting. The files' dates decide
between versions of one technique, and then the richness of colours. Dates alone mislead: copying a file changes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from pochade.analysis.comparison.affine import Affine, apply_affine, compose_affine, invert_affine, resize_map
from pochade.analysis.comparison.alignment import align_views
from pochade.analysis.comparison.picture_view import PictureView
from pochade.analysis.comparison.planes import blur, coverage_mask, refine_map, warp
from pochade.images.base.picture import Array
from pochade.images.features.technique import TechniqueMeasures, measure_technique
from pochade.images.io.read import read_preview
from pochade.index.thumbnails import THUMBNAIL_PIXELS

StageKind = Literal["sketch", "lines", "tones", "flat", "painted"]
STAGE_ORDER: tuple[StageKind, ...] = ("sketch", "lines", "tones", "flat", "painted")
MAX_INK_COLOURFULNESS = 0.3  # of drawings in one or two inks
MIN_LINE_SHARE, MIN_HATCHING_SHARE = 0.55, 0.3  # of the ink in thin strokes: of lines, and of sketches on rough paper
MIN_PAPER_GRAIN = 0.05  # of textured paper
MAX_INK_SOFTNESS, MAX_INK_SOFTNESS_ON_GRAIN = 0.17, 0.1  # softer lines are a sketch in pencil
MIN_FLATNESS, FLATNESS_PER_SOFTNESS = 0.5, 2.0  # of flat colours: the minimum rises with the softness
MAX_GREY_COLOURFULNESS = 0.06  # of tones without colour; paper that has yellowed has less
SECONDS_PER_DATE = 60  # files of one minute were probably copied together, so their dates say nothing
REFINED_SIDE, REFINEMENT_STEPS, REFINEMENT_BLUR = 640, 30, 2.0  # pixels, iterations, pixels
MAX_REFINED_SHIFT = 0.02  # of the longer side, by which refining may move a corner
REPEAT_BLUR, REPEAT_PERCENTILE, MAX_REPEAT_DIFFERENCE = 2.0, 99.0, 9.0  # pixels, of the pixels, CIELAB units


@dataclass(frozen=True)
class StorySource:
    """A version of a work."""

    thumbnail: Path
    modified: float  # seconds since 1970


@dataclass(frozen=True)
class StoryStage:
    """A version in its place in the story."""

    source: int  # its number among the sources
    kind: StageKind
    colourful: float  # 0 is grey, 1 is extremely colourful
    line: float  # share of the ink in thin strokes, 0 to 1
    is_aligned: bool  # whether it could be laid on the last stage


@dataclass(frozen=True)
class WorkStory:
    """The stages of a work, the earliest first."""

    stages: tuple[StoryStage, ...]
    repeats: tuple[int, ...]  # the numbers of sources that show what another one shows


class _Version(NamedTuple):
    number: int  # among the sources
    pixels: Array  # of the thumbnail, (h, w, 3) uint8
    measures: TechniqueMeasures
    kind: StageKind
    minute: int  # of its file

    @property
    def place(self) -> tuple[int, int, float]:
        """What the order follows."""
        richness = self.measures.colourful + self.measures.edges
        return STAGE_ORDER.index(self.kind), self.minute, richness


def plan_story(sources: Sequence[StorySource]) -> WorkStory:
    """Order the versions of a work, and leave out those that repeat another one.

    Args:
        sources: The versions. Of two that show the same, the first one stays.

    Raises:
        PictureUnreadable: A thumbnail can't be read.
    """
    measured = (_measure(number, source) for number, source in enumerate(sources))
    versions = sorted(measured, key=lambda version: version.place)
    if not versions:
        return WorkStory((), ())
    last = versions[-1].pixels
    matrices = {version.number: align_pictures(version.pixels, last) for version in versions}
    repeats = _find_repeats(sorted(versions, key=lambda version: version.number), matrices, last)
    stages = (
        StoryStage(
            version.number, version.kind, version.measures.colourful, version.measures.line,
            matrices[version.number] is not None,
        )
        for version in versions
        if version.number not in repeats
    )  # fmt: skip
    return WorkStory(tuple(stages), tuple(sorted(repeats)))


def _measure(number: int, source: StorySource) -> _Version:
    pixels = read_preview(source.thumbnail, THUMBNAIL_PIXELS).pixels
    measures = measure_technique(pixels, transparent=False)
    return _Version(number, pixels, measures, stage_kind(measures), int(source.modified // SECONDS_PER_DATE))


def stage_kind(measures: TechniqueMeasures) -> StageKind:
    """The kind of stage that a picture of these measures is."""
    is_grainy = measures.grain >= MIN_PAPER_GRAIN
    is_soft = measures.soft > (MAX_INK_SOFTNESS_ON_GRAIN if is_grainy else MAX_INK_SOFTNESS)
    if measures.paper and measures.colourful <= MAX_INK_COLOURFULNESS:
        if measures.line >= MIN_LINE_SHARE:
            return "sketch" if is_soft else "lines"
        if measures.line >= MIN_HATCHING_SHARE and is_soft and is_grainy:
            return "sketch"
    if measures.colourful <= MAX_GREY_COLOURFULNESS:
        return "tones"
    return "flat" if measures.flat >= MIN_FLATNESS + FLATNESS_PER_SOFTNESS * measures.soft else "painted"


def _find_repeats(versions: Sequence[_Version], matrices: dict[int, Affine | None], last: Array) -> set[int]:
    """The numbers of the versions that show what an earlier one of them shows, where both lie on the last one."""
    laid = {
        version.number: _laid_colours(version.pixels, matrix, last)
        for version in versions
        if (matrix := matrices[version.number]) is not None
    }
    staying, repeats = list[int](), set[int]()
    for number, colours in laid.items():
        if any(_shows_same(colours, laid[other]) for other in staying):
            repeats.add(number)
        else:
            staying.append(number)
    return repeats


class _LaidColours(NamedTuple):
    lab: Array  # (h, w, 3) float32
    inside: Array  # (h, w), where the picture lies


def _laid_colours(pixels: Array, matrix: Affine, last: Array) -> _LaidColours:
    """The colours of a picture in the frame of the last one."""
    height, width = last.shape[:2]
    view = PictureView(pixels, max(pixels.shape[:2]))
    lab = warp(view.lab, matrix, width, height)
    return _LaidColours(blur(lab, REPEAT_BLUR), coverage_mask(view.lab, matrix, width, height))


def _shows_same(first: _LaidColours, second: _LaidColours) -> bool:
    both = first.inside & second.inside
    if not both.any():
        return False
    difference = np.linalg.norm(first.lab[both] - second.lab[both], axis=1)
    return float(np.percentile(difference, REPEAT_PERCENTILE)) <= MAX_REPEAT_DIFFERENCE


def align_pictures(moving: Array, fixed: Array) -> Affine | None:
    """The map from the pixels of one version to those of another.

    Args:
        moving: (h, w, 3) uint8.
        fixed: (H, W, 3) uint8.

    Returns:
        The map; None if the edges of the two agree nowhere.
    """
    if moving is fixed:
        return np.eye(2, 3)
    first, second = PictureView(moving), PictureView(fixed)
    alignment = align_views(first, second)
    if alignment is None:
        return None
    matrix = _between_pictures(alignment.matrix, (moving, first), (fixed, second))
    return _refine(moving, fixed, matrix)


def _between_pictures(matrix: Affine, first: tuple[Array, PictureView], second: tuple[Array, PictureView]) -> Affine:
    """A map between two views as one between the pictures."""
    (moving, view), (fixed, other) = first, second
    to_view = resize_map(view.width / moving.shape[1], view.height / moving.shape[0])
    from_other = resize_map(fixed.shape[1] / other.width, fixed.shape[0] / other.height)
    return compose_affine(from_other, compose_affine(matrix, to_view))


def _refine(moving: Array, fixed: Array, matrix: Affine) -> Affine:
    """Refine a map on the edges of larger views; the map itself, if that moves a corner far or doesn't converge."""
    side = min(REFINED_SIDE, max(moving.shape[:2]), max(fixed.shape[:2]))
    first, second = PictureView(moving, side), PictureView(fixed, side)
    start = compose_affine(
        resize_map(second.width / fixed.shape[1], second.height / fixed.shape[0]),
        compose_affine(matrix, resize_map(moving.shape[1] / first.width, moving.shape[0] / first.height)),
    )
    edges = blur(second.edges, REFINEMENT_BLUR), blur(first.edges, REFINEMENT_BLUR)
    refined = refine_map(*edges, invert_affine(start), REFINEMENT_STEPS, window=1)
    if refined is None:
        return matrix
    corners = np.array([[x, y] for x in (0, second.width) for y in (0, second.height)], np.float64)
    shift = np.abs(apply_affine(refined, corners) - apply_affine(invert_affine(start), corners)).max()
    if shift > MAX_REFINED_SHIFT * side:
        return matrix
    return _between_pictures(invert_affine(refined), (moving, first), (fixed, second))


def fit_frame(moving: Array, fixed: Array) -> Affine:
    """The map that shrinks or enlarges one picture until it fits into the frame of another, and centres it there."""
    (height, width), (frame_height, frame_width) = moving.shape[:2], fixed.shape[:2]
    scale = min(frame_width / width, frame_height / height)
    matrix = resize_map(scale, scale)
    margins = np.array([frame_width - width * scale, frame_height - height * scale]) / 2
    return np.column_stack([matrix[:, :2], matrix[:, 2] + margins])
