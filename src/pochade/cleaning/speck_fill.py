"""Filling specks that the denoiser removed only in part, so that no pale ghosts remain.

The denoiser minimises the expected error, so if it is uncertain it removes a speck only in part. If it
removed more than half of a speck, the speck is filled from its surroundings. If it removed less, as with stars,
nothing more is changed.
"""

import torch
from torch import Tensor
from torch.nn import functional

MIN_DEFECT_PROBABILITY = 0.3  # above it a pixel belongs to a speck
MIN_REMOVED_SHARE = 0.5  # share of a speck's contrast that the denoiser must have removed
WINDOW_REACH = 3  # pixels on each side, over which the removed share is averaged
MAX_HALVINGS = 4  # of a picture, to fill specks up to 16 pixels deep; tiles must begin at multiples of 2^4
FILL_REACH = 2 ** (MAX_HALVINGS + 1) + WINDOW_REACH + 1  # pixels: how far a pixel can influence filled pixels


def fill_specks(x: Tensor, change: Tensor, defect: Tensor, strength: Tensor) -> Tensor:
    """Apply the denoiser's change, and fill each speck if the denoiser removed more than half of it.

    Args:
        x: The denoiser's input, (1, 3, h, w).
        change: The change that the denoiser adds, (1, 3, h, w).
        defect: The predicted probability of a defect, (1, 1, h, w) from 0 to 1.
        strength: How much of the specks to remove, (1, 1, h, w) from 0 to 1.

    Returns:
        The picture without specks, (1, 3, h, w).
    """
    y = x + change
    specks = _dilate(((defect > MIN_DEFECT_PROBABILITY) & (strength > 0)).float())  # (1, 1, h, w)
    if not specks.any():
        return y
    contrast = (x - fill_unknown(y, 1 - specks)) * specks
    removed, total = (_local_mean((part * contrast).sum(1, keepdim=True)) for part in (-change * specks, contrast))
    to_fill = specks * (removed > MIN_REMOVED_SHARE * strength * total)  # (1, 1, h, w)
    return torch.where(to_fill > 0, x + strength * (fill_unknown(y, 1 - to_fill) - x), y)


def fill_unknown(x: Tensor, known: Tensor) -> Tensor:
    """Fill the unknown pixels of a picture smoothly from their surroundings.

    The picture is halved until all its pixels are known, at most four times. The small pictures fill the unknown pixels
    of the larger ones (pull-push: Gortler et al., "The Lumigraph", SIGGRAPH 1996).

    Args:
        x: The picture (1, 3, h, w).
        known: 1 where a pixel is known, else 0, (1, 1, h, w).

    Returns:
        The filled picture (1, 3, h, w).
    """
    return _pull_push(x, known, MAX_HALVINGS)


def _pull_push(x: Tensor, known: Tensor, halvings: int) -> Tensor:
    if halvings == 0 or bool(known.all()):
        return x
    height, width = x.shape[2:]
    padding = (0, width % 2, 0, height % 2)  # to even sides
    share = functional.avg_pool2d(functional.pad(known, padding), 2)
    mean = functional.avg_pool2d(functional.pad(x * known, padding), 2) / share.clamp(min=1e-6)
    mean = torch.where(share > 0, mean, functional.avg_pool2d(functional.pad(x, padding), 2))
    small = _pull_push(mean, (share > 0).float(), halvings - 1)
    large = functional.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.where(known > 0, x, large[:, :, :height, :width])


def _dilate(mask: Tensor) -> Tensor:
    """Grow a mask (1, 1, h, w) by one pixel on each side, because specks have soft edges."""
    return functional.max_pool2d(mask, 3, 1, 1)


def _local_mean(x: Tensor) -> Tensor:
    return functional.avg_pool2d(x, 2 * WINDOW_REACH + 1, 1, WINDOW_REACH)
