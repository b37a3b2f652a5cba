"""Reed-Solomon over GF(2^8): recovers missing columns of bytes from the others.

At each place, the bytes c_i of all columns satisfy `sum over i of a^(i j) c_i = 0` for j = 0, 1, … up to the number of
parity columns (I. S. Reed and G. Solomon, "Polynomial Codes over Certain Finite Fields", 1960). Parity columns are
computed like missing ones: they are the columns that are missing when only the data is there.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache

import numpy as np

from pochade.images.base.picture import Array
from pochade.system.worker_pool import available_cores

POLYNOMIAL = 0x11D  # x^8 + x^4 + x^3 + x^2 + 1, in which 2 generates all elements but 0
ORDER = 255  # of the multiplicative group; there can be as many columns
MIN_PART_BYTES = 2**16  # for one thread


class ColumnRecovery:
    """Computes missing columns while the others are read one by one, so that few of them are in memory.

    Args:
        missing: The numbers of the missing columns, at most as many as there are parity columns.
        length: Bytes of each column, an even number.
    """

    def __init__(self, missing: Sequence[int], length: int) -> None:
        self.missing = list(missing)
        self.sums = np.zeros((len(self.missing), length), np.uint8)  # sum j: a^(i j) c_i over the columns so far
        self.parts = list(_parts(length))
        self.threads = ThreadPoolExecutor(len(self.parts))

    def add_next(self, column: Array | None) -> None:
        """Add a column; the last one comes first, and column 0 last.

        Args:
            column: (length,) uint8; None for a missing one.
        """
        list(self.threads.map(lambda part: self._add_part(column, part), self.parts))

    def _add_part(self, column: Array | None, part: slice) -> None:
        for exponent, row in enumerate(self.sums):
            product = row[part]
            if exponent:
                words = product.view(np.uint16)
                np.take(_product_table(_power(exponent)), words, out=words, mode="clip")
            if column is not None:
                np.bitwise_xor(product, column[part], out=product)

    def result(self) -> Array:
        """Return the missing columns in the order of `missing`, (N, length) uint8, once all columns are added."""
        inverse = _inverse_of_powers(tuple(self.missing))
        columns = np.zeros_like(self.sums)
        for column, factors in zip(columns, inverse, strict=True):
            for row, factor in zip(self.sums, factors, strict=True):
                product = np.take(_product_table(factor), row.view(np.uint16), mode="clip")
                np.bitwise_xor(column, product.view(np.uint8), out=column)
        self.threads.shutdown()
        return columns


def _parts(length: int) -> Iterator[slice]:
    """Divide a column among the cores, at even numbers."""
    count = max(1, min(available_cores(), length // MIN_PART_BYTES))
    size = -(-length // count // 2) * 2
    yield from (slice(start, min(start + size, length)) for start in range(0, length, max(2, size)))


@cache
def _tables() -> tuple[list[int], list[int]]:
    """The powers of 2, twice in a row, and the logarithms of all elements but 0."""
    powers, logarithms, value = [0] * (2 * ORDER), [0] * (ORDER + 1), 1
    for exponent in range(ORDER):
        powers[exponent] = powers[exponent + ORDER] = value
        logarithms[value] = exponent
        value = (value << 1) ^ (POLYNOMIAL if value & 0x80 else 0)
    return powers, logarithms


def _power(exponent: int) -> int:
    return _tables()[0][exponent % ORDER]


def multiply(first: int, second: int) -> int:
    """Return the product of two elements."""
    powers, logarithms = _tables()
    return powers[logarithms[first] + logarithms[second]] if first and second else 0


def _reciprocal(value: int) -> int:
    powers, logarithms = _tables()
    return powers[ORDER - logarithms[value]]


@cache
def _product_table(factor: int) -> Array:
    """The products of a factor with two bytes at a time: (65536,) uint16."""
    single = np.array([multiply(factor, value) for value in range(256)], np.uint16)
    return (single[:, None] << 8 | single[None, :]).reshape(-1)


@lru_cache(16)  # neighbouring damages usually lack the same columns
def _inverse_of_powers(missing: tuple[int, ...]) -> list[list[int]]:
    """Return the inverse of the matrix a^(i j) for the missing columns i, by the method of Gauss and Jordan.

    It works on whole rows, because a stranger's archive may lack 254 columns at each place.
    """
    size = len(missing)
    powers = np.array([[_power(number * j) for number in missing] for j in range(size)], np.uint8)
    rows = np.hstack([powers.reshape(size, size), np.eye(size, dtype=np.uint8)])
    for number in range(size):
        pivot = number + int(np.nonzero(rows[number:, number])[0][0])
        rows[[number, pivot]] = rows[[pivot, number]]
        rows[number] = _products()[_reciprocal(int(rows[number, number]))][rows[number]]
        factors = rows[:, number].copy()
        factors[number] = 0
        rows ^= _products()[factors[:, None], rows[number][None, :]]
    return [[int(value) for value in row] for row in rows[:, size:]]


@cache
def _products() -> Array:
    """The products of all pairs of elements: (256, 256) uint8."""
    return np.array([[multiply(first, second) for second in range(256)] for first in range(256)], np.uint8)
