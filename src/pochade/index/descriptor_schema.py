"""The stored descriptor of a picture: one row of bytes with its appearance, layout and edges.

This module does not import torch, so that workers stay small.
"""

from collections.abc import Sequence

import numpy as np

from pochade.images.base.picture import Array
from pochade.images.features.descriptors import (
    APPEARANCE_LENGTH,
    LAYOUT_LENGTH,
    appearance_descriptor,
    layout_descriptor,
)
from pochade.images.features.edge_map import EDGE_MAP_SIDE, edge_map
from pochade.images.geometry.letterbox import Squares

DESCRIPTOR_VERSION = 2  # part of the file's name: another version has another file
DESCRIPTOR = np.dtype([
    ("appearance", "<f4", APPEARANCE_LENGTH),
    ("layout", "<f4", LAYOUT_LENGTH),
    ("edges", "<f2", (EDGE_MAP_SIDE, EDGE_MAP_SIDE)),
])  # fmt: skip
DESCRIPTOR_BYTES = DESCRIPTOR.itemsize  # 4,608


def describe(squares: Squares) -> Array:
    """Compute the stored descriptor of a picture.

    Args:
        squares: The picture as the models read it.

    Returns:
        Bytes (4608,) uint8, a row of type `DESCRIPTOR`. The colour shares in its appearance add up to one. Zeros can
        therefore stand for a missing descriptor.
    """
    row = np.zeros(1, DESCRIPTOR)
    row["appearance"], row["layout"] = appearance_descriptor(squares), layout_descriptor(squares)
    row["edges"] = edge_map(squares.subject.pixels)
    return row.view(np.uint8)


def stack_descriptors(rows: Sequence[Array | None]) -> Array:
    """Stack descriptors to (n, 4608) uint8; a missing one becomes zeros."""
    missing = np.zeros(DESCRIPTOR_BYTES, np.uint8)
    return np.stack([missing if row is None else row for row in rows])
