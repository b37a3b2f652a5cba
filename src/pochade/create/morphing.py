"""Morphs: shapes of one picture move to become those of the next one, drawn with the patches of both.

pictures ─►┤lend_images├─► squares ─►┤prepare_ends├─► pairs ─►┤draw_between├─► frames ─► judged: Created
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from pochade.analysis.connected_shares import NOBODY
from pochade.analysis.patch_morph import MorphEnds, draw_between, prepare_ends
from pochade.analysis.patch_synthesis import Synthesis
from pochade.create.created_judgement import decode_plans, encode_images, judge_created
from pochade.create.generation_context import GenerationContext, prepare_context
from pochade.create.novelty import Created
from pochade.create.patch_lenders import Lenders, lend_images
from pochade.create.picture_finishing import (
    DEFAULT_SIZE,
    FinishedPicture,
    OutputSize,
    finish_plan,
    map_regions,
    shrink_plan,
)
from pochade.create.picture_latents import fit_to_square
from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.index.library import Library
from pochade.models.generator_protocol import Generator
from pochade.system.progress import Progress, Report, ignore_progress

GRID_CORNERS = 4
MAX_GRID_SIDE = 128  # pixels of each picture of a grid, as a grid has many
DRAWING_STAGE = "drawing"


def morph(
    library: Library,
    images: Sequence[Any],
    frames: int = 60,
    *,
    loop: bool = False,
    part: slice,
    size: int = DEFAULT_SIZE,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Generate the frames of a morph from picture to picture.

    Args:
        library: The collection.
        images: Two or more pictures: paths, Pillow images or arrays. The first and the last frame show pictures of
            them, unless it is a loop.
        frames: The number of frames of the whole morph.
        loop: Return to the first picture; the first frame then continues the last one.
        part: The frames to generate, if a long morph is generated in parts.
        size: Of each frame, in pixels.
        generator: The generator, whose latents tell how typical a frame is; the collection's own if None.
        report: Called with the progress.

    Raises:
        UsageError: The collection has too few pictures, there are fewer than two images, too few frames, none in
            that part, or the size is impossible.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: A file can't be read as a picture.
    """
    if len(images) < 2:  # noqa: PLR2004
        raise UsageError("a morph leads from one picture to another", "give two pictures or more")
    if frames < len(images):
        raise UsageError(f"{frames} frames are too few for {len(images)} pictures", "give more frames")
    context = prepare_context(library, generator, report)
    output = OutputSize.choose(library, size)
    lenders = lend_images(library, images, output.side)
    stops = np.linspace(0, len(images), frames + 1)[:-1] if loop else np.linspace(0, len(images) - 1, frames)
    if not len(stops[part]):
        raise UsageError(f"a morph of {frames} frames has none in that part", f"give frames from 0 to {frames - 1}")
    finished = _draw_frames(lenders, stops[part].tolist(), len(images) - (not loop), report)
    squares = np.stack([fit_to_square(frame.picture, context.generator.side) for frame in finished])
    latents = context.generator.encode(squares)
    return judge_created(context, latents, squares, finished, [0] * len(finished), report, align_count=1)


def _draw_frames(lenders: Lenders, stops: Sequence[float], pairs: int, report: Report) -> list[FinishedPicture]:
    """Draw the frame at each stop: 0 is the first picture, 1.5 lies between the second and the third one."""
    count = len(lenders.pictures)

    @cache
    def ends_from(first: int) -> MorphEnds:
        return prepare_ends(lenders.squares[first], lenders.squares[(first + 1) % count])

    finished = list[FinishedPicture]()
    for stop in stops:
        first = min(int(stop), pairs - 1)
        synthesis = draw_between(ends_from(first), stop - first)
        places = np.array([first, (first + 1) % count, NOBODY])  # the last one for bare paper, -1
        regions = map_regions(Synthesis(synthesis.picture, places[synthesis.sources]), lenders.pictures)
        finished.append(FinishedPicture(synthesis.picture, regions))
        report(Progress(DRAWING_STAGE, len(finished), len(stops)))
    return finished


def morph_grid(
    library: Library,
    images: Sequence[Any],
    side: int = 8,
    *,
    generator: Generator | None = None,
    report: Report = ignore_progress,
) -> list[Created]:
    """Interpolate between four pictures in the corners of a square grid, and draw with the patches of the four.

    Args:
        library: The collection.
        images: Top left, top right, bottom left, bottom right.
        side: The number of pictures in a row, from 2.
        generator: The generator; the collection's own if None.
        report: Called with the progress.

    Returns:
        side x side pictures, row by row.

    Raises:
        UsageError: The collection has too few pictures, there are not four images, or side is below 2.
        CollectionMissing: Nothing has been learnt yet.
        PictureUnreadable: A file can't be read as a picture.
    """
    if len(images) != GRID_CORNERS:
        raise UsageError(f"a grid has four pictures in its corners, not {len(images)}", "give four pictures")
    context = prepare_context(library, generator, report)
    corners, path = encode_images(images, context.generator)[1], context.prior.path
    left_edge, right_edge = path(corners[[0, 2]], side), path(corners[[1, 3]], side)
    latents = np.concatenate([path(np.stack(ends), side) for ends in zip(left_edge, right_edge, strict=True)])
    plans = decode_plans(context.generator, latents, [0] * side**2, report)
    finished = _finish_grid(context, plans, images, report)
    return judge_created(context, latents, plans, finished, [0] * side**2, report, align_count=1)


def _finish_grid(
    context: GenerationContext, plans: Array, images: Sequence[Any], report: Report
) -> list[FinishedPicture]:
    """Draw the plans of a grid with the patches of the pictures in its corners."""
    output = OutputSize.choose(context.library, MAX_GRID_SIDE)
    lenders = lend_images(context.library, images, output.side)
    finished = list[FinishedPicture]()
    for plan in plans:
        finished.append(
            shrink_plan(plan, output.side) if output.is_small else finish_plan(plan, lenders, 0, output.side)
        )
        report(Progress(DRAWING_STAGE, len(finished), len(plans)))
    return finished
