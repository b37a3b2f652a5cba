"""`pochade.clean`: clean one picture in memory with the shipped models."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pochade.cleaning.cleaner import Cleaned, Cleaner, Strengths
from pochade.cleaning.speck_choice import LARGEST_SPECK, MM_PER_INCH, USUAL_DPI, SpeckRule
from pochade.errors import UsageError
from pochade.images.io.input_arrays import open_input_image
from pochade.models import weights
from pochade.models.mark_classifier import MarkClassifier
from pochade.models.model_configs import DenoiserConfig, PageConfig
from pochade.models.runnable_model import load_runnable

MaskArray = NDArray[Any]  # (H, W): bool, uint8 from 0 to 255, or floats from 0 to 1
FULL_STRENGTH = 100  # the highest strength
MASKED_SHARE = 0.5  # of white, from which a pixel of a mask of specks is a speck


@cache
def shipped_cleaner() -> Cleaner:
    """Load the cleaner whose weights come with the package, once."""
    denoiser = load_runnable(weights.FOLDER / weights.CLEANER_FILE, DenoiserConfig)
    page_model = load_runnable(weights.FOLDER / weights.PAGE_FILE, PageConfig)
    return Cleaner(denoiser, page_model, MarkClassifier(weights.FOLDER / weights.MARK_FILE))


def clean(
    picture: Any,
    strength: int = FULL_STRENGTH,
    *,
    light: int | None = None,
    paper: int | None = None,
    grain: int | None = None,
    specks: int | None = None,
    smudges: int | None = None,
    protect: MaskArray | None = None,
    only: MaskArray | None = None,
    mask: MaskArray | None = None,
    dpi: float | None = None,
    largest_speck: float = LARGEST_SPECK,
) -> Cleaned:
    """Clean a scan: remove dust, hairs, smudges, grain, the paper's colour and uneven light, and keep every stroke.

    A speck is removed as a whole or not at all. Marks that are probably drawn stay: those near ink that is about as
    dark, those with others like them nearby, and those larger than `largest_speck`.

    Args:
        picture: A Pillow image, or an array (H, W), (H, W, 3) or (H, W, 4) of uint8 or uint16.
        strength: How much of the damage to remove, 0 to 100; at 0 no pixel changes.
        light: The strength for uneven light. This and the four below are `strength` if not given.
        paper: The strength for the paper's colour, which becomes white.
        grain: The strength for the paper's grain, and the scanner's noise, softness and streaks.
        specks: The strength for dust, hairs and scratches: the higher it is, the less sure a mark must be a speck.
        smudges: The strength for smears, eraser ghosts, stains and bleed-through from the other side.
        protect: A mask (H, W) of what must not change: True, 255 or 1.0; values between protect in part.
        only: A mask (H, W) of the only parts that may change.
        mask: A mask (H, W) of the specks. Then exactly these are removed, whatever Pochade would find.
        dpi: Dots per inch of the scan, which says how large its specks are; by default 200.
        largest_speck: The size in millimetres of the largest mark that may be a speck.

    Raises:
        UsageError: The input is not a picture, a strength or size is out of range, or a mask has another size or type.
    """
    image = open_input_image(picture)
    if not (dpi is None or dpi > 0) or not largest_speck >= 0:
        raise UsageError(f"{dpi} dpi and specks of {largest_speck} mm are impossible", "give numbers above 0")
    percents = [strength if percent is None else percent for percent in (light, paper, grain, specks, smudges)]
    if not all(0 <= percent <= FULL_STRENGTH for percent in percents):
        raise UsageError(f"strengths {percents} are not all from 0 to {FULL_STRENGTH}")
    size = image.colour.shape[:2]
    where = _change_shares(size, protect, only)
    specks_mask = None if mask is None else _mask_shares(mask, size) >= MASKED_SHARE
    rule = SpeckRule((dpi or USUAL_DPI) / MM_PER_INCH, largest_speck, specks_mask)
    return shipped_cleaner().clean(image, Strengths(*(percent / FULL_STRENGTH for percent in percents)), where, rule)


def _change_shares(
    size: tuple[int, ...], protect: MaskArray | None, only: MaskArray | None
) -> NDArray[np.float32] | None:
    """How much each pixel may change, (H, W) from 0 to 1; None if all may change freely."""
    if protect is None and only is None:
        return None
    share = np.ones(size[:2], np.float32)
    if protect is not None:
        share *= 1 - _mask_shares(protect, share.shape)
    if only is not None:
        share *= _mask_shares(only, share.shape)
    return share


def _mask_shares(mask: MaskArray, size: tuple[int, ...]) -> NDArray[np.float32]:
    """Convert a mask to shares from 0 to 1 (H, W).

    Raises:
        UsageError: The mask has another size, or is neither bool, nor uint8, nor floats from 0 to 1.
    """
    mask = np.asarray(mask)
    if mask.shape != size:
        raise UsageError(f"a mask of shape {mask.shape} doesn't fit a picture of shape {size}")
    is_bytes = mask.dtype == np.uint8
    if not (is_bytes or mask.dtype == bool or mask.dtype.kind == "f"):
        raise UsageError(f"a mask can't be of {mask.dtype}", "give bool, uint8, or floats from 0 to 1")
    share = mask.astype(np.float32) / np.float32(255 if is_bytes else 1)
    if not ((share >= 0) & (share <= 1)).all():
        raise UsageError("a mask of floats has values outside 0 to 1", "give floats from 0 to 1")
    return share
