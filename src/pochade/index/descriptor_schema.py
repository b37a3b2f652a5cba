"""What is measured of a piece, besides its code and look: a row of bytes, the same whoever measures. Without torch."""

from collections.abc import Sequence

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.features.descriptors import LENGTH, PLAN_LENGTH, plan, traits
from pochade.images.features.edge_map import SIDE, edge_map
from pochade.images.geometry.letterbox import Squares

VERSION = 2  # of these numbers: others have other files
NUMBERS = np.dtype([("traits", "<f4", LENGTH), ("plan", "<f4", PLAN_LENGTH), ("edges", "<f2", (SIDE, SIDE))])
BYTES = NUMBERS.itemsize  # 4,608


def numbers_of(squares: Squares) -> Array:
    """The row of one piece (4608,) uint8: its traits are never all zeros, as the colours in them add up to one."""
    row = np.zeros(1, NUMBERS)
    row["traits"], row["plan"], row["edges"] = traits(squares), plan(squares), edge_map(squares.subject.pixels)
    return row.view(np.uint8)


def as_rows(found: Sequence[Array | None]) -> Array:
    """Rows (n, 4608), zeros for what is missing."""
    nothing = np.zeros(BYTES, np.uint8)
    return np.stack([nothing if each is None else each for each in found])
