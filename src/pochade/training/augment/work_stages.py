"""Earlier stages of a work, simulated from the finished picture: line art, flat colours, a grey wash."""

import torch
from torch import Tensor
from torch.nn import functional

from pochade.images.geometry.gaussian_blur import gaussian_blur
from pochade.training.augment.colour_changes import luma
from pochade.training.augment.random_batch import random_apply, random_mask, random_uniform


def simulate_work_stage(x: Tensor) -> Tensor:
    """Turn some of the pictures (B, 3, S, S) into earlier stages of their work, at random."""
    return random_apply(0.11, to_line_art, random_apply(0.06, _to_wash, random_apply(0.06, _to_flat_colours, x)))


def to_line_art(x: Tensor) -> Tensor:
    """Draw dark lines on white where pictures (B, 3, S, S) have edges, with random width, weight and threshold."""
    grey = luma(x)
    surroundings = gaussian_blur(grey, float(torch.empty(1).uniform_(0.8, 2.5)))
    difference = torch.where(
        random_mask(len(x), 0.5).view(-1, 1, 1, 1),
        (grey - surroundings).abs(),
        (surroundings - grey).clamp(min=0) * 1.5,
    )
    edges = torch.maximum(difference, _colour_edges(x) * 0.5)
    weight = random_uniform(len(x), 4, 14)
    return (1 - (edges * weight - random_uniform(len(x), 0.0, 0.4)).clamp(0, 1)).expand_as(x)


def _colour_edges(x: Tensor) -> Tensor:
    """The strongest gradient of the three channels (B, 1, S, S)."""
    across = functional.pad(x[..., 1:] - x[..., :-1], (0, 1)).abs()
    down = functional.pad(x[..., 1:, :] - x[..., :-1, :], (0, 0, 0, 1)).abs()
    return torch.maximum(across, down).amax(1, keepdim=True)


def _to_wash(x: Tensor) -> Tensor:
    """Reduce pictures (B, 3, S, S) to soft grey tones, like a value study in ink."""
    grey = gaussian_blur(luma(x), float(torch.empty(1).uniform_(0.5, 2.0)))
    return (grey * random_uniform(len(x), 0.5, 1) + random_uniform(len(x), 0, 0.3)).clamp(0, 1).expand_as(x)


def _to_flat_colours(x: Tensor) -> Tensor:
    """Reduce pictures (B, 3, S, S) to a few levels per channel, so that shading disappears."""
    levels = random_uniform(len(x), 2, 5).round()
    return (gaussian_blur(x, 1.0) * levels).round() / levels
