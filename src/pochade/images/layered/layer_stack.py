"""Layers laid over each other as painting programs do, in whole numbers, to predict the merged picture of a file.

    white ──►──┤layer 1├──►──┤layer 2├──►── … ──►── prediction
    merged picture − prediction ──►── differences, mostly 0

A prediction need not be right: what it misses is in the differences. It has to be the same on every machine, so it uses
integers only. `docs/format.md` specifies it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pochade.images.base.picture import Array

COLOURS = 3
WHITE = 255
BAND_SAMPLES = 2**18  # that are laid at a time


class LayerMask(NamedTuple):
    """A channel that a layer's alpha is multiplied by."""

    picture: int
    channel: int
    top: int  # of the picture, in the whole picture
    left: int
    outside: int  # the value beyond the picture, 0 to 255


class StackedLayer(NamedTuple):
    """A layer of a stack."""

    picture: int  # (H, W, 3) or (H, W, 4) uint8: colours, and alpha if there is any
    top: int
    left: int
    opacity: int  # 0 to 255
    mode: str  # one of `BLEND_MODES`
    masks: tuple[LayerMask, ...] = ()


def _divide(products: Array) -> Array:
    """Divide products of two numbers of 8 bits by 255, halves upwards; uint16."""
    products = products + np.uint16(128)
    return (products + (products >> np.uint16(8))) >> np.uint16(8)


def _screen(below: Array, above: Array) -> Array:
    inverse: Array = np.uint16(255) - _divide((np.uint16(255) - below) * (np.uint16(255) - above))
    return inverse


BLEND_MODES: dict[str, Callable[[Array, Array], Array]] = {
    "normal": lambda _, above: above,
    "multiply": lambda below, above: _divide(below * above),
    "screen": _screen,
    "add": lambda below, above: np.minimum(below + above, np.uint16(255)),
}


def lay_stack(height: int, width: int, layers: Sequence[StackedLayer], picture: Callable[[int], Array]) -> Array:
    """Lay layers over white.

    Args:
        height: Of the whole picture.
        width: Of the whole picture.
        layers: The layers, the lowest first.
        picture: Returns a picture by its number; uint8.

    Returns:
        (height, width, 3) uint8.
    """
    canvas = np.full((height, width, COLOURS), WHITE, np.uint8)
    for layer in layers:
        _lay(canvas, layer, picture)
    return canvas


def _lay(canvas: Array, layer: StackedLayer, picture: Callable[[int], Array]) -> None:
    """Lay one layer, some rows at a time."""
    values = picture(layer.picture)
    place = _overlap(canvas.shape, values.shape, layer.top, layer.left)
    if place is None:
        return
    top, left, bottom, right = place
    rows = max(1, BAND_SAMPLES // (right - left))
    for first in range(top, bottom, rows):
        last = min(bottom, first + rows)
        band = values[first - layer.top : last - layer.top, left - layer.left : right - layer.left].astype(np.uint16)
        below = canvas[first:last, left:right]
        alpha = _alpha(band, layer, (first, left, last, right), picture)[..., None]
        if alpha.any():
            blended = BLEND_MODES[layer.mode](below.astype(np.uint16), band[..., :COLOURS])
            below[:] = _divide_sum(below, np.uint16(255) - alpha, blended, alpha)


def _divide_sum(below: Array, below_share: Array, above: Array, share: Array) -> Array:
    return _divide(below * below_share + above * share)


def _overlap(canvas: tuple[int, ...], values: tuple[int, ...], top: int, left: int) -> tuple[int, int, int, int] | None:
    """Where a picture lies on a canvas: top, left, bottom, right; None if it lies outside."""
    first, last = max(0, top), min(canvas[0], top + values[0])
    start, end = max(0, left), min(canvas[1], left + values[1])
    return (first, start, last, end) if first < last and start < end else None


def _alpha(
    band: Array, layer: StackedLayer, place: tuple[int, int, int, int], picture: Callable[[int], Array]
) -> Array:
    """The share of a layer's pixels in the result, (h, w) uint16, 0 to 255."""
    is_opaque = band.shape[2] == COLOURS
    alpha = np.full(band.shape[:2], layer.opacity, np.uint16)
    if not is_opaque:
        alpha = _divide(alpha * band[..., COLOURS])
    for mask in layer.masks:
        alpha = _divide(alpha * _mask_values(mask, place, picture))
    return alpha


def _mask_values(mask: LayerMask, place: tuple[int, int, int, int], picture: Callable[[int], Array]) -> Array:
    """The values of a mask at a place, (h, w) uint16."""
    top, left, bottom, right = place
    values = np.full((bottom - top, right - left), mask.outside, np.uint16)
    channel = picture(mask.picture)[..., mask.channel]
    overlap = _overlap(values.shape, channel.shape, mask.top - top, mask.left - left)
    if overlap is not None:
        first, start, last, end = overlap
        y, x = top - mask.top, left - mask.left
        values[first:last, start:end] = channel[first + y : last + y, start + x : end + x]
    return values
