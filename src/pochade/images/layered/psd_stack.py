"""Which layers of a PSD, laid over each other, predict its merged picture."""

from collections.abc import Sequence
from typing import NamedTuple

from pochade.images.formats.psd_layout import RGB
from pochade.images.layered.layer_stack import LayerMask, StackedLayer
from pochade.images.layered.psd_channels import ALPHA, MASK, MERGED, LayerRecord, PsdChannels

MODES = {b"norm": "normal", b"mul ": "multiply", b"scrn": "screen", b"lddg": "add"}  # by Photoshop's keys
RGB_CHANNELS = (0, 1, 2)


class PictureChannels(NamedTuple):
    """Which channels make a picture."""

    layer: int
    channels: tuple[int, ...]


class _Numbers(NamedTuple):
    """The numbers of pictures, by their layers."""

    colours: dict[int, int]
    masks: dict[int, int]
    with_alpha: set[int]  # layers


def find_stacks(psd: PsdChannels, pictures: Sequence[PictureChannels]) -> dict[int, tuple[StackedLayer, ...]]:
    """Say what predicts the merged picture of a file.

    Hidden layers and those of other blend modes are left out, and folders are not considered, so a prediction may be
    wrong; whoever uses it compares.

    Args:
        psd: The file's layers.
        pictures: What its pictures are.

    Returns:
        The layers, by the number of the merged picture; empty without layers, or if samples are not RGB of 8 bits.
    """
    numbers = _find_numbers(pictures)
    if MERGED not in numbers.colours or (psd.layout.mode, psd.layout.depth) != (RGB, 8):
        return {}
    stack, base = list[StackedLayer](), 0
    for layer, record in enumerate(psd.layers):
        base = base if record.is_clipped else layer
        is_seen = not record.is_hidden and not psd.layers[base].is_hidden
        if layer in numbers.colours and record.mode in MODES and is_seen:
            masks = _mask(layer, record, numbers) + _clipping(base, psd.layers[base], layer, numbers)
            top, left, _, _ = record.bounds
            stack.append(StackedLayer(numbers.colours[layer], top, left, record.opacity, MODES[record.mode], masks))
    return {numbers.colours[MERGED]: tuple(stack)} if stack else {}


def _find_numbers(pictures: Sequence[PictureChannels]) -> _Numbers:
    colours = {layer: number for number, (layer, channels) in enumerate(pictures) if channels[:3] == RGB_CHANNELS}
    masks = {layer: number for number, (layer, channels) in enumerate(pictures) if channels == (MASK,)}
    return _Numbers(colours, masks, {layer for layer, channels in pictures if channels == (*RGB_CHANNELS, ALPHA)})


def _mask(layer: int, record: LayerRecord, numbers: _Numbers) -> tuple[LayerMask, ...]:
    """The mask of a layer, if it has one that is on."""
    if layer not in numbers.masks or record.mask_is_off:
        return ()
    top, left, _, _ = record.mask_bounds
    return (LayerMask(numbers.masks[layer], 0, top, left, record.mask_outside),)


def _clipping(base: int, record: LayerRecord, layer: int, numbers: _Numbers) -> tuple[LayerMask, ...]:
    """The alpha of the layer that a layer is clipped to, if it is."""
    if base == layer or base not in numbers.with_alpha:
        return ()
    top, left, _, _ = record.bounds
    return (LayerMask(numbers.colours[base], len(RGB_CHANNELS), top, left, 0),)
