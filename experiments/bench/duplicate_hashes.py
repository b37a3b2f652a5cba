"""The hashes of other tools that find duplicates, from their definitions, with the distances that the tools allow.

czkawka: Gradient of the crate `image_hasher`. imagededup: PHash, DHash, AHash and WHash. PDQ: Meta's hash of 256 bits.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

Bits = NDArray[np.bool_]
LUMA_OF_IMAGE_CRATE = (0.2126, 0.7152, 0.0722)
LUMA_OF_PDQ = (0.299, 0.587, 0.114)
PDQ_SIDE, PDQ_FREQUENCIES, PDQ_PASSES = 64, 16, 2
MIN_PDQ_QUALITY = 50  # of 100: hashes of pictures with less are not to be compared, says PDQ's documentation


class DuplicateHash(NamedTuple):
    """A hash, and the number of bits by which the hashes of duplicates may differ."""

    compute: Callable[[Image.Image], Bits | None]  # None: the tool does not compare this picture
    max_distance: int


def gradient_hash(picture: Image.Image, side: int, resampling: Image.Resampling) -> Bits | None:
    """The hash of czkawka: whether each pixel is lighter than its left neighbour. Equal bits alone are no hash."""
    grey = np.asarray(picture, np.float64) @ LUMA_OF_IMAGE_CRATE
    small = Image.fromarray(grey.astype(np.uint8)).resize((side + 1, side), resampling)
    pixels = np.asarray(small)
    bits = (pixels[:, 1:] > pixels[:, :-1]).ravel()
    return None if bits.all() or not bits.any() else bits


def _grey(picture: Image.Image, width: int, height: int) -> NDArray[np.float64]:
    """The pixels that imagededup hashes: resized in colour, then grey."""
    return np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS).convert("L"), np.float64)


def cosine_hash(picture: Image.Image) -> Bits:
    """The PHash of imagededup: the lowest frequencies about the median of all but the mean."""
    low = dctn(_grey(picture, 32, 32))[:8, :8].ravel()
    return low >= np.median(low[1:])


def difference_hash(picture: Image.Image) -> Bits:
    """The DHash of imagededup: whether each pixel is lighter than its left neighbour."""
    pixels = _grey(picture, 9, 8)
    return (pixels[:, 1:] > pixels[:, :-1]).ravel()


def average_hash(picture: Image.Image) -> Bits:
    """The AHash of imagededup: pixels about their mean."""
    pixels = _grey(picture, 8, 8)
    return (pixels >= pixels.mean()).ravel()


def wavelet_hash(picture: Image.Image) -> Bits:
    """The WHash of imagededup: Haar's low-pass band of level 5, which is the means of blocks, about its median."""
    means = _grey(picture, 256, 256).reshape(8, 32, 8, 32).mean((1, 3))
    return (means >= np.median(means)).ravel()


def pdq_hash(picture: Image.Image) -> Bits | None:
    """PDQ: 16 x 16 low frequencies without the constant one, of 64 x 64 pixels, about their median.

    Returns:
        The hash; None if PDQ's quality is too low.
    """
    grey = np.asarray(picture, np.float32) @ np.array(LUMA_OF_PDQ, np.float32)
    for axis in (1, 0) * PDQ_PASSES:
        grey = _box_filter(grey, axis)
    centres = [((np.arange(PDQ_SIDE) + 0.5) * length / PDQ_SIDE).astype(int) for length in grey.shape]
    small = grey[np.ix_(*centres)]
    if _pdq_quality(small) < MIN_PDQ_QUALITY:
        return None
    low = dctn(small, norm="ortho")[1 : PDQ_FREQUENCIES + 1, 1 : PDQ_FREQUENCIES + 1].ravel()
    return low > np.sort(low)[len(low) // 2 - 1]


def _box_filter(grey: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """The means over windows of a 128th of a side; at the edges, of what is inside."""
    length = grey.shape[axis]
    window = -(-length // (2 * PDQ_SIDE))
    after = (window + 2) // 2  # the window ends before this offset
    sums = np.insert(np.cumsum(grey, axis, np.float64), 0, 0, axis)
    ends = np.minimum(np.arange(length) + after, length)
    starts = np.maximum(np.arange(length) + after - window, 0)
    counts = np.expand_dims(ends - starts, 1 - axis)
    return ((np.take(sums, ends, axis) - np.take(sums, starts, axis)) / counts).astype(np.float32)


def _pdq_quality(small: NDArray[np.float32]) -> int:
    """Up to 100: how many steps there are between neighbouring pixels."""
    steps = sum(int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, steps // 90)


DUPLICATE_HASHES = {
    "czkawka, command line": DuplicateHash(lambda picture: gradient_hash(picture, 16, Image.Resampling.NEAREST), 5),
    "czkawka, window": DuplicateHash(lambda picture: gradient_hash(picture, 16, Image.Resampling.LANCZOS), 10),
    "imagededup, PHash": DuplicateHash(cosine_hash, 10),
    "imagededup, DHash": DuplicateHash(difference_hash, 10),
    "imagededup, AHash": DuplicateHash(average_hash, 10),
    "imagededup, WHash": DuplicateHash(wavelet_hash, 10),
    "PDQ": DuplicateHash(pdq_hash, 31),
}


def close_pairs(hashes: list[Bits | None], max_distance: int) -> list[tuple[int, int]]:
    """The pairs (lower number first) of hashes that differ by no more than so many bits."""
    numbers = [number for number, bits in enumerate(hashes) if bits is not None]
    if not numbers:
        return []
    signs = np.stack([np.where(bits, 1, -1) for bits in hashes if bits is not None]).astype(np.float32)
    differences = (signs.shape[1] - signs @ signs.T) / 2
    rows, columns = np.nonzero(np.triu(differences <= max_distance, 1))
    return [(numbers[row], numbers[column]) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
