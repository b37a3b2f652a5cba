"""A rough plan drawn again, coarse to fine, with patches of real pictures.

    plan ─►┤search all patches├─► coarse picture ─►┤continue the neighbours' sources├─► ... ─► fine picture
                  ▲                                              ▲
    real pictures ┴──────────────────────────────────────────────┘

The plan says what is where; the real pictures say how it is drawn. It is the method of Granot et al., "Drop the GAN: In
Defense of Patches Nearest Neighbors as Single Image Generative Models", CVPR 2022, with a plan instead of noise and
several pictures instead of one. Elnekave and Weiss, "Generating natural images with direct patch distributions
matching", ECCV 2022, show that such pictures have the patches of the real ones in the right proportions.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pochade.analysis.arrays import Floats, Integers
from pochade.analysis.bicubic_resize import resize_squares
from pochade.analysis.blas_threads import with_one_blas_thread
from pochade.analysis.connected_shares import NOBODY, largest_connected_shares
from pochade.analysis.patch_grid import PATCH_SIDE, gather_patches, grid_corners, grid_rows
from pochade.analysis.patch_levels import PatchLevel, enlarge_sources, level_sides, pixel_rows, resize_rows
from pochade.analysis.patch_search import SourceTable, choose_proposals, continue_neighbours, fit_components, search_all

PLAN_SIDE = 20  # pixels: finer details of a plan are not trusted
SEARCH_STRIDE, STRIDE = 1, 3  # pixels between neighbouring patches
LAST_SEARCHED_SIDE = 50  # pixels; up to here, all patches are searched, and finer levels continue what was chosen
PLACE_WEIGHT = 5.0  # how much it counts where in its picture a patch is, beside its colours
PLAN_WEIGHT = 0.5  # how much the plan counts beside what is drawn already
SEARCHES = 3  # per level, while all patches are searched
REFINEMENTS = 2  # per finer level
CALM = 3  # patches over which the choice of a source is averaged, so that they come in larger parts
PAPER = 0.98  # a patch whose colours are all brighter is bare paper
COARSE_MARGIN = 0.8  # of the largest share that is allowed in the end, as regions grow a little at finer levels
PENALTY_STEP = 1.2  # by which patches of a source that has too large a share count as farther away
MAX_PENALTY_STEPS = 60


class Synthesis(NamedTuple):
    """A picture made of patches, and where they are from."""

    picture: NDArray[np.uint8]  # (side, side, 3)
    sources: Integers  # (side, side), the index of the real picture that each pixel is from; -1 for bare paper


@with_one_blas_thread
def synthesise(
    plan: NDArray[np.uint8],
    pictures: NDArray[np.uint8],
    side: int,
    seed: int,
    penalties: Floats,
    max_share: float = 1.0,
) -> Synthesis:
    """Draw a plan with patches of real pictures.

    Args:
        plan: A rough picture (p, p, 3).
        pictures: The real pictures (S, s, s, 3); `s` should be `side` or more.
        side: Of the new picture, in pixels, from 32.
        seed: The same seed gives the same picture on the same machine.
        penalties: Factors by which patches of each picture count as farther away, (S,).
        max_share: The largest share that one connected region of one picture should have, 0 to 1. A coarse picture
            keeps to it; the finished one may exceed it a little.
    """
    stack = picture_stack(pictures)
    stack = np.concatenate([stack, stack[..., ::-1]])  # mirrored too
    synthesiser = _Synthesiser(stack, np.random.default_rng(seed), penalties, max_share)
    guide = pixel_rows(resize_squares(picture_stack(plan[None]), PLAN_SIDE))
    sides = level_sides(side)
    drawn, grid = guide, (0, 0)
    rows: Integers = np.empty(0, np.int64)
    for coarser, level_side in zip([PLAN_SIDE, *sides], sides, strict=False):
        level = PatchLevel(stack, level_side)
        if level_side <= LAST_SEARCHED_SIDE:
            grid = (level_side, SEARCH_STRIDE)
            rows, drawn = synthesiser.search(level, drawn, guide, coarser)
        else:
            rows = enlarge_sources(rows, grid, (level_side, STRIDE))
            grid = (level_side, STRIDE)
            rows, drawn = synthesiser.refine(level, rows, drawn, coarser)
    return Synthesis(as_picture(drawn), pixel_sources(level, rows, STRIDE, len(pictures)))


def picture_stack(pictures: NDArray[np.uint8]) -> Floats:
    """Pictures (S, s, s, 3) uint8 as (S, 3, s, s) floats from 0 to 1."""
    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32) / 255


def as_picture(rows: Floats) -> NDArray[np.uint8]:
    """A square picture of pixels in rows (side * side, 3), as (side, side, 3) uint8."""
    side = round(len(rows) ** 0.5)
    return (rows.reshape(side, side, 3).clip(0, 1) * 255).round().astype(np.uint8)


def pixel_sources(level: PatchLevel, rows: Integers, stride: int, count: int) -> Integers:
    """The real picture that each pixel is from: that of the patch whose centre is nearest.

    Args:
        level: The real pictures, `count` of them, perhaps followed by the same ones mirrored.
        rows: The source of each patch, (n, n).
        stride: Of the grid.
        count: The number of real pictures.

    Returns:
        (side, side), an index from 0, or -1 for bare paper.
    """
    centres = grid_corners(level.side, stride) + PATCH_SIDE // 2
    nearest = np.abs(centres - np.arange(level.side)[:, None]).argmin(1)
    return _patch_sources(level, rows, count)[nearest[:, None], nearest[None]]


def _patch_sources(level: PatchLevel, rows: Integers, count: int) -> Integers:
    patches = gather_patches(level.sharp, rows, level.side)
    return np.where((patches > PAPER).all(-1), NOBODY, rows // level.side**2 % count)


class _Synthesiser:
    """Chooses patches of a stack of real pictures, in which the second half is the first one mirrored."""

    def __init__(self, stack: Floats, random: np.random.Generator, penalties: Floats, max_share: float) -> None:
        self.random, self.count = random, len(stack) // 2
        self.max_share = max_share * COARSE_MARGIN if max_share < 1 else 1.0
        self.factors = np.tile(penalties, 2).astype(np.float32)

    def search(self, level: PatchLevel, drawn: Floats, guide: Floats, coarser: int) -> tuple[Integers, Floats]:
        """Choose among all patches; returns the chosen ones (n, n), and the picture that they make."""
        keys = gather_patches(level.sharp, level.rows, level.side)
        basis = fit_components(keys.reshape(-1, keys.shape[-1]), self.random)
        fixed_keys, fixed_queries = _plan_and_place(level, guide, basis)
        drawn = resize_rows(drawn, level.side)
        for number in range(SEARCHES):
            pixels = level.sharp if number else level.blur_from(coarser)
            keys = gather_patches(pixels, level.rows, level.side) @ basis
            queries = gather_patches(drawn, grid_rows(level.side, SEARCH_STRIDE), level.side) @ basis
            queries, keys = np.concatenate([queries, fixed_queries], 1), np.concatenate([keys, fixed_keys], 2)
            table = search_all(queries, keys, level.rows)
            rows = self._choose_sources(level, table)
            drawn = level.paint(rows, SEARCH_STRIDE)
        return rows, drawn

    def refine(self, level: PatchLevel, rows: Integers, drawn: Floats, coarser: int) -> tuple[Integers, Floats]:
        """Continue what was chosen at a coarser level; returns the chosen patches (n, n), and their picture."""
        drawn = resize_rows(drawn, level.side)
        for number in range(REFINEMENTS):
            pixels = level.sharp if number else level.blur_from(coarser)
            targets = gather_patches(drawn, grid_rows(level.side, STRIDE), level.side)
            proposals = continue_neighbours(rows, level.side, STRIDE, self.random).reshape(rows.size, -1)
            rows = choose_proposals(targets, pixels, proposals, level.side, self.factors).reshape(rows.shape)
            drawn = level.paint(rows, STRIDE)
        return rows, drawn

    def _choose_sources(self, level: PatchLevel, table: SourceTable) -> Integers:
        """Choose a picture for each patch, so that no connected region of one picture has too large a share."""
        for _ in range(MAX_PENALTY_STEPS):
            rows = _nearest_sources(table, self.factors)
            shares = largest_connected_shares(_patch_sources(level, rows, self.count), self.count)
            largest = int(np.argmax(shares))
            if shares[largest] <= self.max_share:
                break
            self.factors[[largest, largest + self.count]] *= PENALTY_STEP
        return rows


def _plan_and_place(level: PatchLevel, guide: Floats, basis: Floats) -> tuple[Floats, Floats]:
    """What is compared beside the colours: the plan with blurred patches, and the places. Keys (S, K, d), queries."""
    blurred = gather_patches(level.blur_from(PLAN_SIDE), level.rows, level.side)
    grid = grid_rows(level.side, SEARCH_STRIDE)
    planned = gather_patches(resize_rows(guide, level.side), grid, level.side)
    places = np.stack([grid // level.side, grid % level.side], 1) * (PLACE_WEIGHT / (level.side - PATCH_SIDE))
    places, weighted = places.astype(np.float32), basis * np.float32(PLAN_WEIGHT**0.5)
    keys = np.concatenate([blurred @ weighted, np.broadcast_to(places, (level.count, *places.shape))], 2)
    return keys, np.concatenate([planned @ weighted, places], 1)


def _nearest_sources(table: SourceTable, factors: Floats) -> Integers:
    """The nearest patch of the picture that is nearest around each place, (n, n)."""
    side = round(len(table.rows) ** 0.5)
    distances = table.distances.reshape(side, side, -1)
    calm = cv2.blur(distances, (CALM, CALM), borderType=cv2.BORDER_REPLICATE).reshape(table.rows.shape) * factors
    return np.take_along_axis(table.rows, calm.argmin(1)[:, None], 1).reshape(side, side)
