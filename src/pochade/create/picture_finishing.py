"""Plans drawn with the patches of real pictures, in the size that a person asked for.

plan ─►┤the nearest pictures├─► lenders ─►┤synthesise├─► picture, and the map of who lent what
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pochade.analysis.arrays import Floats
from pochade.analysis.connected_shares import NOBODY, largest_connected_shares
from pochade.analysis.patch_synthesis import Synthesis, synthesise
from pochade.analysis.plane_filters import shrink_by_area
from pochade.create.patch_lenders import SMALL_SIDE, Lenders, native_side
from pochade.create.region_map import MAP_SIDE, Lender, RegionMap
from pochade.errors import UsageError
from pochade.images.base.picture import Array
from pochade.index.library import Library

DEFAULT_SIZE, MIN_SIZE, MAX_SIZE = 256, 64, 1024  # pixels of each side of a created picture
MAX_SHARE = 0.35  # of what is drawn, that one connected region of one picture may have
MAX_ATTEMPTS = 3
ATTEMPT_PENALTY = 2.0  # by which patches of a picture whose share was too large count as farther away
MIN_STRENGTH = 1e-3  # of a variation; below it, only its own patches are used


@dataclass(frozen=True)
class FinishedPicture:
    """A created picture in its final size."""

    picture: Array  # (side, side, 3)
    regions: RegionMap | None  # None if the model alone drew it


@dataclass(frozen=True)
class OutputSize:
    """The size of created pictures."""

    side: int  # pixels
    is_small: bool  # whether the model alone draws them, because the collection's own are that small

    @classmethod
    def choose(cls, library: Library, size: int) -> "OutputSize":
        """Choose the size that was asked for, but no larger than the collection's pictures usually are.

        Raises:
            UsageError: The size is not from 64 to 1024.
        """
        if not MIN_SIZE <= size <= MAX_SIZE:
            why = f"pictures of {size} pixels can't be created"
            raise UsageError(why, f"give a size from {MIN_SIZE} to {MAX_SIZE}")
        usual = native_side(library)
        return cls(min(size, usual), usual < SMALL_SIDE)


def finish_plan(plan: Array, lenders: Lenders, seed: int, side: int) -> FinishedPicture:
    """Draw a plan (p, p, 3) with patches of several pictures, so that none of them has a large part in one region."""
    penalties = np.ones(len(lenders.pictures), np.float32)
    for _ in range(MAX_ATTEMPTS):
        synthesis = synthesise(plan, lenders.squares, side, seed, penalties, MAX_SHARE)
        shares = largest_connected_shares(synthesis.sources, len(penalties))
        if max(shares) <= MAX_SHARE:
            break
        penalties[int(np.argmax(shares))] *= ATTEMPT_PENALTY
    return FinishedPicture(synthesis.picture, map_regions(synthesis, lenders.pictures))


def finish_variation(plan: Array, lenders: Lenders, seed: int, side: int, strength: float) -> FinishedPicture:
    """Draw a plan with patches of the first picture, and with those of the others the more, the greater the strength.

    Args:
        plan: (p, p, 3).
        lenders: The picture that is varied, followed by others.
        seed: The same seed gives the same picture.
        side: Of the new picture, in pixels.
        strength: 0 uses the first picture only, 1 all of them alike.
    """
    penalties = np.full(len(lenders.pictures), 1 / max(strength, MIN_STRENGTH), np.float32)
    penalties[0] = 1
    synthesis = synthesise(plan, lenders.squares, side, seed, penalties)
    return FinishedPicture(synthesis.picture, map_regions(synthesis, lenders.pictures))


def vary_plan(picture: Array, reconstruction: Array, variation: Array, strength: float) -> Array:
    """Make the plan of a variation: what the model changes is added to the picture itself, which keeps its details.

    Args:
        picture: The real picture (p, p, 3).
        reconstruction: The same picture as the model draws it.
        variation: Its variation as the model draws it.
        strength: 0 gives the picture, 1 the variation as the model draws it.
    """
    details: Floats = picture.astype(np.float32) - reconstruction
    return (variation + (1 - strength) * details).clip(0, 255).round().astype(np.uint8)


def shrink_plan(plan: Array, side: int) -> FinishedPicture:
    """A plan (p, p, 3) in the size of a collection of small pictures, as the model drew it."""
    planes = shrink_by_area(plan.transpose(2, 0, 1).astype(np.float32), (side, side))  # (3, side, side)
    return FinishedPicture(planes.transpose(1, 2, 0).round().astype(np.uint8), None)


def map_regions(synthesis: Synthesis, lenders: Sequence[Lender]) -> RegionMap:
    """Make the map of a picture that was made of patches.

    Args:
        synthesis: The picture and its sources, indices of `lenders`.
        lenders: All pictures that could lend patches.
    """
    sources, count = synthesis.sources, len(lenders)
    drawn = max(1, int((sources != NOBODY).sum()))
    shares = np.bincount(sources[sources != NOBODY].ravel(), minlength=count) / drawn
    largest = largest_connected_shares(sources, count)
    order = [number for number in np.argsort(-shares, kind="stable").tolist() if shares[number] > 0]
    ranks = np.full(count + 1, NOBODY)
    ranks[order] = np.arange(len(order))
    places = (np.arange(MAP_SIDE) * len(sources) + len(sources) // 2) // MAP_SIDE
    named = tuple(
        Lender(lenders[number].hash, lenders[number].path, float(shares[number]), largest[number]) for number in order
    )
    return RegionMap(ranks[sources[np.ix_(places, places)]], named)
