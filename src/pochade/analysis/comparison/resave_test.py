"""The strict test before a file is proposed for removal: is it the same picture, encoded, resized or converted again?

    two pictures at the smaller one's size ──►──┤shift by less than a pixel├──►── difference, fine and coarse
    difference ──►──┤relative to what is drawn there├──►── does a region stand out?

Coding and resampling change a picture most where most is drawn: at edges. A mouth, a worm or a label changes as much as
it draws. So differences are divided by the steepness of both pictures around them. Where these quotients are high
everywhere, noise could hide a region, and the test says neither yes nor no.
"""

from typing import Literal, NamedTuple

import numpy as np

from pochade.analysis.comparison.affine import Affine, apply_affine, invert_affine, resize_map
from pochade.analysis.comparison.difference import Overlay, overlay
from pochade.analysis.comparison.picture_view import Colours, PictureView
from pochade.analysis.comparison.planes import Plane, blur, colour_lengths, largest_component, refine_map, widen
from pochade.images.geometry.letterbox import Box

MAX_FRAME_ERROR = 1.5  # pixels by which the sides may deviate from the same proportions, at the size of the comparison
MAX_SHIFT = 1.2  # pixels by which the refined alignment may move a corner
REFINEMENT_STEPS, REFINEMENT_WINDOW = 30, 5
COARSE_BLUR = 3.0  # pixels, over which coding noise averages out
HUE_BLUR = 2.0  # pixels
ACTIVITY_REACH, ACTIVITY_BLUR = 9, 4.0  # pixels: coding spreads an edge over blocks of 8 pixels
MIN_ACTIVITY = 1.0  # CIELAB units per pixel, added to what is drawn
NOISE_PERCENTILE, MAX_NOISE = 95, 0.5  # of the quotients where something is drawn
SAME_DIFFERENCE, SAME_QUOTIENT, SAME_AREA = 3.0, 0.3, 12  # no larger region may have more of both, fine or coarse
OTHER_DIFFERENCE, OTHER_QUOTIENT, OTHER_AREA = 4.5, 0.8, 60  # a larger region with more of both is another work
LOUD_QUOTIENT, LOUD_AREA = 1.0, 300  # the same in spite of noise


class ResaveTest(NamedTuple):
    """What the test found."""

    outcome: Literal["same", "differs", "unclear"]  # unclear: coding noise is so strong that it could hide a difference
    region: Box | None = None  # what stands out, in pixels of the second view


def frames_agree(first: tuple[int, int], second: tuple[int, int], side: int) -> bool:
    """Whether two pictures (width, height) have the same proportions, as copies that were resized have.

    Args:
        first: In pixels.
        second: In pixels.
        side: Pixels of the longer side at which they are compared.
    """
    scale = max(first) / max(second)
    error = max(abs(first[0] - second[0] * scale), abs(first[1] - second[1] * scale)) * side / max(first)
    rounding = 0.5 * side / min(max(first), max(second))  # a small copy's sides were rounded
    return error <= MAX_FRAME_ERROR + rounding


def compare_resaves(first: PictureView, second: PictureView) -> ResaveTest:
    """Test whether two pictures with frames that agree are one picture, saved again.

    Args:
        first: A picture.
        second: The other one; both are views with the same longer side.
    """
    both = overlay(first, second, _refine_frame(first, second))
    step, activity = both.moved - both.fixed, _activity(both)
    changes = _soften_hues(step), blur(step, COARSE_BLUR)
    fine, coarse = (colour_lengths(change) * both.inside for change in changes)
    fine_quotient, coarse_quotient = fine / activity, coarse / activity
    area = max(
        largest_component((difference > SAME_DIFFERENCE) & (quotient > SAME_QUOTIENT))[0]
        for difference, quotient in ((fine, fine_quotient), (coarse, coarse_quotient))
    )
    if area <= SAME_AREA:
        return ResaveTest("same")
    noise = float(np.percentile(fine_quotient[both.ink], NOISE_PERCENTILE)) if both.ink.any() else 0.0
    limits = (OTHER_QUOTIENT, OTHER_AREA) if noise <= MAX_NOISE else (LOUD_QUOTIENT, LOUD_AREA)
    area, region = largest_component((fine > OTHER_DIFFERENCE) & (fine_quotient > limits[0]))
    return ResaveTest("differs", region) if area > limits[1] else ResaveTest("unclear")


def _soften_hues(step: Colours) -> Colours:
    """Differences of colours (h, w, 3) with a and b blurred, since JPEG stores these at half the size."""
    return np.dstack([step[..., 0], blur(np.ascontiguousarray(step[..., 1:]), HUE_BLUR)])


def _activity(both: Overlay) -> Plane:
    """How much is drawn around each pixel (h, w), in CIELAB units per pixel."""
    steepest = widen(np.maximum(both.moved_gradient, both.fixed_gradient), ACTIVITY_REACH)
    return blur(steepest, ACTIVITY_BLUR) + np.float32(MIN_ACTIVITY)


def _refine_frame(first: PictureView, second: PictureView) -> Affine:
    """The map from the first frame to the second, refined to a fraction of a pixel."""
    start = resize_map(first.width / second.width, first.height / second.height)  # from the second to the first
    light = [np.ascontiguousarray(view.lab[..., 0]) for view in (first, second)]
    refined = refine_map(light[1], light[0], start, REFINEMENT_STEPS, REFINEMENT_WINDOW)
    if refined is None:  # nothing is drawn, or it doesn't converge
        return invert_affine(start)
    corners = np.array([[x, y] for x in (0, second.width) for y in (0, second.height)], np.float64)
    shift = np.linalg.norm(apply_affine(refined, corners) - apply_affine(start, corners), axis=1).max()
    return invert_affine(refined if shift <= MAX_SHIFT else start)
