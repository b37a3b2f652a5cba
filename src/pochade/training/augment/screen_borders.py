"""Pictures as screenshots show them: among bars and text, on ground of any colour."""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from pochade.training.augment.excerpts import Excerpts, extract
from pochade.training.augment.random_numbers import RandomNumbers

SCREENSHOT_SHARE = 0.1  # share of the pictures
WIDEST_BORDER = 0.3  # of a side of the picture
CELLS = (32, 40)  # rows and columns of cells that make up text


def show_on_screens(x: Tensor, mask: Tensor, random: RandomNumbers) -> tuple[Tensor, Tensor]:
    """Turn some of the pictures into screenshots, in place.

    Args:
        x: Letterboxed pictures (B, 3, S, S) in [0, 1].
        mask: Their frame masks (B, 1, S, S).
        random: The random numbers.

    Returns:
        The pictures (B, 3, S, S) and their frame masks (B, 1, S, S).
    """
    rows = random.rows(len(x), SCREENSHOT_SHARE)
    if not len(rows):
        return x, mask
    changed, changed_mask = add_screen_border(x[rows], mask[rows], random)
    return x.index_copy_(0, rows, changed), mask.index_copy_(0, rows, changed_mask)


def add_screen_border(x: Tensor, mask: Tensor, random: RandomNumbers) -> tuple[Tensor, Tensor]:
    """Put a border with text around every picture; arguments and results as for `show_on_screens`."""
    count = len(x)
    grey = random.uniform((count, 1, 1, 1), -0.4, 1.4).clamp_(0, 1)  # most screens are nearly black or white
    ground = torch.where(random.mask(count, 0.3).view(-1, 1, 1, 1), random.uniform((count, 3, 1, 1)), grey)
    excerpts = _widen(mask, random)
    difference = torch.cat([(x - ground).mul_(mask), mask], 1)  # (B, 4, S, S)
    excerpts = replace(excerpts, ground=torch.cat([ground, torch.zeros_like(grey)], 1))
    shown, wider_mask = extract(difference, excerpts, x.shape[-1])
    text = _random_text(count, x.shape[-1], random) * (1 - shown[:, 3:])
    ink = (ground + 0.5).remainder(1) * random.per_picture(count, 0.3, 1)  # far from the ground
    return torch.lerp(shown[:, :3], ink, text), wider_mask


def _widen(mask: Tensor, random: RandomNumbers) -> Excerpts:
    """The frames of pictures, given by masks (B, 1, S, S), with a border on some sides."""
    count, device = len(mask), mask.device
    sizes = torch.stack([mask[:, 0].amax(1).mean(1), mask[:, 0].amax(2).mean(1)], 1)  # (B, 2)
    borders = random.uniform((count, 4), 0.0, WIDEST_BORDER) * (random.uniform((count, 4)) < 0.6)  # noqa: PLR2004
    wider = sizes * (1 + borders[:, :2] + borders[:, 2:])  # left, top, right, bottom
    centres = sizes * (borders[:, 2:] - borders[:, :2])
    identity = torch.eye(3, device=device).expand(count, 3, 3)
    return Excerpts(wider, centres, identity, torch.zeros(count, 3, 1, 1, device=device))


def _random_text(count: int, side: int, random: RandomNumbers) -> Tensor:
    """What looks from afar like lines of text (B, 1, side, side), from 0 to 1; some screens have hardly any."""
    rows, columns = CELLS
    lines = random.uniform((count, 1, rows, 1)) < random.per_picture(count, 0.1, 0.7)
    cells = random.uniform((count, 1, rows, columns)) < random.per_picture(count, 0.1, 0.9)
    return functional.interpolate((lines & cells).float(), size=(side, side), mode="nearest")
