"""The door of the cleaner: `pochade.clean`."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.cleaning.cleaner import Cleaned, Cleaner, Strengths
from pochade.errors import CheckpointDamaged, UsageError
from pochade.images.io.input_arrays import taken_apart
from pochade.models import Denoiser, PageModel, weights
from pochade.models.checkpoints import load_model

Mask = NDArray[Any]  # (H, W): bool, uint8 from 0 to 255, or floats from 0 to 1
FULL = 100  # the highest strength


@cache
def shipped() -> Cleaner:
    """The nets that come with the package, loaded once."""
    restorer, page = (load_model(weights.FOLDER / file) for file in (weights.CLEANER, weights.PAGE))
    if not isinstance(restorer, Denoiser) or not isinstance(page, PageModel):
        raise CheckpointDamaged(f"'{weights.FOLDER}' holds other nets than those that clean", "install Pochade again")
    return Cleaner(restorer, page)


def clean(
    picture: Any,
    strength: int = FULL,
    *,
    light: int | None = None,
    paper: int | None = None,
    grain: int | None = None,
    specks: int | None = None,
    smudges: int | None = None,
    protect: Mask | None = None,
    only: Mask | None = None,
) -> Cleaned:
    """A scan without dust, hairs, smudges, grain, paper and uneven light, with every stroke kept.

    Args:
        picture: A Pillow image, or an array (H, W), (H, W, 3) or (H, W, 4) of uint8 or uint16.
        strength: How much to undo, 0 to 100; at 0 nothing changes, to the pixel.
        light: The same for uneven light alone; as `strength` when it isn't given.
        paper: For the paper's colour, which becomes white.
        grain: For the paper's grain, and the scanner's noise, softness and streaks.
        specks: For dust, hairs, scratches and folds.
        smudges: For smears, eraser ghosts, stains and what shows through from the other side.
        protect: A mask (H, W) of what must not change: True, 255 or 1.0; anything between is partly protected.
        only: A mask (H, W) of what alone may change.

    Raises:
        UsageError: It is no picture, a strength is out of its range, or a mask has another size.
    """
    given = taken_apart(picture)
    wanted = [strength if each is None else each for each in (light, paper, grain, specks, smudges)]
    if not all(0 <= each <= FULL for each in wanted):
        raise UsageError(f"strengths {wanted} are not all from 0 to {FULL}")
    where = where_to(given.colour.shape[:2], protect, only)
    return shipped().clean(given, Strengths(*(each / FULL for each in wanted)), where)


def where_to(size: tuple[int, ...], protect: Mask | None, only: Mask | None) -> NDArray[np.float32] | None:
    """How much may change at each place (H, W), 0 to 1; None for everything."""
    if protect is None and only is None:
        return None
    share = np.ones(size[:2], np.float32)
    if protect is not None:
        share *= 1 - fitting(protect, share.shape)
    if only is not None:
        share *= fitting(only, share.shape)
    return share


def fitting(mask: Mask, size: tuple[int, ...]) -> NDArray[np.float32]:
    """A mask as numbers from 0 to 1 (H, W).

    Raises:
        UsageError: It has another size, or is neither bool nor 0 to 255 of uint8 nor 0 to 1 of floats.
    """
    mask = np.asarray(mask)
    if mask.shape != size:
        raise UsageError(f"a mask of {mask.shape} doesn't fit a picture of {size}, height before width")
    whole = mask.dtype == np.uint8
    if not (whole or mask.dtype == bool or mask.dtype.kind == "f"):
        raise UsageError(f"a mask is of bool, uint8 or floats, not {mask.dtype}")
    share = mask.astype(np.float32) / np.float32(255 if whole else 1)
    if not ((share >= 0) & (share <= 1)).all():
        raise UsageError("a mask of floats goes from 0 to 1")
    return share
