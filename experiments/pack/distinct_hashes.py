"""Which pictures of a long list show something new: their perceptual hashes differ from those of all before."""

import numpy as np

from experiments.shared.openclipart import NEAR_BITS
from experiments.shared.perceptual_hash import perceptual_hashes

HASH_BITS = 256
ORIENTATIONS = [(turn, mirrored) for turn in range(4) for mirrored in (False, True)]
PICTURES_PER_BLOCK = 512


def hash_orientations(grey: np.ndarray) -> np.ndarray:
    """Hash a grey square (96, 96) in all eight orientations: (8, 256) int8 of +1 and -1, the upright one first."""
    hashes = [perceptual_hashes(grey[None], turn, mirrored) for turn, mirrored in ORIENTATIONS]
    return np.concatenate(hashes).astype(np.int8)


def choose_distinct(hashes: np.ndarray, given: np.ndarray, limit: int) -> list[int]:
    """Choose pictures greedily that differ from each other in every orientation.

    Args:
        hashes: Of the pictures in all orientations, (N, 8, 256) of +1 and -1.
        given: Upright hashes of pictures that the chosen ones must differ from as well, (G, 256) of +1 and -1.
        limit: The most pictures to choose.

    Returns:
        The chosen rows, ascending.
    """
    known, chosen = given.astype(np.float32), list[int]()
    for start in range(0, len(hashes), PICTURES_PER_BLOCK):
        block = hashes[start : start + PICTURES_PER_BLOCK].astype(np.float32)  # (B, 8, 256)
        new_rows = _distinct_in_block(block, known)[: limit - len(chosen)]
        chosen += [start + row for row in new_rows]
        known = np.concatenate([known, block[new_rows, 0]])
    return chosen


def _distinct_in_block(block: np.ndarray, known: np.ndarray) -> list[int]:
    """Rows of a block (B, 8, 256) that are near neither a known hash (K, 256) nor an earlier row chosen here."""
    is_new = _nearest_bits(block, known) >= NEAR_BITS
    chosen = list[int]()
    for row in np.flatnonzero(is_new).tolist():
        if _nearest_bits(block[row : row + 1], block[chosen, 0])[0] >= NEAR_BITS:
            chosen.append(row)
    return chosen


def _nearest_bits(block: np.ndarray, known: np.ndarray) -> np.ndarray:
    """By how many bits each picture (B, 8, 256) differs from the nearest known hash (K, 256): (B,)."""
    if not len(known):
        return np.full(len(block), HASH_BITS)
    similarity = (block.reshape(-1, HASH_BITS) @ known.T).max(1).reshape(len(block), -1).max(1)
    bits: np.ndarray = (HASH_BITS - similarity) / 2
    return bits
