"""The probability tables of the entropy coder: discretised Laplace distributions, the same on every machine.

There is a table for each of 26 scales and four fractional parts of the mean. The probabilities are computed in whole
numbers and decimals, which round alike everywhere. An offset is the distance from the centre of the distribution.
Tables of narrow scales hold offsets up to 63, those of wide scales up to 255. The narrowest scale has no table: it is
silent, which means that its offset is always 0 and takes no bits.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SCALE_COUNT = 26  # from 0.082 to 42 steps
SCALES_PER_UNIT = 4  # per unit of the natural logarithm of the scale
MIN_LOG_SCALE = -10  # natural logarithm of the first scale, in quarters
MEANS_PER_STEP = 4  # means are rounded to quarters of a step: the fractions are -2 to 1 quarters
MAX_OFFSET = 255  # steps; the largest offset of the wide tables
NARROW_SCALES = 11  # the first so many scales are silent or narrow
NARROW_MAX_OFFSET = 63
SILENT, NARROW, WIDE = range(3)  # kinds of table
TABLE_KINDS = 3
TABLE_TOTAL = 1 << 22  # the sum of a table's counts
EXACT_DECIMALS = Context(prec=30, rounding=ROUND_HALF_EVEN)

Integers32 = NDArray[np.int32]
Floats = NDArray[np.float32]


class EntropyTables(NamedTuple):
    """Probabilities of offsets, by scale, fraction of the mean, and offset."""

    narrow: NDArray[np.float64]  # (11, 4, 127), of the narrow scales
    wide: NDArray[np.float64]  # (26, 4, 511), of all scales
    bits: Floats  # (26, 4, 511), the cost of each offset, which only the search for a level uses


@cache
def entropy_tables() -> EntropyTables:
    """Compute the tables, once."""
    narrow = laplace_tables(range(NARROW_SCALES), NARROW_MAX_OFFSET, TABLE_TOTAL) / TABLE_TOTAL
    wide = laplace_tables(range(SCALE_COUNT), MAX_OFFSET, TABLE_TOTAL) / TABLE_TOTAL
    bits = -np.log2(wide)
    bits[:NARROW_SCALES] = np.inf
    bits[:NARROW_SCALES, :, MAX_OFFSET - NARROW_MAX_OFFSET : MAX_OFFSET + NARROW_MAX_OFFSET + 1] = -np.log2(narrow)
    bits[0] = np.where(np.arange(2 * MAX_OFFSET + 1) == MAX_OFFSET, 0, np.inf)
    return EntropyTables(narrow, wide, bits.astype(np.float32))


def table_kinds(scales: Integers32) -> Integers32:
    """The kind of table of each scale: `SILENT`, `NARROW` or `WIDE`."""
    return (scales > 0).astype(np.int32) + (scales >= NARROW_SCALES)


def tables_of_kind(kind: int) -> tuple[NDArray[np.float64], int]:
    """The probabilities of the narrow or the wide tables, and their largest offset."""
    tables = entropy_tables()
    return (tables.narrow, NARROW_MAX_OFFSET) if kind == NARROW else (tables.wide, MAX_OFFSET)


def clip_offsets(offsets: Integers32, scales: Integers32) -> Integers32:
    """Clip offsets to the range of the tables of their scales."""
    largest = np.array([0, NARROW_MAX_OFFSET, MAX_OFFSET], np.int32)[table_kinds(scales)]
    return np.clip(offsets, -largest, largest)


def offset_bits(scales: Integers32, fractions: Integers32, offsets: Integers32) -> Floats:
    """About how many bits each offset takes; all arrays have the same shape."""
    bits = entropy_tables().bits
    index = (scales * bits.shape[1] + fractions + 2) * bits.shape[2] + offsets + MAX_OFFSET
    return bits.ravel().take(index)


def laplace_tables(scales: range, max_offset: int, total: int) -> Integers32:
    """Discretised Laplace distributions as counts that add up to `total`.

    The scale is exp((index - 10) / 4) steps, and the mean is -2 to 1 quarters of a step. Every offset has a count of at
    least 1. Rounding errors are added to offset 0.

    Args:
        scales: Indices of the scales.
        max_offset: The largest offset.
        total: The sum of each table.

    Returns:
        Counts (scales, 4, 2 max_offset + 1).
    """
    rows = [
        np.stack([_laplace_counts(scale, fraction, max_offset, total) for fraction in range(-2, 2)]) for scale in scales
    ]
    return np.stack(rows)


def _laplace_counts(scale: int, fraction: int, max_offset: int, total: int) -> Integers32:
    with localcontext(EXACT_DECIMALS):
        step = (-Decimal(scale + MIN_LOG_SCALE) / SCALES_PER_UNIT).exp()  # in units of the scale
        ratio, mean, half = (-step).exp(), Decimal(fraction) / MEANS_PER_STEP, Decimal("0.5")
        right_tail, left_tail = (total * half * (1 - ratio) * (-step * (half + side * mean)).exp() for side in (-1, 1))
        counts = np.ones(2 * max_offset + 1, np.int32)
        for offset in range(1, max_offset + 1):
            counts[max_offset + offset], counts[max_offset - offset] = max(1, int(right_tail)), max(1, int(left_tail))
            right_tail, left_tail = right_tail * ratio, left_tail * ratio
    counts[max_offset] += total - counts.sum()
    return counts
