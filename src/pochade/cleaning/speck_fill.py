"""Specks that the net took away by half go wholly: it hedges where it is sure enough of one, and a pale ghost stays.

The net learnt to be near the truth on average, and so leaves a part of what it isn't sure of. Where it took the larger
part of a speck, what is about the speck fills its place. Where it took less, as of stars, which it often takes for
specks but leaves, nothing changes.
"""

import torch
from torch import Tensor
from torch.nn import functional

SURE = 0.3  # of a pixel: how sure the net has to be of a defect
HALF = 0.5  # of what stands out: it has to have taken more than this
AROUND = 3  # pixels to each side over which that is judged
HALVINGS = 4  # of a picture, to fill places up to 16 pixels deep; a multiple of 16 is where tiles begin
REACH = 2 ** (HALVINGS + 1) + AROUND + 1  # pixels from which a filled place can be made


def filled(x: Tensor, change: Tensor, sure: Tensor, specks: Tensor) -> Tensor:
    """A picture after the net's change, with specks that it took by half filled.

    Args:
        x: The picture that the net saw, (1, 3, h, w).
        change: What it would add, (1, 3, h, w).
        sure: How sure it is of a defect, (1, 1, h, w) from 0 to 1.
        specks: How much of them is to be undone, (1, 1, h, w) from 0 to 1.

    Returns:
        (1, 3, h, w).
    """
    y = x + change
    places = spread(((sure > SURE) & (specks > 0)).float())
    if not places.any():
        return y
    out = (x - ground(y, 1 - places)) * places
    taken, most = (near((part * out).sum(1, keepdim=True)) for part in (-change * places, out))
    gone = places * (taken > HALF * specks * most)
    return torch.where(gone > 0, x + specks * (ground(y, 1 - gone) - x), y)


def ground(x: Tensor, known: Tensor) -> Tensor:
    """A picture (1, 3, h, w) whose unknown places (1, 1, h, w) are smoothly made from what is about them.

    Halved until everything is known, or some times, and enlarged again where it wasn't: pull and push (Gortler et al.,
    "The Lumigraph", SIGGRAPH 1996).
    """
    return pulled(x, known, HALVINGS)


def pulled(x: Tensor, known: Tensor, halvings: int) -> Tensor:
    """The same, so many halvings deep."""
    if halvings == 0 or bool(known.all()):
        return x
    height, width = x.shape[2:]
    odd = (0, width % 2, 0, height % 2)
    share = functional.avg_pool2d(functional.pad(known, odd), 2)
    mean = functional.avg_pool2d(functional.pad(x * known, odd), 2) / share.clamp(min=1e-6)
    mean = torch.where(share > 0, mean, functional.avg_pool2d(functional.pad(x, odd), 2))
    small = pulled(mean, (share > 0).float(), halvings - 1)
    large = functional.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.where(known > 0, x, large[:, :, :height, :width])


def spread(places: Tensor) -> Tensor:
    """Places (1, 1, h, w) and their neighbours: a speck's soft edge belongs to it."""
    return functional.max_pool2d(places, 3, 1, 1)


def near(x: Tensor) -> Tensor:
    """The mean of what is near each pixel."""
    return functional.avg_pool2d(x, 2 * AROUND + 1, 1, AROUND)
