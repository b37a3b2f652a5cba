"""Synthetic scanner damage: blur, misaligned colours, sharpening, noise, banding and streaks."""

import torch
from torch import Tensor

from pochade.training.augment.random_fields import (
    blur,
    change_some,
    convolve,
    gaussian_kernels,
    pixel_centres,
    shifted_channels,
)
from pochade.training.augment.random_numbers import RandomNumbers

BLUR_CHANCE, BLURS = 0.6, (0.3, 0.9)  # pixels
COLOUR_SHIFT_CHANCE, MOST_SHIFT = 0.25, 0.6  # pixels
SHARPENING_CHANCE, SHARPENING_SIGMA = 0.2, 1.2
BANDING_CHANCE = 0.06
STREAK_CHANCE, MOST_STREAKS = 0.08, 2
NOISE = (0.3 / 255, 3 / 255)
KERNEL_REACH = 3  # pixels: of the widest blur, shifted


def scan_sheets(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, kinds: frozenset[str]) -> tuple[Tensor, Tensor]:
    """Damage sheets as a scanner would.

    Args:
        random: The source of all randomness.
        x: The sheets (B, 3, H, W), from 0 to 1.
        dots_per_mm: Their resolutions (B,).
        kinds: The kinds of damage that may happen; "scanner", "banding" and "streaks" are of a scanner.

    Returns:
        The scans (B, 3, H, W), and which columns are streaks (B, 1, 1, W) bool.
    """
    count, width = len(x), x.shape[3]
    streaks = torch.zeros((count, 1, 1, width), dtype=torch.bool, device=x.device)
    if "scanner" in kinds:
        x = _scan_through_optics(random, x)
        change_some(random, SHARPENING_CHANCE, _sharpen, x, dots_per_mm)
        noise = shifted_channels(random, random.normal((count, 1, *x.shape[2:])))
        x.addcmul_(noise, random.per_picture(count, *NOISE))
    if "banding" in kinds:
        x = x * (1 + _random_bands(random, x))
    if "streaks" in kinds:
        change = _random_streaks(random, x)
        x, streaks = x * (1 + change), change != 0
    return x, streaks


def _scan_through_optics(random: RandomNumbers, x: Tensor) -> Tensor:
    """Blur some sheets, and shift the red or the blue of some by a part of a pixel: both by one kernel."""
    count = len(x)
    blurred = random.mask(count, BLUR_CHANCE).view(-1, 1, 1)
    sigmas = random.uniform((count, 1), *BLURS).expand(-1, 3)
    red, shifted = random.mask(count, 0.5).view(-1, 1), random.mask(count, COLOUR_SHIFT_CHANCE).view(-1, 1)
    channels = torch.cat([red, torch.zeros_like(red), ~red], 1) & shifted
    kernels = []
    for _ in range(2):
        shifts = random.uniform((count, 1), -MOST_SHIFT, MOST_SHIFT) * channels  # (B, 3)
        kernels.append(torch.where(blurred, gaussian_kernels(sigmas, shifts, KERNEL_REACH), _linear_kernels(shifts)))
    return convolve(x, *kernels)


def _linear_kernels(shifts: Tensor) -> Tensor:
    """Kernels (B, C, K) that shift by a part of a pixel (B, C) with linear interpolation, and change nothing else."""
    places = torch.arange(-KERNEL_REACH, KERNEL_REACH + 1, device=shifts.device)
    return (1 - (places - shifts.unsqueeze(2)).abs()).clamp_(min=0)


def _sharpen(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> Tensor:
    """Sharpen scans (b, 3, H, W), with halos."""
    soft = blur(x, torch.full_like(dots_per_mm, SHARPENING_SIGMA), SHARPENING_SIGMA)
    return torch.lerp(x, soft, -random.per_picture(len(x), 0.1, 0.8)).clamp_(0, 1)


def _random_bands(random: RandomNumbers, x: Tensor) -> Tensor:
    """By how much bands lighten and darken the rows of some scans (B, 1, H, 1)."""
    rows, count = pixel_centres(x.shape[2], x.device).view(1, 1, -1, 1), len(x)
    strength = random.per_picture(count, 0.003, 0.02) * random.mask(count, BANDING_CHANCE).view(-1, 1, 1, 1)
    return torch.sin(rows * random.per_picture(count, 0.1, 1.2)) * strength


def _random_streaks(random: RandomNumbers, x: Tensor) -> Tensor:
    """By how much dirt on the sensor lightens or darkens whole columns of some scans (B, 1, 1, W)."""
    count, width = len(x), x.shape[3]
    shape = (count, MOST_STREAKS, 1, 1)
    columns, start = torch.arange(width, device=x.device), random.integers(shape, 0, width)
    inside = (columns >= start) & (columns < start + random.integers(shape, 1, 4))
    strength = random.uniform(shape, 0.01, 0.08) * (random.integers(shape, 0, 2) * 2 - 1)
    number = random.integers((count, 1, 1, 1), 1, MOST_STREAKS + 1) * random.mask(count, STREAK_CHANCE).view(
        -1, 1, 1, 1
    )
    present = torch.arange(MOST_STREAKS, device=x.device).view(1, -1, 1, 1) < number
    return (inside * present * strength).sum(1, keepdim=True)
