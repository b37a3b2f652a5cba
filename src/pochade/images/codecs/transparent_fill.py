"""Smooth colours for fully transparent pixels, so that lossy codecs spend few bytes on them.

Visible colours are averaged over 2 x 2 pixels, again and again, until every pixel of the small picture has a colour.
The small pictures then fill the invisible pixels of the larger ones (pull-push: Gortler et al., "The Lumigraph",
SIGGRAPH 1996).
"""

import numpy as np

from pochade.images.base.picture import Array


def fill_transparent(pixels: Array, visible: Array) -> Array:
    """Replace the colours of invisible pixels by the mean of visible ones around them.

    Args:
        pixels: (H, W, C) uint8.
        visible: (H, W) bool.
    """
    smooth = _pull_push(pixels.astype(np.float32), visible)
    return np.where(visible[..., None], pixels, np.rint(smooth).astype(np.uint8))


def _pull_push(colours: Array, known: Array) -> Array:
    height, width = known.shape
    if known.all() or height * width == 1:
        return colours
    padding = ((0, height % 2), (0, width % 2))  # to even sides
    weights = np.pad(known, padding).astype(np.float32)[..., None]
    sums = np.pad(colours * known[..., None], (*padding, (0, 0)))
    sums, weights = (plane[::2] + plane[1::2] for plane in (sums, weights))
    sums, weights = (plane[:, ::2] + plane[:, 1::2] for plane in (sums, weights))
    small = _pull_push(sums / np.maximum(weights, 1), weights[..., 0] > 0)
    large = small.repeat(2, 0).repeat(2, 1)[:height, :width]
    return np.where(known[..., None], colours, large)
