"""Random framing: pictures are rotated, mirrored, cropped, padded, and trimmed to their subject."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from pochade.images.geometry.letterbox import MARGIN_SHARE, MIN_EDGE_LEVELS, MIN_EDGE_SHARE, STRONG_EDGE_QUANTILE
from pochade.models.model_input import frame_mask
from pochade.training.augment.random_batch import random_mask

TRIM_SHARE = 0.9  # share of the pictures that are trimmed to their subject, as files are when they are ingested
TRIM_SIDE = 48  # pixels per side of the reduced picture in which the subject is searched


def reframe(x: Tensor, frames: Tensor, side: int) -> Tensor:
    """Rotate, mirror, crop and pad pictures at random, and letterbox them again.

    Args:
        x: Letterboxed pictures (B, 3, S, S) in [0, 1].
        frames: Widths and heights of the pictures (B, 2), as shares of S.
        side: Pixels per side of the result.

    Returns:
        Colour and frame mask (B, 4, side, side).
    """
    count = len(x)
    tilt = torch.where(random_mask(count, 0.5), torch.randn(count) * 0.05, torch.zeros(count))  # radians, 3 degrees
    tilt = torch.where(random_mask(count, 0.06), (torch.rand(count) - 0.5) * 0.9, tilt)  # rarely up to 25 degrees
    quarters = torch.where(random_mask(count, 0.3), torch.randint(1, 4, (count,)), torch.zeros(count, dtype=torch.long))
    rotations = _rotations(tilt + quarters * (math.pi / 2))
    mirror = torch.where(random_mask(count, 0.25), -1.0, 1.0)
    rotations = rotations * torch.stack([mirror, torch.ones(count)], 1).unsqueeze(2)
    upright = torch.where((quarters % 2 == 1).unsqueeze(1), frames.flip(1), frames)
    enlarged = upright + tilt.abs().sin().unsqueeze(1) * upright.flip(1) * random_mask(count, 0.5).unsqueeze(1)
    sizes, centres = _crop_and_pad(enlarged)
    trimmed_sizes, trimmed_centres = trim_to_subject(x, sizes, rotations, centres)
    trim = random_mask(count, TRIM_SHARE).unsqueeze(1)
    sizes, centres = torch.where(trim, trimmed_sizes, sizes), torch.where(trim, trimmed_centres, centres)
    return extract_frames(x, sizes, rotations, centres, side)


def trim_to_subject(x: Tensor, frames: Tensor, rotations: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Shrink frames to the subject without the bare paper around it, by the rule of `trim_paper` in `images/geometry`.

    The frame of a picture without edges stays.

    Args:
        x: As for `extract_frames`.
        frames: As for `extract_frames`.
        rotations: As for `extract_frames`.
        centres: As for `extract_frames`.

    Returns:
        New frames (B, 2) and their centres (B, 2).
    """
    view = extract_frames(x, frames, rotations, centres, TRIM_SIDE)
    edges = _edges_inside(view[:, :3], view[:, 3])
    strongest = edges.flatten(1).topk(round(TRIM_SIDE**2 * (1 - STRONG_EDGE_QUANTILE))).values[:, -1]
    subject = edges >= (MIN_EDGE_SHARE * strongest).clamp(min=MIN_EDGE_LEVELS / 255).view(-1, 1, 1)
    extents = [_extent(subject.any(1)), _extent(subject.any(2))]  # left and right, top and bottom
    low, high = (torch.stack([extent[end] for extent in extents], 1) for end in (0, 1))  # (B, 2) each, -1 to 1
    longest = frames.amax(1, keepdim=True)
    has_subject = subject.flatten(1).any(1, keepdim=True)
    sizes = torch.where(has_subject, (high - low) / 2 * longest, frames)
    return sizes, torch.where(has_subject, centres + (high + low) / 2 * longest, centres)


def extract_frames(x: Tensor, frames: Tensor, rotations: Tensor, centres: Tensor, side: int) -> Tensor:
    """Cut frames out of pictures and letterbox them; outside the picture is white.

    Args:
        x: Pictures (B, 3, S, S) in [0, 1].
        frames: Widths and heights of the frames (B, 2), as shares of S; they may exceed 1.
        rotations: Matrices (B, 2, 2) from coordinates of the result to coordinates of the picture.
        centres: The centres of the frames (B, 2) before the rotation, in units of S / 2 from the middle of the picture.
        side: Pixels per side of the result.

    Returns:
        Colour and frame mask (B, 4, side, side).
    """
    longest = frames.amax(1)  # (B,)
    matrix = rotations * longest.view(-1, 1, 1)
    shift = torch.einsum("bij,bj->bi", rotations, centres).unsqueeze(2)
    grid = functional.affine_grid(torch.cat([matrix, shift], 2), [len(x), 3, side, side], align_corners=False)
    colour = 1 - functional.grid_sample(1 - x, grid, align_corners=False)  # zeros outside become white
    mask = frame_mask(frames / longest.unsqueeze(1), side)
    return torch.cat([colour * mask + (1 - mask), mask], 1)


def _rotations(angles: Tensor) -> Tensor:
    """Rotation matrices (B, 2, 2) of angles (B,) in radians."""
    cosine, sine = angles.cos(), angles.sin()
    return torch.stack([torch.stack([cosine, -sine], 1), torch.stack([sine, cosine], 1)], 1)


def _crop_and_pad(frames: Tensor) -> tuple[Tensor, Tensor]:
    """Move the sides of frames (B, 2) in by up to a fifth or out by up to a quarter: new sizes and centres, (B, 2)."""
    count = len(frames)
    same_for_all, different = torch.rand(count, 1).expand(count, 4), torch.rand(count, 4)
    crop = torch.where(random_mask(count, 0.75).unsqueeze(1), same_for_all, different).sqrt() * 0.2
    pad = torch.where(random_mask(count, 0.7).unsqueeze(1), same_for_all, different) * -0.25
    padded = torch.where(random_mask(count, 0.5).unsqueeze(1), pad, torch.zeros(count, 4))
    moves = torch.where(random_mask(count, 0.5).unsqueeze(1), crop, padded)  # left, top, right, bottom
    sizes = frames * (1 - moves[:, :2] - moves[:, 2:])
    centres = frames * (moves[:, :2] - moves[:, 2:])
    return sizes, centres


def _edges_inside(colour: Tensor, mask: Tensor) -> Tensor:
    """The largest difference of each pixel from its neighbours inside the frame, (B, side, side)."""
    across = colour.diff(dim=3).abs().amax(1) * mask[:, :, 1:] * mask[:, :, :-1]  # the frame's border is no edge
    down = colour.diff(dim=2).abs().amax(1) * mask[:, 1:] * mask[:, :-1]
    edges = torch.maximum(functional.pad(across, (1, 0)), functional.pad(across, (0, 1)))
    return torch.maximum(edges, torch.maximum(functional.pad(down, (0, 0, 1, 0)), functional.pad(down, (0, 0, 0, 1))))


def _extent(occupied: Tensor) -> tuple[Tensor, Tensor]:
    """Where the occupied places (B, TRIM_SIDE) along a side begin and end, with a margin: (B,) each, from -1 to 1."""
    places = torch.arange(TRIM_SIDE)
    first = torch.where(occupied, places, TRIM_SIDE).amin(1)
    last = torch.where(occupied, places, -1).amax(1) + 1
    scale = 2 / TRIM_SIDE
    return (first * scale - 1 - 2 * MARGIN_SHARE).clamp(min=-1), (last * scale - 1 + 2 * MARGIN_SHARE).clamp(max=1)
