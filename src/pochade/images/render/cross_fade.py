"""Pictures that fade into each other: the frames of an animation, each with its duration."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pochade.images.base.picture import Array

FADE_FRAMES = 12  # between two pictures
FADE_MILLISECONDS, STILL_MILLISECONDS, LAST_MILLISECONDS = 50, 900, 2_500  # of a fading frame, a picture, the last one


class TimedFrame(NamedTuple):
    """A frame, and how long it is shown."""

    pixels: Array  # (H, W, 3) uint8
    milliseconds: int


def cross_fade(pictures: Sequence[Array]) -> list[TimedFrame]:
    """Fade pictures (H, W, 3) uint8 of one size into each other; each stays for a moment, the last one longer."""
    frames = list[TimedFrame]()
    for first, second in pairwise(pictures):
        frames.append(TimedFrame(first, STILL_MILLISECONDS))
        steps = (step / (FADE_FRAMES + 1) for step in range(1, FADE_FRAMES + 1))
        frames += [TimedFrame(_mix(first, second, step * step * (3 - 2 * step)), FADE_MILLISECONDS) for step in steps]
    return [*frames, TimedFrame(pictures[-1], LAST_MILLISECONDS)]


def _mix(first: Array, second: Array, share: float) -> Array:
    """Two pictures over each other, the second one with this opacity."""
    mixed = first.astype(np.float32) * (1 - share) + second.astype(np.float32) * share
    return np.rint(mixed).astype(np.uint8)
