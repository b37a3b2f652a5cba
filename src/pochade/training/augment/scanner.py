"""Synthetic scanner damage: blur, misaligned colours, sharpening, noise, banding and streaks."""

import numpy as np

from pochade.images.geometry.gaussian_blur import blur
from pochade.training.augment.random_fields import Floats, RandomGenerator, shift_by_subpixels
from pochade.training.augment.specks import add_streaks

BLUR_CHANCE = 0.6
COLOUR_SHIFT_CHANCE = 0.25
SHARPENING_CHANCE = 0.2
BANDING_CHANCE = 0.06
STREAK_CHANCE = 0.08


def scan_sheet(rng: RandomGenerator, x: Floats, kinds: frozenset[str]) -> tuple[Floats, Floats]:
    """Damage a sheet as a scanner would.

    Args:
        rng: The source of all randomness.
        x: The sheet (H, W, 3), from 0 to 1.
        kinds: The kinds of damage that may happen; "scanner", "banding" and "streaks" are of a scanner.

    Returns:
        The scan (H, W, 3), and the mask of its streaks (H, W), 0 or 1.
    """
    streaks = np.zeros(x.shape[:2], np.float32)
    if "scanner" in kinds:
        x = _scan_through_optics(rng, x)
        x = x + rng.standard_normal(x.shape, np.float32) * np.float32(rng.uniform(0.3, 3) / 255)
    if rng.random() < BANDING_CHANCE and "banding" in kinds:
        rows = np.sin(np.arange(x.shape[0]) * rng.uniform(0.1, 1.2)) * rng.uniform(0.003, 0.02)
        x = (x * (1 + rows[:, None, None])).astype(np.float32)
    if rng.random() < STREAK_CHANCE and "streaks" in kinds:
        x, streaks = add_streaks(rng, x)
    return x, streaks


def _scan_through_optics(rng: RandomGenerator, x: Floats) -> Floats:
    """Blur, a misaligned colour channel, halos of sharpening: each at random."""
    if rng.random() < BLUR_CHANCE:
        x = blur(x, rng.uniform(0.3, 0.9))
    if rng.random() < COLOUR_SHIFT_CHANCE:
        channel, (down, across) = int(rng.choice([0, 2])), rng.uniform(-0.6, 0.6, 2)
        x = x.copy()
        x[..., channel] = shift_by_subpixels(np.ascontiguousarray(x[..., channel]), down, across)
    if rng.random() < SHARPENING_CHANCE:
        x = np.clip(x + np.float32(rng.uniform(0.1, 0.8)) * (x - blur(x, 1.2)), 0, 1)
    return x
