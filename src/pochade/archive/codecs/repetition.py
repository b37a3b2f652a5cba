"""Whether pictures repeat parts of each other, which xz packs better than a picture codec can.

Some places are chosen by what stands there, so that the same content is chosen again wherever it is repeated.
"""

from collections.abc import Iterable

import numpy as np

from pochade.images.base.picture import Array

SMALL_BYTES = 2**18  # less is said to be repeated, because packing it takes no time
WORD_BYTES = 8
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, which spreads hashes evenly
CHOSEN_BITS = np.uint64(8)  # one place in 256 is chosen
MIN_REPEATED_SHARE = 0.25  # of the chosen places


def repeat_each_other(contents: Iterable[bytes]) -> bool:
    """Return whether much of some contents stands in them more than once; always if they are small."""
    total_bytes, chosen = 0, [np.empty(0, np.uint64)]
    for content in contents:
        total_bytes += len(content)
        chosen += [_choose_places(content, phase) for phase in range(WORD_BYTES)]
    hashes = np.concatenate(chosen)
    return total_bytes < SMALL_BYTES or len(np.unique(hashes)) < (1 - MIN_REPEATED_SHARE) * len(hashes)


def _choose_places(content: bytes, phase: int) -> Array:
    """Hashes of the chosen pairs of words that begin at one of the eight phases of a word."""
    words = np.frombuffer(content, "<u8", max(0, len(content) - phase) // WORD_BYTES, min(phase, len(content)))
    hashes: Array = (words[:-1] * MULTIPLIER) ^ words[1:]
    hashes *= MULTIPLIER
    return hashes[(hashes >> (np.uint64(64) - CHOSEN_BITS) == 0) & (words[:-1] != words[1:])]
