"""Augmentation of letterboxed pictures: random changes like those between a work of art and its copies.

    pictures (B, 3, S, S) ──►──┤simulate_work_stage├──►──┤photograph├──►──┤change_colours├──►──┤soften├──┐
                                                                                                         │
    augmented (B, 4, s, s) ◄──┤recompress├──◄──┤show_on_screens├──◄──┤print_watermarks├──◄──┤simulate_capture├

A model that maps all augmentations of a picture to nearly the same embedding finds its copies. The steps are random for
each picture. The result is white outside the picture, and its fourth channel is 1 inside the picture's frame.
"""

import torch
from torch import Tensor

from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.augment.capture_effects import recompress, simulate_capture, soften
from pochade.training.augment.colour_changes import change_colours, channel_orders, hue_rotations, mix_channels
from pochade.training.augment.excerpts import paint_letterbox
from pochade.training.augment.framing import photograph, reframe
from pochade.training.augment.random_numbers import RandomNumbers
from pochade.training.augment.screen_borders import show_on_screens
from pochade.training.augment.watermarks import print_watermarks
from pochade.training.augment.work_stages import simulate_work_stage


@torch.no_grad()
def augment(batch: LetterboxedBatch, side: int, random: RandomNumbers) -> Tensor:
    """Augment each picture once, about as strongly as real copies differ from their originals.

    Args:
        batch: The pictures.
        side: Pixels per side of the result.
        random: The random numbers, on the device of the pictures.

    Returns:
        Colour and frame mask (B, 4, side, side), in [0, 1].
    """
    with torch.autocast(batch.pictures.device.type, enabled=False):  # half precision would shift pixels
        colour, mask = photograph(simulate_work_stage(batch, random), batch.frames, side, random)
        colour = simulate_capture(soften(change_colours(colour, random), random), random)
        colour, mask = show_on_screens(print_watermarks(colour, mask, random), mask, random)
        return _with_mask(recompress(colour.clamp_(0, 1), random), mask)


@torch.no_grad()
def recompose(batch: LetterboxedBatch, side: int, random: RandomNumbers) -> Tensor:
    """Reframe, mirror, transpose and recolour random pictures without damaging them, so that they stay art.

    Args:
        batch: The pictures.
        side: Pixels per side of the result.
        random: The random numbers, on the device of the pictures.

    Returns:
        Colour and frame mask (B, 4, side, side), in [0, 1].
    """
    with torch.autocast(batch.pictures.device.type, enabled=False):
        x, count = model_input(batch, side), len(batch)
        rows = random.rows(count, 0.3)
        if len(rows):
            x.index_copy_(0, rows, torch.cat(reframe(batch.pictures[rows], batch.frames[rows], side, random), 1))
        x = random.apply_(0.5, lambda pictures: pictures.mT, x)
        x = random.apply_(0.5, lambda pictures: pictures.flip(3), x)
        matrices = channel_orders(count, 0.2, random) @ hue_rotations(count, 0.3, random)
        return _with_mask(mix_channels(x[:, :3], matrices), x[:, 3:])


def _with_mask(colour: Tensor, mask: Tensor) -> Tensor:
    """Letterbox colour (B, 3, S, S) on white, and append the mask (B, 1, S, S)."""
    return torch.cat([paint_letterbox(colour, mask), mask], 1)
