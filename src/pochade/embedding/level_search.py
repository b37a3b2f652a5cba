"""The search for the finest quantisation level at which a sketch fits into its 256 bytes, for many pictures at once."""

import math

import numpy as np
from numpy.typing import NDArray

from pochade.embedding.sketch_format import LEVEL_BITS, PAYLOAD_WORDS, Floats, Integers

MAX_LEVEL = 192  # the finest level of the encoder; the models are hardly trained for finer steps
CAPACITY_BITS = PAYLOAD_WORDS * 32 - 24  # so many bits always fit, although the entropy coder writes whole words
TARGET_FILL = 0.99  # share of the capacity that the search aims at
MIN_FILL = 0.975  # share of the capacity from which the search may stop
START_SLOPE = 0.85 / (1 << LEVEL_BITS)  # of the logarithm of the bits, per level: bits grow with about steps^0.85
SLOPE_RANGE = (0.005, 0.2)  # measured slopes are clipped to it
GUESS_OFFSET, GUESS_SLOPE, MIN_BUSYNESS = 50.0, 39.0, 0.02  # of `guess_levels`, fitted with the shipped model

Integers32 = NDArray[np.int32]


def guess_levels(latents: Floats) -> Integers32:
    """Guess levels (B,) that fit from the size of latents (B, h, w, D): busy pictures need coarser steps."""
    busyness = np.log(np.log1p(np.abs(latents)).mean((1, 2, 3)) + MIN_BUSYNESS)
    return np.clip(GUESS_OFFSET - GUESS_SLOPE * busyness, 0, MAX_LEVEL).astype(np.int32)


class LevelSearch:
    """Searches for the finest level at which sketches fit, by the method of false position on the log of their bits.

    Args:
        levels: The first levels that were tried (B,).
        bits: The bits that the sketches took at these levels (B,).
    """

    def __init__(self, levels: Integers32, bits: Floats) -> None:
        self.levels = levels  # (B,), the best so far
        self._low = np.full(len(levels), -1)  # the highest level known to fit
        self._high = np.full(len(levels), MAX_LEVEL + 1)  # the lowest level known not to fit
        self._last = levels.copy()
        self._slopes = np.full(len(levels), START_SLOPE)
        self._log_bits = np.log(np.maximum(bits, 1))
        self._update_bounds(np.arange(len(levels)), levels, bits)

    def next(self) -> tuple[Integers, Integers32]:
        """Propose levels: the rows of the pictures that need another try, and the levels to try."""
        estimates = self._last + (math.log(CAPACITY_BITS * TARGET_FILL) - self._log_bits) / self._slopes
        levels = np.clip(np.rint(estimates), self._low + 1, np.maximum(self._high - 1, 0))
        is_full = self._log_bits >= math.log(CAPACITY_BITS * MIN_FILL)
        is_done = (self._low >= 0) & is_full & (self._last == self._low)
        rows = np.flatnonzero((self._high - self._low > 1) & ~is_done)
        return rows, levels[rows].astype(np.int32)

    def record(self, rows: Integers, levels: Integers32, bits: Floats) -> None:
        """Record the bits that the pictures in some rows took at some levels."""
        log_bits = np.log(np.maximum(bits, 1))
        moved = levels - self._last[rows]
        slopes = (log_bits - self._log_bits[rows]) / np.where(moved == 0, 1, moved)
        self._slopes[rows] = np.where(moved == 0, self._slopes[rows], np.clip(slopes, *SLOPE_RANGE))
        self._last[rows], self._log_bits[rows] = levels, log_bits
        self._update_bounds(rows, levels, bits)

    def _update_bounds(self, rows: Integers, levels: Integers32, bits: Floats) -> None:
        fits = bits <= CAPACITY_BITS
        self._low[rows[fits]] = np.maximum(self._low[rows[fits]], levels[fits])
        self._high[rows[~fits]] = np.minimum(self._high[rows[~fits]], levels[~fits])
        self.levels[rows] = np.where(self._low[rows] >= 0, self._low[rows], levels)
