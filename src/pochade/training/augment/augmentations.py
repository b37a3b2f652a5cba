"""Augmentation of letterboxed pictures: random changes like those between a work of art and its copies.

    pictures (B, 3, S, S) ──►──┤simulate_work_stage├──►──┤reframe├──►──┤change_colours├──┐
                                                                                         │
          augmented (B, 4, s, s) ◄──┤add_watermark├──◄──┤simulate_capture├──◄──┤soften├──┘

A model that maps all augmentations of a picture to nearly the same embedding finds its copies. Most steps are random
for each picture; a few parameters, such as blur widths, are shared by a batch. The result is white outside the picture,
and its fourth channel is 1 inside the picture's frame.
"""

import torch
from torch import Tensor

from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.augment.capture_effects import add_watermark, simulate_capture, soften
from pochade.training.augment.colour_changes import change_colours, permute_channels, rotate_hue
from pochade.training.augment.framing import reframe
from pochade.training.augment.random_batch import random_apply, random_mask
from pochade.training.augment.work_stages import simulate_work_stage


def augment(batch: LetterboxedBatch, side: int) -> Tensor:
    """Augment each picture once, about as strongly as real copies differ from their originals.

    Args:
        batch: The pictures.
        side: Pixels per side of the result.

    Returns:
        Colour and frame mask (B, 4, side, side), in [0, 1].
    """
    x = reframe(simulate_work_stage(batch.pictures), batch.frames, side)
    colour, mask = x[:, :3], x[:, 3:]
    colour = simulate_capture(soften(change_colours(colour)))
    colour = random_apply(0.2, add_watermark, colour)
    return torch.cat([colour.clamp(0, 1) * mask + (1 - mask), mask], 1)


def recompose(batch: LetterboxedBatch, side: int) -> Tensor:
    """Reframe, mirror, transpose and recolour random pictures without damaging them, so that they stay art.

    Args:
        batch: The pictures.
        side: Pixels per side of the result.

    Returns:
        Colour and frame mask (B, 4, side, side), in [0, 1].
    """
    x = model_input(batch, side)
    rows = torch.nonzero(random_mask(len(x), 0.3)).flatten()
    if len(rows):
        x = x.index_copy(0, rows, reframe(batch.pictures[rows], batch.frames[rows], side))
    x = random_apply(0.5, lambda pictures: pictures.flip(3), random_apply(0.5, lambda pictures: pictures.mT, x))
    colour, mask = random_apply(0.3, rotate_hue, x[:, :3]), x[:, 3:]
    colour = random_apply(0.2, permute_channels, colour)
    return torch.cat([colour * mask + (1 - mask), mask], 1)
