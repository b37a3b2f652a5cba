"""Perceptual hashes of 256 bits: the signs of the lowest frequencies of a cosine transform, about their median."""

import numpy as np
from PIL import Image
from scipy.fft import dctn


def perceptual_hashes(squares: np.ndarray, turn: int, mirrored: bool) -> np.ndarray:
    """Hash grey squares after turning and mirroring them.

    Args:
        squares: (N, 96, 96).
        turn: Quarter turns, 0 to 3.
        mirrored: Whether they are mirrored after the turn.

    Returns:
        (N, 256) of +1 and -1.
    """
    turned = np.rot90(squares, turn, (1, 2))[:, :, :: -1 if mirrored else 1]
    low = dctn(turned, axes=(1, 2))[:, :16, :16].reshape(len(squares), -1)
    bits: np.ndarray = np.where(low > np.median(low, 1, keepdims=True), 1, -1).astype(np.float32)
    return bits


def hash_distances(squares: np.ndarray) -> np.ndarray:
    """By how many bits the hashes of grey squares (N, 96, 96) differ in the best of eight orientations: (N, N)."""
    upright = perceptual_hashes(squares, 0, mirrored=False)
    bits = np.full((len(squares), len(squares)), 256.0, np.float32)
    for turn in range(4):
        for mirrored in (False, True):
            bits = np.minimum(bits, (256 - upright @ perceptual_hashes(squares, turn, mirrored).T) / 2)
    symmetric: np.ndarray = np.minimum(bits, bits.T)
    return symmetric


def distinct_rows(near: np.ndarray, limit: int | None = None, given: int = 0) -> list[int]:
    """Choose rows greedily so that no two are near each other.

    Args:
        near: (N, N) booleans: whether two rows are near each other.
        limit: The most rows to choose; None for as many as there are.
        given: The first so many rows count as chosen already, near each other or not.

    Returns:
        The chosen rows after the given ones, ascending.
    """
    chosen = list(range(given))
    for row in range(given, len(near)):
        if limit is not None and len(chosen) - given >= limit:
            break
        if not near[row, chosen].any():
            chosen.append(row)
    return chosen[given:]


def phash(picture: Image.Image) -> np.ndarray:
    """The upright hash of one picture: (256,) of +1 and -1."""
    grey = np.asarray(picture.convert("L").resize((64, 64)), np.float32)
    low = dctn(grey)[:16, :16].ravel()
    return np.where(low > np.median(low), 1, -1).astype(np.float32)
