"""The ground on which a transparent picture is shown: white, unless it can't be seen there.

White ink on transparency would become a blank page. A picture is seen on a ground where its opaque pixels differ from
that ground. A picture that can't be seen on white is laid on the grey on which the most of it can be seen.
"""

from typing import NamedTuple

import numpy as np

from pochade.images.base.pixel_values import WHITE, Array, Colour, to_8_bit

MID_GREY, DARK_GREY = (128, 128, 128), (40, 40, 40)
_OTHER_GROUNDS = (DARK_GREY, MID_GREY)  # in the order of preference
_MIN_CONTRAST = 24  # of 255: weaker differences from the ground are hardly seen
_MIN_VISIBLE_SHARE = 0.02  # of the opaque pixels: a picture that shows less is nearly invisible
_MAX_SIDE_SAMPLES = 2048  # rows and columns that are looked at; a larger picture is sampled evenly


class Ground(NamedTuple):
    """The colour under a picture, and whether it differs from white."""

    colour: Colour  # sRGB
    differs: bool


WHITE_GROUND = Ground(WHITE, differs=False)


def choose_ground(pixels: Array, alpha: Array | None) -> Ground:
    """Choose the ground for a picture: white, or a grey if nearly nothing of it would be seen on white.

    Args:
        pixels: (H, W, 1) or (H, W, 3), uint8 or uint16, in sRGB; not multiplied by alpha.
        alpha: (H, W) of the same type, 0 is transparent; None is opaque.

    Returns:
        White also for a picture without transparent pixels and for one without any other.
    """
    if alpha is None:
        return WHITE_GROUND
    rows, columns = (-(-side // _MAX_SIDE_SAMPLES) for side in alpha.shape)
    opacity = to_8_bit(alpha[::rows, ::columns]).astype(np.float32) / 255  # (h, w)
    if opacity.min() == 1 or opacity.max() == 0:
        return WHITE_GROUND
    colours = to_8_bit(pixels[::rows, ::columns][opacity > 0]).astype(np.float32)  # (N, 1 or 3)
    weights = opacity[opacity > 0]  # (N,)
    share_on_white = _visible_share(colours, weights, WHITE)
    shares = [_visible_share(colours, weights, ground) for ground in _OTHER_GROUNDS]
    if share_on_white >= _MIN_VISIBLE_SHARE or max(shares) <= share_on_white:
        return WHITE_GROUND
    return Ground(_OTHER_GROUNDS[shares.index(max(shares))], differs=True)


def _visible_share(colours: Array, weights: Array, ground: Colour) -> float:
    """The share of the opaque pixels that differ visibly from the ground, when they are laid on it.

    Args:
        colours: (N, 1) or (N, 3) float32, 0 to 255.
        weights: Their opacity (N,) float32, 0 to 1.
        ground: The colour under them.
    """
    contrast = np.abs(colours - np.array(ground, np.float32)).max(axis=-1) * weights
    return float(weights[contrast >= _MIN_CONTRAST].sum() / weights.sum())
