"""Excerpts of pictures: the part inside a frame, perhaps rotated or seen at an angle, letterboxed again."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from pochade.images.geometry.letterbox import MARGIN_SHARE, MIN_EDGE_LEVELS, MIN_EDGE_SHARE, STRONG_EDGE_QUANTILE
from pochade.models.model_input import frame_mask

TRIM_SIDE = 48  # pixels per side of the reduced picture in which the subject is searched
MIN_DEPTH = 0.2  # of the plane seen at an angle; nearer points would be enlarged without limit


@dataclass(frozen=True)
class Excerpts:
    """What is shown of each picture of a batch.

    A frame lies in a plane whose middle is the middle of the picture. Its unit is half the side of the picture's
    square.
    """

    sizes: Tensor  # (B, 2): width and height of the frame, as shares of the picture's square; they may exceed 1
    centres: Tensor  # (B, 2): of the frame
    homographies: Tensor  # (B, 3, 3), from the plane of the frame to that of the picture
    ground: Tensor  # (B, C, 1, 1): the colour outside the picture, 0 to 1


def extract(difference: Tensor, excerpts: Excerpts, side: int) -> tuple[Tensor, Tensor]:
    """Cut excerpts out of pictures and letterbox them on white.

    Args:
        difference: The pictures minus their ground (B, C, S, S); the ground continues where it is 0.
        excerpts: What to show of them.
        side: Pixels per side of the result.

    Returns:
        Colour (B, C, side, side), and the frame mask (B, 1, side, side).
    """
    sampled, mask = _sample(difference, excerpts, side)
    return paint_letterbox(sampled.add_(excerpts.ground), mask), mask


def paint_letterbox(colour: Tensor, mask: Tensor) -> Tensor:
    """Paint colour (B, C, S, S) white outside its frame mask (B, 1, S, S), in place."""
    return colour.mul_(mask).add_(1 - mask)  # ten times as fast as a choice by a condition


def trim_to_subject(difference: Tensor, excerpts: Excerpts) -> Excerpts:
    """Shrink frames to the subject without the bare paper around it, by the rule of `trim_paper` in `images/geometry`.

    The frame of a picture without edges stays.

    Args:
        difference: As for `extract`.
        excerpts: What is shown of the pictures.

    Returns:
        Excerpts with smaller frames.
    """
    edges = _edges_inside(*_sample(difference, excerpts, TRIM_SIDE))
    strongest = edges.flatten(1).topk(round(TRIM_SIDE**2 * (1 - STRONG_EDGE_QUANTILE))).values[:, -1]
    subject = edges >= (MIN_EDGE_SHARE * strongest).clamp(min=MIN_EDGE_LEVELS / 255).view(-1, 1, 1)
    extents = [_extent(subject.any(1)), _extent(subject.any(2))]  # left and right, top and bottom
    low, high = (torch.stack([extent[end] for extent in extents], 1) for end in (0, 1))  # (B, 2) each, -1 to 1
    longest = excerpts.sizes.amax(1, keepdim=True)
    has_subject = subject.flatten(1).any(1, keepdim=True)
    sizes = torch.where(has_subject, (high - low) / 2 * longest, excerpts.sizes)
    centres = torch.where(has_subject, excerpts.centres + (high + low) / 2 * longest, excerpts.centres)
    return replace(excerpts, sizes=sizes, centres=centres)


def choose_excerpts(choice: Tensor, chosen: Excerpts, others: Excerpts) -> Excerpts:
    """The excerpts `chosen` where `choice` (B,) is true, and `others` elsewhere; both have the same view and ground."""
    choice = choice.unsqueeze(1)
    sizes = torch.where(choice, chosen.sizes, others.sizes)
    return replace(others, sizes=sizes, centres=torch.where(choice, chosen.centres, others.centres))


def _sample(difference: Tensor, excerpts: Excerpts, side: int) -> tuple[Tensor, Tensor]:
    """What `extract` returns, but still without the ground."""
    sampled = functional.grid_sample(difference, _sampling_grid(excerpts, side), align_corners=False)
    return sampled, frame_mask(excerpts.sizes / excerpts.sizes.amax(1, keepdim=True), side)


def _sampling_grid(excerpts: Excerpts, side: int) -> Tensor:
    """Where each pixel of the result lies in the picture (B, side, side, 2), from -1 to 1."""
    positions = (torch.arange(side, device=excerpts.sizes.device) + 0.5) * (2 / side) - 1
    longest = excerpts.sizes.amax(1).view(-1, 1, 1, 1)
    across, down, shift = excerpts.homographies.unsqueeze(3).unbind(2)  # (B, 3, 1) each
    centre_x, centre_y = excerpts.centres.view(-1, 2, 1, 1).unbind(1)  # (B, 1, 1) each
    middle = (shift + across * centre_x + down * centre_y).unsqueeze(3)  # (B, 3, 1, 1)
    rows = middle + down.unsqueeze(3) * longest * positions.view(-1, 1)  # (B, 3, side, 1)
    projected = rows + across.unsqueeze(3) * longest * positions  # (B, 3, side, side)
    return projected[:, :2].div_(projected[:, 2:].clamp_(min=MIN_DEPTH)).permute(0, 2, 3, 1)


def _edges_inside(colour: Tensor, mask: Tensor) -> Tensor:
    """The largest difference of each pixel from its neighbours inside the frame, (B, side, side)."""
    inside = mask.squeeze(1)
    across = colour.diff(dim=3).abs_().amax(1) * inside[:, :, 1:] * inside[:, :, :-1]  # the frame's border is no edge
    down = colour.diff(dim=2).abs_().amax(1) * inside[:, 1:] * inside[:, :-1]
    edges = torch.maximum(functional.pad(across, (1, 0)), functional.pad(across, (0, 1)))
    return torch.maximum(edges, torch.maximum(functional.pad(down, (0, 0, 1, 0)), functional.pad(down, (0, 0, 0, 1))))


def _extent(occupied: Tensor) -> tuple[Tensor, Tensor]:
    """Where the occupied places (B, TRIM_SIDE) along a side begin and end, with a margin: (B,) each, from -1 to 1."""
    places = torch.arange(TRIM_SIDE, device=occupied.device)
    first = torch.where(occupied, places, TRIM_SIDE).amin(1)
    last = torch.where(occupied, places, -1).amax(1) + 1
    scale = 2 / TRIM_SIDE
    return (first * scale - 1 - 2 * MARGIN_SHARE).clamp(min=-1), (last * scale - 1 + 2 * MARGIN_SHARE).clamp(max=1)
