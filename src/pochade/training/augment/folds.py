"""Synthetic folds: a light and a dark line side by side, and a soft shade on one side of them."""

import math

import torch
from torch import Tensor

from pochade.training.augment.random_fields import cloud_noise, pixel_centres
from pochade.training.augment.random_numbers import RandomNumbers

MIN_CREASE_DEPTH = 0.04  # a weaker change does not count as a defect


def add_folds(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor, share: float) -> Tensor:
    """Fold a share of the sheets (B, 3, H, W) in place, upright or across.

    Returns:
        The mask of the creases (B, 1, H, W), 0 or 1.
    """
    rows, creases = random.rows(len(x), share), torch.zeros_like(x[:, :1])
    if len(rows):
        change, crease = _fold_change(random, x[rows], dots_per_mm[rows])
        x.index_copy_(0, rows, (x[rows] + change).clamp_(0, 1))
        creases.index_copy_(0, rows, crease.to(x.dtype))
    return creases


def _fold_change(random: RandomNumbers, x: Tensor, dots_per_mm: Tensor) -> tuple[Tensor, Tensor]:
    """What a fold adds to each sheet, and where its crease is: both (b, 1, H, W)."""
    count, (height, width), scale = len(x), x.shape[2:], dots_per_mm.view(-1, 1, 1, 1)
    angle = random.normal((count, 1, 1, 1), 0.06) + random.mask(count, 0.5).view(-1, 1, 1, 1) * (math.pi / 2)
    down = pixel_centres(height, x.device).view(-1, 1) - random.per_picture(count, 0, height)
    across = pixel_centres(width, x.device) - random.per_picture(count, 0, width)
    distance = (down * angle.cos() + across * angle.sin()) / scale  # mm
    line = random.per_picture(count, 0.1, 0.3)
    depth = cloud_noise(random, (height, width), 3 * dots_per_mm) * random.per_picture(count, 0.06, 0.3)
    light, dark = (torch.exp(-0.5 * (distance / line - side).square()) * depth for side in (0.7, -0.7))
    shade = torch.exp(-distance.abs() / random.per_picture(count, 2, 6)) * (distance < 0)
    change = light - dark - shade * random.per_picture(count, 0.01, 0.06)
    return change, torch.maximum(light, dark) > MIN_CREASE_DEPTH
