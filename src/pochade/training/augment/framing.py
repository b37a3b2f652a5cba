"""Random framing: pictures are rotated, mirrored, cropped, padded, trimmed to their subject, and photographed."""

import math

import torch
from torch import Tensor

from pochade.models.model_input import frame_mask
from pochade.training.augment.excerpts import Excerpts, choose_excerpts, extract, trim_to_subject
from pochade.training.augment.random_numbers import RandomNumbers

TRIM_SHARE = 0.9  # share of the pictures that are trimmed to their subject, as files are when they are ingested
USUAL_CROP, STRONG_CROP = 0.2, 0.3  # of a side: the largest of most crops, and of the strongest fifth
STRONG_CROP_SHARE = 0.2
LARGEST_PAD = 0.25  # of a side
PHOTOGRAPH_SHARE = 0.15  # share of the pictures that are seen at an angle
LARGEST_SLANT = 0.13  # change of the depth from the middle to a side; from far to near side the scale changes by 30 %
COLOURED_GROUND_SHARE = 0.3  # share of the pictures with another colour than white around the paper


def reframe(x: Tensor, frames: Tensor, side: int, random: RandomNumbers) -> tuple[Tensor, Tensor]:
    """Rotate, mirror, crop and pad pictures at random, and letterbox them again.

    Args:
        x: Letterboxed pictures (B, 3, S, S) in [0, 1].
        frames: Widths and heights of the pictures (B, 2), as shares of S.
        side: Pixels per side of the result.
        random: The random numbers.

    Returns:
        Colour (B, 3, side, side), and the frame mask (B, 1, side, side).
    """
    excerpts = _rotate_and_crop(frames, random)
    difference = x - excerpts.ground
    return extract(difference, _trim_most(difference, excerpts, random), side)


def photograph(x: Tensor, frames: Tensor, side: int, random: RandomNumbers) -> tuple[Tensor, Tensor]:
    """Reframe pictures, some of them seen at an angle, and some on ground of another colour than white.

    Args:
        x: As for `reframe`.
        frames: As for `reframe`.
        side: As for `reframe`.
        random: As for `reframe`.

    Returns:
        As for `reframe`.
    """
    excerpts = _slant(_rotate_and_crop(frames, random), random)
    difference = (x - excerpts.ground).mul_(frame_mask(frames, x.shape[-1]))
    return extract(difference, _trim_most(difference, excerpts, random), side)


def _rotate_and_crop(frames: Tensor, random: RandomNumbers) -> Excerpts:
    """Random excerpts of pictures with given frames (B, 2), on white."""
    count = len(frames)
    tilt = torch.where(random.mask(count, 0.5), random.normal((count,), 0.05), 0.0)  # radians, 3 degrees
    tilt = torch.where(random.mask(count, 0.06), random.uniform((count,), -0.45, 0.45), tilt)  # rarely to 25 degrees
    quarters = torch.where(random.mask(count, 0.3), random.integers((count,), 1, 4), 0)
    upright = torch.where((quarters % 2 == 1).unsqueeze(1), frames.flip(1), frames)
    corners_shown = random.mask(count, 0.5).unsqueeze(1)
    enlarged = upright + tilt.abs().sin().unsqueeze(1) * upright.flip(1) * corners_shown
    mirror = torch.where(random.mask(count, 0.25), -1.0, 1.0)
    sizes, centres = _crop_and_pad(enlarged, random)
    rotations = _rotations(tilt + quarters * (math.pi / 2), mirror)
    return Excerpts(sizes, centres, rotations, frames.new_ones(count, 3, 1, 1))


def _crop_and_pad(frames: Tensor, random: RandomNumbers) -> tuple[Tensor, Tensor]:
    """Move the sides of frames (B, 2) in by a crop or out by a pad: new sizes and centres, (B, 2)."""
    count = len(frames)
    same_for_all, different = random.uniform((count, 1)).expand(count, 4), random.uniform((count, 4))
    crop = _crop_of(torch.where(random.mask(count, 0.75).unsqueeze(1), same_for_all, different))
    pad = torch.where(random.mask(count, 0.7).unsqueeze(1), same_for_all, different) * -LARGEST_PAD
    padded = torch.where(random.mask(count, 0.5).unsqueeze(1), pad, 0.0)
    moves = torch.where(random.mask(count, 0.5).unsqueeze(1), crop, padded)  # left, top, right, bottom
    sizes = frames * (1 - moves[:, :2] - moves[:, 2:])
    centres = frames * (moves[:, :2] - moves[:, 2:])
    return sizes, centres


def _crop_of(u: Tensor) -> Tensor:
    """What uniform random numbers from 0 to 1 crop from a side, as a share of it."""
    usual = (u / (1 - STRONG_CROP_SHARE)).sqrt() * USUAL_CROP
    strong = STRONG_CROP + (u - 1) * ((STRONG_CROP - USUAL_CROP) / STRONG_CROP_SHARE)
    return torch.where(u < 1 - STRONG_CROP_SHARE, usual, strong)


def _rotations(angles: Tensor, mirror: Tensor) -> Tensor:
    """Rotations by angles (B,) in radians of pictures that are mirrored where `mirror` (B,) is -1: (B, 3, 3)."""
    cosine, sine, zero = angles.cos(), angles.sin(), torch.zeros_like(angles)
    rows = ((cosine * mirror, -sine, zero), (sine * mirror, cosine, zero), (zero, zero, zero + 1))
    return torch.stack([torch.stack(row, 1) for row in rows], 1)


def _slant(excerpts: Excerpts, random: RandomNumbers) -> Excerpts:
    """See some of the pictures at an angle, and lay some on ground of another colour than white."""
    count = len(excerpts.sizes)
    slants = random.uniform((count, 2), -LARGEST_SLANT, LARGEST_SLANT)
    slants = torch.where(random.mask(count, PHOTOGRAPH_SHARE).unsqueeze(1), slants, 0.0)
    homographies = excerpts.homographies.clone()
    homographies[:, 2, :2] = slants
    wider = 1 + slants.abs().sum(1, keepdim=True) * random.mask(count, 0.5).unsqueeze(1)  # shows all of the print
    shade = random.uniform((count, 3, 1, 1)) * random.uniform((count, 1, 1, 1)).sqrt()
    coloured = random.mask(count, COLOURED_GROUND_SHARE).view(-1, 1, 1, 1)
    return Excerpts(excerpts.sizes * wider, excerpts.centres, homographies, torch.where(coloured, shade, 1.0))


def _trim_most(difference: Tensor, excerpts: Excerpts, random: RandomNumbers) -> Excerpts:
    """Trim most of the frames; the arguments are those of `trim_to_subject`."""
    is_trimmed = random.mask(len(difference), TRIM_SHARE)
    return choose_excerpts(is_trimmed, trim_to_subject(difference, excerpts), excerpts)
