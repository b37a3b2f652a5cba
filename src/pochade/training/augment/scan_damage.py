"""Synthetic scan damage: a clean drawing becomes a bad scan, so that the cleaner can learn from such pairs.

    clean ─►┤stains├─►┤specks├─►┤paper's grain├─►┤paper's colour, light├─►┤scanner, JPEG├─► picture
      │         │          │
      └─────────┴──────────┴─────────────────────►┤paper's colour, light├─► with_light, with_stains, with_specks

Lengths are in millimetres, resolutions in dots per inch or millimetre. Strengths are random for each sheet. Their
ranges were measured on scans and on annotated dust (Ivanova et al., 2023; see `training/augment/specks.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pochade.errors import UsageError
from pochade.images.codecs.round_trip import jpeg_round_trip
from pochade.training.augment.paper import add_paper_grain, random_light, random_paper_colour
from pochade.training.augment.random_fields import Floats, RandomGenerator
from pochade.training.augment.scanner import scan_sheet
from pochade.training.augment.specks import add_fold, add_speck_shadows, add_specks
from pochade.training.augment.stains import (
    add_bleed_through,
    add_eraser_ghost,
    add_finger_marks,
    add_foxing,
    add_smear,
    add_stain,
)

Bytes = NDArray[np.uint8]
MM_PER_INCH = 25.4
STAIN_KINDS = {  # the chance of each kind, and the function that adds it
    "smear": (0.3, add_smear),
    "fingers": (0.2, add_finger_marks),
    "ghost": (0.2, add_eraser_ghost),
    "bleed": (0.15, add_bleed_through),
    "stain": (0.1, add_stain),
    "foxing": (0.07, add_foxing),
}
SPECK_CHANCES = {"dust": 0.85, "hairs": 0.5, "lint": 0.1, "scratches": 0.15}
FOLD_CHANCE, SPECK_SHADOW_CHANCE, JPEG_CHANCE = 0.06, 0.5, 0.5
MIN_DEFECT_COVER = 0.15  # share of a pixel that is covered, from which it counts as a defect
MIN_DEFECT_LEVELS = 4  # of 255: a smaller change, such as light dust on white paper, is no defect
DAMAGE_KINDS = frozenset(
    {*STAIN_KINDS, *SPECK_CHANCES, "folds", "streaks", "banding", "paper", "light", "grain", "scanner", "jpeg"}
)
HELD_OUT_KINDS = frozenset({"foxing", "lint", "banding"})  # never trained on: they measure generalisation


@dataclass(frozen=True)
class DamagedScan:
    """A damaged scan, and the stages of its damage; the pictures are (H, W, 3) uint8.

    Each stage adds damage to the one before it: `clean`, `with_light` (the colour of the paper, and the light),
    `with_stains`, `with_specks`, and `picture` (the grain of the paper, and the scanner).
    """

    picture: Bytes  # with all damage
    with_specks: Bytes
    with_stains: Bytes
    with_light: Bytes
    clean: Bytes
    defects: NDArray[np.bool_]  # (H, W) where specks, folds and streaks are
    light: Floats  # (H, W, 3), the factor of light and paper


def damage_scan(picture: Bytes, dpi: float, rng: RandomGenerator, kinds: frozenset[str] = DAMAGE_KINDS) -> DamagedScan:
    """Turn a clean drawing into a bad scan of it.

    Args:
        picture: The clean drawing (H, W, 3) uint8.
        dpi: Dots per inch of the scan; it decides how many pixels a speck has.
        rng: The source of all randomness.
        kinds: The kinds of damage that may happen, a subset of `DAMAGE_KINDS`; each happens at random.

    Returns:
        The scan and the stages of its damage.

    Raises:
        UsageError: The picture has the wrong shape or type or is empty, the resolution isn't positive, or a kind is
            unknown.
    """
    _check_input(picture, dpi, kinds)
    dots_per_mm = dpi / MM_PER_INCH
    clean = picture.astype(np.float32) / np.float32(255)
    with_stains = _add_random_stains(rng, clean, dots_per_mm, kinds)
    with_specks, cover = _add_random_specks(rng, with_stains, dots_per_mm, kinds)
    light = _random_light_and_paper(rng, clean.shape[:2], dots_per_mm, kinds)
    sheet = add_paper_grain(rng, with_specks, dots_per_mm) if "grain" in kinds else with_specks
    scan, streaks = scan_sheet(rng, sheet * light, kinds)
    result = _to_uint8(scan)
    if rng.random() < JPEG_CHANCE and "jpeg" in kinds:
        result = jpeg_round_trip(result, int(rng.integers(60, 96)), full_colour=bool(rng.integers(2)))
    stages = [_to_uint8(stage * light) for stage in (with_specks, with_stains, clean)]
    visible = np.abs(stages[0].astype(np.int16) - stages[1]).max(2) >= MIN_DEFECT_LEVELS
    defects = ((cover > MIN_DEFECT_COVER) & visible) | (streaks > MIN_DEFECT_COVER)
    return DamagedScan(result, stages[0], stages[1], stages[2], picture, defects, light)


def _check_input(picture: Bytes, dpi: float, kinds: frozenset[str]) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:  # noqa: PLR2004
        raise UsageError(
            f"a drawing of shape {picture.shape} and type {picture.dtype} can't be damaged", "give (H, W, 3) of uint8"
        )
    if dpi <= 0:
        raise UsageError(f"a resolution of {dpi} dots per inch is impossible", "give a number above 0")
    if unknown := sorted(kinds - DAMAGE_KINDS):
        raise UsageError(
            f"the kind of damage '{unknown[0]}' is unknown", f"choose from {', '.join(sorted(DAMAGE_KINDS))}"
        )


def _to_uint8(x: Floats) -> Bytes:
    return (np.clip(x, 0, 1) * 255 + 0.5).astype(np.uint8)


def _add_random_stains(rng: RandomGenerator, x: Floats, dots_per_mm: float, kinds: frozenset[str]) -> Floats:
    for kind, (chance, add) in STAIN_KINDS.items():
        if rng.random() < chance and kind in kinds:
            x = add(rng, x, dots_per_mm)
    return x


def _add_random_specks(
    rng: RandomGenerator, x: Floats, dots_per_mm: float, kinds: frozenset[str]
) -> tuple[Floats, Floats]:
    """A sheet with folds and specks (H, W, 3), and how much of each pixel they cover (H, W)."""
    cover = np.zeros(x.shape[:2], np.float32)
    if rng.random() < FOLD_CHANCE and "folds" in kinds:
        x, cover = add_fold(rng, x, dots_per_mm)
    for kind, chance in SPECK_CHANCES.items():
        if rng.random() < chance and kind in kinds:
            x, speck_cover = add_specks(rng, x, dots_per_mm, kind)
            cover = np.maximum(cover, speck_cover)
    return (add_speck_shadows(x, cover) if rng.random() < SPECK_SHADOW_CHANCE else x), cover


def _random_light_and_paper(
    rng: RandomGenerator, size: tuple[int, int], dots_per_mm: float, kinds: frozenset[str]
) -> Floats:
    """The product of paper colour and light, (H, W, 3); a kind that may not happen has the factor 1."""
    colour = random_paper_colour(rng) if "paper" in kinds else np.ones(3, np.float32)
    light = random_light(rng, size, dots_per_mm) if "light" in kinds else np.ones(size, np.float32)
    return colour * light[..., None]
