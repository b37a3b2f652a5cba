"""Synthetic scan damage: clean drawings become bad scans, so that the cleaner can learn from such pairs.

    clean ─►┤stains├─►┤specks├─►┤paper's grain├─►┤paper's colour, light├─►┤scanner, JPEG├─► picture
      │         │          │
      └─────────┴──────────┴─────────────────────►┤paper's colour, light├─► with_light, with_stains, with_specks

Lengths are in millimetres, resolutions in dots per inch or millimetre. Strengths are random for each sheet. Their
ranges were measured on scans and on annotated dust (Ivanova et al., 2023; see `training/augment/specks.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pochade.errors import UsageError
from pochade.training.augment.folds import add_folds
from pochade.training.augment.jpeg_noise import jpeg_noise
from pochade.training.augment.paper import add_paper_grain, random_exposure, random_light, random_paper_colour
from pochade.training.augment.random_fields import change_some
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.scanner import scan_sheets
from pochade.training.augment.specks import SPECK_KINDS, add_speck_shadows, add_specks
from pochade.training.augment.stains import (
    add_bleed_through,
    add_eraser_ghosts,
    add_finger_marks,
    add_foxing,
    add_rings,
    add_smears,
    add_stains,
)

Bytes = NDArray[np.uint8]
MM_PER_INCH = 25.4
STAIN_KINDS: dict[str, tuple[float, Callable[[RandomNumbers, Tensor, Tensor], Tensor]]] = {
    "smear": (0.3, add_smears),  # the chance of each kind, and the function that adds it
    "fingers": (0.2, add_finger_marks),
    "ghost": (0.2, add_eraser_ghosts),
    "bleed": (0.15, add_bleed_through),
    "stain": (0.1, add_stains),
    "rings": (0.12, add_rings),
    "foxing": (0.07, add_foxing),
}
FOLD_CHANCE, SPECK_SHADOW_CHANCE, JPEG_CHANCE = 0.1, 0.5, 0.5
JPEG_QUALITIES = (60, 96)
MIN_DEFECT_COVER = 0.15  # share of a pixel that is covered, from which it counts as a defect
MIN_DEFECT_LEVELS = 4  # of 255: a smaller change, such as light dust on white paper, is no defect
OTHER_KINDS = frozenset({"folds", "streaks", "banding", "paper", "light", "exposure", "grain", "scanner", "jpeg"})
DAMAGE_KINDS = OTHER_KINDS | STAIN_KINDS.keys() | SPECK_KINDS.keys()
HELD_OUT_KINDS = frozenset({"foxing", "lint", "banding"})  # never trained on: they measure generalisation


@dataclass(frozen=True)
class DamagedScans:
    """Damaged scans, and the stages of their damage; pictures are (B, 3, H, W) from 0 to 1.

    Each stage adds damage to the one before it: `clean`, `with_light` (the colour of the paper, and the light),
    `with_stains`, `with_specks`, and `pictures` (the grain of the paper, and the scanner).
    """

    pictures: Tensor  # with all damage, rounded to levels of 255
    with_specks: Tensor
    with_stains: Tensor
    with_light: Tensor
    clean: Tensor
    defects: Tensor  # (B, 1, H, W) bool: where specks, folds and streaks are
    light: Tensor  # (B, 3, H, W), the factor of light and paper


@dataclass(frozen=True)
class DamagedScan:
    """A damaged scan, and the stages of its damage as in `DamagedScans`; pictures are (H, W, 3) uint8."""

    picture: Bytes
    with_specks: Bytes
    with_stains: Bytes
    with_light: Bytes
    clean: Bytes
    defects: NDArray[np.bool_]  # (H, W)
    light: NDArray[np.float32]  # (H, W, 3)


@torch.no_grad()
def damage_scans(
    pictures: Tensor, dots_per_mm: Tensor, random: RandomNumbers, kinds: frozenset[str] = DAMAGE_KINDS
) -> DamagedScans:
    """Turn a batch of clean drawings into bad scans of them, on their device and without waiting for it.

    Args:
        pictures: The clean drawings (B, 3, H, W), from 0 to 1.
        dots_per_mm: The resolution of each scan (B,); it decides how many pixels a speck has.
        random: The source of all randomness, on the device of the pictures.
        kinds: The kinds of damage that may happen, a subset of `DAMAGE_KINDS`; each happens at random.

    Returns:
        The scans and the stages of their damage.

    Raises:
        UsageError: A kind is unknown.
    """
    _check_kinds(kinds)
    with torch.autocast(pictures.device.type, enabled=False):  # half precision is coarser than a level
        clean, dots_per_mm = pictures.float().contiguous(), dots_per_mm.float()
        with_stains = _add_random_stains(random, clean, dots_per_mm, kinds)
        with_specks, cover = _add_random_specks(random, with_stains, dots_per_mm, kinds)
        light = _random_light_and_paper(random, clean, dots_per_mm, kinds)
        sheets = add_paper_grain(random, with_specks, dots_per_mm) if "grain" in kinds else with_specks
        scans, streaks = scan_sheets(random, sheets * light, dots_per_mm, kinds)
        scans = (scans.clamp_(0, 1) * 255).round_().div_(255)
        if "jpeg" in kinds:
            change_some(random, JPEG_CHANCE, _add_jpeg_noise, scans, dots_per_mm)
        stages = [(stage * light).clamp_(0, 1) for stage in (with_specks, with_stains, clean)]
        visible = (stages[0] - stages[1]).abs_().amax(1, keepdim=True) >= MIN_DEFECT_LEVELS / 255
        defects = ((cover > MIN_DEFECT_COVER) & visible) | streaks
    return DamagedScans(scans, stages[0], stages[1], stages[2], clean, defects, light)


def damage_scan(picture: Bytes, dpi: float, seed: int, kinds: frozenset[str] = DAMAGE_KINDS) -> DamagedScan:
    """Turn a clean drawing into a bad scan of it: a batch of one, on the CPU.

    Args:
        picture: The clean drawing (H, W, 3) uint8.
        dpi: Dots per inch of the scan.
        seed: Decides all randomness.
        kinds: The kinds of damage that may happen, a subset of `DAMAGE_KINDS`; each happens at random.

    Returns:
        The scan and the stages of its damage.

    Raises:
        UsageError: The picture has the wrong shape or type or is empty, the resolution isn't positive, or a kind is
            unknown.
    """
    _check_input(picture, dpi)
    x = torch.from_numpy(picture.copy()).permute(2, 0, 1).unsqueeze(0).float() / 255
    scans = damage_scans(x, torch.tensor([dpi / MM_PER_INCH], device="cpu"), RandomNumbers(seed), kinds)
    return DamagedScan(
        _as_bytes(scans.pictures),
        _as_bytes(scans.with_specks),
        _as_bytes(scans.with_stains),
        _as_bytes(scans.with_light),
        picture,
        scans.defects[0, 0].numpy(),
        scans.light[0].permute(1, 2, 0).numpy(),
    )


def _check_kinds(kinds: frozenset[str]) -> None:
    if unknown := sorted(kinds - DAMAGE_KINDS):
        raise UsageError(
            f"the kind of damage '{unknown[0]}' is unknown", f"choose from {', '.join(sorted(DAMAGE_KINDS))}"
        )


def _check_input(picture: Bytes, dpi: float) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:  # noqa: PLR2004
        raise UsageError(
            f"a drawing of shape {picture.shape} and type {picture.dtype} can't be damaged", "give (H, W, 3) of uint8"
        )
    if dpi <= 0:
        raise UsageError(f"a resolution of {dpi} dots per inch is impossible", "give a number above 0")


def _as_bytes(x: Tensor) -> Bytes:
    return (x[0] * 255).round().byte().permute(1, 2, 0).contiguous().numpy()


def _add_random_stains(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: frozenset[str]) -> Tensor:
    x = x.clone()
    for kind, (chance, add) in STAIN_KINDS.items():
        if kind in kinds:
            change_some(random, chance, add, x, dots_per_mm)
    return x


def _add_random_specks(
    random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: frozenset[str]
) -> tuple[Tensor, Tensor]:
    """Sheets with folds and specks (B, 3, H, W), and how much of each pixel they cover (B, 1, H, W)."""
    x, cover = add_specks(random, x, dots_per_mm, kinds)
    add_speck_shadows(random, x, cover, SPECK_SHADOW_CHANCE)
    if "folds" in kinds:
        cover = torch.maximum(cover, add_folds(random, x, dots_per_mm, FOLD_CHANCE))
    return x, cover


def _random_light_and_paper(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: frozenset[str]) -> Tensor:
    """The product of paper colour, light and exposure (B, 3, H, W); a kind that may not happen has the factor 1."""
    light = torch.ones_like(x)
    if "paper" in kinds:
        light.mul_(random_paper_colour(random, len(x)))
    if "light" in kinds:
        light.mul_(random_light(random, (x.shape[2], x.shape[3]), dots_per_mm))
    return light.mul_(random_exposure(random, len(x))) if "exposure" in kinds else light


def _add_jpeg_noise(random: RandomNumbers, x: Tensor, _: Tensor) -> Tensor:
    """Give scans (b, 3, H, W) the loss of JPEG at random qualities."""
    return jpeg_noise(x, random.integers((len(x),), *JPEG_QUALITIES), random.mask(len(x), 0.5))
